"""The waiver that a block offers works when it is pasted, and covers nothing else."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from leakguard.errors import FaultyFile
from leakguard.model import Identity
from leakguard.policy import load
from leakguard.reporters import _waivers
from tests.reporters.reports import judgement

TODAY = date(2026, 11, 22)
NPM = Identity(format="npm", root="package/")
NAMES = [
    "index.js",
    "dist/cli.js.map",
    "a b/c d .js",
    "[id]/*.js",
    "!important",
    "#hash",
    "back\\slash",
    "what?.js",
    "end ",
    'qu"ote: {x}, # y',
    "文/é.js",
    "vendor/a.whl!/b/c.py",
    "a.whl!/b.py",
    "a.tgz!/!x!/#y",
    "%21/%0A",
    "yes",
]


def pasted(name: str) -> str:
    """The waiver for a finding in that file of an npm package."""
    return "\n".join(_waivers.lines([(NPM, judgement(path=f"package/{name}").finding)], TODAY))


def test_waiver_without_a_reason_is_refused(tmp_path: Path) -> None:
    """Pasting is not enough: somebody has to say why."""
    path = tmp_path / "leakguard.yaml"
    path.write_text(f"version: 1\n{pasted('index.js')}\n", encoding="utf-8")
    with pytest.raises(FaultyFile) as caught:
        load(path)
    assert [fault.line for fault in caught.value.faults] == [6]


@pytest.mark.parametrize("name", NAMES)
def test_waiver_covers_the_finding_it_was_offered_for(name: str, tmp_path: Path) -> None:
    """With a reason it loads, lasts 90 days, and covers the finding under any name."""
    path = tmp_path / "leakguard.yaml"
    path.write_text("version: 1\n" + pasted(name).replace("reason:", "reason: because") + "\n", encoding="utf-8")
    (waiver,) = load(path).general.waivers
    assert waiver.covers(judgement(path=f"package/{name}").finding, NPM.root)
    assert waiver.names_exactly(judgement(path=f"package/{name}").finding, NPM.root)
    assert waiver.expires == date(2027, 2, 20)


@pytest.mark.parametrize("name", NAMES)
def test_waiver_covers_nothing_else(name: str, tmp_path: Path) -> None:
    """Another rule, another fingerprint, or another place is not covered."""
    path = tmp_path / "leakguard.yaml"
    path.write_text("version: 1\n" + pasted(name).replace("reason:", "reason: because") + "\n", encoding="utf-8")
    (waiver,) = load(path).general.waivers
    others = [
        judgement("file/litter", f"package/{name}"),
        judgement(path=f"package/{name}", fingerprint="f" * 32),
        judgement(path=f"package/deeper/{name}"),
        judgement(path=f"package/{name}x"),
    ]
    assert [waiver.covers(one.finding, NPM.root) for one in others] == [False] * 4


def test_name_that_no_pattern_can_match_is_left_to_the_fingerprint() -> None:
    """A path longer than anybody reads is left out."""
    assert list(yaml.safe_load(pasted("x" * 500))["waivers"][0]) == ["rule", "fingerprint", "reason", "expires"]


def test_waiver_of_the_whole_artifact_has_its_fingerprint_only(tmp_path: Path) -> None:
    """There is no path to name, and a policy refuses an empty one."""
    finding = judgement("size/artifact", "", line=None).finding
    text = "\n".join(_waivers.lines([(NPM, finding)], TODAY)).replace("reason: ", "reason: meant")
    assert "path:" not in text
    path = tmp_path / "leakguard.yaml"
    path.write_text(f"version: 1\n{text}\n", encoding="utf-8")
    (waiver,) = load(path).general.waivers
    assert waiver.covers(finding, "package/")
    assert not waiver.covers(judgement("size/artifact", "", line=None, fingerprint="f" * 32).finding, "package/")
