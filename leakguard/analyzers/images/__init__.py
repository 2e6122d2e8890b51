"""Images of containers: what a layer still holds although a later one deletes it."""

from collections.abc import Sequence

from leakguard.analyzers.images._analyzer import Images
from leakguard.analyzers.images._rules import RULES as _RULES
from leakguard.plugins import Anchor
from leakguard.settings import Settings

RULES = _RULES
ANCHORS: Sequence[Anchor] = ()


def start(settings: Settings) -> Images:  # noqa: ARG001 - the contract's
    """Make the analyzer for one artifact."""
    return Images()
