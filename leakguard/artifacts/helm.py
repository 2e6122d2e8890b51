"""Helm charts: a tar with `NAME/Chart.yaml`."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity, lines_of
from leakguard.artifacts._layout import base_of, depth_of, licence_texts, roots_with
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file

NAME = "helm"
SUFFIXES = (".tgz",)
CONTAINERS = ("tar",)

CHART = "Chart.yaml"


def keeps(name: str) -> bool:
    """The chart's own description, and the licence files."""
    return depth_of(name) == 1 and (base_of(name) == CHART or is_licence_file(base_of(name)))


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name and version from the chart; one that is beside a `package.json` is part of that package."""
    roots = roots_with(listing, CHART)
    if len(roots) != 1 or roots_with(listing, "package.json"):
        return None
    root, path = next(iter(roots.items()))
    data = manifests.get(path, b"")
    name, version = (next(iter(lines_of(data, key)), None) for key in ("name", "version"))
    return identity(NAME, name, version, root=root, packer=NAME, texts=licence_texts(manifests, root))
