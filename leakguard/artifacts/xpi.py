"""Extensions of browsers: a zip (`.xpi`, or any), or Chrome's signed one, with a `manifest.json` that says its own version."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.artifacts._layout import licence_texts
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file
from leakguard.openness.manifests import json_object

NAME = "xpi"
SUFFIXES = (".xpi", ".crx")
CONTAINERS = ("zip",)

MANIFEST = "manifest.json"


def keeps(name: str) -> bool:
    """The manifest and the licence files."""
    return "/" not in name and (name == MANIFEST or is_licence_file(name))


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
    """Name and version from the manifest; `crx` is what Chrome's container is called."""
    body = json_object(manifests.get(MANIFEST, b"")) or {}
    if "manifest_version" not in body:
        return None
    form = "crx" if target.lower().endswith(".crx") or any(one.inner == "crx-header" for one in listing) else NAME
    return identity(form, body.get("name"), body.get("version"), texts=licence_texts(manifests, ""))
