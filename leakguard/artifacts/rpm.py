"""RPM packages: a lead, a signature, a header of tags, and a compressed cpio with the files."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, cast

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed, Pieces
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Identity, Listed, Member
from leakguard.openness import Declared, decide
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "rpm"
SUFFIXES: Sequence[str] = (".rpm",)
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False
CONTAINERS: Sequence[str] = ("rpm", "cpio")

MAGIC = b"\xed\xab\xee\xdb"
MAGICS = (MAGIC,)
LEAD = 96
HEADER_MAGIC = b"\x8e\xad\xe8\x01"
INDEX = struct.Struct(">IIII")
"""Tag, type, offset, count."""
MOST_TAGS = 65_536
MOST_BYTES = 256 * 1024 * 1024
"""Bounds of the library itself on a header."""
TEXTS = (6, 8, 9)
"""Types: a string, a list of strings, one in several languages."""
TAGS = {1000: "Name", 1001: "Version", 1002: "Release", 1004: "Summary", 1005: "Description", 1014: "License", 1020: "URL"}
HEADER = "rpm-header.txt"


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the lead."""
    return _pieces.content_match(name, SUFFIXES) if head.startswith(MAGIC) and len(head) > LEAD else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The texts of both headers, scripts and changes included, then the payload, whose files stand for the whole."""
    feed = Feed(source.stream)
    feed.need(LEAD)
    signature, size = _header(feed)
    feed.need(-size % 8)
    header, _ = _header(feed)
    text = b"".join(_texts(header)) + b"".join(_texts(signature, "signature"))
    budget.spend_inflated(len(text))
    yield Member(name=HEADER, data=text)
    payload = Pieces(iter(feed.piece, b""))
    yield Member(name="payload", open=lambda: cast(BinaryIO, payload), transparent=True)


def keeps(name: str) -> bool:
    """What `members` makes of the header."""
    return name == HEADER


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licence from the header."""
    if not listing or listing[0].inner != HEADER:
        return None
    lines = manifests.get(HEADER, b"").decode("utf-8", "replace").split("\n")
    said = {key: value for key, _, value in (line.partition(": ") for line in reversed(lines)) if key in TAGS.values()}
    openness, reason = decide(Declared(licences=(said["License"],) if "License" in said else ()))
    version = "-".join(said[key] for key in ("Version", "Release") if key in said)
    return Identity(format=NAME, name=said.get("Name"), version=version or None, packer=NAME, openness=openness, openness_reason=reason)


def _header(feed: Feed) -> tuple[tuple[bytes, bytes], int]:
    """The index and the store of a header structure, and its size."""
    start = feed.at
    raw = feed.need(16)
    count, size = struct.unpack(">II", raw[8:])
    if raw[:4] != HEADER_MAGIC:
        raise Malformed("header is none", rule=_pieces.UNREADABLE, offset=start)
    if count > MOST_TAGS or size > MOST_BYTES:
        raise LimitExceeded("header is larger than the format allows")
    return (feed.need(count * INDEX.size), feed.need(size)), 16 + count * INDEX.size + size


def _texts(header: tuple[bytes, bytes], prefix: str = "tag") -> Iterator[bytes]:
    """A line for each text; offsets that lie count as the end of the store."""
    index, store = header
    left = 4 * len(store)
    for tag, kind, offset, count in INDEX.iter_unpack(index):
        if kind not in TEXTS:
            continue
        name = TAGS.get(tag, f"{prefix}-{tag}") if prefix == "tag" else f"{prefix}-{tag}"
        at = offset
        for _ in range(count if kind != TEXTS[0] else 1):
            stop = store.find(b"\0", at)
            if stop < 0:
                break
            left -= stop - at
            if left < 0:
                raise Malformed("tags share their texts", rule=_pieces.UNREADABLE)
            yield name.encode() + b": " + store[at:stop] + b"\n"
            at = stop + 1
