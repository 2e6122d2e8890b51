"""The evidence of a finding as sentences and a tree of sample paths."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leakguard.reporters._page import Page, count, size


def show(evidence: Mapping[str, Any], page: Page, *, indent: int) -> None:
    """How much leaks, then where it comes from; nothing where the evidence says neither."""
    said = sentence(evidence)
    if said:
        page.prose(said, indent=indent)
    samples = evidence.get("samples")
    if isinstance(samples, Sequence) and not isinstance(samples, str):
        paths = [str(path) for path in samples]
        for depth, part in tree(paths):
            page.name("- ", part, indent=indent + 2 * depth)
        more = _number(evidence, "first_party") - len(paths)
        if paths and more > 0:
            page.prose(f"… and {count(more, 'more file')}", indent=indent)


def sentence(evidence: Mapping[str, Any]) -> str:
    """What a source map gives away, in words; empty where the evidence is not of one."""
    if not isinstance(evidence.get("with_content"), int):
        return ""
    own, foreign, novel = (_number(evidence, key) for key in ("first_party", "third_party", "novel_lines"))
    parts = []
    if own:
        lines, held = _number(evidence, "lines"), _number(evidence, "bytes")
        parts.append(f"anyone can rebuild {count(own, 'first-party file')} from it: {count(lines, 'line')}, {size(held)}")
        parts.append(f"{count(novel, 'line')} {'ships' if novel == 1 else 'ship'} nowhere else in the artifact")
    if foreign:
        parts.append(f"{count(foreign, 'source')} {'is' if foreign == 1 else 'are'} third-party")
    return "; ".join(parts)


def tree(paths: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Depth and label for each line of the paths as a tree; a folder with one child shares its line."""
    root: dict[str, Any] = {}
    for path in paths:
        at = root
        for part in path.split("/"):
            at = at.setdefault(part, {})
    yield from _branches(root)


def _branches(root: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    waiting = [(0, label, below) for label, below in reversed(list(root.items()))]
    while waiting:
        depth, label, below = waiting.pop()
        while len(below) == 1:
            ((part, below),) = below.items()
            label = f"{label}/{part}"
        yield depth, f"{label}/" if below else label
        waiting.extend((depth + 1, part, deeper) for part, deeper in reversed(list(below.items())))


def _number(evidence: Mapping[str, Any], key: str) -> int:
    value = evidence.get(key)
    return value if isinstance(value, int) else 0
