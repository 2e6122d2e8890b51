"""conda packages: `.conda`, a zip of two tars, and the older `.tar.bz2`."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.artifacts._layout import base_of
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file
from leakguard.openness.manifests import json_object

NAME = "conda"
SUFFIXES = (".conda", ".tar.bz2")
CONTAINERS = ("zip", "tar")

INDEX = "info/index.json"
LICENCES = "info/licenses/"
NESTED = (INDEX,)
"""In a `.conda` the index is inside of `info-NAME.tar.zst`."""


def keeps(name: str) -> bool:
    """The index, what tells a `.conda`, and the licence files."""
    return name in (INDEX, "metadata.json") or (name.startswith(LICENCES) and is_licence_file(base_of(name)))


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licence from the index."""
    names = {one.inner for one in listing}
    if INDEX in names and ("info/files" in names or "info/paths.json" in names):
        data = manifests.get(INDEX, b"")
    elif "metadata.json" in names and any(name.startswith("info-") and name.endswith(".tar.zst") for name in names):
        data = next((data for path, data in manifests.items() if path.endswith(f"!/{INDEX}")), b"")
    else:
        return None
    index = json_object(data) or {}
    texts = {path: found for path, found in manifests.items() if path.startswith(LICENCES)}
    return identity(NAME, index.get("name"), index.get("version"), [index.get("license")], packer="conda-build", texts=texts)
