"""The `mappings` of a source map (ECMA-426 §9.6): whether they are sound, and which original place a generated one comes from."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from leakguard.patterns import lazily

DECODED = 256
"""Bytes of mappings up to which each field is followed to its value; of longer ones the shape is checked, at the speed of C."""

SHAPED = 4 * 1024
"""Bytes at either end of long mappings whose shape is checked: a lie hides no text, so that more would cost time and prove nothing."""

_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LAST, _MORE = _DIGITS[:32], _DIGITS[32:]
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}
_SHAPE = bytes.maketrans(_LAST + b";", b"A" * 32 + b",")
_SOUND_SHAPES = frozenset({b"", b"A", b"AAAA", b"AAAAA"})
_CUT_OFF = lazily(rb"[g-z0-9+/](?:[,;]|\Z)")
_TOO_LARGE = lazily(rb"[g-z0-9+/]{7}")
_MOST = 2**31 - 1


class Unsound(ValueError):
    """The mappings are not what the specification allows; the message says in what."""


class Segment(Struct):
    """One mapping, all numbers absolute and 0-based; `source` is -1 where it has none."""

    line: int
    column: int
    source: int = -1
    original_line: int = 0
    original_column: int = 0
    name: int = -1


def unsoundness(mappings: bytes, sources: int, names: int) -> str:
    """What is wrong with the mappings of a map with so many sources and names; empty if nothing is."""
    if mappings.translate(None, _DIGITS + b",;"):
        return "holds characters that are no base64"
    if len(mappings) > DECODED:
        return _misshape(mappings)
    try:
        for segment in segments(mappings):
            if segment.source >= sources:
                return "names a source that does not exist"
            if segment.name >= names:
                return "names an identifier that does not exist"
    except Unsound as error:
        return str(error)
    return ""


def _misshape(mappings: bytes) -> str:
    """What is wrong with the shape of the first and the last `SHAPED` bytes."""
    first = mappings[:SHAPED].rpartition(b",")[0] if len(mappings) > SHAPED else mappings
    last = mappings[-SHAPED:].partition(b",")[2] if len(mappings) > SHAPED else b""
    for piece in (first, last):
        if _CUT_OFF.search(piece):
            return "ends in the middle of a number"
        if _TOO_LARGE.search(piece):
            return "holds a number of more than 32 bits"
        if not _SOUND_SHAPES.issuperset(piece.translate(_SHAPE, _MORE).split(b",")):
            return "has a segment that is not of 1, 4 or 5 fields"
    return ""


def segments(mappings: bytes) -> Iterator[Segment]:
    """Every mapping in order; `Unsound` where the specification is broken."""
    source = original_line = original_column = name = 0
    for line, group in enumerate(mappings.split(b";")):
        column = 0
        for encoded in group.split(b",") if group else ():
            if not encoded:
                continue
            fields = fields_of(encoded)
            column += fields[0]
            if len(fields) == 1:
                _check(column)
                yield Segment(line, column)
                continue
            source, original_line, original_column = source + fields[1], original_line + fields[2], original_column + fields[3]
            if len(fields) == 5:
                name += fields[4]
            _check(column, source, original_line, original_column, name)
            yield Segment(line, column, source, original_line, original_column, name if len(fields) == 5 else -1)


def _check(*values: int) -> None:
    if min(values) < 0 or max(values) > _MOST:
        raise Unsound("leads to a negative or too large position")


@lru_cache(maxsize=65536)
def fields_of(encoded: bytes) -> tuple[int, ...]:
    """The 1, 4 or 5 numbers of one segment, relative as they stand."""
    fields: list[int] = []
    value = shift = 0
    for digit in encoded:
        bits = _VALUE.get(digit)
        if bits is None:
            raise Unsound("holds characters that are no base64")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            if shift > 30:
                raise Unsound("holds a number of more than 32 bits")
            continue
        if value > 2**32 - 1:
            raise Unsound("holds a number of more than 32 bits")
        fields.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    if shift:
        raise Unsound("ends in the middle of a number")
    if len(fields) not in (1, 4, 5):
        raise Unsound("has a segment that is not of 1, 4 or 5 fields")
    return tuple(fields)
