"""Brotli (RFC 7932): a stream without a magic, so it takes the name to be recognised."""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "brotli"
SUFFIXES: Sequence[str] = (".br",)
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

FOREIGN = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"BZh", b"PK\3\4")
"""What other compressors begin with: their beginnings may decode here as well."""
SAMPLE = 1024
"""Bytes that must decode for a file to be taken for what its name says."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise a file of that name whose beginning decodes."""
    return Match.NAME_AND_CONTENT if name[-3:].lower() == ".br" and head and not head.startswith(FOREIGN) and _decodes(head) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content, then what lies behind it."""
    feed = Feed(source.stream)
    yield from _pieces.transparent(_pieces.unpacked_name(source, SUFFIXES, ()), _contents(feed, budget), feed)


def _decodes(head: bytes) -> bool:
    import brotli

    try:
        brotli.Decompressor().process(head[:SAMPLE], output_buffer_limit=SAMPLE)
    except brotli.error:
        # NOTE: bytes behind the end of a stream are an error too, so a tiny one is tried by itself.
        return _end_of(head[:SAMPLE]) is not None
    return True


def _end_of(block: bytes) -> int | None:
    """Where a stream ends that begins with `block`; `None` when it does not end there, or is none."""
    import brotli

    decoder = brotli.Decompressor()
    for at in range(len(block)):
        try:
            decoder.process(block[at : at + 1], output_buffer_limit=_pieces.PIECE)
        except brotli.error:
            return None
        if decoder.is_finished():
            return at + 1
    return None


def _contents(feed: Feed, budget: Budget) -> Iterator[bytes]:
    import brotli

    decoder = brotli.Decompressor()
    while not decoder.is_finished():
        data = feed.piece(_pieces.FIRST_PIECE) if decoder.can_accept_more_data() else b""
        try:
            piece = decoder.process(data, output_buffer_limit=_pieces.PIECE)
        except brotli.error as error:
            raise Malformed("compressed data is damaged", rule=_pieces.UNREADABLE, offset=feed.at) from error
        if piece:
            budget.spend_inflated(len(piece))
            yield piece
        elif not data and not decoder.is_finished():
            raise Malformed("ends before its compressed data does", rule=_pieces.TRUNCATED, offset=feed.at)
