"""What a statement must say for `verify` to accept it."""

from datetime import timedelta
from typing import Any

import pytest

from leakguard.attestation import Expectation, refusals
from tests.attestation.samples import FILES, NOW, POLICY, statement


def refused(expected: Expectation | None = None, files: dict[str, tuple[str, str]] | None = None, **changes: Any) -> list[str]:
    """The messages of all refusals."""
    expected = expected or Expectation(max_age=timedelta(hours=2), policy_digest=POLICY)
    return [message for message, _ in refusals(statement(**changes), files or FILES, expected, NOW)]


def test_a_fresh_passing_statement_of_this_file_by_this_policy_is_accepted() -> None:
    """Nothing to refuse."""
    assert refused() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"digest": "ab" * 31 + "ac"}, "no statement speaks of `dist/a.whl`"),
        ({"name": "b.whl"}, "under another name"),
        ({"result": "FAILED"}, "the verdict is FAILED"),
        ({"time": "2026-07-01T09:59:59Z"}, "older than it may be: 2 hours"),
        ({"time": "2025-07-01T09:59:59Z"}, "older than it may be: 365 days"),
        ({"time": "2026-07-01T12:06:00Z"}, "of a time to come"),
        ({"time": "2026-13-01T12:06:00Z"}, "`timeVerified` is no time"),
        ({"policy": "ce" * 32}, "decided by another policy"),
        ({"weakened_by": ("--limits depth=3",)}, "weakened by `--limits depth=3`"),
    ],
)
def test_each_field_that_differs_refuses(changes: dict[str, Any], message: str) -> None:
    """One field, one refusal."""
    (said,) = refused(**changes)
    assert message in said


def test_every_file_must_be_spoken_of() -> None:
    """One that is is no excuse for one that is not."""
    assert len(refused(files={**FILES, "b.whl": ("b.whl", "00" * 32), "c.whl": ("c.whl", "11" * 32)})) == 2


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """In one run."""
    assert len(refused(digest="00" * 32, result="FAILED", time="2020-01-01T00:00:00Z", policy="00" * 32, weakened_by=("x",))) == 5


def test_a_clock_may_be_a_little_ahead() -> None:
    """Five minutes."""
    assert refused(time="2026-07-01T12:04:00Z") == []


def test_any_policy_will_do_where_none_is_expected() -> None:
    """As it was asked for."""
    assert refused(Expectation(max_age=timedelta(hours=2)), policy="00" * 32) == []


def test_a_weakened_gate_is_accepted_on_demand_only() -> None:
    """The policy's digest does not tell of it."""
    assert refused(Expectation(max_age=timedelta(hours=2), allow_weakened=True), weakened_by=("--baseline x",)) == []
