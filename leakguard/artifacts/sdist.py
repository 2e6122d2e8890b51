"""Python source distributions: one top folder, normally `NAME-VERSION/`, with `PKG-INFO` in it."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._layout import base_of, depth_of, licence_texts, root_of, roots_with
from leakguard.model import Identity, Kind, Listed
from leakguard.openness import Declared, decide, is_licence_file
from leakguard.openness.manifests import Manifest, backend_packer, core_metadata, pyproject
from leakguard.patterns import lazily

NAME = "sdist"
SUFFIXES = (".tar.gz",)
CONTAINERS = ("tar", "zip")

_WANTED = ("PKG-INFO", "pyproject.toml", "setup.py")
_ROOT = lazily(r"(?P<name>[A-Za-z0-9][\w.-]{0,200}?)-v?(?P<version>[0-9][\w.+!-]{0,100})/")


def keeps(name: str) -> bool:
    """The metadata, the build configuration and the licence files."""
    if depth_of(name) != 1:
        return False
    base = base_of(name)
    return base in _WANTED or is_licence_file(base)


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licence from `PKG-INFO`; without one, from `pyproject.toml` and the name of the top folder."""
    root = _only_root(listing)
    present = {base: path for base in _WANTED if (path := roots_with(listing, base).get(root))} if root else {}
    named = _ROOT.fullmatch(root.removeprefix("./"))
    if not present or root.endswith((".egg-info/", "EGG-INFO/")) or ("PKG-INFO" not in present and named is None):
        return None
    project = manifests.get(present.get("pyproject.toml", ""), b"")
    metadata = manifests.get(present.get("PKG-INFO", ""))
    manifest = pyproject(project) or Manifest() if metadata is None else core_metadata(metadata)
    openness, reason = decide(
        Declared(
            licences=manifest.licences,
            classifiers=manifest.classifiers,
            private=manifest.private,
            texts=licence_texts(manifests, root, manifest.licence_file),
        )
    )
    return Identity(
        format=NAME,
        name=manifest.name or (named["name"] if named else None),
        version=manifest.version or (named["version"] if named else None),
        root=root,
        packer=backend_packer(project),
        openness=openness,
        openness_reason=reason,
        private=manifest.private,
    )


def _only_root(listing: Sequence[Listed]) -> str:
    """The one top folder that everything is in; empty when there are several, or something beside it."""
    root = ""
    for one in listing:
        if one.kind is Kind.DIRECTORY and "/" not in one.inner.removeprefix("./").rstrip("/"):
            continue
        if not (top := root_of(one.inner)) or (root and top != root):
            return ""
        root = top
    return root
