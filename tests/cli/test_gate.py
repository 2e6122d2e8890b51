"""The exit code follows from the report alone."""

import pytest

from leakguard.cli._gate import exit_code
from leakguard.model import Action, Report
from tests.reporters.reports import judgement, report, unread, verdict

BLIND, ERROR = unread()


@pytest.mark.parametrize(
    ("expected", "made"),
    [
        (0, report()),
        (0, report(verdict())),
        (0, report(verdict(judgement(action=Action.WARN)))),
        (0, report(verdict(judgement(action=Action.ALLOW)))),
        (1, report(verdict(judgement()))),
        (1, report(verdict(), verdict(judgement()))),
        (3, report(BLIND, errors=(ERROR,))),
        (3, report(verdict(), BLIND, errors=(ERROR,))),
        (3, report(verdict(judgement(action=Action.WARN)), BLIND, errors=(ERROR,))),
        (1, report(verdict(judgement()), BLIND, errors=(ERROR,))),
        (1, report(BLIND)),
    ],
)
def test_exit_code_has_the_precedence_of_the_contract(expected: int, made: Report) -> None:
    """A finding that blocks comes before a target that could not be read, and that before a pass."""
    assert exit_code(made) == expected


@pytest.mark.parametrize(
    ("expected", "made"),
    [
        (0, report(verdict())),
        (0, report(verdict(judgement(action=Action.ALLOW)))),
        (1, report(verdict(judgement(action=Action.WARN)))),
        (1, report(verdict(judgement(action=Action.WARN)), BLIND, errors=(ERROR,))),
        (3, report(verdict(), BLIND, errors=(ERROR,))),
    ],
)
def test_warnings_fail_where_they_are_to(expected: int, made: Report) -> None:
    """`--fail-on warn` makes a warning exit 1, and nothing else."""
    assert exit_code(made, fail_on_warn=True) == expected
