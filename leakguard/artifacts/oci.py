"""Images of containers in one tar: OCI layouts, and what `docker save` writes. The layers are tars like any other."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.model import Identity, Listed
from leakguard.openness.manifests import json_list, json_object

NAME = "oci"
SUFFIXES: Sequence[str] = ()
CONTAINERS = ("tar", "directory")

LAYOUT, INDEX, DOCKER = "oci-layout", "index.json", "manifest.json"
NAMED = "org.opencontainers.image.ref.name"
FULLY_NAMED = "io.containerd.image.name"


def keeps(name: str) -> bool:
    """The two lists of images."""
    return name.removeprefix("./") in (INDEX, DOCKER)


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """The first name and tag, as `docker save` or the index has them."""
    names = {one.inner.removeprefix("./") for one in listing}
    docker = [one for one in json_list(_kept(manifests, DOCKER)) if isinstance(one, dict)]
    if not (LAYOUT in names and INDEX in names) and not any("Layers" in one for one in docker):
        return None
    tags: list[object] = next((one["RepoTags"] for one in docker if isinstance(one.get("RepoTags"), list)), [])
    named = next((one for one in tags if isinstance(one, str)), "") or _annotated(_kept(manifests, INDEX))
    name, colon, version = named.rpartition(":")
    if not colon or "/" in version:
        name, version = named, ""
    return identity(NAME, name, version, packer="docker")


def _annotated(data: bytes) -> str:
    """The name that an index gives its first image."""
    listed = (json_object(data) or {}).get("manifests")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    said = first.get("annotations")
    found = (said.get(FULLY_NAMED) or said.get(NAMED)) if isinstance(said, dict) else ""
    return found if isinstance(found, str) else ""


def _kept(manifests: Mapping[str, bytes], name: str) -> bytes:
    return manifests.get(name) or manifests.get(f"./{name}") or b""
