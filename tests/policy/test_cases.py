"""A policy carries its own cases, and they run through what judges real artifacts."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from leakguard.errors import UsageError
from leakguard.model import Outcome
from leakguard.policy import json_schema, load
from leakguard.policy.cases import Tried, try_all
from tests.conftest import Cli
from tests.policy.samples import TODAY, faults_of, policy_of

POLICY = """extends: closed-source
files: {allow: ["dist/**/*.js", package.json], require: [package.json]}
size: {entry: 1 MB}
waivers: [{rule: secret/generic, path: dist/a.js, reason: x, expires: 2027-01-01}]
artifacts:
  - {match: {format: npm}, size: {files: 2}}
tests:
"""


def tried(folder: Path, case: str) -> Tried:
    """What comes of one case."""
    (one,) = try_all(policy_of(folder, f"{POLICY}  - {{name: it, {case}}}\n"), TODAY)
    return one


@pytest.mark.parametrize(
    ("case", "actual"),
    [
        ("files: [package.json, {path: dist/a.js, size: 900 kB}]", Outcome.PASS),
        ("files: [package.json, dist/a.js.map]", Outcome.BLOCK),
        ("files: [dist/a.js]", Outcome.BLOCK),
        ("files: [package.json, dist/a.js, dist/b.js]", Outcome.BLOCK),
        ("files: [package.json, {path: dist/a.js, size: 2 MB}]", Outcome.BLOCK),
        ("files: [package.json], findings: [secret/generic]", Outcome.BLOCK),
        ("files: [package.json], findings: [{rule: secret/generic, confidence: low}]", Outcome.BLOCK),
        ("files: [package.json], findings: [{rule: secret/generic, path: dist/a.js}]", Outcome.PASS),
        ("files: [package.json], findings: [{rule: secret/generic, path: dist/a.js}], today: 2027-01-02", Outcome.BLOCK),
        ("files: [package.json], findings: [source-map/shipped-source]", Outcome.PASS),
        ("files: [package.json], artifact: {format: wheel}", Outcome.BLOCK),
        ("files: [package.json], artifact: {size: 9 GB}", Outcome.PASS),
        ("files: [package.json, {path: dist/a.js, kind: link}]", Outcome.PASS),
        ("files: [package.json], findings: [artifact/truncated]", Outcome.BLOCK),
    ],
)
def test_a_case_is_judged_as_an_artifact_is(tmp_path: Path, case: str, actual: Outcome) -> None:
    """By its list of files, their sizes and kinds, its role, and the findings that it gives."""
    assert actual is tried(tmp_path, f"{case}, expect: pass").actual
    assert tried(tmp_path, f"{case}, expect: {actual}").passed


def test_a_verdict_for_another_reason_is_none(tmp_path: Path) -> None:
    """What blocks for a reason that nobody meant would go on blocking when the rule is gone."""
    case = "files: [package.json], findings: [source-map/embedded-source], expect: block"
    assert tried(tmp_path, f"{case}, because: source-map/embedded-source").passed
    assert ("file/not-allowed",) == tried(tmp_path, f"{case}, because: [file/not-allowed]").missing
    assert not tried(tmp_path, f"{case}, because: [file/not-allowed]").passed


@pytest.mark.parametrize(
    ("case", "column"),
    [
        ("{expect: pass}", 5),
        ("{name: it}", 5),
        ("{name: it, expect: maybe}", 24),
        ("{name: it, expect: pass, findings: [secret/none-such]}", 41),
        ("{name: it, expect: pass, because: [file/not-alowed]}", 40),
        ("{name: it, expect: pass, findings: ['secret/*']}", 41),
        ("{name: it, expect: pass, files: [{size: 1}]}", 38),
        ("{name: it, expect: pass, files: dist/a.js}", 37),
        ("{name: it, expect: pass, artifacts: {}}", 30),
    ],
)
def test_a_faulty_case_is_a_fault_of_the_policy(tmp_path: Path, case: str, column: int) -> None:
    """With line and column; no case is left out in silence."""
    assert (9, column) in [(one.line, one.column) for one in faults_of(tmp_path, f"{POLICY}  - {case}\n")]


def test_cases_do_not_change_what_a_policy_is(tmp_path: Path) -> None:
    """Its digest is that of what it does: an attestation outlives a new case."""
    before = policy_of(tmp_path, POLICY.removesuffix("tests:\n")).digest
    assert before == policy_of(tmp_path, f"{POLICY}  - {{name: it, expect: pass}}\n").digest


def test_the_command_says_which_cases_fail(tmp_path: Path, cli: Cli) -> None:
    """Exit 0 when all hold, 1 when one does not, 2 when there is none."""
    good = f"version: 1\n{POLICY}  - {{name: ships, files: [package.json], expect: pass}}\n"
    (tmp_path / "leakguard.yaml").write_text(good)
    assert (0, "ok      ships\n1 of 1 cases hold\n") == ((done := cli("policy", "test")).exit_code, done.stdout)
    (tmp_path / "leakguard.yaml").write_text(good + "  - {name: maps, files: [package.json, dist/a.js.map], expect: warn}\n")
    done = cli("policy", "test", "leakguard.yaml")
    assert 1 == done.exit_code
    assert "FAILED  maps (leakguard.yaml:10): warn was expected, and it is block\n" in done.stdout
    assert "block file/not-allowed at dist/a.js.map\n" in done.stdout
    assert (2, "") == ((done := cli("policy", "test", "strict")).exit_code, done.stdout)
    assert "has no cases" in done.stderr


def test_editors_know_cases(tmp_path: Path, cli: Cli) -> None:
    """The schema takes what the loader takes; the report has one too."""
    text = f"version: 1\n{POLICY}  - {{name: a, files: [a, {{path: b, size: 1 MB}}], findings: [{{rule: file/litter}}], expect: pass}}\n"
    document = yaml.load(text, yaml.BaseLoader) | {"version": 1}
    validator = jsonschema.Draft202012Validator(json_schema())
    assert [] == list(validator.iter_errors(document))
    document["tests"][0]["expect"] = "maybe"
    assert not validator.is_valid(document)
    (tmp_path / "leakguard.yaml").write_text(text)
    assert 0 == cli("policy", "show").exit_code
    done = cli("policy", "schema", "--report")
    jsonschema.Draft202012Validator.check_schema(yaml.safe_load(done.stdout))
    assert "leakguard-report/1" in done.stdout


def test_presets_bring_no_cases() -> None:
    """A policy that extends them is tried on its own."""
    assert [] == list(try_all(load("strict"), TODAY))


LOCK = "version: 1\nartifacts:\n  npm a:\n    size: 1 MB\n    files:\n      /dist/a.js: script 100 KB\n      /package.json: data 1 KB\n"


@pytest.mark.parametrize(
    ("files", "actual", "because"),
    [
        ("[package.json, dist/a.js]", Outcome.PASS, None),
        ("[package.json, dist/a.js, dist/b.js]", Outcome.BLOCK, "change/added"),
        ("[package.json, dist/a.js, dist/a.wasm]", Outcome.BLOCK, "change/new-kind"),
        ("[package.json, {path: dist/a.js, size: 900 kB}]", Outcome.BLOCK, "change/grown"),
        ("[package.json]", Outcome.BLOCK, "change/removed"),
    ],
)
def test_a_case_may_be_compared_with_the_lock(tmp_path: Path, files: str, actual: Outcome, because: str | None) -> None:
    """Where it asks for that: what nobody approved blocks, and without asking nothing is compared."""
    (tmp_path / "l.lock").write_text(LOCK)
    case = f"- {{name: it, artifact: {{format: npm, name: a}}, files: {files}, expect: {actual}"
    reason = f", because: {because}" if because else ""
    text = f"lock: l.lock\ntests:\n  {case}, lock: compare{reason}}}\n  {case.replace(str(actual), 'pass')}}}\n"
    assert [True, True] == [one.passed for one in try_all(policy_of(tmp_path, text), TODAY)]


def test_a_case_cannot_be_compared_with_a_lock_that_nobody_names(tmp_path: Path) -> None:
    """It would prove nothing."""
    policy = policy_of(tmp_path, "tests:\n  - {name: it, files: [a.js], lock: compare, expect: block}\n")
    with pytest.raises(UsageError, match="the policy names none"):
        list(try_all(policy, TODAY))
