"""Of what is staged, only what ships blocks for being source: the rest of a repository may hold maps."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from leakguard.model import Action, Judgement, Outcome, Report, Verdict
from leakguard.redact import escape_name
from leakguard.reporters._places import file_of

ABOUT_SHIPPING = ("source-map/",)
"""Rules that matter only in what ships. A secret is out with the first push, whether it ships or not."""


def relaxed(report: Report, root: Path) -> Report:
    """The report with a warning instead of a block where a rule about shipping names a file that does not ship.

    The package manager is asked only if there is such a block. If nobody can say what ships, every file counts as one that does; so does
    one that is staged and not in the working tree, which is all that a package manager sees.
    """
    if not any(_concerns_shipping(one) for verdict in report.verdicts for one in verdict.judgements):
        return report
    ships = what_ships(root)
    if ships is None:
        return report
    spared = frozenset(escape_name(path) for path, yes in ships.items() if not yes and (root / path).is_file())
    verdicts = tuple(_relaxed_verdict(verdict, spared) for verdict in report.verdicts)
    outcome = max((one.outcome for one in verdicts), key=list(Outcome).index, default=report.outcome)
    return replace(report, verdicts=verdicts, outcome=outcome)


def what_ships(root: Path) -> Mapping[str, bool] | None:
    """For each file below `root`, whether it ships; `None` when nobody can say."""
    from leakguard import shipping

    return shipping.ships(root)


def _relaxed_verdict(verdict: Verdict, spared: frozenset[str]) -> Verdict:
    judgements = tuple(_relaxed(one, verdict, spared) for one in verdict.judgements)
    if judgements == verdict.judgements:
        return verdict
    blocked = any(one.action is Action.BLOCK for one in judgements)
    return replace(verdict, judgements=judgements, outcome=Outcome.BLOCK if blocked else Outcome.WARN)


def _relaxed(judgement: Judgement, verdict: Verdict, spared: frozenset[str]) -> Judgement:
    if not _concerns_shipping(judgement) or file_of(verdict, judgement.finding) not in spared:
        return judgement
    finding = replace(judgement.finding, message=f"{judgement.finding.message}; the file does not ship")
    return replace(judgement, finding=finding, action=Action.WARN)


def _concerns_shipping(judgement: Judgement) -> bool:
    return judgement.action is Action.BLOCK and judgement.finding.rule.startswith(ABOUT_SHIPPING)
