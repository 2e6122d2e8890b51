"""Original or recoverable source that is no map: development builds, what build tools leave behind, dumps, and source itself."""

from typing import Any

from leakguard.analyzers.sources import _analyzer
from leakguard.analyzers.sources._rules import RULES
from leakguard.plugins import Analyzer, Anchor
from leakguard.settings import Settings

__all__ = ["RULES", "start"]


def start(settings: Settings) -> Analyzer:  # noqa: ARG001 - nothing in a policy steers it
    """One analysis of one artifact."""
    return _analyzer.Sources()


def __getattr__(name: str) -> Any:
    if name == "ANCHORS":
        return _anchors()
    raise AttributeError(name)


def _anchors() -> tuple[Anchor, ...]:
    """Made on demand: some of them are of the machine that publishes."""
    return tuple(anchor for part in _analyzer.parts() for anchor in part.anchors)
