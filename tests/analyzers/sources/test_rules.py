"""The rules as a whole: what they say, what the default policy makes of them, and what they cost."""

import datetime as dt
import json
import time
from pathlib import Path

import pytest

import leakguard
from leakguard import plugins
from leakguard.analyzers import sources
from leakguard.anchors import Anchors
from leakguard.model import Action, Openness
from tests.builders import npm
from tests.kit import accept_rules

TODAY = dt.date(2026, 11, 22)
PACKED = json.dumps({"fileNames": ["../src/a.ts"], "fileInfos": ["1"], "version": "5.9.2"})
STATISTICS = {"assetsByChunkName": {}, "modules": [{"name": "./src/a.js"}]}
WITH_SOURCE = {"assetsByChunkName": {}, "modules": [{"name": "./src/a.js", "source": "a()"}]}
EVALUATED = 'eval("a()\\n\\n//# source' + 'URL=webpack://x/./a.js?")'


def test_every_rule_says_what_a_person_needs() -> None:
    """Title, meaning, impact, and a fix that always applies."""
    accept_rules(sources)


@pytest.mark.parametrize(
    ("path", "content", "rule", "closed", "open_"),
    [
        ("main.js", EVALUATED, "source/development-build", Action.BLOCK, Action.BLOCK),
        ("a.js", 'var _jsxFileName = "/w/src/a.jsx"', "source/development-output", Action.WARN, Action.ALLOW),
        ("a.js", 'x={PATH:"/bin",HOME:"/h",PWD:"/p",A:"1"}', "source/environment-dump", Action.BLOCK, Action.BLOCK),
        ("s.json", json.dumps(STATISTICS), "source/bundler-statistics", Action.WARN, Action.ALLOW),
        ("s.json", json.dumps(WITH_SOURCE), "source/bundler-report", Action.BLOCK, Action.BLOCK),
        ("x.tsbuildinfo", PACKED, "source/build-state", Action.WARN, Action.WARN),
        (".mypy_cache/3.12/a.data.json", "{}", "source/build-cache", Action.BLOCK, Action.BLOCK),
        ("c.html", "<html><pre><table class=\"coverage\"><a name='L1'></a>", "source/coverage-report", Action.BLOCK, Action.BLOCK),
        ("lcov.info", "TN:\nSF:a.js\nend_of_record\n", "source/coverage-data", Action.WARN, Action.ALLOW),
        ("c", b"MDMP\x93\xa7" + bytes(9), "source/memory-dump", Action.BLOCK, Action.BLOCK),
        ("a.pyx", "cdef int x = 1\n", "source/original", Action.BLOCK, Action.ALLOW),
        ("x.egg-info/SOURCES.txt", "gone.py\n", "metadata/file-list", Action.WARN, Action.WARN),
        ("lib copy/index.js", "x", "source/second-checkout", Action.BLOCK, Action.BLOCK),
    ],
)
@pytest.mark.parametrize("openness", list(Openness))
def test_the_default_policy_decides_as_the_contract_says(
    tmp_path: Path, path: str, content: str | bytes, rule: str, closed: Action, open_: Action, openness: Openness
) -> None:
    """Open and closed, end to end, with a hint where something is to be done."""
    manifest = {"license": "MIT"} if openness is Openness.OPEN else {"license": "UNLICENSED"}
    (tmp_path / "x.tgz").write_bytes(npm({path: content, "lib/index.js": "x"}, manifest=manifest))
    report = leakguard.inspect([tmp_path / "x.tgz"], policy="default", today=TODAY)
    (judgement,) = [one for verdict in report.verdicts for one in verdict.judgements if one.finding.rule == rule]
    assert (open_ if openness is Openness.OPEN else closed) is judgement.action
    assert judgement.finding.hint


def test_a_clean_package_has_no_finding(tmp_path: Path) -> None:
    """Built for production, nothing left behind."""
    files = {"dist/i.js": "(()=>{var e=process.env.NODE_ENV;console.log(e)})();\n", "README.md": "# x\n"}
    (tmp_path / "x.tgz").write_bytes(npm(files, manifest={"license": "UNLICENSED", "main": "dist/i.js"}))
    report = leakguard.inspect([tmp_path / "x.tgz"], policy="closed-source", today=TODAY)
    assert [] == [one.finding.rule for verdict in report.verdicts for one in verdict.judgements]


def test_the_anchors_are_cheap() -> None:
    """They compile in no time, and are rare: ordinary code has none of them."""
    begin = time.perf_counter()
    Anchors([one.ANCHORS for one in plugins.analyzers()]).compile()
    assert time.perf_counter() - begin < 1
    from leakguard.content import Content

    code = b"export function price(items) { return items.map((item) => item.price * item.count).reduce((a, b) => a + b, 0); }\n" * 1000
    assert {} == Anchors([sources.ANCHORS]).scan(Content(code))
