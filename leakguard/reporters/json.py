"""The report for machines: `leakguard-report/1`, described by `report.schema.json` beside this file.

Keys come in a fixed order and numbers as they are, so that two runs over the same bytes give the same bytes.
"""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from leakguard.model import Judgement, Report, Suppression, TargetError, Verdict
from leakguard.redact import escape

SCHEMA = "leakguard-report/1"


def write(report: Report, out: BinaryIO) -> None:
    """Write the report as UTF-8, indented by two, with a final newline."""
    text = json.dumps(document(report), ensure_ascii=False, allow_nan=False, indent=2)
    # NOTE: `##[` and `##vso[` are commands to build services wherever they stand in a line of a log.
    out.write(text.replace("##", "#\\u0023").encode())
    out.write(b"\n")


def document(report: Report) -> dict[str, Any]:
    """The report as JSON values, keys in the order of the contract."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "leakguard", "version": report.tool_version},
        "policy": {"name": escape(report.policy_name), "digest": report.policy_digest},
        "weakened_by": [escape(one) for one in report.weakened_by],
        "verdict": report.outcome.value,
        "artifacts": [_artifact(verdict) for verdict in report.verdicts],
        "errors": [_error(error) for error in report.errors],
    }


def _artifact(verdict: Verdict) -> dict[str, Any]:
    artifact, identity, coverage = verdict.artifact, verdict.artifact.identity, verdict.artifact.coverage
    return {
        "target": escape(artifact.target),
        "format": identity.format,
        "name": _escaped(identity.name),
        "version": _escaped(identity.version),
        "sha256": artifact.sha256,
        "size": artifact.size,
        "openness": identity.openness.value,
        "verdict": verdict.outcome.value,
        "coverage": {
            "entries": coverage.entries,
            "bytes": coverage.bytes,
            "inspected": coverage.inspected,
            "opaque": coverage.opaque,
            "opaque_by": dict(coverage.opaque_by),
            "unreadable": coverage.unreadable,
        },
        "ledger": _clean(artifact.ledger),
        "checkout": _clean(artifact.checkout),
        "findings": [_finding(judgement) for judgement in verdict.judgements],
    }


def _finding(judgement: Judgement) -> dict[str, Any]:
    finding, place = judgement.finding, judgement.finding.location
    return {
        "rule": finding.rule,
        "action": judgement.action.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "location": {"path": escape(place.path), "line": place.line, "column": place.column, "offset": place.offset},
        "message": escape(finding.message),
        "hint": "\n".join(escape(line) for line in finding.hint.split("\n")),
        "evidence": _clean(finding.evidence),
        "fingerprint": finding.fingerprint,
        "suppressed": _suppressed(judgement.suppressed),
    }


def _suppressed(suppression: Suppression | None) -> dict[str, Any] | None:
    if suppression is None:
        return None
    return {"by": suppression.by, "reason": escape(suppression.reason), "expires": suppression.expires}


def _error(error: TargetError) -> dict[str, Any]:
    return {"target": escape(error.target), "message": escape(error.message)}


def _escaped(text: str | None) -> str | None:
    return None if text is None else escape(text)


def _clean(value: Any) -> Any:
    """Evidence with every string escaped: what it quotes is attacker-controlled."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, Mapping):
        return {escape(str(key)): _clean(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one) for one in value]
    return value
