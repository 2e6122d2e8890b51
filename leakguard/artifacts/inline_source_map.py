"""Source maps that a script, style sheet or page carries itself, as a `data:` URI (ECMA-426 §11.1).

In a comment of any dialect, in the middle of a line, or inside a string of a bundle that holds another bundle. Base64 that begins like a
map counts without any comment, and so does the literal of a map with its texts (Istanbul's `inputSourceMap`, a map as a module).
"""

from collections.abc import Iterator, Sequence

from leakguard.artifacts._data_uri import Payload, decode_base64, decode_uri
from leakguard.artifacts._map_literal import read_literal
from leakguard.artifacts._map_model import looks_like_json
from leakguard.content import Content
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "inline-source-map"
SUFFIXES: Sequence[str] = ()
ANCHORS = (
    Anchor("sourceMappingURL=data:", caseless=True),
    Anchor("eyJ2ZXJzaW9uIj"),
    Anchor(r"""sourcesContent[\\"']{0,8}[ \t]{0,2}:\s{0,4}\["""),
)
"""The second one is the base64 of `{"version":`; the third one begins the texts of a literal."""
SEEK = True
CARRIER = True

_URI, _BASE64, _LITERAL = range(3)
_COMMENT = len(b"sourceMappingURL=data:")
_BARE = len(b"eyJ2ZXJzaW9uIj")
_BACK = (_COMMENT, _BARE, 1)
"""Bytes from the end of a hit back to where what it announces begins."""
_KEYS_OF_A_MAP = (b'"mappings"', b'"sections"', b'"sourcesContent"')
_CONTINUATION = bytes(range(0x80, 0xC0))
_STEP = 1024 * 1024


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Any place that may hold a map; the keys of JSON are left to `source-map`, which reads it as a whole."""
    if all(hit.anchor == _LITERAL for hit in hits) and looks_like_json(head):
        return Match.NO
    return Match.CONTENT if hits else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The maps as `inline-0.map`, `inline-1.map` …, decoded.

    `facts` say where the comment begins: `offset` (bytes), `line` and `column` (1-based, columns count code points). A prefix without a
    payload, as tools have it among their constants, is nothing.
    """
    content = source.content
    assert content is not None
    place = _Place(content)
    number, done = 0, 0
    for hit in source.hits:
        if hit.end <= done or (payload := _payload(content, hit, budget)) is None:
            continue
        if not payload.data or (hit.anchor == _BASE64 and not any(key in payload.data for key in _KEYS_OF_A_MAP)):
            done = payload.stop
            continue
        start = hit.end - _BACK[hit.anchor]
        begin = _comment_start(content, start) if hit.anchor == _URI else start
        line, column = place.advance(begin)
        yield Member(
            name=f"inline-{number}.map",
            size=len(payload.data),
            data=payload.data,
            span=(start, payload.stop),
            facts={"offset": begin, "line": line, "column": column},
        )
        number, done = number + 1, payload.stop


def _payload(content: Content, hit: Hit, budget: Budget) -> Payload | None:
    if hit.anchor == _URI:
        return decode_uri(content, hit.end, budget)
    if hit.anchor == _LITERAL:
        return read_literal(content, hit.end, budget)
    return decode_base64(content, hit.end - _BARE, budget)


def _comment_start(content: Content, start: int) -> int:
    """Where the comment begins that ends in `sourceMappingURL`, if it is one."""
    before = content.read(start - 8, start).rstrip(b" \t")
    return start - len(content.read(start - 8, start)) + len(before) - 3 if before.endswith((b"//#", b"//@", b"/*#", b"/*@")) else start


class _Place:
    """Lines and columns of ascending offsets, without reading anything twice."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._at, self._line, self._column = 0, 1, 1

    def advance(self, offset: int) -> tuple[int, int]:
        while self._at < offset:
            piece = self._content.read(self._at, min(offset, self._at + _STEP))
            if not piece:
                break
            self._at += len(piece)
            if newlines := piece.count(b"\n"):
                self._line, self._column = self._line + newlines, 1
                piece = piece[piece.rindex(b"\n") + 1 :]
            self._column += len(piece) if piece.isascii() else len(piece.translate(None, _CONTINUATION))
        return self._line, self._column
