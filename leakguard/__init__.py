"""leakguard: the last gate before a package is published.

    import leakguard

    report = leakguard.inspect(["dist/"])
    if report.outcome is leakguard.Outcome.BLOCK:
        ...

Everything is imported on first use.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakguard.errors import FaultyFile, Incomplete, LeakguardError, UsageError
    from leakguard.inspector import Progress, inspect
    from leakguard.model import (
        Action,
        Artifact,
        Confidence,
        Coverage,
        Finding,
        Judgement,
        Location,
        Openness,
        Outcome,
        Report,
        Rule,
        Severity,
        Verdict,
    )
    from leakguard.policy import Policy
    from leakguard.policy import load as load_policy
    from leakguard.version import VERSION as __version__  # noqa: N811 - the usual name

_HOMES = {
    "errors": ("FaultyFile", "Incomplete", "LeakguardError", "UsageError"),
    "inspector": ("Progress", "inspect"),
    "model": (
        *("Action", "Artifact", "Confidence", "Coverage", "Finding", "Judgement", "Location"),
        *("Openness", "Outcome", "Report", "Rule", "Severity", "Verdict"),
    ),
    "policy": ("Policy",),
}
_HOME_OF = {name: (home, name) for home, names in _HOMES.items() for name in names} | {
    "load_policy": ("policy", "load"),
    "__version__": ("version", "VERSION"),
}

__all__ = [
    "Action",
    "Artifact",
    "Confidence",
    "Coverage",
    "FaultyFile",
    "Finding",
    "Incomplete",
    "Judgement",
    "LeakguardError",
    "Location",
    "Openness",
    "Outcome",
    "Policy",
    "Progress",
    "Report",
    "Rule",
    "Severity",
    "UsageError",
    "Verdict",
    "__version__",
    "inspect",
    "load_policy",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module `leakguard` has no attribute `{name}`")
    home, original = _HOME_OF[name]
    return getattr(importlib.import_module(f"leakguard.{home}"), original)


def __dir__() -> list[str]:
    return __all__
