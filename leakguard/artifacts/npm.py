"""npm packages: a tar with a `package.json` below its one top folder, which the client strips whatever its name is."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._layout import base_of, depth_of, licence_texts, roots_with
from leakguard.model import Identity, Listed
from leakguard.openness import Declared, decide, is_licence_file
from leakguard.openness.manifests import Manifest, package_json

NAME = "npm"
SUFFIXES = (".tgz",)
CONTAINERS = ("tar",)

USUAL_ROOT = "package/"
PYTHON_MANIFESTS = ("PKG-INFO", "pyproject.toml", "setup.py")
"""Beside a `package.json` in a `.tar.gz` they say that it belongs to an sdist with web parts."""


def keeps(name: str) -> bool:
    """The manifest, the licence files, and a README that the licence may be said to be in."""
    if depth_of(name) != 1:
        return False
    base = base_of(name)
    return base == "package.json" or is_licence_file(base) or base.lower().startswith("readme")


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
    """Name, version and licence from the `package.json` that the client reads."""
    roots = roots_with(listing, "package.json")
    if not roots:
        return None
    root = USUAL_ROOT if USUAL_ROOT in roots else next(iter(roots))
    if root.removeprefix("./") != USUAL_ROOT and not target.lower().endswith(SUFFIXES) and _is_python(root, listing):
        return None
    manifest = package_json(manifests.get(roots[root], b"")) or Manifest()
    texts = licence_texts(manifests, root, manifest.licence_file)
    openness, reason = decide(Declared(licences=manifest.licences, private=manifest.private, npm=True, texts=texts))
    return Identity(
        format=NAME,
        name=manifest.name,
        version=manifest.version,
        root=root,
        packer="npm",
        openness=openness,
        openness_reason=reason,
        private=manifest.private,
    )


def _is_python(root: str, listing: Sequence[Listed]) -> bool:
    return any(one.inner.startswith(root) and one.inner.removeprefix(root) in PYTHON_MANIFESTS for one in listing)
