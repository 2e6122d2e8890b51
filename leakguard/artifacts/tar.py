"""Tar archives: ustar, pax, GNU and v7, read by a walker of our own that stops at nothing silently.

The standard reader ends its listing without a word at a header that it does not like, and skips what it does not know; installers
differ in what they do then. Here every byte is a header, a body, a padding of zeros, or damage.
"""

from collections.abc import Iterator, Sequence

from leakguard.artifacts._tar_header import BLOCK, has_right_checksum
from leakguard.artifacts._tar_walk import Walk
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "tar"
SUFFIXES: Sequence[str] = (".tar", ".gem")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

_MAGIC = slice(257, 262)


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's shape
    """Recognise the magic of ustar, pax and GNU, or (v7 has none) a first header whose checksum is right."""
    if head[_MAGIC] != b"ustar" and not (len(head) >= BLOCK and has_right_checksum(head[:BLOCK])):
        return Match.NO
    return Match.NAME_AND_CONTENT if name.lower().endswith(".tar") else Match.CONTENT


def members(source: Source, budget: Budget) -> Iterator[Member]:  # noqa: ARG001 - nothing is inflated here
    """Yield the members in one pass over a forward-only stream; bodies over 1 MiB as a bounded stream."""
    return Walk(source.stream).members()
