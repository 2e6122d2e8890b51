"""A row of a SQLite database: a list of types, and the values behind it (fileformat2, §2.1)."""

import struct
from typing import NamedTuple

from leakguard.artifacts import _pieces
from leakguard.errors import Malformed

_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_REAL = 7


class Value(NamedTuple):
    """A number, or bytes that are a text or not."""

    number: int | float | None = None
    blob: bytes | None = None
    is_text: bool = False

    def text(self, encoding: str) -> str:
        """A text as it is; numbers and nothing in decimal; of other bytes none."""
        if self.blob is None:
            return "" if self.number is None else str(self.number)
        if not self.is_text:
            return ""
        return self.blob.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to nine bytes, and where it ends."""
    value = 0
    for count in range(9):
        if at >= len(data):
            raise Malformed("number lies outside of its page", rule=_pieces.UNREADABLE)
        byte = data[at]
        at += 1
        if count == 8:
            return value << 8 | byte, at
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at


def record(payload: bytes) -> list[Value]:
    """The values of a row."""
    length, at = varint(payload, 0)
    if length > len(payload):
        raise Malformed("list of types is longer than its row", rule=_pieces.UNREADABLE)
    place = length
    values: list[Value] = []
    while at < length:
        kind, at = varint(payload, at)
        size = _SIZES.get(kind, 0) if kind < 12 else (kind - 12) // 2
        if place + size > len(payload):
            raise Malformed("value is longer than its row", rule=_pieces.UNREADABLE)
        values.append(_value(kind, payload[place : place + size]))
        place += size
    return values


def _value(kind: int, raw: bytes) -> Value:
    if kind >= 12:
        return Value(blob=raw, is_text=bool(kind & 1))
    if kind == _REAL:
        return Value(number=float(struct.unpack(">d", raw)[0]))
    if kind in (8, 9):
        return Value(number=kind - 8)
    return Value(number=int.from_bytes(raw, "big", signed=True) if raw else None)
