"""Python programs in one zip: zipapp, pex and shiv."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.model import Identity, Listed
from leakguard.openness.manifests import json_object

NAME = "zipapp"
SUFFIXES = (".pyz", ".pyzw", ".pex")
CONTAINERS = ("zip",)

MAIN = "__main__.py"
MAKERS = {"PEX-INFO": "pex", "environment.json": "shiv"}


def keeps(name: str) -> bool:
    """What the maker noted."""
    return name in MAKERS


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
    """The maker is the format, where it left its mark."""
    names = {one.inner for one in listing}
    if MAIN not in names and "PEX-INFO" not in names:
        return None
    maker = next((maker for mark, maker in MAKERS.items() if mark in names), NAME)
    if maker == NAME and not target.lower().endswith(SUFFIXES):
        return None
    noted = json_object(manifests.get("PEX-INFO", b"")) or {}
    return identity(maker, noted.get("entry_point"), None, packer=maker)
