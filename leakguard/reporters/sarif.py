"""SARIF 2.1.0 (OASIS), as code scanning reads it.

What the policy allows is no result, unless a waiver, a baseline or a pragma accepts it: then it is one with a suppression.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from leakguard import plugins
from leakguard.model import Action, Confidence, Finding, Judgement, Report, Rule, Severity, Suppression, TargetError, Verdict
from leakguard.redact import escape
from leakguard.reporters._page import LONGEST_NAME, shorten
from leakguard.reporters._places import nested, stable_digest, uri
from leakguard.reporters.markdown import inert

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LEVELS = {Action.BLOCK: "error", Action.WARN: "warning", Action.ALLOW: "note"}
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0", Severity.INFO: "0.5"}
"""`security-severity`, by which code scanning sorts: a score as CVSS has it."""

PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}


def write(report: Report, out: BinaryIO) -> None:
    """Write the report as UTF-8 JSON, indented by two, with a final newline."""
    text = json.dumps(document(report), ensure_ascii=False, allow_nan=False, indent=2)
    out.write(text.replace("##", "#\\u0023").encode())
    out.write(b"\n")


def document(report: Report) -> dict[str, Any]:
    """The log file: one run."""
    told = [(verdict, one) for verdict in report.verdicts for one in verdict.judgements if _is_told(one)]
    names = sorted({one.finding.rule for _, one in told})
    known = {rule.id: rule for module in plugins.analyzers() for rule in module.RULES} if names else {}
    samples = {one.finding.rule: one.finding for _, one in reversed(told)}
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "leakguard",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "rules": [_rule(known.get(name), samples[name]) for name in names],
            }
        },
        "automationDetails": {"id": "leakguard/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not report.errors, "toolExecutionNotifications": [_notice(one) for one in report.errors]}],
        "artifacts": [_artifact(verdict) for verdict in report.verdicts],
        "results": [_result(verdict, one, names, index, seen) for verdict, one, index in _placed(report)],
        "properties": {
            "policy": {"name": escape(report.policy_name), "digest": report.policy_digest},
            "verdict": report.outcome.value,
            "weakenedBy": [escape(one) for one in report.weakened_by],
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _is_told(judgement: Judgement) -> bool:
    return judgement.action is not Action.ALLOW or judgement.suppressed is not None


def _placed(report: Report) -> Iterator[tuple[Verdict, Judgement, int]]:
    for index, verdict in enumerate(report.verdicts):
        for judgement in verdict.judgements:
            if _is_told(judgement):
                yield verdict, judgement, index


def _rule(rule: Rule | None, sample: Finding) -> dict[str, Any]:
    """What a rule means and how it is fixed; of a rule that no analyzer declares, what its finding says."""
    title = rule.title if rule else sample.rule
    meaning = f"{rule.description} {rule.impact}" if rule else escape(sample.message)
    fixes = rule.fixes if rule else {"*": sample.hint}
    severity = rule.severity if rule else sample.severity
    return {
        "id": sample.rule,
        "name": "".join(word.capitalize() for word in sample.rule.replace("/", "-").split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": meaning},
        "help": {"text": _help(meaning, fixes), "markdown": _markdown_help(title, meaning, fixes, as_is=rule is not None)},
        "defaultConfiguration": {"level": "error" if severity in (Severity.CRITICAL, Severity.HIGH) else "warning"},
        "properties": {
            "tags": ["security", sample.rule.partition("/")[0]],
            "security-severity": SCORES[severity],
            "precision": PRECISION[sample.confidence],
        },
    }


def _help(meaning: str, fixes: Mapping[str, str]) -> str:
    return "\n".join([meaning, "", *(f"{_tool(tool)}{escape(fix)}" for tool, fix in fixes.items() if fix)]).rstrip()


def _markdown_help(title: str, meaning: str, fixes: Mapping[str, str], *, as_is: bool) -> str:
    """The same in Markdown: our own rules are written in it, what a finding says is quoted."""
    shown = (lambda text: text) if as_is else inert
    steps = [f"- {_tool(tool)}{shown(fix)}" for tool, fix in fixes.items() if fix]
    return "\n".join([f"**{shown(title)}**", "", shown(meaning), *(["", "**Remediation**", "", *steps] if steps else [])])


def _tool(tool: str) -> str:
    return "" if tool == "*" else f"{tool}: "


def _artifact(verdict: Verdict) -> dict[str, Any]:
    artifact = verdict.artifact
    described: dict[str, Any] = {"location": {"uri": uri(artifact.target)}, "roles": ["analysisTarget"]}
    if artifact.size is not None:
        described["length"] = artifact.size
    if artifact.sha256 is not None:
        described["hashes"] = {"sha-256": artifact.sha256}
    coverage = artifact.coverage
    described["properties"] = {
        "format": artifact.identity.format,
        "openness": artifact.identity.openness.value,
        "verdict": verdict.outcome.value,
        "coverage": {"entries": coverage.entries, "bytes": coverage.bytes, "unreadable": coverage.unreadable},
    }
    return described


def _result(verdict: Verdict, judgement: Judgement, names: Sequence[str], artifact: int, seen: "Counter[str]") -> dict[str, Any]:
    finding = judgement.finding
    stable = stable_digest(verdict, finding)
    seen[stable] += 1
    described: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": LEVELS[judgement.action],
        "message": {"text": _message(finding)},
        "locations": [_location(verdict, finding)],
        "partialFingerprints": {"leakguard/v1": f"{stable}:{seen[stable]}", "primaryLocationLineHash": f"{stable}:{seen[stable]}"},
        "properties": {
            "action": judgement.action.value,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "fingerprint": finding.fingerprint,
            "artifact": artifact,
        },
    }
    if judgement.suppressed is not None:
        described["suppressions"] = [_suppression(judgement.suppressed)]
    return described


def _message(finding: Finding) -> str:
    """NOTE: SARIF reads `[text](link)` and `{0}` in a message (§3.11.5, §3.11.6): both are written with a backslash or twice."""
    text = escape(finding.message)
    hint = "; ".join(escape(line) for line in finding.hint.split("\n") if line.strip())
    whole = f"{text}. Fix: {hint}" if hint else text
    return whole.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("{", "{{").replace("}", "}}")


def _location(verdict: Verdict, finding: Finding) -> dict[str, Any]:
    place = finding.location
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(shorten(nested(verdict, finding), 4 * LONGEST_NAME))}}
    if place.line is not None:
        physical["region"] = {"startLine": place.line, "startColumn": place.column or 1}
    elif place.offset is not None:
        physical["region"] = {"byteOffset": place.offset, "byteLength": 0}
    else:
        # NOTE: code scanning shows nothing that has no line.
        physical["region"] = {"startLine": 1}
    name = escape(f"{verdict.artifact.target}!/{place.path}")
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": shorten(name, 4 * LONGEST_NAME), "kind": "resource"}]}


def _suppression(suppression: Suppression) -> dict[str, Any]:
    until = f" (until {suppression.expires})" if suppression.expires else ""
    return {
        "kind": "inSource" if suppression.by == "pragma" else "external",
        "status": "accepted",
        "justification": escape(f"{suppression.by}: {suppression.reason}{until}"),
    }


def _notice(error: TargetError) -> dict[str, Any]:
    return {"level": "error", "message": {"text": escape(error.message)}}
