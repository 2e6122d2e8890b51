"""Debian packages: what is in the tar of `ar`'s that becomes files, with the control data beside it."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity, main_section
from leakguard.model import Identity, Listed

NAME = "deb"
SUFFIXES = (".deb", ".udeb", ".ddeb")
CONTAINERS = ("ar", "tar")

MARK = "debian-binary"
NESTED = ("./control", "control")
COPYRIGHT = "usr/share/doc/"


def keeps(name: str) -> bool:
    """What says the licences."""
    return name.endswith("/copyright") and name.removeprefix("./").startswith(COPYRIGHT)


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name and version from the control data, the licence from `usr/share/doc/NAME/copyright`."""
    if not listing or listing[0].inner != MARK:
        return None
    said = next((main_section(data) for path, data in manifests.items() if path.startswith("control.tar") and "!/" in path), {})
    texts = {path: data for path, data in manifests.items() if path.endswith("/copyright")}
    licences = {line.partition(b":")[2].strip().decode("utf-8", "replace") for data in texts.values() for line in _licences(data)}
    one = licences if len(licences) == 1 else ()
    return identity(NAME, said.get("package"), said.get("version"), one, packer="dpkg", texts=texts)


def _licences(data: bytes) -> Sequence[bytes]:
    return [line for line in data[:65_536].split(b"\n") if line.startswith(b"License:")]
