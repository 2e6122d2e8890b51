"""Python's marshal format, read without Python's reader: that one can be crashed by what it reads.

Nothing is built but lists of the strings, byte strings and code objects that are there; numbers are passed over. Bounded, and without
recursion. Follows `Python/marshal.c` of 3.8 to 3.14.
"""

import struct
from typing import Any

from msgspec import Struct, field

from leakguard.artifacts import _pieces
from leakguard.errors import LimitExceeded, Malformed

MOST_OBJECTS = 4_000_000
"""Objects in one file."""

REFERENCE = 0x80
"""Flag on a type: the object is referred to later."""

NOTHING = object()
"""Closes a dictionary."""

_PLAIN = {ord("N"): 0, ord("F"): 0, ord("T"): 0, ord("S"): 0, ord("."): 0, ord("I"): 8, ord("g"): 8, ord("y"): 16}
"""Types that are passed over → bytes that they have."""
_LONG_TEXT = frozenset(b"stuaA")
_SHORT_TEXT = frozenset(b"zZ")
_SEQUENCES = frozenset(b"([<>")
_INT = struct.Struct("<i")


class Code(Struct):
    """What is of interest in a code object."""

    parts: list[Any] = field(default_factory=list)
    """Instructions, constants, names, …; in the order of the format."""

    @property
    def constants(self) -> list[Any]:
        """The constants, nested code among them."""
        return self.parts[1] if len(self.parts) > 1 and isinstance(self.parts[1], list) else []

    @property
    def filename(self) -> bytes:
        """`co_filename`."""
        return self._text(5 if self.is_new else 6)

    @property
    def name(self) -> bytes:
        """`co_name`."""
        return self._text(6 if self.is_new else 7)

    is_new: bool = True
    """Whether it has the layout of 3.11."""

    def _text(self, index: int) -> bytes:
        found = self.parts[index] if len(self.parts) > index else b""
        return found if isinstance(found, bytes) else b""


class _Frame:
    """An object that is being read, with the number of parts that it still wants (-1: until it is closed)."""

    __slots__ = ("code", "items", "left")

    def __init__(self, items: list[Any], left: int, code: Code | None = None) -> None:
        self.items, self.left, self.code = items, left, code


class Reader:
    """Reads one object. `is_new` says whether code has the layout of 3.11 and later."""

    def __init__(self, data: bytes, at: int = 0, *, is_new: bool = True) -> None:
        self._data, self.at, self._is_new = data, at, is_new
        self._known: list[Any] = []
        self._stack: list[_Frame] = []
        self.codes: list[Code] = []
        """In the order in which they begin."""
        self.texts: list[bytes] = []
        """Every string and byte string but instructions and tables of lines, in the order of the file; strings are UTF-8."""

    def read(self) -> Any:
        """The object: a list for any sequence, `bytes` for any text, `Code`, an `int`, or `None` for what is passed over."""
        top: list[Any] = []
        self._stack.append(_Frame(top, 1))
        for _ in range(MOST_OBJECTS):
            self._value()
            while self._stack and not self._stack[-1].left:
                if not self._close():
                    break
            if not self._stack:
                return top[0]
        raise LimitExceeded(f"holds more than {MOST_OBJECTS} objects")

    def _close(self) -> bool:
        """Take a complete object from the stack; not if it turns out to want more parts."""
        frame = self._stack[-1]
        if frame.code is not None and len(frame.items) == 8:
            self._take(4)
            frame.left = 2 if self._is_new else 1
            return False
        self._stack.pop()
        return True

    def _value(self) -> None:
        data, at = self._data, self.at
        if at >= len(data):
            raise self._broken("ends too early")
        kind = data[at]
        self.at = at + 1
        refers, kind = kind & REFERENCE, kind & 0x7F
        if kind in _SHORT_TEXT or kind in _LONG_TEXT:
            self._add(self._text(kind), refers)
        elif kind in _PLAIN:
            self._take(_PLAIN[kind])
            self._add(None, refers)
        elif kind == 0x69:  # i
            self._add(self._int(), refers)
        elif kind == 0x72:  # r
            index = self._int()
            if not 0 <= index < len(self._known):
                raise self._broken("refers to what is not there")
            self._add(self._known[index], 0)
        elif kind == 0x29:  # )
            self._open(self._take(1)[0], refers)
        elif kind in _SEQUENCES:
            self._open(self._int(), refers)
        else:
            self._rare(kind, refers)

    def _rare(self, kind: int, refers: int) -> None:
        if kind == 0x63:  # c
            self._code(refers)
        elif kind == 0x6C:  # l
            self._take(2 * abs(self._int()))
            self._add(None, refers)
        elif kind in b"fx":
            for _ in range(1 if kind == 0x66 else 2):
                self._take(self._take(1)[0])
            self._add(None, refers)
        elif kind in b"{}":
            self._open(-1, refers)
        elif kind == 0x3A:  # : (slice)
            self._open(3, refers)
        elif kind == 0x30 and self._stack and self._stack[-1].left < 0:  # the end of a dictionary
            self._stack[-1].left = 0
        else:
            raise Malformed(f"holds an object of the unknown type {kind}", rule=_pieces.UNSUPPORTED, offset=self.at - 1)

    def _code(self, refers: int) -> None:
        self._take(20 if self._is_new else 24)
        code = Code(is_new=self._is_new)
        self._add(code, refers)
        self.codes.append(code)
        self._stack.append(_Frame(code.parts, 8, code))

    def _open(self, count: int, refers: int) -> None:
        if count > len(self._data) - self.at:
            raise self._broken("says that it is longer than it is")
        if count < -1:
            raise self._broken("has a negative length")
        items: list[Any] = []
        self._add(items, refers)
        if count:
            self._stack.append(_Frame(items, count))

    def _add(self, value: Any, refers: int) -> None:
        frame = self._stack[-1]
        if refers:
            self._known.append(value)
        frame.items.append(value)
        if frame.left > 0:
            frame.left -= 1

    def _text(self, kind: int) -> bytes:
        size = self._take(1)[0] if kind in _SHORT_TEXT else self._int()
        text = self._take(size)
        frame = self._stack[-1]
        if text and (kind != 0x73 or frame.code is None):
            self.texts.append(text)
        return text

    def _int(self) -> int:
        return int(_INT.unpack(self._take(4))[0])

    def _take(self, count: int) -> bytes:
        start = self.at
        if count < 0 or count > len(self._data) - start:
            raise self._broken("says that it is longer than it is")
        self.at = start + count
        return self._data[start : start + count]

    def _broken(self, what: str) -> Malformed:
        return Malformed(f"marshalled data {what}", rule=_pieces.UNREADABLE, offset=self.at)
