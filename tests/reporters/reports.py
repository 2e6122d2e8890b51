"""Reports made by hand for the tests of the reporters."""

from collections.abc import Mapping
from typing import Any

from leakguard.model import (
    Action,
    Artifact,
    Confidence,
    Coverage,
    Finding,
    Fingerprint,
    Identity,
    Judgement,
    Location,
    Openness,
    Outcome,
    Report,
    RuleId,
    Severity,
    Suppression,
    TargetError,
    Verdict,
)

HOSTILE = "a\nb\x1b[31m\u202e\x9b2J\x00::error::x##[error]y##vso[task]z"
"""A name that tries a newline, colour, a direction mark, a C1 control, NUL and commands of build services."""

MAP_EVIDENCE: Mapping[str, Any] = {
    "sources": 2,
    "with_content": 2,
    "first_party": 1900,
    "third_party": 1,
    "lines": 512000,
    "bytes": 46200000,
    "novel_lines": 1,
    "samples": ["src/a.ts", "src/deep/only/b.ts", "src/deep/only/c.ts"],
}


def judgement(
    rule: str = "secret/npm-token",
    path: str = "package/index.js",
    *,
    action: Action = Action.BLOCK,
    severity: Severity = Severity.HIGH,
    message: str = "an npm token",
    hint: str = "",
    evidence: Mapping[str, Any] | None = None,
    fingerprint: str = "0123456789abcdef0123456789abcdef",
    suppressed: Suppression | None = None,
    line: int | None = 1,
    offset: int | None = None,
) -> Judgement:
    """A finding with its action."""
    finding = Finding(
        rule=RuleId(rule),
        severity=severity,
        confidence=Confidence.HIGH,
        location=Location(path=path, line=line, column=None if line is None else 7, offset=offset),
        message=message,
        fingerprint=Fingerprint(fingerprint),
        hint=hint,
        evidence=evidence or {},
    )
    return Judgement(finding=finding, action=action, suppressed=suppressed)


def verdict(*judgements: Judgement, target: str = "dist/example-1.0.0.tgz", coverage: Coverage | None = None) -> Verdict:
    """The verdict on an npm package with these findings."""
    strongest = max((one.action for one in judgements), key=list(Action).index, default=Action.ALLOW)
    artifact = Artifact(
        target=target,
        identity=Identity(
            format="npm",
            name="example",
            version="1.0.0",
            root="package/",
            openness=Openness.CLOSED,
            openness_reason="no licence is declared",
        ),
        sha256="ab" * 32,
        size=1234,
        coverage=coverage or Coverage(entries=12, bytes=4_600_000, inspected=4_600_000),
        listing=(),
    )
    outcome = {Action.ALLOW: Outcome.PASS, Action.WARN: Outcome.WARN, Action.BLOCK: Outcome.BLOCK}[strongest]
    return Verdict(artifact=artifact, outcome=outcome, judgements=judgements)


def unread(target: str = "dist/missing.tgz") -> tuple[Verdict, TargetError]:
    """The verdict on a target that cannot be found, with its error."""
    artifact = Artifact(target=target, identity=Identity(format="file"), sha256=None, size=None, coverage=Coverage(), listing=())
    error = TargetError(target=target, message=f"`{target}` does not exist", hint="check the path")
    return Verdict(artifact=artifact, outcome=Outcome.BLOCK, judgements=()), error


def report(*verdicts: Verdict, errors: tuple[TargetError, ...] = (), weakened_by: tuple[str, ...] = ()) -> Report:
    """A report with these verdicts."""
    return Report(
        tool_version="1.2.3",
        policy_name="default",
        policy_digest=f"sha256:{'0' * 64}",
        weakened_by=weakened_by,
        outcome=max((one.outcome for one in verdicts), key=list(Outcome).index, default=Outcome.PASS),
        verdicts=verdicts,
        errors=errors,
    )
