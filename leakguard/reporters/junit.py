"""JUnit XML, as test dashboards read it: a suite for each artifact, a case for each finding, a failure where it blocks."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from leakguard.model import Action, Judgement, Report, TargetError, Verdict
from leakguard.patterns import lazily
from leakguard.redact import escape
from leakguard.reporters._page import LONGEST_NAME, count, shorten
from leakguard.reporters._places import at, by_action

_NO_CHARACTER = lazily("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (§2.2) cannot hold, not even as a reference."""


def write(report: Report, out: BinaryIO) -> None:
    """Write the report as UTF-8."""
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write("".join(f"{line}\n" for line in _lines(report)).encode("utf-8", "xmlcharrefreplace"))


def _lines(report: Report) -> Iterator[str]:
    suites = [list(_suite(verdict)) for verdict in report.verdicts]
    failures = sum(one.action is Action.BLOCK for verdict in report.verdicts for one in verdict.judgements)
    cases = sum(max(1, len(list(_told(verdict)))) for verdict in report.verdicts) + len(report.errors)
    head = {"name": "leakguard", "tests": str(cases), "failures": str(failures), "errors": str(len(report.errors))}
    yield f"<testsuites{_attributes(head)}>"
    for suite in suites:
        yield from suite
    if report.errors:
        counts = {"tests": str(len(report.errors)), "failures": "0", "errors": str(len(report.errors)), "skipped": "0"}
        yield f"  <testsuite{_attributes({'name': 'incomplete', **counts})}>"
        for error in report.errors:
            yield from _error(error)
        yield "  </testsuite>"
    yield "</testsuites>"


def _told(verdict: Verdict) -> Iterator[Judgement]:
    return (one for one in by_action(verdict) if one.action is not Action.ALLOW or one.suppressed is not None)


def _suite(verdict: Verdict) -> Iterator[str]:
    told = list(_told(verdict))
    head = {
        "name": verdict.artifact.target,
        "tests": str(max(1, len(told))),
        "failures": str(sum(one.action is Action.BLOCK for one in told)),
        "errors": "0",
        "skipped": str(sum(one.suppressed is not None for one in told)),
    }
    yield f"  <testsuite{_attributes(head)}>"
    yield f"    <properties><property{_attributes({'name': 'sha256', 'value': verdict.artifact.sha256 or 'none'})}/></properties>"
    for one in told:
        yield from _case(verdict, one)
    if not told:
        entries = count(verdict.artifact.coverage.entries, "entry", "entries")
        yield f"    <testcase{_attributes({'classname': verdict.artifact.target, 'name': f'{entries}: {verdict.outcome.value}'})}/>"
    yield "  </testsuite>"


def _case(verdict: Verdict, judgement: Judgement) -> Iterator[str]:
    finding = judgement.finding
    name = f"{finding.rule} {finding.location.path or verdict.artifact.target}{at(finding)}"
    yield f"    <testcase{_attributes({'classname': verdict.artifact.target, 'name': name})}>"
    hint = f"\nfix: {_text(' '.join(finding.hint.split()))}" if finding.hint else ""
    if judgement.suppressed is not None:
        why = f"accepted by a {judgement.suppressed.by}: {judgement.suppressed.reason}"
        yield f"      <skipped{_attributes({'message': why})}/>"
    elif judgement.action is Action.BLOCK:
        body = _text(finding.message) + hint
        yield f"      <failure{_attributes({'type': finding.rule, 'message': finding.message})}>{body}</failure>"
    else:
        yield f"      <system-out>{_text('warning: ' + finding.message)}{hint}</system-out>"
    yield "    </testcase>"


def _error(error: TargetError) -> Iterator[str]:
    yield f"    <testcase{_attributes({'classname': error.target, 'name': 'incomplete'})}>"
    yield f"      <error{_attributes({'type': 'incomplete', 'message': error.message})}/>"
    yield "    </testcase>"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name}="{_text(shorten(escape(value), 4 * LONGEST_NAME))}"' for name, value in values.items())


def _text(text: str) -> str:
    """Character data: escaped for people first, then for XML; `##` as references, since build services read test logs too."""
    told = _NO_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", escape(text))
    for plain, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("##", "#&#35;")):
        told = told.replace(plain, reference)
    return told
