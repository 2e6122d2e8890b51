"""What changed in what ships: two sides, file by file, with what their manifests declare and what an inspection finds in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leakguard.before import Side
from leakguard.declared import KINDS
from leakguard.model import Finding, Verdict
from leakguard.shape import Generaliser, Line, Shape, files_of, kind_of_listed, role_of

GROWN = 0.1
"""Share from which on a larger file is told."""

LEAST = 1000
"""Bytes that it must have gained."""

LOCK_GROWTH = 0.5
"""Share by which a file may exceed its class of a lock."""

HIDDEN = "(not shown: there is a secret in the manifest)"

_MANIFESTS = frozenset(("package.json", "METADATA", "PKG-INFO", "pyproject.toml", "entry_points.txt"))
_TOLD = ("secret/", "source-map/", "source/", "file/", "metadata/", "artifact/")


@dataclass(frozen=True, slots=True)
class File:
    """A file of either side."""

    path: str
    """Inside the package; of a lock, a pattern."""
    kind: str
    size: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Something that a manifest declares; `None` on the side where it does not."""

    kind: str
    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed in one role."""

    role: str
    old: str | None
    """Target or role on the old side; `None`: the role is new."""
    new: str | None
    exact: bool = False
    """Whether both sides were inspected: sizes of a lock are upper bounds."""
    sizes: tuple[int, int] = (0, 0)
    """Bytes as published, 0 where unknown."""
    added: tuple[File, ...] = ()
    removed: tuple[File, ...] = ()
    renamed: tuple[tuple[File, File], ...] = ()
    grown: tuple[tuple[File, File], ...] = ()
    changed: int = 0
    """Files whose content is another one, those of `grown` included; of a lock always 0."""
    new_kinds: tuple[str, ...] = ()
    declared: tuple[Declaration, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Of the new side, that the old one does not have."""

    @property
    def different(self) -> bool:
        """Whether there is anything to tell."""
        one_side = self.old is None or self.new is None
        told = (self.added, self.removed, self.renamed, self.grown, self.changed, self.new_kinds, self.declared, self.findings)
        return one_side or any(told)


@dataclass(frozen=True, slots=True)
class _Half:
    """One role of one side."""

    label: str
    shape: Shape
    files: Mapping[str, Sequence[File]] = field(default_factory=dict)
    """By pattern."""
    verdicts: tuple[Verdict, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether it was inspected, and is no lock."""
        return bool(self.verdicts)


def between(old: Side, new: Side) -> tuple[Change, ...]:
    """What changed, role by role; roles that are the only ones on their sides are taken for the same."""
    before, after = _halves(old), _halves(new)
    pairs: list[tuple[str, _Half | None, _Half | None]] = []
    if len(before) == len(after) == 1:
        pairs.append((next(iter(after)), next(iter(before.values())), next(iter(after.values()))))
    else:
        pairs += [(role, before.get(role), after.get(role)) for role in sorted({*before, *after})]
    return tuple(_change(*pair) for pair in pairs)


def _halves(side: Side) -> dict[str, _Half]:
    if side.lock is not None:
        return {role: _Half(f"{side.label} ({role})", shape, _of_lines(shape.lines)) for role, shape in side.shapes.items()}
    found: dict[str, _Half] = {}
    for verdict in side.verdicts:
        role = role_of(verdict.artifact)
        listed = files_of(verdict.artifact)
        general = Generaliser((one.inner for one in listed), verdict.artifact.identity.version)
        files: dict[str, list[File]] = {}
        for one in listed:
            files.setdefault(general.pattern(one.inner), []).append(File(one.inner, kind_of_listed(one), one.size, one.digest))
        before = found.get(role)
        merged = {**(before.files if before else {}), **files}
        label = verdict.artifact.target if len(side.verdicts) > 1 else side.label
        found[role] = _Half(before.label if before else label, side.shapes[role], merged, (*(before.verdicts if before else ()), verdict))
    return found


def _of_lines(lines: Mapping[str, Line]) -> dict[str, Sequence[File]]:
    return {pattern: [File(pattern, line.kind, line.size)] for pattern, line in lines.items()}


def _change(role: str, old: _Half | None, new: _Half | None) -> Change:
    was: Mapping[str, Sequence[File]] = old.files if old else {}
    now: Mapping[str, Sequence[File]] = new.files if new else {}
    exact = old is not None and new is not None and old.exact and new.exact
    kinds = {one.kind for files in was.values() for one in files}
    added = [one for pattern, files in now.items() if pattern not in was for one in files]
    removed = [one for pattern, files in was.items() if pattern not in now for one in files]
    renamed = _renamed(removed, added) if exact else ()
    moved = {one for pair in renamed for one in pair}
    both = [(was[pattern], now[pattern]) for pattern in now if pattern in was]
    slack = GROWN if exact else LOCK_GROWTH
    return Change(
        role=role,
        old=old.label if old else None,
        new=new.label if new else None,
        exact=exact,
        sizes=(old.shape.size if old else 0, new.shape.size if new else 0),
        added=tuple(one for one in added if one not in moved),
        removed=tuple(one for one in removed if one not in moved),
        renamed=tuple(renamed),
        grown=tuple(pair for pair in map(_largest, both) if pair[1].size - pair[0].size > max(LEAST, pair[0].size * slack)),
        changed=sum(_digests(before) != _digests(after) for before, after in both) if exact else 0,
        new_kinds=tuple(sorted({one.kind for files in now.values() for one in files} - kinds)) if old else (),
        declared=tuple(_declared(old.verdicts, new.verdicts)) if old and new and exact else (),
        findings=tuple(_found(old, new)) if new and (exact or not old) else (),
    )


def _renamed(removed: Iterable[File], added: Iterable[File]) -> list[tuple[File, File]]:
    """Files that are the same, byte by byte, under another name; an empty file is like any other."""
    gone: dict[str, list[File]] = {}
    for one in removed:
        if one.digest and one.size:
            gone.setdefault(one.digest, []).append(one)
    return [(gone[one.digest].pop(0), one) for one in added if gone.get(one.digest)]


def _largest(pair: tuple[Sequence[File], Sequence[File]]) -> tuple[File, File]:
    before, after = pair
    return max(before, key=lambda one: one.size), max(after, key=lambda one: one.size)


def _digests(files: Sequence[File]) -> list[tuple[str, int]]:
    return sorted((one.digest, one.size) for one in files)


def _declared(old: Sequence[Verdict], new: Sequence[Verdict]) -> Iterator[Declaration]:
    was, now = _declarations(old), _declarations(new)
    for key in sorted({*was, *now}, key=lambda key: (KINDS.index(key[0]), key[1])):
        if was.get(key) != now.get(key):
            yield Declaration(*key, was.get(key), now.get(key))


def _declarations(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], str]:
    """By kind and name; of a manifest with a secret in it, no value: it could be the secret."""
    return {
        (kind, name): HIDDEN if _has_secret(verdict) else value
        for verdict in verdicts
        for kind, pairs in (verdict.artifact.declared or {}).items()
        for name, value in pairs.items()
    }


def _has_secret(verdict: Verdict) -> bool:
    paths = (one.finding.location.path for one in verdict.judgements if one.finding.rule.startswith("secret/"))
    return any(path.rpartition("/")[2] in _MANIFESTS for path in paths)


def _found(old: _Half | None, new: _Half) -> Iterator[Finding]:
    """What the new side has: a secret unless the same one was there, anything else unless its place had it."""
    known = set(_keys(old.verdicts)) if old else set()
    seen: set[tuple[str, str]] = set()
    for verdict in new.verdicts:
        for key, finding in zip(_keys([verdict]), _findings([verdict]), strict=True):
            if key not in known and key not in seen:
                seen.add(key)
                yield finding


def _keys(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str]]:
    for verdict in verdicts:
        identity = verdict.artifact.identity
        general = Generaliser((one.inner for one in files_of(verdict.artifact)), identity.version)
        for finding in _findings([verdict]):
            outer, nest, inner = finding.location.path.removeprefix(identity.root).partition("!/")
            place = f"{general.pattern(outer)}{nest}{inner}"
            yield finding.rule, finding.fingerprint if finding.rule.startswith("secret/") else place


def _findings(verdicts: Iterable[Verdict]) -> Iterator[Finding]:
    for verdict in verdicts:
        yield from (one.finding for one in verdict.judgements if one.finding.rule.startswith(_TOLD))
