"""Hex packages (Erlang, Elixir): a tar of `VERSION`, `CHECKSUM`, `metadata.config` and `contents.tar.gz`."""

import re
from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.model import Identity, Listed

NAME = "hex"
SUFFIXES: Sequence[str] = ()
CONTAINERS = ("tar",)

METADATA = "metadata.config"
PARTS = frozenset(("VERSION", "CHECKSUM", METADATA, "contents.tar.gz"))


def keeps(name: str) -> bool:
    """The metadata, which are Erlang terms."""
    return name == METADATA


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licences from the metadata."""
    if not PARTS.issubset(one.inner for one in listing):
        return None
    data = manifests.get(METADATA, b"")[:65_536].decode("utf-8", "replace")
    licences = re.search(r'\{<<"licenses">>,\s*\[([^\]]{0,1000})\]\}', data)
    named = re.findall(r'<<"([^"]*)"', licences[1]) if licences else ()
    return identity(NAME, _term(data, "name"), _term(data, "version"), named, packer=NAME)


def _term(data: str, key: str) -> str | None:
    found = re.search(rf'\{{<<"{key}">>,\s*<<"([^"]{{1,200}})"', data)
    return found[1] if found else None
