"""The text of Office documents: a word that is split over runs of letters is put together again, paragraph by paragraph."""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "office-text"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (
    Anchor(r"openxmlformats\.org/wordprocessingml"),
    Anchor(r"openxmlformats\.org/drawingml"),
    Anchor(r"openxmlformats\.org/spreadsheetml"),
    Anchor(r"opendocument:xmlns:text:"),
)
SEEK = True
CARRIER = True

LONGEST = 64 * 1024 * 1024
"""Bytes of a part that are read."""

_PARAGRAPH = lazily(rb"</(?:w:p|a:p|si|is|text:p|text:h)>")
_RUN = lazily(rb"<(?:w:t|a:t|t|text:span)(?:\s[^<>]{0,400})?>([^<>]{0,65536})</(?:w:t|a:t|t|text:span)>")
_ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'", b"&amp;": b"&"}
_ENTITY = lazily(rb"&(?:lt|gt|quot|apos|amp);")


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise XML whose root speaks one of the vocabularies."""
    return Match.CONTENT if hits and hits[0].end < 16_384 and head[:200].lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"<" else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """One text with a line for each paragraph that has several runs; none when no paragraph has."""
    text = b"\n".join(_lines(source, budget))
    if text:
        yield Member(name="text.txt", data=text)


def _lines(source: Source, budget: Budget) -> Iterator[bytes]:
    content = source.content
    assert content is not None
    rest = b""
    for start in range(0, min(content.size, LONGEST), _pieces.PIECE):
        *paragraphs, rest = _PARAGRAPH.split(rest + content.read(start, start + _pieces.PIECE))
        for paragraph in paragraphs:
            runs = _RUN.findall(paragraph)
            if len(runs) > 1:
                line = _ENTITY.sub(lambda found: _ENTITIES[found[0]], b"".join(runs))
                budget.spend_inflated(len(line))
                yield line
        rest = rest[-_pieces.PIECE * 4 :]
        budget.check_clock()
