"""Findings, artifacts and policies for the tests of this folder."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from leakguard.errors import Fault, FaultyFile
from leakguard.model import (
    Action,
    Artifact,
    Confidence,
    Coverage,
    Finding,
    Fingerprint,
    Identity,
    Kind,
    Listed,
    Location,
    Openness,
    RuleId,
    Severity,
    Verdict,
)
from leakguard.policy import Policy, decide, load, outcome

TODAY = date(2026, 11, 22)
NPM = Identity(format="npm", name="@acme/tool", version="1.0.0", root="package/")
WHEEL = Identity(format="wheel", name="Acme_Tool", version="1.0")


def finding(
    rule: str = "secret/npm-token", path: str = "package/a.js", *, confidence: Confidence = Confidence.HIGH, print_of: str = "ab12cd34"
) -> Finding:
    """A finding at a place."""
    return Finding(
        rule=RuleId(rule),
        severity=Severity.HIGH,
        confidence=confidence,
        location=Location(path=path, line=1, column=1),
        message="something is there",
        fingerprint=Fingerprint(print_of),
    )


def policy_of(folder: Path, text: str, *, version: bool = True) -> Policy:
    """The policy of a `leakguard.yaml` with this text, found from its folder; `version: 1` is put before it."""
    (folder / "leakguard.yaml").write_text(f"version: 1\n{text}" if version else text, encoding="utf-8")
    return load(cwd=folder, environ={})


def faults_of(folder: Path, text: str, *, version: bool = True) -> list[Fault]:
    """What is wrong with a policy of this text; lines count `version: 1` as the first."""
    try:
        policy_of(folder, text, version=version)
    except FaultyFile as error:
        return list(error.faults)
    return []


def action_of(policy: Policy, rule: str, openness: Openness = Openness.CLOSED, confidence: Confidence = Confidence.HIGH) -> Action:
    """What the general part of a policy does about a rule."""
    (judged,) = decide([finding(rule, confidence=confidence)], policy.general, openness, today=TODAY)
    return judged.action


def verdict(policy: Policy, names: Sequence[str] = ("a.js",), findings: Sequence[Finding] = (), identity: Identity = NPM) -> Verdict:
    """The verdict on an artifact with these inner paths and findings."""
    role = policy.role_for("dist/x.tgz", identity)
    judgements = decide(findings, role, identity.openness, today=TODAY, root=identity.root)
    listing = tuple(Listed(path=identity.root + name, inner=name, kind=Kind.FILE, size=1) for name in names)
    artifact = Artifact(target="dist/x.tgz", identity=identity, sha256="0" * 64, size=9, coverage=Coverage(), listing=listing)
    return Verdict(artifact=artifact, outcome=outcome(judgements), judgements=judgements)
