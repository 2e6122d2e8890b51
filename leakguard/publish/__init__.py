"""Hand to a registry's own client the very bytes that were inspected: `Room` holds them, a module a registry sends them.

A module of this folder that has `FORMATS` is a registry, found by its file name; see `Registry` in `leakguard.publish._parcel`.
"""

from leakguard.publish._addresses import allows, shown
from leakguard.publish._building import build
from leakguard.publish._parcel import Client, Orders, Parcel, Registry, Shipment, Substituted, Unconfirmed, UploadFailed
from leakguard.publish._registries import Clients, parcels
from leakguard.publish._room import Room
from leakguard.publish._staged import SCHEME, StagedPackages

__all__ = [
    "SCHEME",
    "Client",
    "Clients",
    "Orders",
    "Parcel",
    "Registry",
    "Room",
    "Shipment",
    "StagedPackages",
    "Substituted",
    "Unconfirmed",
    "UploadFailed",
    "allows",
    "build",
    "parcels",
    "shown",
]
