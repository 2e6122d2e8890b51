"""A policy proved by its own cases: each is a made-up artifact, judged as a real one is, and compared with what was expected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from leakguard.errors import UsageError
from leakguard.model import (
    Action,
    Artifact,
    Confidence,
    Coverage,
    Finding,
    Fingerprint,
    Identity,
    Judgement,
    Kind,
    Listed,
    Location,
    Openness,
    Outcome,
    RuleId,
    Severity,
    Verdict,
)
from leakguard.policy import known
from leakguard.policy.changing import Reference, changes_since, lock_of
from leakguard.policy.deciding import decide, outcome
from leakguard.policy.governing import governance
from leakguard.policy.resolved import Policy, Role
from leakguard.redact import escape_name, fingerprint_of_place

_SAID_OF_ONE = frozenset({known.NO_ROLE, known.NO_ALLOWLIST})
"""What the policy says about itself that belongs to one artifact, and not to a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A case with what came of it."""

    name: str
    origin: str
    """`file:line`."""
    expected: Outcome
    actual: Outcome
    missing: tuple[RuleId, ...]
    """Rules of `because` that had no part in it."""
    judgements: tuple[Judgement, ...]

    @property
    def passed(self) -> bool:
        """Whether the policy does what the case says."""
        return self.expected is self.actual and not self.missing


def try_all(policy: Policy, today: date) -> Iterator[Tried]:
    """Try every case of a policy; `today` is the day of those that name none."""
    for case in policy.tree.get("tests", ()):
        yield _tried(policy, case, _value(case, "today", today))


def _tried(policy: Policy, case: Mapping[str, Any], today: date) -> Tried:
    artifact = _artifact(case, policy)
    role = policy.role_for(artifact.target, artifact.identity)
    findings = [*_file_findings(artifact, role), *(_finding(one) for one in case.get("findings", ()))]
    judgements = decide(findings, role, artifact.identity.openness, today=today)
    verdict = Verdict(artifact=artifact, outcome=outcome(judgements), judgements=judgements)
    if "lock" in case:
        changed = [one for _, one in changes_since(_locks(policy), policy, [verdict])]
        judgements = (*judgements, *decide(changed, role, artifact.identity.openness, today=today))
    said = [one for _, one in governance(policy, [verdict], today=today) if one.rule in _SAID_OF_ONE]
    judgements = (*judgements, *decide(said, role, artifact.identity.openness, today=today))
    expected: Outcome = case["expect"].value
    counting = [one.finding.rule for one in judgements if expected is Outcome.PASS or one.action is Action(expected.value)]
    return Tried(
        name=case["name"].value,
        origin=case["name"].origin,
        expected=expected,
        actual=outcome(judgements),
        missing=tuple(leaf.value for leaf in case.get("because", ()) if leaf.value not in counting),
        judgements=judgements,
    )


def _artifact(case: Mapping[str, Any], policy: Policy) -> Artifact:
    given = case.get("artifact", {})
    identity = Identity(
        format=_value(given, "format", "npm"), name=_value(given, "name", None), openness=_value(given, "openness", Openness.CLOSED)
    )
    target = _value(given, "target", "dist/artifact")
    stated = policy.role_for(target, identity).settings.openness
    if stated is not None:
        identity = Identity(format=identity.format, name=identity.name, openness=stated)
    listing = tuple(_listed(one) for one in case.get("files", ()))
    return Artifact(target=target, identity=identity, sha256=None, size=_value(given, "size", None), coverage=Coverage(), listing=listing)


def _locks(policy: Policy) -> Sequence[Reference]:
    lock = lock_of(policy)
    if lock is None:
        raise UsageError("a case compares with the lock, and the policy names none", hint="`lock: leakguard.lock` at its top does")
    return [Reference.of_lock(lock)]


def _listed(file: Mapping[str, Any]) -> Listed:
    path = escape_name(file["path"].value)
    return Listed(path=path, inner=path, kind=_value(file, "kind", Kind.FILE), size=_value(file, "size", 1))


def _file_findings(artifact: Artifact, role: Role) -> Sequence[Finding]:
    """What the list of files alone leads to."""
    from leakguard.analyzers import files

    return list(files.start(role.settings).conclude(artifact, role.settings))


def _finding(given: Mapping[str, Any]) -> Finding:
    """A finding as an analyzer would have made it."""
    rule, path = given["rule"].value, _value(given, "path", "a")
    known_rule = known.catalogue().get(rule)
    return Finding(
        rule=rule,
        severity=known_rule.severity if known_rule else Severity.HIGH,
        confidence=_value(given, "confidence", Confidence.HIGH),
        location=Location(path=path),
        message="given by the case",
        fingerprint=Fingerprint(_value(given, "fingerprint", fingerprint_of_place(rule, path))),
    )


def _value(tree: Mapping[str, Any], key: str, otherwise: Any) -> Any:
    return tree[key].value if key in tree else otherwise
