"""Zstandard (RFC 8878): all frames of a file, block by block, so that no more than a block is decoded at a time."""

from collections.abc import Iterator, Sequence

import zstandard

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "zstd"
SUFFIXES: Sequence[str] = (".zst", ".tzst", ".zstd")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

TARS = (".tzst",)
MAGIC = b"\x28\xb5\x2f\xfd"
MAGICS = (MAGIC, *(bytes((first,)) for first in range(0x50, 0x60)))
SKIPPABLE = b"\x2a\x4d\x18"
"""Second to fourth byte of a frame that decoders pass over; the first is 0x50 to 0x5f."""
WINDOW = 128 * 1024 * 1024
"""Bytes of history that a frame may ask for, as in the reference decoder's own default."""
BLOCK = 128 * 1024
"""Bound on a block, packed or not; bytes."""
LAST, REPEATED, INVALID = 1, 1, 3


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001
    """Recognise a frame; a skippable one, which other formats have too, only with the name or with a frame behind it."""
    sure = _pieces.content_match(name, SUFFIXES)
    if head.startswith(MAGIC):
        return sure
    if not _is_skippable(head):
        return Match.NO
    behind = 8 + int.from_bytes(head[4:8], "little")
    return sure if sure is Match.NAME_AND_CONTENT or head[behind : behind + 4] == MAGIC else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content, then whatever is odd about the file."""
    feed = Feed(source.stream)
    frames = _Frames(feed, budget)
    frames.skip()
    text = frames.take_skipped()
    yield from _pieces.transparent(_pieces.unpacked_name(source, SUFFIXES, TARS), frames.contents(), feed, text=text)
    if later := frames.take_skipped():
        yield Member(name="skippable", data=later)
    if frames.skipped:
        yield _pieces.damaged(Damage(rule=_pieces.AMBIGUOUS, reason=f"frames that decoders pass over hold {frames.skipped} bytes"))


class _Frames:
    """The frames of one file, in a row."""

    def __init__(self, feed: Feed, budget: Budget) -> None:
        self._feed, self._budget = feed, budget
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW)
        self._kept: list[bytes] = []
        self._room = _pieces.PIECE
        self.skipped = 0
        """Bytes in skippable frames."""

    def contents(self) -> Iterator[bytes]:
        """The decoded bytes of all frames."""
        while self._feed.peek(4) == MAGIC:
            yield from self._frame()
            self.skip()

    def take_skipped(self) -> bytes:
        """What is kept of the skippable frames since the last time."""
        kept, self._kept = b"".join(self._kept), []
        return kept

    def skip(self) -> None:
        """Take the skippable frames that come next."""
        while _is_skippable(self._feed.peek(4)):
            left = int.from_bytes(self._feed.need(8)[4:], "little")
            self.skipped += left
            while left:
                piece = self._feed.need(min(left, _pieces.PIECE))
                left -= len(piece)
                self._kept.append(piece[: self._room])
                self._room -= len(self._kept[-1])
            self._budget.check_clock()

    def _frame(self) -> Iterator[bytes]:
        header, has_checksum = self._frame_header()
        decoder = self._decompressor.decompressobj()
        yield from self._decoded(decoder, header)
        last = False
        while not last:
            head = self._feed.need(3)
            value = int.from_bytes(head, "little")
            last, kind, size = bool(value & LAST), value >> 1 & 3, value >> 3
            if kind == INVALID or size > BLOCK:
                raise Malformed("block is none that the format allows", rule=_pieces.UNREADABLE, offset=self._feed.at - 3)
            yield from self._decoded(decoder, head + self._feed.need(1 if kind == REPEATED else size))
        if has_checksum:
            yield from self._decoded(decoder, self._feed.need(4))
        if not decoder.eof:
            raise Malformed("frame does not end with its last block", rule=_pieces.UNREADABLE, offset=self._feed.at)

    def _decoded(self, decoder: "zstandard.ZstdDecompressionObj", packed: bytes) -> Iterator[bytes]:
        try:
            piece = decoder.decompress(packed)
        except zstandard.ZstdError as error:
            raise _pieces.failure(error, self._feed.at) from error
        if piece:
            self._budget.spend_inflated(len(piece))
            yield piece

    def _frame_header(self) -> tuple[bytes, bool]:
        """A frame's header as stored, and whether a checksum follows the last block (RFC 8878 §3.1.1.1)."""
        start = self._feed.at
        header = self._feed.need(5)
        descriptor = header[4]
        single, dictionary = bool(descriptor & 32), (0, 1, 2, 4)[descriptor & 3]
        size = (int(single), 2, 4, 8)[descriptor >> 6]
        rest = self._feed.need((not single) + dictionary + size)
        if descriptor & 8:
            raise Malformed("frame header has a reserved bit set", rule=_pieces.UNREADABLE, offset=start)
        if any(rest[not single : (not single) + dictionary]):
            raise Malformed("frame needs a dictionary that is not in it", rule=_pieces.UNSUPPORTED, offset=start)
        if not single and (1 << 10 + (rest[0] >> 3)) // 8 * (8 + (rest[0] & 7)) > WINDOW:
            raise LimitExceeded(f"frame asks for more than {WINDOW} bytes of history")
        return header + rest, bool(descriptor & 4)


def _is_skippable(head: bytes) -> bool:
    return len(head) >= 4 and 0x50 <= head[0] <= 0x5F and head[1:4] == SKIPPABLE
