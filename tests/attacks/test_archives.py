"""Every attack of the list by an archive, an entry or a text in it: blocked by the rule that says how, fast, in little memory."""

import re
import resource
import subprocess
import sys
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
from tests.conftest import ROOT

ATTACKS: Mapping[str, Attack] = {**ZIPS, **TARS, **STREAMS, **NAMES, **NESTED, **MAPS, **SECRETS}
MOST_SECONDS = 20
"""Of processor time: none takes 10 on a core of its own, and two workers of the tests may share one."""
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
    "name", [pytest.param(name, marks=pytest.mark.xfail(reason=OPEN[name], strict=True)) if name in OPEN else name for name in ATTACKS]
)
def test_the_attack_is_answered(name: str, seen: Mapping[str, tuple[Verdict, float]]) -> None:
    """What must block does, by the expected rules; what is sound is read; the secret is in nothing that is said."""
    verdict, seconds = seen[name]
    blocking = {one.finding.rule for one in verdict.judgements if one.action is Action.BLOCK}
    assert blocking >= set(ATTACKS[name].rules)
    assert (verdict.outcome is Outcome.BLOCK) == bool(ATTACKS[name].rules), blocking
    assert GITHUB[:12] not in repr([replace(one.finding, location=NOWHERE) for one in verdict.judgements])  # a path may be the secret: NM26
    assert seconds < MOST_SECONDS


HEAVY = (
    "ZB1",
    "ZB6",
    "ZB13",
    "GZ5",
    "TR3",
    "TR21 a pax header of 8 GiB",
    "GZ7 window",
    "SM14",
    "SM15",
    "SX6 at the border of a window",
    "SX9",
)
MOST_MEMORY = 500_000_000
MEASURE = """
import resource, subprocess, sys
command = [sys.executable, "-m", "leakguard", "inspect", "--jobs", "1", "--quiet", *sys.argv[1:]]
code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_is_bounded(tmp_path: Path) -> None:
    """The heaviest of them, one after the other: no process takes 500 MB."""
    paths = [tmp_path / f"{number}-{ATTACKS[name].name}" for number, name in enumerate(HEAVY)]
    for path, name in zip(paths, HEAVY, strict=True):
        path.write_bytes(ATTACKS[name].build())
    command = [sys.executable, "-c", MEASURE, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    code, memory = map(int, done.stdout.split())
    assert code == 1
    assert memory * (1 if sys.platform == "darwin" else 1024) < MOST_MEMORY
