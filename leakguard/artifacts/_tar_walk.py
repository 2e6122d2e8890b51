"""The walk over a tar stream: one pass, forward only, every byte a header, a body, a padding of zeros, or damage."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from leakguard.artifacts._tar_extensions import KINDS, Extensions
from leakguard.artifacts._tar_header import AMBIGUOUS, BLOCK, DULL_OWNERS, UNSUPPORTED, Fault, Header, parse
from leakguard.artifacts._tar_stream import PIECE, Body, Tape
from leakguard.errors import Malformed
from leakguard.model import Damage, Kind, Member, RuleId

SMALL = 1 << 20
"""Bodies up to so many bytes are read at once and handed over as `data`."""

MOST_STRAY = 1 << 20
"""Bytes behind the end of the archive that are searched."""

_TRUNCATED = "artifact/truncated"
_ZEROS = bytes(BLOCK)
_NO_OWNER = bytes(64)
_MOST_OWNERS = 1000
_SPARSE_CONTINUES = 482
_SPARSE_BLOCK_CONTINUES = 504
_DEVICES = {b"3": "a character device", b"4": "a block device", b"6": "a named pipe"}


class Walk:
    """One walk over one archive."""

    def __init__(self, stream: BinaryIO) -> None:
        self._tape = Tape(stream)
        self._owners = {_NO_OWNER}
        self._over = False

    def members(self) -> Iterator[Member]:
        """The members in stored order; damage at the place where it is."""
        take = self._tape.take
        extensions: Extensions | None = None
        while not self._over:
            block = take(BLOCK)
            if len(block) < BLOCK or block == _ZEROS:
                yield from self._end(block, extensions)
                return
            start = self._tape.offset - BLOCK
            header = parse(block, start)
            if header.kind in KINDS:
                extensions = extensions or Extensions()
                self._extend(extensions, header, start)
                continue
            if _is_plain(header) and (extensions is None or extensions.are_dull()):
                yield self._plain(header)
            else:
                yield from self._odd(header, block, extensions or Extensions(), start)
            extensions = None

    def _plain(self, header: Header) -> Member:
        """A small file with nothing odd about it: nearly all members of nearly all packages."""
        size = header.size
        data, damage, padding = self._body(size)
        return Member(
            name=header.name.decode("utf-8", "surrogateescape"),
            size=size,
            data=data,
            damage=damage,
            text=padding if header.owner in self._owners else padding + self._owner(header.owner),
            facts={"mode": header.mode},
        )

    def _body(self, size: int) -> tuple[bytes, Damage | None, bytes]:
        """A small body, what is wrong with it, and what of its padding is not zeros."""
        padded = -(-size // BLOCK) * BLOCK
        data = self._tape.take(padded)
        if len(data) == padded and data.count(0, size) == padded - size:
            return data[:size], None, b""
        if len(data) < padded:
            self._over = True
            reason = "the body of a member ends too early" if len(data) < size else "the archive ends within the padding of a member"
            damage = Damage(rule=RuleId(_TRUNCATED), reason=reason, offset=self._tape.offset)
        else:
            damage = Damage(rule=RuleId(AMBIGUOUS), reason="the padding of a body is not zeros", offset=self._tape.offset - padded + size)
        return data[:size], damage, data[size:].strip(b"\0")

    def _owner(self, owner: bytes) -> bytes:
        """The owner's names, the first time that they occur."""
        if len(self._owners) < _MOST_OWNERS:
            self._owners.add(owner)
        names = (owner[:32].strip(b"\0"), owner[32:].strip(b"\0"))
        return b"".join(b"\n" + name for name in names if name not in DULL_OWNERS)

    def _extend(self, extensions: Extensions, header: Header, start: int) -> None:
        """Read an extension header into what is known of the next member."""
        extensions.admit(header, start)
        body, damage, padding = self._body(header.size)
        if damage is not None and damage.rule == _TRUNCATED:
            raise Malformed("the archive ends within an extension header", rule=_TRUNCATED, offset=damage.offset)
        if header.owner not in self._owners and (owner := self._owner(header.owner)):
            extensions.text.append(owner)
        extensions.read(header.kind, body, padding, start + BLOCK)

    def _odd(self, header: Header, block: bytes, extensions: Extensions, start: int) -> Iterator[Member]:
        """A member with an extension header that matters, a link, a folder, a large body, or a fault."""
        name, size, link = extensions.resolve(header)
        member = Member(name=name.decode("utf-8", "surrogateescape"), size=size, facts={"mode": header.mode})
        faults = [*header.faults, *extensions.faults]
        has_body = _classify(member, header.kind, link, faults)
        if header.kind == b"S":
            self._skip_sparse_blocks(block)
        text = [*extensions.text, header.residue, b"" if header.owner in self._owners else self._owner(header.owner)]
        body: Body | None = None
        if has_body and size <= SMALL:
            member.data, damage, padding = self._body(size)
            text.append(padding)
            if damage is not None:
                faults.insert(0, Fault(damage.rule, damage.reason))
        elif has_body:
            body = Body(self._tape, size)
            member.open = body.opened
        member.text = b"\n".join(filter(None, text))
        member.damage = _damage(faults, start)
        yield member
        if body is not None:
            yield from self._finish(body, size)

    def _finish(self, body: Body, size: int) -> Iterator[Member]:
        """Leave a large body behind, with its padding; a body that failed was reported to whoever read it."""
        if body.broken:
            self._over = True
            return
        body.drain()
        count = -size % BLOCK
        padding = self._tape.take(count)
        if len(padding) < count:
            raise Malformed("the archive ends within the padding of a member", rule=_TRUNCATED, offset=self._tape.offset)
        if stray := padding.strip(b"\0"):
            faults = [Fault(AMBIGUOUS, "the padding of a body is not zeros")]
            yield Member(name="", kind=Kind.DAMAGE, damage=_damage(faults, self._tape.offset - count), text=stray)

    def _skip_sparse_blocks(self, block: bytes) -> None:
        """Pass over the continuation of an old GNU sparse header."""
        continues = block[_SPARSE_CONTINUES]
        while continues:
            block = self._tape.take(BLOCK)
            if len(block) < BLOCK:
                raise Malformed("the archive ends within a sparse header", rule=_TRUNCATED, offset=self._tape.offset)
            continues = block[_SPARSE_BLOCK_CONTINUES]

    def _end(self, block: bytes, extensions: Extensions | None) -> Iterator[Member]:
        """Check that the archive ends as one: two blocks of zeros, then nothing but zeros."""
        offset = self._tape.offset
        if extensions is not None and extensions.bind():
            raise Malformed("an extension header has no member", rule=_TRUNCATED, offset=offset)
        if extensions is not None and (extensions.faults or extensions.text):
            faults = extensions.faults or [Fault(AMBIGUOUS, "a global header has no member")]
            yield Member(name="", kind=Kind.DAMAGE, damage=_damage(faults, offset), text=b"\n".join(extensions.text))
        if not block or block.strip(b"\0"):
            reason = "the archive ends within a header" if block else "the archive has no end mark"
            raise Malformed(reason, rule=_TRUNCATED, offset=offset)
        piece = self._tape.take(BLOCK)
        reason = "data follow a lone block of zeros" if piece.strip(b"\0") else "data follow the end of the archive"
        stray = b""
        while piece:
            if piece.count(0) < len(piece):
                stray = (stray + piece.strip(b"\0"))[:MOST_STRAY]
            piece = self._tape.take(PIECE)
        if stray:
            yield Member(name="", kind=Kind.DAMAGE, damage=_damage([Fault(AMBIGUOUS, reason)], offset), text=stray)


def _is_plain(header: Header) -> bool:
    return header.kind == b"0" and header.size <= SMALL and not header.faults and not header.link and header.name[-1:] != b"/"


def _classify(member: Member, kind: bytes, link: bytes, faults: list[Fault]) -> bool:
    """Say what a member is, note what is wrong with that, and return whether a body follows."""
    if kind in b"12":
        member.kind, member.link = Kind.LINK, link.decode("utf-8", "surrogateescape")
        member.facts = {**member.facts, "hard": kind == b"1"}
        if not link:
            faults.append(Fault(AMBIGUOUS, "a link has no target"))
    elif link:
        faults.append(Fault(AMBIGUOUS, "a member that is no link has a link target"))
    if kind in b"0\0" and member.name.endswith("/"):
        member.kind = Kind.FILE if member.size else Kind.DIRECTORY
        if kind == b"0" or member.size:
            faults.append(Fault(AMBIGUOUS, "some readers take a file for a folder"))
        return bool(member.size)
    if kind == b"5":
        member.kind = Kind.DIRECTORY
    elif kind in _DEVICES:
        faults.append(Fault(UNSUPPORTED, f"{_DEVICES[kind]} cannot be inspected"))
    elif kind not in b"0\x0012":
        faults.append(Fault(UNSUPPORTED, f"a member of the kind `{_spell(kind)}` is not read the same by every reader"))
        return True
    if kind in b"123456" and member.size:
        faults.append(Fault(AMBIGUOUS, "a member of a kind without a body declares one, and readers skip it or not"))
    return kind in b"0\0"


def _damage(faults: Sequence[Fault], offset: int) -> Damage | None:
    """All faults of one member as one; that readers disagree weighs more than that something is not supported."""
    if not faults:
        return None
    rule = AMBIGUOUS if any(fault.rule == AMBIGUOUS for fault in faults) else faults[0].rule
    return Damage(rule=RuleId(rule), reason="; ".join(dict.fromkeys(fault.reason for fault in faults)), offset=offset)


def _spell(kind: bytes) -> str:
    return kind.decode() if kind.isalnum() else f"0x{kind.hex()}"
