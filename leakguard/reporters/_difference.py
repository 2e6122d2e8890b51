"""A difference between what shipped and what ships, as text and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from leakguard.model import Finding
from leakguard.redact import escape
from leakguard.shape import told_size

MOST = 60
"""Lines of one kind shown; the others are counted."""

SCHEMA = "leakguard-diff/1"


class File(Protocol):
    """What a line needs of a file."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def size(self) -> int: ...


def text(changes: Sequence[Any]) -> str:
    """For people: one line for each file, declaration and finding."""
    lines: list[str] = []
    for change in changes:
        body = list(_body(change))
        old, new = change.old or "nothing", change.new or "nothing"
        lines += [escape(change.role), f"  {escape(old)} → {escape(new)}", *body, *([] if body else ["  no difference"]), ""]
    return "".join(f"{line}\n" for line in lines[:-1])


def document(old: str, new: str, changes: Sequence[Any]) -> bytes:
    """For machines."""
    body = {
        "schema": SCHEMA,
        "old": old,
        "new": new,
        "different": any(change.different for change in changes),
        "artifacts": [_json(change) for change in changes],
    }
    return json.dumps(body, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def _body(change: Any) -> Iterator[str]:
    before, after = change.sizes
    if before and after and (before != after if change.exact else after > before):
        yield f"  ~ artifact: {told_size(before)} → {told_size(after)}{_share(before, after)}"
    if change.new_kinds:
        yield f"  ! new kinds: {escape(', '.join(change.new_kinds))}"
    yield from _some([_found(one) for one in change.findings], "findings")
    yield from _some([_declared(one) for one in change.declared], "declarations")
    yield from _some([f"  + {_file(one)}" for one in change.added], "added files")
    yield from _some([f"  - {_file(one)}" for one in change.removed], "removed files")
    yield from _some([f"  > {escape(one.path)} → {escape(other.path)}" for one, other in change.renamed], "renamed files")
    grown = [f"  ~ {escape(b.path)}: {told_size(a.size)} → {told_size(b.size)}{_share(a.size, b.size)}" for a, b in change.grown]
    yield from _some(grown, "grown files")
    if change.changed:
        yield f"  = {change.changed} {'file' if change.changed == 1 else 'files'} with other content"


def _some(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"    … and {len(lines) - MOST} more {what}"


def _file(one: File) -> str:
    return f"{escape(one.path)}  {escape(one.kind)} {told_size(one.size)}"


def _found(finding: Finding) -> str:
    at = finding.location
    place = f" {at.path}{f':{at.line}' if at.line else ''}" if at.path else ""
    return f"  ! {finding.rule}{place}: {finding.message}"


def _declared(one: Any) -> str:
    mark = "+" if one.old is None else "-" if one.new is None else "~"
    value = f"{one.old} → {one.new}" if mark == "~" else one.new if mark == "+" else one.old
    return f"  {mark} {one.kind.removesuffix('s').replace('dependencie', 'dependency')} {escape(one.name)}: {_short(value)}"


def _short(value: str) -> str:
    shown = escape(" ".join(value.split()))
    return shown if len(shown) <= 120 else f"{shown[:120]}…"


def _share(before: int, after: int) -> str:
    return f" ({(after - before) / before:+.0%})" if before else ""


def _json(change: Any) -> Mapping[str, Any]:
    return {
        "role": escape(change.role),
        "old": change.old,
        "new": change.new,
        "size": {"old": change.sizes[0] or None, "new": change.sizes[1] or None},
        "added": [_json_file(one) for one in change.added],
        "removed": [_json_file(one) for one in change.removed],
        "renamed": [{"old": escape(one.path), "new": escape(other.path)} for one, other in change.renamed],
        "grown": [{"path": escape(other.path), "old": one.size, "new": other.size} for one, other in change.grown],
        "changed": change.changed,
        "new_kinds": list(change.new_kinds),
        "declared": [
            {"kind": one.kind, "name": escape(one.name), "old": one.old and escape(one.old), "new": one.new and escape(one.new)}
            for one in change.declared
        ],
        "findings": [
            {
                "rule": one.rule,
                "path": one.location.path,
                "line": one.location.line,
                "message": one.message,
                "fingerprint": one.fingerprint,
            }
            for one in change.findings
        ],
    }


def _json_file(one: File) -> Mapping[str, Any]:
    return {"path": escape(one.path), "kind": one.kind, "size": one.size}
