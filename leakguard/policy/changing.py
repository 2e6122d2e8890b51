"""What ships now against what was approved, or what shipped before: `change/*` findings, made from shapes alone."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leakguard.model import Artifact, Confidence, Finding, Listed, Location, RuleId, Verdict
from leakguard.policy import known
from leakguard.policy.lock import Lock, read
from leakguard.policy.resolved import Policy
from leakguard.redact import escape, fingerprint_of_place
from leakguard.shape import FLOOR, Generaliser, Line, Shape, Shapes, files_of, kind_of_listed, regular, role_of, told_size

GROWTH = 0.5
"""Share by which a file or artifact may outgrow its class where the policy states no `size: growth:`."""

_BY_ID = {rule.id: rule for rule in known.RULES}

Said = tuple[int, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What an artifact is compared with."""

    label: str
    """As messages call it: the lock's file, or what `--against` named."""
    shapes: Shapes
    approved: bool = False
    """Whether it is a lock: then a role that is not in it was never approved."""
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of_lock(cls, lock: Lock) -> "Reference":
        """The lock, as something to compare with."""
        return cls(label=lock.label, shapes=lock.shapes, approved=True, places=lock.places)


def changes_since(
    references: Iterable[Reference], policy: Policy, verdicts: Sequence[Verdict], *, beside: Collection[int] = ()
) -> Sequence[Said]:
    """`changes` against each reference, with the growth that the policy allows each artifact; sorted by verdict."""
    roles = [policy.role_for(verdict.artifact.target, verdict.artifact.identity) for verdict in verdicts]
    growth = {index: role.settings.size.growth for index, role in enumerate(roles)}
    return tuple(said for reference in references for said in changes(reference, verdicts, growth=growth, beside=beside))


def lock_of(policy: Policy) -> Lock | None:
    """The lock that the policy names, an empty one if nobody has written it yet; raises `FaultyFile`."""
    if policy.lock is None:
        return None
    label = escape(policy.lock.name)
    return read(policy.lock, label) if os.path.lexists(policy.lock) else Lock(label=label)


def changes(
    reference: Reference, verdicts: Sequence[Verdict], *, growth: Mapping[int, float | None], beside: Collection[int] = ()
) -> Sequence[Said]:
    """What is added, removed, grown or of a new kind, each with the index of its verdict.

    Against anything but a lock only growth and new kinds are told: every release adds and removes files. `growth` is by index what the policy allows; `beside` are the indices of what merely lies beside packages. Artifacts of one role
    are compared together: what one of them holds is not missing from another.
    """
    by_role: dict[str, list[int]] = {}
    for index, verdict in enumerate(verdicts):
        if index not in beside and verdict.artifact.listing:
            by_role.setdefault(role_of(verdict.artifact), []).append(index)
    said: list[Said] = []
    for role, indices in by_role.items():
        shape, name = _counterpart(reference, role, alone=len(by_role) == 1)
        if shape is None:
            said += [(index, _unknown(reference, role)) for index in indices]
            continue
        used: set[str] = set()
        for index in indices:
            compared = _Comparison(shape, name, reference, GROWTH if growth.get(index) is None else growth[index] or 0.0)
            said += [(index, finding) for finding in compared.findings(verdicts[index].artifact)]
            used |= compared.used
        gone = [pattern for pattern in shape.lines if pattern not in used] if reference.approved else ()
        said += [(indices[0], _removed(reference, name, pattern)) for pattern in gone]
    return tuple(said)


def _counterpart(reference: Reference, role: str, *, alone: bool) -> tuple[Shape | None, str]:
    """The shape of the same role; of what was named to compare with, the only one, if there is only one on each side."""
    if role in reference.shapes:
        return reference.shapes[role], role
    if not reference.approved:
        if alone and len(reference.shapes) == 1:
            return next(iter(reference.shapes.values())), next(iter(reference.shapes))
        plain = [other for other in reference.shapes if other.partition(" (")[0] == role.partition(" (")[0]]
        if len(plain) == 1:
            return reference.shapes[plain[0]], plain[0]
    return None, role


class _Comparison:
    """One artifact against one shape."""

    def __init__(self, shape: Shape, role: str, reference: Reference, growth: float) -> None:
        self._shape, self._role, self._reference, self._growth = shape, role, reference, growth
        self._kinds = {line.kind for line in shape.lines.values()}
        self._wild = [pattern for pattern in shape.lines if "*" in pattern.replace("\\*", "")]
        self._any = re.compile("|".join(f"({regular(one)})" for one in self._wild)) if self._wild else None
        self.used: set[str] = set()

    def findings(self, artifact: Artifact) -> Iterator[Finding]:
        """Everything that is not as it was."""
        files = files_of(artifact)
        general = Generaliser((one.inner for one in files), artifact.identity.version)
        for one in files:
            pattern = self._pattern(one.inner, general.pattern(one.inner))
            if pattern is None:
                yield from self._added(one)
            else:
                self.used.add(pattern)
                yield from self._changed(one, pattern, self._shape.lines[pattern])
        size = artifact.size or 0
        if self._shape.size and self._outgrown(size, self._shape.size):
            message = f"the artifact has {told_size(size)}, {self._than(self._shape.size)}"
            yield self._finding(known.GROWN, "", message, bytes=size, before=self._shape.size, line=self._line(""))

    def _pattern(self, inner: str, pattern: str) -> str | None:
        if pattern in self._shape.lines:
            return pattern
        match = self._any.fullmatch(inner) if self._any is not None and len(inner) <= 4096 else None
        return self._wild[match.lastindex - 1] if match is not None and match.lastindex else None

    def _added(self, one: Listed) -> Iterator[Finding]:
        kind = kind_of_listed(one)
        if kind not in self._kinds:
            message = f"`{_short(one.inner)}` is of a kind that {self._before()}: {kind}"
            yield self._finding(known.NEW_KIND, one.path, message, kind=kind, bytes=one.size)
        elif self._reference.approved:
            message = f"`{_short(one.inner)}` was never approved"
            yield self._finding(known.ADDED, one.path, message, kind=kind, bytes=one.size)

    def _changed(self, one: Listed, pattern: str, line: Line) -> Iterator[Finding]:
        kind = kind_of_listed(one)
        if kind != line.kind:
            message = f"`{_short(one.inner)}` was `{line.kind}` and is `{kind}`"
            yield self._finding(known.NEW_KIND, one.path, message, kind=kind, before=line.kind, line=self._line(pattern))
        if self._outgrown(one.size, line.size):
            message = f"`{_short(one.inner)}` has {told_size(one.size)}, {self._than(line.size)}"
            yield self._finding(known.GROWN, one.path, message, bytes=one.size, before=line.size, line=self._line(pattern))

    def _outgrown(self, size: int, before: int) -> bool:
        return size > max(before, FLOOR) * (1 + self._growth)

    def _than(self, before: int) -> str:
        verb = "more than the approved" if self._reference.approved else "where it had"
        return f"{verb} {told_size(before)} and {self._growth:.0%}" if self._reference.approved else f"{verb} {told_size(before)}"

    def _before(self) -> str:
        return "nobody approved" if self._reference.approved else "was not there before"

    def _line(self, pattern: str) -> int:
        return self._reference.places.get((self._role, pattern), 0)

    def _finding(self, rule: RuleId, path: str, message: str, *, line: int = 0, **evidence: int | str) -> Finding:
        where = {"compared_with": f"{self._reference.label}:{line}" if line else self._reference.label}
        return _finding(rule, path, message, approved=self._reference.approved, evidence={**evidence, **where})


def _unknown(reference: Reference, role: str) -> Finding:
    verb = "holds no" if reference.approved else "has no"
    message = (
        f"`{reference.label}` {verb} `{escape(role)}`: nothing of this artifact {'was approved' if reference.approved else 'was there'}"
    )
    return _finding(known.ADDED, "", message, approved=reference.approved, evidence={"compared_with": reference.label})


def _removed(reference: Reference, role: str, pattern: str) -> Finding:
    line = reference.places.get((role, pattern), 0)
    where = f"{reference.label}:{line}" if line else reference.label
    message = f"nothing matches `{escape(pattern)}` any more"
    return _finding(known.REMOVED, "", message, approved=reference.approved, evidence={"compared_with": where}, about=pattern)


def _finding(rule: RuleId, path: str, message: str, *, approved: bool, evidence: Mapping[str, int | str], about: str = "") -> Finding:
    fix = _BY_ID[rule].fixes["*"]
    return Finding(
        rule=rule,
        severity=_BY_ID[rule].severity,
        confidence=Confidence.HIGH,
        location=Location(path=path),
        message=message,
        hint=fix if approved else fix.partition("; ")[0],
        fingerprint=fingerprint_of_place(rule, path, about.encode("utf-8", "surrogatepass")),
        evidence=evidence,
    )


def _short(inner: str) -> str:
    return inner if len(inner) <= 200 else f"…{inner[-200:]}"
