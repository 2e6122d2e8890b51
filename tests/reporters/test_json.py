"""The JSON report has the contract's shape, whatever an artifact's author named his files."""

import io
import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from leakguard.model import Action, Report, Suppression
from leakguard.reporters import json as reporter
from tests.reporters.reports import HOSTILE, MAP_EVIDENCE, judgement, report, unread, verdict

SCHEMA = json.loads(files("leakguard.reporters").joinpath("report.schema.json").read_text(encoding="utf-8"))


def written(made: Report) -> bytes:
    """The bytes that the reporter writes."""
    out = io.BytesIO()
    reporter.write(made, out)
    return out.getvalue()


def document(made: Report) -> Any:
    """The report read back and found valid."""
    read = json.loads(written(made))
    jsonschema.Draft202012Validator(SCHEMA).validate(read)
    return read


def full() -> Report:
    """A report that uses every key."""
    blind, error = unread()
    suppressed = Suppression(by="waiver", reason="a test", expires="2027-01-31")
    waived = judgement("artifact/unreadable", action=Action.ALLOW, line=None, offset=17, suppressed=suppressed)
    found = judgement("source-map/embedded-source", evidence=MAP_EVIDENCE, hint="leave it out")
    return report(verdict(found, waived), blind, errors=(error,), weakened_by=("--as-is",))


def test_schema_is_a_schema() -> None:
    """The committed schema is valid under JSON Schema 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_report_has_the_shape_and_order_of_the_contract() -> None:
    """Every key of the contract is there, in the contract's order, with the values of the report."""
    read = document(full())
    assert list(read) == ["schema", "tool", "policy", "weakened_by", "verdict", "artifacts", "errors"]
    assert read["tool"] == {"name": "leakguard", "version": "1.2.3"}
    assert read["policy"] == {"name": "default", "digest": f"sha256:{'0' * 64}"}
    assert (read["schema"], read["weakened_by"], read["verdict"]) == ("leakguard-report/1", ["--as-is"], "block")
    artifact = read["artifacts"][0]
    head = ["target", "format", "name", "version", "sha256", "size", "openness", "verdict"]
    assert list(artifact) == [*head, "coverage", "ledger", "checkout", "findings"]
    assert artifact["coverage"] == {"entries": 12, "bytes": 4600000, "inspected": 4600000, "opaque": 0, "opaque_by": {}, "unreadable": 0}
    finding = artifact["findings"][0]
    assert finding == {
        "rule": "source-map/embedded-source",
        "action": "block",
        "severity": "high",
        "confidence": "high",
        "location": {"path": "package/index.js", "line": 1, "column": 7, "offset": None},
        "message": "an npm token",
        "hint": "leave it out",
        "evidence": dict(MAP_EVIDENCE),
        "fingerprint": "0123456789abcdef0123456789abcdef",
        "suppressed": None,
    }
    keys = ["rule", "action", "severity", "confidence", "location", "message", "hint", "evidence", "fingerprint", "suppressed"]
    assert list(finding) == keys


def test_suppressed_finding_stays_and_is_allowed() -> None:
    """A waived finding is in the report with its reason and day."""
    finding = document(full())["artifacts"][0]["findings"][1]
    assert (finding["action"], finding["suppressed"]) == ("allow", {"by": "waiver", "reason": "a test", "expires": "2027-01-31"})
    assert finding["location"] == {"path": "package/index.js", "line": None, "column": None, "offset": 17}


def test_unreadable_target_has_an_artifact_and_an_error() -> None:
    """What cannot be read has null for a digest, blocks, and is among the errors."""
    read = document(full())
    assert (read["artifacts"][1]["sha256"], read["artifacts"][1]["size"], read["artifacts"][1]["verdict"]) == (None, None, "block")
    assert read["errors"] == [{"target": "dist/missing.tgz", "message": "`dist/missing.tgz` does not exist"}]


def test_empty_report_is_valid() -> None:
    """A report of nothing is a report."""
    assert document(report())["artifacts"] == []


def test_same_report_gives_same_bytes() -> None:
    """Two runs write the same bytes, with one newline at the end."""
    assert written(full()) == written(full())
    assert written(full()).endswith(b"}\n")


def test_non_ascii_names_stay_readable() -> None:
    """A printable name is written as itself, in UTF-8."""
    assert "naïve/文.js".encode() in written(report(verdict(judgement(path="naïve/文.js"))))


@pytest.mark.parametrize("field", ["path", "message", "hint", "evidence"])
def test_hostile_text_reaches_no_terminal(field: str) -> None:
    """Controls, direction marks, lone surrogates and build commands are written out, wherever they stand."""
    name = f"{HOSTILE}\udcff"
    value: dict[str, Any] = {"evidence": {name: [name, {"deep": name}]}} if field == "evidence" else {field: name}
    made = report(verdict(judgement(**value)))
    document(made)
    text = written(made).decode()
    assert not [character for character in text if not character.isprintable() and character != "\n"]
    assert "##" not in text
    assert not [line for line in text.splitlines() if line.strip().startswith("::")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "leakguard-report/2"),
        (("verdict",), "fail"),
        (("artifacts", 0, "sha256"), "AB" * 32),
        (("artifacts", 0, "coverage", "bytes"), -1),
        (("artifacts", 0, "findings", 0, "action"), "deny"),
        (("artifacts", 0, "findings", 0, "rule"), "W001"),
        (("artifacts", 0, "findings", 0, "location", "line"), 0),
        (("artifacts", 0, "findings", 0, "evidence"), {}),
        (("artifacts", 0, "findings", 1, "action"), "block"),
        (("artifacts", 0, "findings", 1, "suppressed", "by"), "me"),
    ],
)
def test_schema_refuses_what_is_no_report(path: tuple[str | int, ...], value: object) -> None:
    """The schema says no to wrong values: a suppressed finding that blocks, a map finding without evidence, and so on."""
    read = document(full())
    at = read
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(read)


@pytest.mark.parametrize("key", ["schema", "tool", "policy", "weakened_by", "verdict", "artifacts", "errors"])
def test_schema_refuses_a_missing_key(key: str) -> None:
    """No key of the contract may be left out."""
    read = document(full())
    del read[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(read)
