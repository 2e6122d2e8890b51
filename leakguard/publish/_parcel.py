"""What is sent, by whom, and how that can fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from leakguard.errors import Incomplete, LeakguardError
from leakguard.model import Identity


class UploadFailed(LeakguardError):
    """The inspection passed, and then the client could not publish; whatever it ended with, this is 4."""

    exit_code = 4


class Substituted(LeakguardError):
    """What is about to be sent, or has arrived, is not what was inspected."""

    exit_code = 1


class Unconfirmed(Incomplete):
    """It was sent, and what arrived could not be compared with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How the user wants it sent."""

    stage: bool = False
    """npm: to the staging area, where somebody approves it."""
    tag: str | None = None
    """npm: the dist-tag; `None` leaves it to npm's configuration."""
    interactive: bool = False
    """Whether a client may ask for a password or a one-time code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One inspected artifact: the private copy of it, and what the inspection says it is."""

    name: str
    """As the user named it, escaped."""
    path: Path
    sha256: str
    """Of the bytes that were inspected, lower-case hexadecimal."""
    identity: Identity


class Shipment(Protocol):
    """What goes in one call of the client."""

    parcels: Sequence[Parcel]
    address: str
    """Where it goes, without credentials: what a policy's `publish.registry` is compared with."""

    @property
    def sent(self) -> Sequence[Parcel]:
        """What the registry has taken so far."""
        ...

    def send(self, say: Callable[[str, str], None]) -> None:
        """Send it; raises `UploadFailed`, `Substituted` or `Unconfirmed`. `say` takes a label and a line for the user."""
        ...


class Client(Protocol):
    """A registry's client, found and ready."""

    def load(self, parcels: Sequence[Parcel], orders: Orders) -> Sequence[Shipment]:
        """Make shipments of inspected parcels, without a network connection."""
        ...

    def close(self) -> None:
        """End whatever still runs."""
        ...


class Registry(Protocol):
    """A module of `leakguard.publish`: a kind of registry, and the client that it is reached with."""

    FORMATS: Sequence[str]
    """The packages that it takes, as `Identity.format` names them."""
    SUFFIXES: Sequence[str]
    """How their files are called."""

    def start(self, folder: Path) -> Client:
        """Find the client, before the inspection; raises `UsageError` when there is none. `folder` is private and the client's own."""
        ...
