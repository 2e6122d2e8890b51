"""Where things are in a package that keeps everything below one top folder."""

from collections.abc import Mapping, Sequence

from leakguard.model import Kind, Listed
from leakguard.openness import is_licence_file

MOST_LICENCES = 8
"""Licence files of a package that are looked at."""


def depth_of(name: str) -> int:
    """Folders above an entry, a leading `./` aside."""
    return name.removeprefix("./").count("/")


def base_of(name: str) -> str:
    """The last component."""
    return name.rpartition("/")[2]


def root_of(inner: str) -> str:
    """The top folder of an entry, with a final slash; empty when it stands at the top itself."""
    start = 2 if inner.startswith("./") else 0
    return inner[: inner.find("/", start) + 1]


def roots_with(listing: Sequence[Listed], base: str) -> dict[str, str]:
    """Top folders that directly hold a file `base`, with its `Listed.path`, in stored order."""
    files = (one for one in listing if one.kind is Kind.FILE and base_of(one.inner) == base)
    return {root_of(one.inner): one.path for one in files if depth_of(one.inner) == 1}


def licence_texts(manifests: Mapping[str, bytes], folder: str, named: str = "") -> Mapping[str, bytes]:
    """The licence files kept from directly below `folder`, by their names."""
    found = {path.removeprefix(folder): data for path, data in manifests.items() if path.startswith(folder)}
    wanted = [name for name in found if name == named or ("/" not in name and is_licence_file(name))]
    return {name: found[name] for name in sorted(wanted)[:MOST_LICENCES]}
