"""NuGet packages, and those with their symbols: a zip with a `.nuspec` at its top."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import element, elements, identity
from leakguard.model import Identity, Listed

NAME = "nupkg"
SUFFIXES = (".nupkg", ".snupkg")
CONTAINERS = ("zip",)


def keeps(name: str) -> bool:
    """The specification."""
    return name.endswith(".nuspec") and "/" not in name


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licence from the `.nuspec`."""
    path = next((one.path for one in listing if keeps(one.inner)), None)
    if path is None:
        return None
    data = manifests.get(path, b"")
    return identity(NAME, element(data, "id"), element(data, "version"), elements(data, "license"), packer="nuget")
