"""LZ4: frames, also of the older kind that kernels are packed with; the decoder is our own, bounded by the size of a block."""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._lz4_block import decoded, digest
from leakguard.artifacts._pieces import Feed
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "lz4"
SUFFIXES: Sequence[str] = (".lz4", ".tlz4")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

FRAME, LEGACY = b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"
MAGICS = (FRAME, LEGACY)
TARS = (".tlz4",)
LEGACY_BLOCK = 8 * 1024 * 1024
STORED = 1 << 31
HISTORY = 64 * 1024


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise either kind of frame."""
    return _pieces.content_match(name, SUFFIXES) if head.startswith(MAGICS) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content of all frames, then what lies behind them."""
    feed = Feed(source.stream)
    yield from _pieces.transparent(_pieces.unpacked_name(source, SUFFIXES, TARS), _contents(feed, budget), feed)


def _contents(feed: Feed, budget: Budget) -> Iterator[bytes]:
    while (magic := feed.peek(4)) in MAGICS:
        feed.need(4)
        for piece in _legacy(feed) if magic == LEGACY else _frame(feed):
            budget.spend_inflated(len(piece))
            yield piece
        budget.check_clock()


def _legacy(feed: Feed) -> Iterator[bytes]:
    """Blocks up to the end, or up to a number that is none of a block's."""
    while len(head := feed.peek(4)) == 4 and head not in MAGICS:
        size = int.from_bytes(head, "little")
        if size > LEGACY_BLOCK + LEGACY_BLOCK // 255 + 16:
            return
        feed.need(4)
        yield decoded(feed.need(size), b"", LEGACY_BLOCK, feed.at)


def _frame(feed: Feed) -> Iterator[bytes]:
    """The blocks of a frame. NOTE: checksums of content only say that a decoder would stop, so they are passed over."""
    start = feed.at
    flags, most = feed.need(2)
    if flags >> 6 != 1 or flags & 2 or most & 0x8F or not 4 <= most >> 4 <= 7:
        raise Malformed("frame header is none of the format's", rule=_pieces.UNREADABLE, offset=start)
    rest = feed.need((8 if flags & 8 else 0) + (4 if flags & 1 else 0))
    if feed.need(1)[0] != digest(bytes((flags, most)) + rest) >> 8 & 0xFF:
        raise Malformed("checksum is not that of the frame header", rule=_pieces.UNREADABLE, offset=start)
    if flags & 1:
        raise Malformed("frame needs a dictionary that is not in it", rule=_pieces.UNSUPPORTED, offset=start)
    largest, linked, made, history = 1 << 8 + 2 * (most >> 4), not flags & 32, 0, b""
    while size := int.from_bytes(feed.need(4), "little"):
        is_stored, size = bool(size & STORED), size & ~STORED
        if size > largest:
            raise LimitExceeded("block is larger than the frame allows")
        packed = feed.need(size)
        piece = packed if is_stored else decoded(packed, history, largest, feed.at)
        feed.need(4 if flags & 16 else 0)
        made += len(piece)
        history = (history + piece)[-HISTORY:] if linked else b""
        yield piece
    feed.need(4 if flags & 4 else 0)
    if flags & 8 and int.from_bytes(rest[:8], "little") != made:
        raise Malformed("frame holds another size than it declares", rule=_pieces.AMBIGUOUS, offset=start)
