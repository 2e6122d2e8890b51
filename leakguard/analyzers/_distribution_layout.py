"""What an index expects of a Python distribution beside its names: an sdist's `PKG-INFO`, and a wheel's tags in both places."""

from leakguard.analyzers._distribution_names import WHEEL_PARTS
from leakguard.model import Artifact, Kind

SDIST_SUFFIX = ".tar.gz"
MOST_TAGS = 2000
"""Combinations that a set of compressed tags may stand for; no wheel comes near."""


def lacks_pkg_info(artifact: Artifact, base: str) -> bool:
    """Whether what is named and built like an sdist has no `PKG-INFO` in its top folder, which every sdist has (PEP 643)."""
    if artifact.identity.format != "sdist" or not base.endswith(SDIST_SUFFIX):
        return False
    return not any(one.kind is Kind.FILE and one.inner == "PKG-INFO" for one in artifact.listing)


def tags_differ(base: str, stated: tuple[str, ...]) -> bool:
    """Whether the tags in a wheel's file name are others than its `WHEEL` states (PEP 425, compressed tag sets)."""
    parts = base.removesuffix(".whl").split("-")
    if len(parts) not in WHEEL_PARTS or not stated:
        return False
    named, inside = _expanded("-".join(parts[-3:])), frozenset[str]().union(*(_expanded(one.strip().lower()) for one in stated[:MOST_TAGS]))
    return named != inside


def _expanded(tag: str) -> frozenset[str]:
    interpreters, abis, platforms = [*(one.split(".") for one in tag.lower().split("-")), [""], [""], [""]][:3]
    if len(interpreters) * len(abis) * len(platforms) > MOST_TAGS:
        return frozenset((tag,))
    return frozenset(f"{python}-{abi}-{platform}" for python in interpreters for abi in abis for platform in platforms)
