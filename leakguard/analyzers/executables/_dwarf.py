"""The first compilation unit of DWARF debug information (versions 2 to 5): which file was compiled, where, by what."""

import struct
from collections.abc import Callable
from typing import NamedTuple

MOST_ATTRIBUTES = 200
MOST_ABBREVIATIONS = 10_000

NAME, COMPILATION_FOLDER, PRODUCER, OFFSETS_BASE = 0x03, 0x1B, 0x25, 0x72
_FIXED = {0x05: 2, 0x06: 4, 0x07: 8, 0x0B: 1, 0x0C: 1, 0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8, 0x19: 0, 0x1C: 4, 0x1E: 16, 0x20: 8, 0x21: 0}
_FIXED |= {0x24: 8, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4}
_OFFSETS = frozenset((0x0E, 0x10, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21))
_NUMBERS = frozenset((0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02))
_INDEXES = {0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4}
"""Forms by how long they are."""


class Unit(NamedTuple):
    """What the first unit says of itself; empty where it says nothing that could be read."""

    name: str = ""
    folder: str = ""
    producer: str = ""


def first_unit(read: Callable[[str], bytes], order: str) -> Unit:
    """Read it; `read` gives the (beginning of the) section with a name such as `info` or `line_str`."""
    try:
        return _Reader(read, order).unit()
    except (struct.error, IndexError, ValueError):
        return Unit()


class _Reader:
    def __init__(self, read: Callable[[str], bytes], order: str) -> None:
        self._read, self._order = read, order
        self._info, self._at = read("info")[: 1 << 16], 0
        self._wide, self._address = False, 8

    def unit(self) -> Unit:
        size = self._take("I")
        if size == 0xFFFFFFFF:
            self._wide = True
            self._take("Q")
        version = self._take("H")
        if not 2 <= version <= 5:
            return Unit()
        if version == 5:
            kind, self._address = self._take("B"), self._take("B")
            abbreviations = self._offset()
            self._at += {4: 8, 5: 8, 2: 8 + (8 if self._wide else 4), 6: 8 + (8 if self._wide else 4)}.get(kind, 0)
        else:
            abbreviations, self._address = self._offset(), self._take("B")
        found: dict[int, bytes | int] = {}
        for attribute, form in self._abbreviation(abbreviations, self._leb()):
            value = self._value(form)
            if value is not None:
                found[attribute] = value
        return Unit(*(self._text(found.get(one, b""), found) for one in (NAME, COMPILATION_FOLDER, PRODUCER)))

    def _abbreviation(self, start: int, wanted: int) -> list[tuple[int, int]]:
        """Attributes and forms of the unit's own entry."""
        inner = _Reader(lambda _: b"", self._order)
        inner._info, inner._at = self._read("abbrev"), start
        for _ in range(MOST_ABBREVIATIONS):
            code = inner._leb()
            if not code:
                break
            inner._leb()
            inner._take("B")
            found: list[tuple[int, int]] = []
            while len(found) < MOST_ATTRIBUTES:
                attribute, form = inner._leb(), inner._leb()
                if form == 0x21:
                    inner._leb()
                if not attribute and not form:
                    break
                found.append((attribute, form))
            if code == wanted:
                return found
        return []

    def _value(self, form: int) -> bytes | int | None:
        """Text, the index of a text (an `int`), or nothing; the value is behind us then."""
        if form == 0x08:
            stop = self._info.index(b"\0", self._at)
            text, self._at = self._info[self._at : stop], stop + 1
            return text
        if form in (0x0E, 0x1F):
            texts, at = self._read("str" if form == 0x0E else "line_str"), self._offset()
            return texts[at : at + 4096].partition(b"\0")[0]
        if form in _INDEXES:
            return int.from_bytes(self._bytes(_INDEXES[form]), "little" if self._order == "<" else "big")
        if form in (0x1A, 0x1F02):
            return self._leb()
        if form == 0x17:
            return self._offset()
        self._skip(form)
        return None

    def _skip(self, form: int) -> None:
        if form == 0x01:
            self._at += self._address
        elif form in _FIXED:
            self._at += _FIXED[form]
        elif form in _OFFSETS:
            self._offset()
        elif form in _NUMBERS:
            self._leb()
        elif form in (0x09, 0x18):
            self._at += self._leb()
        elif form in (0x0A, 0x03, 0x04):
            self._at += self._take({0x0A: "B", 0x03: "H", 0x04: "I"}[form])
        else:
            raise ValueError

    def _text(self, value: bytes | int, found: dict[int, bytes | int]) -> str:
        if isinstance(value, int):
            base = found.get(OFFSETS_BASE, 16 if self._wide else 8)
            width = 8 if self._wide else 4
            at = (base if isinstance(base, int) else 8) + width * value
            (offset,) = struct.unpack_from(f"{self._order}{'Q' if self._wide else 'I'}", self._read("str_offsets"), at)
            value = self._read("str")[offset : offset + 4096].partition(b"\0")[0]
        return value.decode("utf-8", "replace")

    def _offset(self) -> int:
        return self._take("Q" if self._wide else "I")

    def _take(self, shape: str) -> int:
        (value,) = struct.unpack_from(self._order + shape, self._info, self._at)
        self._at += struct.calcsize(shape)
        return int(value)

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._info[self._at - count : self._at]

    def _leb(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._info[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise ValueError
