"""In a commit, a map blocks if it ships; a secret blocks wherever it is."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from leakguard.cli import _only_shipped
from leakguard.model import Action, Outcome
from tests.reporters.reports import judgement, report, verdict

MAP, SECRET = "source-map/embedded-source", "secret/npm-token"


@pytest.mark.parametrize(
    ("ships", "rule", "action"),
    [
        ({"a.js.map": True}, MAP, Action.BLOCK),
        ({"a.js.map": False}, MAP, Action.WARN),
        ({}, MAP, Action.BLOCK),
        ({"gone.js.map": False}, MAP, Action.BLOCK),
        (None, MAP, Action.BLOCK),
        ({"a.js.map": False}, SECRET, Action.BLOCK),
        ({}, SECRET, Action.BLOCK),
    ],
)
def test_only_maps_that_do_not_ship_are_let_off(
    ships: Mapping[str, bool] | None, rule: str, action: Action, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And only if somebody can say what ships; the path is that of the outermost file."""
    monkeypatch.setattr(_only_shipped, "what_ships", lambda _: ships)
    (tmp_path / "a.js.map").touch()
    made = report(verdict(judgement(rule, "a.js.map!/src/a.ts"), target="git:"))
    told = _only_shipped.relaxed(made, tmp_path)
    assert told.verdicts[0].judgements[0].action is action
    assert told.outcome is (Outcome.BLOCK if action is Action.BLOCK else Outcome.WARN)


@pytest.mark.parametrize("ships", [True, False])
@pytest.mark.parametrize(("name", "path"), [("a\nb.map", "a%0Ab.map"), ("a.map", "0123456789ab:a.map")])
def test_names_are_compared_as_reports_have_them(
    *, ships: bool, name: str, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Escaped, and those of earlier versions by the path that they had."""
    (tmp_path / name).touch()
    monkeypatch.setattr(_only_shipped, "what_ships", lambda _: {name: ships})
    told = _only_shipped.relaxed(report(verdict(judgement(MAP, path), target="git:")), tmp_path)
    assert told.verdicts[0].judgements[0].action is (Action.BLOCK if ships else Action.WARN)


def test_nobody_is_asked_where_nothing_depends_on_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A commit without a map costs no start of npm."""

    def refuse(_: Path) -> None:
        raise AssertionError

    monkeypatch.setattr(_only_shipped, "what_ships", refuse)
    for made in (report(), report(verdict(judgement(SECRET))), report(verdict(judgement(MAP, action=Action.WARN)))):
        assert _only_shipped.relaxed(made, tmp_path) is made
