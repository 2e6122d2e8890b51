"""gzip (RFC 1952), read strictly: every header field, every member, and nothing behind the last one."""

from collections.abc import Iterator, Sequence
from zlib import crc32 as checksum_of_header

from isal import igzip_lib, isal_zlib

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "gzip"
SUFFIXES: Sequence[str] = (".gz", ".tgz", ".crate", ".svgz")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

TARS = (".tgz", ".crate")
ONE_MEMBER = (".tgz", ".tar.gz", ".crate")
"""Suffixes of packages, of which some readers see the first member only."""
MAGIC = b"\x1f\x8b\x08"
MAGICS = (MAGIC,)
HEADER_CHECKSUM, EXTRA, FILE_NAME, COMMENT, RESERVED = 2, 4, 8, 16, 0xE0
BLOCK_SIZE = b"BC\x02\x00"
"""Begins the extra field of every member that `bgzip` writes."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001
    """Recognise the magic number with the only method that there is."""
    return _pieces.content_match(name, SUFFIXES) if head.startswith(MAGIC) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content, then whatever is odd about the file."""
    feed = Feed(source.stream)
    run = _Run(feed, budget, text=_header(feed))
    name = _pieces.unpacked_name(source, SUFFIXES, TARS)
    yield from _pieces.transparent(name, run.contents(), feed, text=run.text)
    if run.later_text:
        yield Member(name="headers", data=run.later_text)
    if run.count > 1 and (run.is_tar or source.name.lower().endswith(ONE_MEMBER)):
        yield _pieces.damaged(Damage(rule=_pieces.AMBIGUOUS, reason=f"{run.count} gzip members, of which some readers see only the first"))


class _Run:
    """The members of one file, in a row."""

    def __init__(self, feed: Feed, budget: Budget, *, text: bytes) -> None:
        self._feed, self._budget = feed, budget
        self.text, self.later_text = text, b""
        self.count = 0
        self.is_tar = False

    def contents(self) -> Iterator[bytes]:
        """The decoded bytes of all members; begins behind the first header."""
        while True:
            self.count += 1
            yield from self._one()
            if self._feed.peek(3) != MAGIC:
                return
            text = _header(self._feed)
            if len(self.later_text) < _pieces.HEAD and not (len(text) == 7 and text.startswith(BLOCK_SIZE)):
                self.later_text += text

    def _one(self) -> Iterator[bytes]:
        checksum = size = 0
        for piece in _pieces.decode(igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_DEFLATE), self._feed, self._budget):
            if not size and self.count == 1:
                self.is_tar = piece[257:262] == b"ustar"
            checksum = isal_zlib.crc32(piece, checksum)
            size += len(piece)
            yield piece
        self._budget.check_clock()
        trailer = self._feed.need(8)
        if int.from_bytes(trailer[:4], "little") != checksum:
            raise Malformed("checksum is not that of the content", rule=_pieces.UNREADABLE, offset=self._feed.at - 8)
        if int.from_bytes(trailer[4:], "little") != size & 0xFFFFFFFF:
            raise Malformed("declared size is not that of the content", rule=_pieces.UNREADABLE, offset=self._feed.at - 4)


def _header(feed: Feed) -> bytes:
    """Take one member's header; returns the text in its optional fields."""
    start = feed.at
    header = feed.need(10)
    flags, text = header[3], b""
    if not header.startswith(MAGIC) or flags & RESERVED:
        raise Malformed("gzip header has reserved bits set", rule=_pieces.UNREADABLE, offset=start)
    if flags & EXTRA:
        length = feed.need(2)
        extra = feed.need(int.from_bytes(length, "little"))
        header += length + extra
        text += extra + b"\n"
    for flag in (FILE_NAME, COMMENT):
        if flags & flag:
            value = _terminated(feed)
            header += value
            text += value[:-1] + b"\n"
    if flags & HEADER_CHECKSUM and int.from_bytes(feed.need(2), "little") != checksum_of_header(header) & 0xFFFF:
        raise Malformed("checksum of the gzip header is wrong", rule=_pieces.UNREADABLE, offset=start)
    return text


def _terminated(feed: Feed) -> bytes:
    """Bytes up to and including the next NUL."""
    start, taken = feed.at, b""
    while len(taken) < _pieces.HEAD:
        piece = feed.piece()
        if not piece:
            raise Malformed("ends in the middle of its header", rule=_pieces.TRUNCATED, offset=feed.at)
        end = piece.find(b"\0") + 1
        if end:
            feed.put_back(piece[end:])
            return taken + piece[:end]
        taken += piece
    raise Malformed("name or comment in the gzip header has no end", rule=_pieces.UNREADABLE, offset=start)
