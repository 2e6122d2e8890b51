"""Targets that wait in npm's staging area: downloaded for the inspection, and advised on after it."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from leakguard.cli import _streams
from leakguard.cli._gate import BLOCKED, PASS, exit_code
from leakguard.model import Report

if TYPE_CHECKING:
    from leakguard.targets import Target

SCHEME = "npm-stage:"


def is_staged(name: str) -> bool:
    """Whether a target is a staged package."""
    return name.startswith(SCHEME)


def downloaded(names: Sequence[str], stack: contextlib.ExitStack) -> "Sequence[str | Target]":
    """The targets, those in the staging area as files that are gone when `stack` is unwound."""
    if not any(map(is_staged, names)):
        return names
    from leakguard.publish import StagedPackages

    return stack.enter_context(StagedPackages()).replace(names)


def advise(report: Report, *, fail_on_warn: bool) -> None:
    """Say for each staged package what its reviewer does next; of one that could not be inspected, nothing."""
    for verdict in report.verdicts:
        target = verdict.artifact.target
        if not is_staged(target) or any(error.target == target for error in report.errors):
            continue
        own = replace(report, verdicts=(verdict,), outcome=verdict.outcome, errors=())
        code = exit_code(own, fail_on_warn=fail_on_warn)
        if code in {PASS, BLOCKED}:
            _streams.say(
                "approve" if code == PASS else "reject",
                f"npm stage {'approve' if code == PASS else 'reject'} {target.removeprefix(SCHEME)}",
            )
