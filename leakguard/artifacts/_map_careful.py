"""Whatever is left of a source map that is invalid, cut off, ambiguous or disguised: an iterative reader of JSON that never gives up.

It finds every object with the keys of a map at any depth, keeps where each text stands, and says what was wrong. Both occurrences of a
repeated key count.
"""

import re

from msgspec import Struct

from leakguard.artifacts._map_draft import Draft, faults_of, is_flat, is_index, part_of, take_element
from leakguard.artifacts._map_model import FIELDS, Fault, Reading, Text, string_of
from leakguard.limits import Budget
from leakguard.patterns import lazily

MOST_DEPTH = 500
MOST_TEXTS = 1_000_000
MOST_OBJECTS = 200_000

_TOKEN = lazily(rb'[ \t\r\n]*+(?:(["{}\[\]:,])|([-+.0-9A-Za-z_]++))')
_STRING = lazily(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STRING = lazily(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = lazily(rb"null|true|false|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
_SPACE = lazily(rb"[ \t\r\n]*+")
_OF_A_SECTION = frozenset({"map", "url", "offset"})
_OF_TEXTS = frozenset({"sources", "sourcesContent"})
_MOST_SCALAR = 65536
_MOST_FAULTS = 10


class _Frame(Struct):
    """An object or array that is open."""

    is_object: bool
    owner: Draft | None = None
    """Of an object: its draft, once it has one. Of an array: the draft whose value it is."""
    key: str = ""
    """Of an object: the key whose value comes next. Of an array: the key that it is the value of."""
    expects_key: bool = False


class _Stop(Exception):
    """Nothing more can be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


class Careful:
    """One careful reading of `data` from `start`."""

    def __init__(self, data: bytes, start: int, budget: Budget) -> None:
        self._data, self._at, self._budget = data, start, budget
        self._stack: list[_Frame] = []
        self._drafts: list[Draft] = []
        self._texts = 0
        self._faults: list[Fault] = []
        self.end: int | None = None
        """Offset after the first complete value; `None` when it is cut off or malformed."""

    def read(self, invalid: str = "") -> Reading | None:
        """What the map holds, or `None` when this is no map; `invalid` is what is already known to be wrong with it."""
        try:
            self._read_value()
            self.end = self._at
            self._check_rest()
        except _Stop as stop:
            self._faults.append(stop.fault)
            while self._stack:
                self._leave(self._stack.pop())
        return self._judge(invalid)

    def find_end(self) -> int | None:
        """Offset after the first complete value, or `None`."""
        try:
            self._read_value()
        except _Stop:
            return None
        return self._at

    def _read_value(self) -> None:
        self._value()
        steps = 0
        while self._stack:
            self._step()
            steps += 1
            if not steps & 0xFFFF:
                self._budget.check_clock()

    def _judge(self, invalid: str) -> Reading | None:
        reading = Reading()
        for draft in self._drafts:
            if is_flat(draft):
                reading.parts.append(part_of(draft))
            if "url" in draft.kinds and "offset" in draft.kinds and draft.kinds["url"] == '"':
                reading.urls.append(string_of(draft.scalars["url"]))
        top = next((draft for draft in self._drafts if draft.depth == 1), None)
        is_map = top is not None and (is_flat(top) or is_index(top))
        if not is_map and not any(any(part.texts) for part in reading.parts):
            return None
        if top is not None and is_map and self.end is not None:
            reading.faults.extend(Fault("artifact/unreadable", reason) for reason in faults_of(top))
        if any(draft.repeated for draft in self._drafts):
            reading.faults.append(Fault("artifact/ambiguous", "a key of the map occurs twice, so that two readers would see two maps"))
        if any(draft.odd for draft in self._drafts):
            reading.faults.append(Fault("artifact/unreadable", "`sources` or `sourcesContent` holds something that is no text"))
        if invalid and is_map:
            reading.faults.append(Fault("artifact/unreadable", f"is no valid source map ({invalid})"))
        reading.faults.extend(self._faults)
        return reading

    def _check_rest(self) -> None:
        rest = _SPACE.match(self._data, self._at)
        assert rest is not None
        if rest.end() < len(self._data):
            self._faults.append(Fault("artifact/unreadable", "data follows the end of the map", rest.end()))

    def _step(self) -> None:
        frame, before = self._stack[-1], self._at
        mark, _ = self._token()
        if mark in ("]", "}"):
            self._close(frame, mark)
        elif mark == ",":
            frame.expects_key = frame.is_object
        elif frame.expects_key and mark == '"':
            self._key(frame)
        else:
            self._at = before
            self._value()

    def _close(self, frame: _Frame, mark: str) -> None:
        if (mark == "}") is not frame.is_object:
            raise _Stop(Fault("artifact/unreadable", "the brackets do not match", self._at - 1))
        self._leave(self._stack.pop())

    def _leave(self, frame: _Frame) -> None:
        around = self._stack[-1] if self._stack else None
        if frame.is_object and around and not around.is_object and around.key == "sections" and around.owner and frame.owner:
            keys = frame.owner.kinds.keys()
            around.owner.sections += bool(_OF_A_SECTION & keys)
            around.owner.placed_sections += "offset" in keys and ("map" in keys or "url" in keys)

    def _key(self, frame: _Frame) -> None:
        literal = self._string()
        mark, _ = self._token()
        if mark != ":":
            raise _Stop(Fault("artifact/unreadable", "a key has no value", self._at))
        frame.expects_key = False
        frame.key = string_of(literal) if b"\\" in literal else literal[1:-1].decode("utf-8", "replace")
        if frame.key in FIELDS or frame.key in _OF_A_SECTION:
            if frame.owner is None:
                frame.owner = Draft(len(self._stack))
                self._drafts.append(frame.owner)
                if len(self._drafts) > MOST_OBJECTS:
                    raise _Stop(Fault("artifact/limit-exceeded", f"more than {MOST_OBJECTS} objects look like a source map"))
            frame.owner.repeated |= frame.key in FIELDS and frame.key in frame.owner.kinds
        self._value()

    def _value(self) -> None:
        mark, scalar = self._token()
        start = self._at - 1
        if mark in ("{", "["):
            self._open(mark)
        elif mark == '"':
            self._take(mark, self._string(), start)
        elif scalar:
            if not _SCALAR.fullmatch(scalar):
                self._note(Fault("artifact/unreadable", "holds a value that is no JSON", self._at - len(scalar)))
            self._take(chr(scalar[0]), scalar, start)
        else:
            raise _Stop(Fault("artifact/unreadable", "is malformed JSON", start))

    def _note(self, fault: Fault) -> None:
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(fault)

    def _open(self, mark: str) -> None:
        if len(self._stack) == MOST_DEPTH:
            raise _Stop(Fault("artifact/limit-exceeded", f"is nested deeper than {MOST_DEPTH} levels", self._at - 1))
        around = self._stack[-1] if self._stack else None
        self._describe(around, mark)
        if around and around.owner and around.key in _OF_TEXTS and (mark == "{" or not around.is_object):
            around.owner.odd = True
        if mark == "{":
            self._stack.append(_Frame(is_object=True, expects_key=True))
            return
        owner = around.owner if around and (not around.is_object or around.key in FIELDS) else None
        self._stack.append(_Frame(is_object=False, owner=owner, key=around.key if around and owner else ""))

    def _describe(self, around: _Frame | None, mark: str, scalar: bytes = b"") -> None:
        if around and around.is_object and around.owner and (around.key in FIELDS or around.key in _OF_A_SECTION):
            around.owner.kinds[around.key] = mark
            if around.key == "mappings":
                around.owner.generated_lines = scalar.count(b";") + 1
            if len(scalar) < _MOST_SCALAR:
                around.owner.scalars[around.key] = scalar

    def _take(self, mark: str, literal: bytes, start: int) -> None:
        """A string, number or word, as an element or as the value of a key."""
        frame = self._stack[-1] if self._stack else None
        if frame is None or frame.owner is None:
            return
        self._describe(frame, mark, literal)
        if frame.key == "sourcesContent" and mark in ('"', "n") and (mark == '"' or not frame.is_object):
            self._texts += 1
            if self._texts > MOST_TEXTS:
                raise _Stop(Fault("artifact/limit-exceeded", f"has more than {MOST_TEXTS} texts", start))
            frame.owner.texts.append(Text(literal, (start, start + len(literal))) if mark == '"' else None)
            frame.owner.odd |= frame.is_object
        elif not frame.is_object:
            take_element(frame.owner, frame.key, mark, literal)

    def _token(self) -> tuple[str, bytes]:
        """The next punctuation mark or bare word; the position is after it."""
        match = _TOKEN.match(self._data, self._at)
        if match is None:
            rest = _SPACE.match(self._data, self._at)
            assert rest is not None
            if rest.end() == len(self._data):
                raise _Stop(Fault("artifact/truncated", "ends in the middle of the map", rest.end()))
            raise _Stop(Fault("artifact/unreadable", "is malformed JSON", rest.end()))
        self._at = match.end()
        mark: bytes | None = match[1]
        return (mark.decode(), b"") if mark else ("", match[2])

    def _string(self) -> bytes:
        """The literal whose opening quote was just read."""
        start = self._at - 1
        match = _STRING.match(self._data, self._at)
        if match is None:
            self._cut_off(start)
            raise _Stop(Fault("artifact/truncated", "ends in the middle of a text", len(self._data)))
        self._at = match.end()
        return self._data[start : self._at]

    def _cut_off(self, start: int) -> None:
        """What there is of a text that never ends still counts."""
        frame = self._stack[-1] if self._stack else None
        if frame and frame.owner and frame.key == "sourcesContent" and not frame.expects_key:
            literal = re.sub(rb"\\(?:u[0-9A-Fa-f]{0,3})?\Z", b"", self._data[start:]) + b'"'
            frame.owner.texts.append(Text(literal, (start, len(self._data))))
