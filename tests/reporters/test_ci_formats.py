"""GitHub annotations, the job summary, JUnit and GitLab: what each of them needs, and what must not get through."""

import json
from xml.etree import ElementTree as ET

import pytest

from leakguard.model import Action, Suppression
from tests.reporters.reports import HOSTILE, MAP_EVIDENCE, judgement, report, unread, verdict
from tests.reporters.written import written


def test_annotation_of_a_commit_has_its_line() -> None:
    """File, line and column as GitHub wants them, the fix behind the message."""
    text = written("github", report(verdict(judgement(path="src/a.py", hint="take it out"), target="git:")))
    first = "::error title=leakguard%3A secret/npm-token,file=src/a.py,line=1,col=7::src/a.py:1:7: an npm token (fix: take it out)"
    assert text.splitlines()[0] == first


def test_annotation_of_an_artifact_names_the_place_inside_it() -> None:
    """There is no line of the repository to point at."""
    text = written("github", report(verdict(judgement())))
    assert "file=dist/example-1.0.0.tgz::dist/example-1.0.0.tgz!/package/index.js:1:7: an npm token" in text
    assert "line=" not in text


def test_properties_of_a_command_cannot_be_added_to() -> None:
    """Commas, colons, percent signs and newlines of a name are encoded."""
    text = written("github", report(verdict(judgement(path="a,line=9::b%0A\n::error::c"), target="git:")))
    first, *others = text.splitlines()
    assert "file=a%2Cline=9%3A" in first
    assert first.count("::") == 2
    assert all(line.startswith("::notice title=leakguard::") for line in others)


def test_allowed_findings_are_not_annotated_and_many_are_counted() -> None:
    """GitHub shows ten of a level."""
    shown = [judgement(path=f"package/{number}.js") for number in range(25)] + [judgement(action=Action.ALLOW)]
    text = written("github", report(verdict(*shown)))
    assert text.count("::error ") == 11
    assert "15 more findings: the report has them all" in text


@pytest.mark.parametrize(
    "text", ["[x](https://evil.example)", "<img src=x>", "a|b", "`x`", "**b**", "@user", "www.evil.example", "</code>", HOSTILE]
)
def test_markdown_of_a_name_is_no_markup(text: str) -> None:
    """Punctuation stands as numeric entities."""
    made = report(verdict(judgement(path=text, message=text, hint=text), target=text))
    out = written("markdown", made)
    for mark in ("](", "<img", "`", "**b", "@", "www.", "://"):
        assert mark not in out
    assert out.count("<code>") == out.count("</code>")


def test_summary_says_how_much_leaks_and_where() -> None:
    """The evidence in words, the fix, and the digest that was inspected."""
    out = written("markdown", report(verdict(judgement("source-map/embedded-source", evidence=MAP_EVIDENCE, hint="leave it out"))))
    assert "anyone can rebuild 1,900 first&#45;party files" in out
    assert "- leave it out" in out
    assert "sha256&#58;abab" in out


def test_junit_counts_what_blocks_as_failures() -> None:
    """A warning is no failure, what is accepted is skipped, what could not be read is an error, a clean artifact passes."""
    blind, error = unread()
    waived = judgement(action=Action.ALLOW, suppressed=Suppression(by="baseline", reason="known"))
    made = report(verdict(judgement(), judgement(action=Action.WARN), waived), verdict(target="clean.tgz"), blind, errors=(error,))
    root = ET.fromstring(written("junit", made))
    assert (root.get("failures"), root.get("errors")) == ("1", "1")
    assert int(root.get("tests", "")) == len(root.findall(".//testcase"))
    suite = root.findall("testsuite")[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert len(root.findall(".//skipped")) == 1


def test_junit_holds_no_character_that_xml_forbids() -> None:
    """Controls, lone surrogates and non-characters are written out."""
    name = f"{HOSTILE}\x0b\udcff\ufffe\uffff<&>\"'"
    root = ET.fromstring(written("junit", report(verdict(judgement(path=name, message=name, hint=name), target=name))))
    assert "\\ufffe" in (root.findall("testsuite")[0].get("name") or "")


def test_gitlab_has_what_merge_requests_need() -> None:
    """Description, check name, unique fingerprint, severity, path and line."""
    made = report(verdict(judgement(path="src/a.py"), judgement(path="src/a.py"), judgement(action=Action.ALLOW), target="git:"))
    issues = json.loads(written("gitlab", made))
    assert len({one["fingerprint"] for one in issues}) == len(issues) == 2
    assert {one["severity"] for one in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert issues[0]["location"] == {"path": "src/a.py", "lines": {"begin": 1}}
