"""What source maps give away: own source that anyone can reconstruct, names, paths, and where more of it lies."""

from leakguard.analyzers.source_maps._analyzer import SourceMaps
from leakguard.analyzers.source_maps._rules import RULES
from leakguard.plugins import Analyzer, Anchor
from leakguard.settings import Settings

__all__ = ["ANCHORS", "RULES", "start"]

ANCHORS = (Anchor("sourceMappingURL="),)


def start(settings: Settings) -> Analyzer:  # noqa: ARG001 - nothing in a policy steers it
    """One analysis of one artifact."""
    return SourceMaps()
