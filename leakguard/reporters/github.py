"""Annotations for GitHub Actions: workflow commands, one line each, in which a name can end neither the line nor the command."""

from collections.abc import Iterator
from typing import BinaryIO

from leakguard.model import Action, Judgement, Report, Verdict
from leakguard.redact import escape
from leakguard.reporters._page import count, shorten
from leakguard.reporters._places import COMMITTED, at, by_action, file_of, nested

MOST_OF_EACH = 10
"""Annotations of one level that GitHub shows for a step; what is beyond is counted in the last line."""

LONGEST = 2000
"""Characters of one annotation's text."""

_COMMANDS = {Action.BLOCK: "error", Action.WARN: "warning"}


def write(report: Report, out: BinaryIO) -> None:
    """Write the annotations as UTF-8, what blocks first."""
    out.write("".join(f"{line}\n" for line in _lines(report)).encode("utf-8", "backslashreplace"))


def _lines(report: Report) -> Iterator[str]:
    for error in report.errors:
        yield _command("error", {"title": "leakguard: incomplete"}, error.message)
    for action, command in _COMMANDS.items():
        told = [(verdict, one) for verdict in report.verdicts for one in by_action(verdict) if one.action is action]
        yield from (_annotation(command, verdict, one) for verdict, one in told[:MOST_OF_EACH])
        if len(told) > MOST_OF_EACH:
            more = count(len(told) - MOST_OF_EACH, "more finding")
            yield _command(command, {"title": "leakguard"}, f"{more}: the report has them all")
    blocked = sum(verdict.outcome.value == "block" for verdict in report.verdicts)
    artifacts = count(len(report.verdicts), "artifact")
    summary = f"{blocked} of {artifacts} must not be published" if blocked else artifacts
    yield _command("notice", {"title": "leakguard"}, f"{report.outcome.value}: {summary}")


def _annotation(command: str, verdict: Verdict, judgement: Judgement) -> str:
    finding = judgement.finding
    properties = {"title": f"leakguard: {finding.rule}", "file": shorten(file_of(verdict, finding))}
    if verdict.artifact.target.startswith(COMMITTED) and finding.location.line is not None and "!/" not in finding.location.path:
        properties |= {"line": str(finding.location.line), "col": str(finding.location.column or 1)}
    where = f"{shorten(nested(verdict, finding))}{at(finding)}"
    hint = " ".join(finding.hint.split())
    return _command(command, properties, f"{where}: {finding.message}" + (f" (fix: {hint})" if hint else ""))


def _command(command: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {given}::{_data(shorten(message, LONGEST))}"


def _data(text: str) -> str:
    """NOTE: as `escapeData` of actions/toolkit; `##[` is a command too, wherever it stands in a line."""
    return escape(text).replace("%", "%25").replace("##", "#%23").replace("::", ":%3A")


def _property(text: str) -> str:
    """NOTE: as `escapeProperty` of actions/toolkit."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
