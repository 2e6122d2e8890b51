"""GitLab's Code Quality report: a JSON list that merge requests show (the subset of the Code Climate format that GitLab documents)."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from leakguard.model import Action, Judgement, Report, Severity, Verdict
from leakguard.redact import escape
from leakguard.reporters._page import LONGEST_NAME, shorten
from leakguard.reporters._places import at, file_of, nested, stable_digest

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def write(report: Report, out: BinaryIO) -> None:
    """Write the report as UTF-8 JSON, indented by two, with a final newline."""
    text = json.dumps(list(_issues(report)), ensure_ascii=False, allow_nan=False, indent=2)
    out.write(text.replace("##", "#\\u0023").encode())
    out.write(b"\n")


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for error in report.errors:
        description = f"incomplete: {escape(error.message)}"
        yield _issue("incomplete", description, escape(error.target), 1, "blocker", f"incomplete:{escape(error.target)}")
    for verdict in report.verdicts:
        for judgement in verdict.judgements:
            if judgement.action is not Action.ALLOW:
                stable = stable_digest(verdict, judgement.finding)
                seen[stable] += 1
                yield _of(verdict, judgement, f"{stable}:{seen[stable]}")


def _of(verdict: Verdict, judgement: Judgement, fingerprint: str) -> dict[str, Any]:
    finding = judgement.finding
    description = f"{judgement.action.value}: {finding.message} ({shorten(nested(verdict, finding))}{at(finding)})"
    line = finding.location.line if "!/" not in finding.location.path and verdict.artifact.identity.format == "directory" else None
    return _issue(finding.rule, escape(description), file_of(verdict, finding), line or 1, SEVERITIES[finding.severity], fingerprint)


def _issue(rule: str, description: str, path: str, line: int, severity: str, fingerprint: str) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": rule,
        "description": description,
        "categories": ["Security"],
        "severity": severity,
        "fingerprint": fingerprint,
        "location": {"path": shorten(escape(path), 4 * LONGEST_NAME), "lines": {"begin": line}},
    }
