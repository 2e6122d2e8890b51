"""PDF documents: the streams that are packed by deflate, and the text whose letters are placed one by one (ISO 32000-1, §7.3.8, §9.4.3)."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from isal import igzip_lib

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.content import IN_MEMORY, Content
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "pdf"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"%PDF-"), Anchor(r"endstream"), Anchor(r"/Encrypt"))
SEEK = True
CARRIER = True
WHOLE = True

LONGEST_DICTIONARY = 4096
LONGEST_TEXT = 4 * 1024 * 1024
IMAGES = (b"/DCTDecode", b"/JPXDecode", b"/CCITTFaxDecode", b"/JBIG2Decode", b"/DCT ")

_BEGIN = lazily(rb"stream\r?\n")
_DEFLATED = lazily(rb"/(?:FlateDecode|Fl)\b")
_SHOWN = lazily(rb"\[((?:[^\[\]\\]|\\.){0,20000})\]\s*TJ", re.DOTALL)
_STRING = lazily(rb"\(((?:[^()\\]|\\.){0,4000})\)", re.DOTALL)
_ENCRYPTED = lazily(rb"/Encrypt\s*(?:\d{1,10}\s+\d{1,5}\s+R|<<)")


class Stream(NamedTuple):
    """A stream between its marks."""

    start: int
    stop: int
    dictionary: bytes


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the first line. NOTE: readers let other bytes stand in front of it, but a script that speaks of PDF is none."""
    return Match.CONTENT if hits and head[:64].lstrip(b"\xef\xbb\xbf\0\r\n\t ").startswith(b"%PDF-") else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Each packed stream that is no picture, and where it shows text in pieces, the text."""
    content = source.content
    assert content is not None
    last = 0
    if any(hit.anchor == 2 and _is_encrypted(content, hit.end) for hit in source.hits):
        yield _pieces.damaged(Damage(rule=_pieces.ENCRYPTED, reason="the document is encrypted"))
        return
    for hit in source.hits:
        stop = hit.end - len(b"endstream")
        if hit.anchor != 1 or stop < last:
            continue
        budget.check_clock()
        stream, last = _stream(content, last, stop), hit.end
        if stream is not None and _DEFLATED.search(stream.dictionary) and not any(one in stream.dictionary for one in IMAGES):
            yield from _decoded(content, stream, budget)


def _is_encrypted(content: Content, end: int) -> bool:
    """Whether a trailer names the dictionary that the keys are made from."""
    block = content.read(end - len(b"/Encrypt"), end + 40)
    around = content.read(end - 2048, end + 2048)
    return _ENCRYPTED.match(block) is not None and (b"/Root" in around or b"trailer" in around)


def _stream(content: Content, last: int, stop: int) -> Stream | None:
    """The stream that ends at `stop`: its first mark is the first one behind the stream before, which a dictionary stands in front of."""
    if stop - last > IN_MEMORY:
        last = stop - IN_MEMORY
    block = content.read(last, stop)
    for found in _BEGIN.finditer(block):
        dictionary = block[max(0, found.start() - LONGEST_DICTIONARY) : found.start()]
        if dictionary.rstrip().endswith(b">>"):
            return Stream(last + found.end(), stop, dictionary.rpartition(b" obj")[2] or dictionary)
    return None


def _decoded(content: Content, stream: Stream, budget: Budget) -> Iterator[Member]:
    view = content.stream()
    view.seek(stream.start)
    feed = Feed(view, size=stream.stop - stream.start)
    parts: list[bytes] = []
    length, damage = 0, None
    name = f"stream-{stream.start}"
    try:
        for piece in _pieces.decode(igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_ZLIB), feed, budget):
            length += len(piece)
            if length > IN_MEMORY:
                raise LimitExceeded(f"a stream holds more than {IN_MEMORY} bytes")
            parts.append(piece)
    except Malformed as error:
        damage = Damage(rule=error.rule, reason=f"stream: {error.reason}", offset=stream.start)
    data = b"".join(parts)
    yield Member(name=name, data=data, span=(stream.start, stream.stop), damage=damage)
    if text := _text(data[:LONGEST_TEXT]):
        yield Member(name=f"{name}.txt", data=text)


def _text(data: bytes) -> bytes:
    """What is shown in several pieces with a shift between them, put together; empty when there is nothing of that kind."""
    if b"TJ" not in data:
        return b""
    lines: list[bytes] = []
    for shown in _SHOWN.finditer(data):
        parts = [one[1] for one in _STRING.finditer(shown[1])]
        if len(parts) > 1:
            lines.append(re.sub(rb"\\([()\\])", rb"\1", b"".join(parts)))
    return b"\n".join(lines)
