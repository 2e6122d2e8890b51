"""Python eggs: a zip with `EGG-INFO/PKG-INFO`."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.artifacts._layout import licence_texts
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file
from leakguard.openness.manifests import core_metadata

NAME = "egg"
SUFFIXES = (".egg",)
CONTAINERS = ("zip",)

FOLDER = "EGG-INFO/"
METADATA = f"{FOLDER}PKG-INFO"


def keeps(name: str) -> bool:
    """The metadata and the licence files."""
    return name.startswith(FOLDER) and (name == METADATA or is_licence_file(name[len(FOLDER) :]))


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licence from the metadata."""
    if not any(one.inner == METADATA for one in listing):
        return None
    said = core_metadata(manifests.get(METADATA, b""))
    return identity(NAME, said.name, said.version, said.licences, packer="setuptools", texts=licence_texts(manifests, FOLDER))
