"""Every attack of the list by an archive, an entry or a text in it: blocked by the rule that says how, fast, in little memory."""

import re
import resource
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import leakguard
from leakguard.model import Action, Location, Outcome, Verdict
from tests.attacks.attack import GITHUB, Attack
from tests.attacks.contents import MAPS, NESTED, OPEN, SECRETS
from tests.attacks.names import NAMES
from tests.attacks.tars import STREAMS, TARS
from tests.attacks.zips import ZIPS

ATTACKS: Mapping[str, Attack] = {**ZIPS, **TARS, **STREAMS, **NAMES, **NESTED, **MAPS, **SECRETS}
MOST_SECONDS = 10
NOWHERE = Location(path="")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Verdict, float]]:
    """What came of each attack, and the seconds of processor that its worker took; one run, as over a folder."""
    folder = tmp_path_factory.mktemp("attacks")
    paths: dict[str, Path] = {}
    for name, one in ATTACKS.items():
        paths[name] = folder / re.sub(r"\W", "_", name) / one.name
        paths[name].parent.mkdir()
        paths[name].write_bytes(one.build())
    ended: dict[str, float] = {}
    last = 0.0

    def note(progress: leakguard.Progress) -> None:
        nonlocal last
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        now = spent.ru_utime + spent.ru_stime
        ended[progress.target], last = now - last, now

    report = leakguard.inspect(list(paths.values()), policy="default", jobs=1, progress=note)
    return {name: (verdict, ended[str(paths[name])]) for name, verdict in zip(paths, report.verdicts, strict=True)}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xfail(reason=OPEN[name], strict=False)) if name in OPEN else name for name in ATTACKS]
)
def test_the_attack_is_answered(name: str, seen: Mapping[str, tuple[Verdict, float]]) -> None:
    """What must block does, by the expected rules; what is sound is read; the secret is in nothing that is said."""
    verdict, seconds = seen[name]
    blocking = {one.finding.rule for one in verdict.judgements if one.action is Action.BLOCK}
    assert blocking >= set(ATTACKS[name].rules)
    assert (verdict.outcome is Outcome.BLOCK) == bool(ATTACKS[name].rules), blocking
    assert GITHUB[:12] not in repr([replace(one.finding, location=NOWHERE) for one in verdict.judgements])  # a path may be the secret: NM26
    assert seconds < MOST_SECONDS
