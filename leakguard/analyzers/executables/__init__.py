"""What executables, app containers and compiled modules give away: the code they carry, debug information, paths of their builder."""

from leakguard.analyzers.executables._analyzer import Executables
from leakguard.analyzers.executables._paths import ANCHORS
from leakguard.analyzers.executables._rules import RULES as _OWN
from leakguard.analyzers.executables._zipapps import ORIGINAL
from leakguard.analyzers.sources import RULES as _OF_SOURCES
from leakguard.plugins import Analyzer
from leakguard.settings import Settings

__all__ = ["ANCHORS", "RULES", "start"]

RULES = (*_OWN, *(rule for rule in _OF_SOURCES if rule.id == ORIGINAL))


def start(settings: Settings) -> Analyzer:  # noqa: ARG001 - nothing in a policy steers it
    """One analysis of one artifact."""
    return Executables()
