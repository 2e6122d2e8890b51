"""What changed between two shapes, for people: one line a pattern, as in a diff."""

from collections.abc import Iterator

from leakguard.redact import escape
from leakguard.shape import Line, Shape, Shapes, spelled_size

MOST = 200
"""Lines shown of one role; the others are counted."""


def of_shapes(before: Shapes, now: Shapes) -> str:
    """`+` added, `-` removed, `~` changed, below the role; empty when nothing changed."""
    out: list[str] = []
    for role in sorted({*before, *now}):
        lines = list(_of_role(before.get(role), now.get(role)))
        if lines:
            out.append(escape(role) + ("  (new)" if role not in before else "  (gone)" if role not in now else ""))
            out += lines[:MOST]
            if len(lines) > MOST:
                out.append(f"  … and {len(lines) - MOST} more")
    return "".join(f"{line}\n" for line in out)


def _of_role(before: Shape | None, now: Shape | None) -> Iterator[str]:
    old, new = before.lines if before else {}, now.lines if now else {}
    kinds = {line.kind for line in old.values()}
    if before and now and before.size != now.size:
        yield f"  ~ artifact  {spelled_size(before.size)} → {spelled_size(now.size)}"
    for pattern in sorted({*old, *new}):
        was, is_now = old.get(pattern), new.get(pattern)
        if was == is_now:
            continue
        if was is None and is_now is not None:
            kind = f"{is_now.kind}{' (new kind)' if before and is_now.kind not in kinds else ''}"
            yield f"  + {escape(pattern)}  {kind} {spelled_size(is_now.size)}"
        elif is_now is None and was is not None:
            yield f"  - {escape(pattern)}  {was.kind} {spelled_size(was.size)}"
        elif was is not None and is_now is not None:
            yield f"  ~ {escape(pattern)}  {_both(was, is_now)}"


def _both(was: Line, now: Line) -> str:
    kind = now.kind if was.kind == now.kind else f"{was.kind} → {now.kind} (new kind)"
    return kind if was.size == now.size else f"{kind} {spelled_size(was.size)} → {spelled_size(now.size)}"
