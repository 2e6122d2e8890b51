"""cpio: the ASCII forms (newc, crc, odc), which RPM packages and boot images are made of."""

import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leakguard.artifacts import _pieces
from leakguard.artifacts._bodies import need, with_body
from leakguard.artifacts._tar_stream import PIECE, Tape
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Kind, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "cpio"
SUFFIXES: Sequence[str] = (".cpio",)
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

NEW, CRC, OLD = b"070701", b"070702", b"070707"
BINARY = (b"\xc7\x71", b"\x71\xc7")
"""Of the oldest form, in either byte order, which is recognised and not read."""
MAGICS = (NEW, *BINARY)
LAST = "TRAILER!!!"
LONGEST_NAME = 64 * 1024
MOST_STRAY = 1 << 20
_HEXADECIMAL = frozenset(b"0123456789abcdefABCDEF")
_OCTAL = frozenset(b"01234567")


class Header(NamedTuple):
    """What is known of a member."""

    name: str
    mode: int
    size: int
    padding: int
    """Bytes behind the content."""
    checksum: int | None


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise a first header whose fields are numbers; of the binary form, one whose name has a sensible length."""
    digits = head[6:110]
    if head[:6] in (NEW, CRC) and len(digits) == 104 and _HEXADECIMAL.issuperset(digits):
        return _pieces.content_match(name, SUFFIXES)
    if head[:6] == OLD and len(head) >= 76 and _OCTAL.issuperset(head[6:76]):
        return _pieces.content_match(name, SUFFIXES)
    return Match.NAME_AND_CONTENT if head[:2] in BINARY and name.lower().endswith(SUFFIXES[0]) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The members in stored order; more of the same may follow the end of the first archive, as in boot images."""
    tape = Tape(source.stream)
    while True:
        budget.check_clock()
        start = tape.offset
        header = _header(tape)
        if header.name == LAST and not header.size:
            stray = _next(tape)
            if stray is None:
                return
            if stray:
                reason = "data follow the end of the archive"
                yield Member(name="trailer", data=stray, damage=_pieces.ambiguous(reason, tape.offset - len(stray)))
                return
            continue
        yield from _member(tape, header, start)


def _header(tape: Tape, *, most: int = LONGEST_NAME) -> Header:
    start = tape.offset
    magic = need(tape, 6)
    try:
        if magic in (NEW, CRC):
            raw = need(tape, 104)
            fields = [int(raw[at : at + 8], 16) for at in range(0, 104, 8)]
            mode, size, length = fields[1], fields[6], fields[11]
            checksum = fields[12] if magic == CRC else None
            after_name, after = -(110 + length) % 4, -size % 4
        elif magic == OLD:
            raw = need(tape, 70)
            mode, length, size = int(raw[12:18], 8), int(raw[53:59], 8), int(raw[59:70], 8)
            checksum, after_name, after = None, 0, 0
        else:
            rule = _pieces.UNSUPPORTED if magic[:2] in BINARY else _pieces.UNREADABLE
            raise Malformed("header of a member is none that is read", rule=rule, offset=start)
    except ValueError as error:
        raise Malformed("header of a member is no number", rule=_pieces.UNREADABLE, offset=start) from error
    if length > most:
        raise LimitExceeded(f"a name takes more than {most} bytes")
    name = need(tape, length)
    if need(tape, after_name).strip(b"\0"):
        raise Malformed("the padding of a name is not empty", rule=_pieces.AMBIGUOUS, offset=start)
    if not name.endswith(b"\0") or b"\0" in name[:-1]:
        raise Malformed("name of a member does not end where its header says", rule=_pieces.AMBIGUOUS, offset=start)
    return Header(name[:-1].decode("utf-8", "surrogateescape"), mode, size, after, checksum)


def _member(tape: Tape, header: Header, start: int) -> Iterator[Member]:
    member = Member(name=header.name, facts={"mode": header.mode & 0o7777})
    kind = stat.S_IFMT(header.mode)
    if kind == stat.S_IFLNK:
        if header.size > LONGEST_NAME:
            raise LimitExceeded(f"the target of a link takes more than {LONGEST_NAME} bytes")
        member.kind, member.link = Kind.LINK, need(tape, header.size).decode("utf-8", "surrogateescape")
        need(tape, header.padding)
        yield member
        return
    if kind == stat.S_IFDIR and not header.size:
        member.kind = Kind.DIRECTORY
    elif kind != stat.S_IFREG:
        member.damage = Damage(rule=_pieces.UNSUPPORTED, reason="a device, pipe or socket cannot be inspected", offset=start)
    if member.kind is Kind.DIRECTORY:
        yield member
        return
    for one in with_body(member, tape, header.size, header.padding):
        if one is member and header.checksum is not None and member.data is not None and sum(member.data) & 0xFFFFFFFF != header.checksum:
            member.damage = Damage(rule=_pieces.UNREADABLE, reason="checksum is not that of the content", offset=start)
        yield one


def _next(tape: Tape) -> bytes | None:
    """What stands behind the end: nothing (`None`), a further archive (empty), or bytes that are none."""
    while piece := tape.take(4):
        if piece.strip(b"\0"):
            rest = piece + tape.take(106)
            if rest[:6] in (NEW, CRC, OLD):
                tape.put_back(rest)
                return b""
            stray = rest
            while more := tape.take(PIECE):
                stray = (stray + more)[:MOST_STRAY]
            return stray
    return None
