"""RubyGems: a tar of `metadata.gz`, `data.tar.gz` and the digests of both."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity, lines_of
from leakguard.model import Identity, Listed

NAME = "gem"
SUFFIXES = (".gem",)
CONTAINERS = ("tar",)

METADATA, DATA = "metadata.gz", "data.tar.gz"
NESTED = ("metadata",)


def keeps(name: str) -> bool:  # noqa: ARG001 - the contract's
    """Nothing: the specification is inside of a member."""
    return False


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licences from the specification, which is YAML of a fixed shape."""
    if not {METADATA, DATA}.issubset(one.inner for one in listing):
        return None
    data = manifests.get(f"{METADATA}!/metadata", b"")
    version = next((lines_of(part, "version") for part in _below(data, b"version:")), [])
    return identity(NAME, next(iter(lines_of(data, "name")), None), next(iter(version), None), lines_of(data, "licenses"), packer=NAME)


def _below(data: bytes, key: bytes) -> Sequence[bytes]:
    """The indented lines below a key, without their indent: `version: !ruby/object:Gem::Version` has a `version` of its own."""
    _, found, rest = data.partition(b"\n" + key)
    lines = rest.split(b"\n", 8)[1:8]
    return [b"\n".join(line[2:] for line in lines if line.startswith(b"  "))] if found else []
