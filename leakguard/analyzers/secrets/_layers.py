"""Encoded text in an entry, decoded round by round: each round makes one buffer of everything that the one before holds encoded."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from leakguard.analyzers.secrets import _encodings
from leakguard.analyzers.secrets._encodings import Piece
from leakguard.analyzers.secrets._triggers import Trigger
from leakguard.analyzers.secrets._work import Allowance
from leakguard.content import Content
from leakguard.patterns import lazily
from leakguard.plugins import Hit

DEPTH = 3
"""Rounds: what is encoded four times over is not looked for."""

MOST_RUN = 16 * 1024 * 1024
"""Bytes of one encoded run."""

_BACK = 120
"""Bytes before an escape that belong to it: the name of what is assigned."""

_TOUCHED = 64
"""Bytes before a finding in which an escape must stand, in plain text with escapes, for it to be news."""

_CHECKED = 96
"""Bytes that a trigger's own check looks at."""

_UNITS, _UNITS_WIDE = 3, 12
"""Of work, for each trigger."""

_WIDE_BEFORE, _WIDE_AFTER, _WIDE_MOST = 400, 2_000, 64_000

_CONTINUED = {
    "escapes": lazily(rb"(?:\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|[0-7]{3}))*"),
    "percent": lazily(rb"(?:%[0-9A-Fa-f]{2})*"),
    "html": lazily(rb"(?:&#[0-9A-Fa-fxX]{1,7};)*"),
}
_WINDOWED = {
    "escapes": _encodings.unescaped,
    "percent": _encodings.unquoted,
    "html": _encodings.without_entities,
    "invisible": _encodings.visible,
}
_WIDE = {2: lazily(rb"(?:[\t\n\r\x20-\x7e]\0)+[\t\n\r\x20-\x7e]?"), 4: lazily(rb"(?:[\t\n\r\x20-\x7e]\0\0\0)+[\t\n\r\x20-\x7e]?")}


class Layer(Struct):
    """One round: everything decoded, in one buffer, piece by piece, each closed by a line end."""

    data: bytes
    starts: Sequence[int]
    """Of the pieces in `data`."""
    pieces: Sequence[Piece]
    size: int
    """Of the source, bytes."""
    parent: "Layer | None"

    def place(self, offset: int) -> tuple[int, str]:
        """Where in the entry the byte at `offset` comes from, and by which encodings, the outermost first."""
        number = bisect_right(self.starts, offset) - 1
        piece = self.pieces[number]
        at, chain = piece.origin(offset - self.starts[number]), piece.chain
        if self.parent is None:
            return at, chain
        at, before = self.parent.place(at)
        return at, f"{before} → {chain}"

    def is_news(self, start: int, stop: int) -> bool:
        """Whether it was the decoding that made these bytes what they are: they lie inside one piece and are no plain text of old."""
        number = bisect_right(self.starts, start) - 1
        piece, low, high = self.pieces[number], start - self.starts[number], stop - self.starts[number]
        if high > len(piece.data):
            return False
        if not piece.window:
            return True
        if (low <= 0 and piece.start > 0) or (high >= len(piece.data) and piece.stop < self.size):
            return False
        first = max(0, bisect_right(piece.marks, (low - _TOUCHED, 0, 0.0)) - 1)
        return any(ratio != _encodings.PLAIN for _, _, ratio in piece.marks[first : bisect_right(piece.marks, (high + 1, 0, 0.0))])


def decoded(content: Content, triggers: Sequence[Trigger], hits: Iterable[Hit], allowance: Allowance, parent: Layer | None) -> Layer | None:
    """The next round, or `None` when nothing here is encoded."""
    buffer, starts, pieces = bytearray(), list[int](), list[Piece]()
    for piece in _pieces(content, triggers, hits, allowance):
        if not allowance.spend_decoded(len(piece.data)):
            break
        starts.append(len(buffer))
        pieces.append(piece)
        buffer += piece.data
        buffer += b"\n"
    return Layer(bytes(buffer), starts, pieces, content.size, parent) if pieces else None


def _pieces(content: Content, triggers: Sequence[Trigger], hits: Iterable[Hit], allowance: Allowance) -> Iterator[Piece]:
    done: dict[str, int] = {}
    windows: dict[str, list[tuple[int, int]]] = {}
    for number, end in hits:
        trigger = triggers[number]
        start = end - trigger.back
        kind = f"{trigger.encoding}{trigger.step}"
        if start < done.get(kind, 0) and not trigger.reach:
            continue
        if trigger.check is not None and not trigger.check.match(content.read(start, start + _CHECKED)):
            continue
        if not allowance.spend(_UNITS_WIDE if trigger.step else _UNITS):
            return
        if trigger.reach:
            _widen(windows.setdefault(trigger.encoding, []), *_window(content, trigger, max(0, start), end, allowance))
            continue
        for piece in _of_run(content, trigger, start, allowance):
            done[kind] = max(done.get(kind, 0), piece.stop)
            yield piece
    for encoding, spans in windows.items():
        for low, high in spans:
            yield _WINDOWED[encoding](content.read(low, high), low)


def _window(content: Content, trigger: Trigger, start: int, end: int, allowance: Allowance) -> tuple[int, int]:
    if trigger.run:
        end += len(_run(content, end, _CONTINUED[trigger.encoding], allowance))
    return max(0, start - _BACK), min(content.size, end + trigger.reach)


def _widen(spans: list[tuple[int, int]], low: int, high: int) -> None:
    if spans and low <= spans[-1][1]:
        spans[-1] = (min(spans[-1][0], low), max(spans[-1][1], high))
    else:
        spans.append((low, high))


def _of_run(content: Content, trigger: Trigger, start: int, allowance: Allowance) -> Iterator[Piece]:
    if trigger.encoding == "wide":
        piece = _wide_around(content, start, trigger.step)
    elif trigger.encoding == "hex":
        piece = _encodings.hexadecimal(_run(content, start, _encodings.HEX_RUN, allowance), start)
    else:
        piece = _encodings.base64(_run(content, start, _encodings.BASE64_RUN, allowance), start)
    if piece is None:
        return
    inner, more = _encodings.inflated(piece, max(1, allowance.decoded_left))
    if more:
        allowance.exceed("holds encoded data that expand beyond the limit")
    yield inner or piece


def _run(content: Content, start: int, pattern: re.Pattern[bytes], allowance: Allowance) -> bytes:
    """The whole run that begins at `start`."""
    if content.data is not None:
        match = pattern.match(content.data, start, start + MOST_RUN)
    else:
        match = pattern.match(content.read(start, start + MOST_RUN))
    run = match[0] if match else b""
    if len(run) == MOST_RUN:
        allowance.exceed("holds an encoded run that is too long to be decoded")
    return run


def _wide_around(content: Content, start: int, step: int) -> Piece | None:
    """The run of wide characters around `start`, as far as it goes."""
    base = start - _WIDE_BEFORE if start >= _WIDE_BEFORE else start % step
    for reach in (_WIDE_AFTER, _WIDE_MOST):
        window = content.read(base, start + reach)
        match = next((one for one in _WIDE[step].finditer(window) if one.end() > start - base), None)
        if match is None or match.start() > start - base:
            return None
        if match.end() < len(window) or reach == _WIDE_MOST:
            return _encodings.wide(match[0], base + match.start(), step)
    return None
