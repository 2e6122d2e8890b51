"""The SARIF report is valid under the schema of OASIS and says what code scanning needs."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leakguard.model import Action, Report, Severity, Suppression
from tests.reporters.reports import HOSTILE, MAP_EVIDENCE, judgement, report, unread, verdict
from tests.reporters.written import written

TOOLS = Path(__file__).parent.parent / "tools" / "node_modules"
SCHEMA: dict[str, Any] = json.loads((TOOLS / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
"""The schema of OASIS, as Microsoft's package of it carries it."""


def run_of(made: Report) -> Any:
    """The only run of the report, which is valid."""
    read = json.loads(written("sarif", made))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(read)
    assert read["version"] == "2.1.0"
    (run,) = read["runs"]
    return run


def full() -> Report:
    """A report that uses everything."""
    blind, error = unread()
    waived = Suppression(by="waiver", reason="a test", expires="2027-01-31")
    shown = [
        judgement(
            "source-map/embedded-source", "package/a b#.js.map", evidence=MAP_EVIDENCE, hint="leave it out", severity=Severity.CRITICAL
        ),
        judgement("file/litter", "package/.DS_Store", action=Action.WARN, line=None),
        judgement("secret/npm-token", "package/x!/y.bin", line=None, offset=17),
        judgement("artifact/unreadable", action=Action.ALLOW, suppressed=waived),
        judgement("secret/generic", action=Action.ALLOW, suppressed=Suppression(by="pragma", reason="a comment")),
        judgement("source-map/no-content", action=Action.ALLOW),
        judgement("policy/unused-pattern", "leakguard.yaml", action=Action.WARN),
    ]
    return report(verdict(*shown), blind, errors=(error,), weakened_by=("--as-is",))


def test_levels_follow_the_policy() -> None:
    """What blocks is an error, what warns a warning; what is allowed is no result."""
    results = run_of(full())["results"]
    levels = {one["ruleId"]: one["level"] for one in results}
    assert levels["source-map/embedded-source"] == "error"
    assert levels["file/litter"] == "warning"
    assert "source-map/no-content" not in levels


def test_accepted_findings_are_suppressed_results() -> None:
    """A pragma is in the source, a waiver outside; both say why."""
    told = {one["ruleId"]: one["suppressions"] for one in run_of(full())["results"] if "suppressions" in one}
    assert told["artifact/unreadable"] == [
        {"kind": "external", "status": "accepted", "justification": "waiver: a test (until 2027-01-31)"},
    ]
    assert told["secret/generic"][0]["kind"] == "inSource"


def test_every_rule_has_help_with_remediation() -> None:
    """In Markdown, with the fix of each packing tool; also a rule that no analyzer declares."""
    rules = {one["id"]: one for one in run_of(full())["tool"]["driver"]["rules"]}
    assert "**Remediation**" in rules["source-map/embedded-source"]["help"]["markdown"]
    assert "npm: " in rules["source-map/embedded-source"]["help"]["text"]
    assert rules["policy/unused-pattern"]["help"]["text"]
    assert [one["ruleIndex"] for one in run_of(full())["results"]] == [
        sorted(rules).index(one["ruleId"]) for one in run_of(full())["results"]
    ]


def test_places_are_lines_or_bytes_and_uris_are_relative() -> None:
    """No name becomes a scheme, a query or a fragment; a binary place has an offset."""
    physical = {one["ruleId"]: one["locations"][0]["physicalLocation"] for one in run_of(full())["results"]}
    place = physical["source-map/embedded-source"]
    assert place["artifactLocation"]["uri"] == "dist/example-1.0.0.tgz!/package/a%20b%23.js.map"
    assert place["region"] == {"startLine": 1, "startColumn": 7}
    assert physical["secret/npm-token"]["region"] == {"byteOffset": 17, "byteLength": 0}


@pytest.mark.parametrize("target", ["https://evil.example/x?y#z", "//evil.example/x", "C:\\x\\y.tgz", "../../x.tgz", HOSTILE])
def test_hostile_targets_stay_relative_references(target: str) -> None:
    """A target that looks like an address is a path all the same."""
    place = run_of(report(verdict(judgement(), target=target)))["results"][0]["locations"][0]["physicalLocation"]
    assert not place["artifactLocation"]["uri"].startswith("/")
    assert ":" not in place["artifactLocation"]["uri"]
    assert not {"?", "#"}.intersection(place["artifactLocation"]["uri"])


def test_fingerprints_survive_a_new_version_and_tell_places_apart() -> None:
    """They do not depend on the file name of the artifact, and two findings that look alike have different ones."""

    def fingerprints(target: str) -> list[str]:
        made = report(verdict(judgement(), judgement(path="package/other.js"), judgement(), target=target))
        return [one["partialFingerprints"]["leakguard/v1"] for one in run_of(made)["results"]]

    first, second = fingerprints("dist/x-1.0.0.tgz"), fingerprints("out/x-2.0.0.tgz")
    assert first == second
    assert len(set(first)) == 3


def test_what_is_staged_is_located_in_the_repository() -> None:
    """Code scanning can put an alert on the very line."""
    made = report(verdict(judgement(path="src/a.py"), target="git:"))
    place = run_of(made)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/a.py"}


def test_braces_and_brackets_of_a_message_are_no_placeholders() -> None:
    """SARIF reads `{0}` and `[text](link)` in a message."""
    made = report(verdict(judgement(message="see [here](https://evil.example) {0}")))
    text = run_of(made)["results"][0]["message"]["text"]
    assert text == "see \\[here\\](https://evil.example) {{0}}"


def test_schema_refuses_a_wrong_level() -> None:
    """The schema is one that can say no."""
    read = json.loads(written("sarif", full()))
    broken = copy.deepcopy(read)
    broken["runs"][0]["results"][0]["level"] = "block"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(broken)


def test_errors_of_the_run_are_notifications() -> None:
    """A target that could not be read is no result, and the run no success."""
    (invocation,) = run_of(full())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "`dist/missing.tgz` does not exist"
