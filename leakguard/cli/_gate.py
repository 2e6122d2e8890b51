"""What turns a report into an exit code."""

from leakguard.model import Action, Outcome, Report

PASS = 0
BLOCKED = 1
USAGE = 2
INCOMPLETE = 3
BUG = 70
INTERRUPTED = 130


def exit_code(report: Report, *, fail_on_warn: bool = False) -> int:
    """1 if a finding blocks (or warns, where that is to fail), else 3 if nothing can be said of a target, else 0."""
    actions = {judgement.action for verdict in report.verdicts for judgement in verdict.judgements}
    if Action.BLOCK in actions or (fail_on_warn and Action.WARN in actions):
        return BLOCKED
    if report.errors:
        return INCOMPLETE
    outcomes = {report.outcome, *(verdict.outcome for verdict in report.verdicts)}
    # A block without a finding says that something was not looked at: never a pass.
    return BLOCKED if Outcome.BLOCK in outcomes or (fail_on_warn and Outcome.WARN in outcomes) else PASS
