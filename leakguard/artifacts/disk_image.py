"""File systems and disk images that are known by what does not stand in front: they are not opened, and the policy decides."""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "disk-image"
SUFFIXES: Sequence[str] = (".iso", ".dmg")
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

ISO_AT = 32_769
ISO = (b"CD001", b"BEA01")
"""Of ISO 9660, and of UDF alone."""
APPLE = b"koly\0\0\0\4\0\0\2\0"
"""Begins the trailer of an Apple disk image, 512 bytes."""
ACE_AT = 7


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the descriptor at its place, a trailer, or the mark of an ACE archive."""
    return Match.NAME_AND_CONTENT if _what(head, tail) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:  # noqa: ARG001 - nothing is made
    """None."""
    content = source.content
    what = _what(content.head, content.tail) if content is not None else "a disk image"
    raise Malformed(f"is {what}, which is not opened", rule=_pieces.UNSUPPORTED)


def _what(head: bytes, tail: bytes) -> str:
    if head[ISO_AT : ISO_AT + 5] in ISO:
        return "an image of an optical disc"
    if tail[-512:-500] == APPLE:
        return "an Apple disk image"
    return "an ACE archive" if head[ACE_AT : ACE_AT + 7] == b"**ACE**" else ""
