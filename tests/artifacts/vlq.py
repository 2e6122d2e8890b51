"""An encoder of mappings, written apart from the reader that it tests."""

from collections.abc import Sequence

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

Segment = Sequence[int]
"""Column, and if there are more: source, original line, original column, name; all absolute and 0-based."""


def number(value: int) -> str:
    """One VLQ."""
    rest = (-value << 1 | 1) if value < 0 else value << 1
    out = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        out += DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return out


def encoded(lines: Sequence[Sequence[Segment]]) -> str:
    """The `mappings` of segments by generated line."""
    before = [0, 0, 0, 0, 0]
    out = []
    for line in lines:
        before[0] = 0
        group = []
        for segment in line:
            group.append("".join(number(value - before[index]) for index, value in enumerate(segment)))
            before[: len(segment)] = segment
        out.append(",".join(group))
    return ";".join(out)
