"""Members that lie one behind the other in a stream, each with its size in front: what `ar` and `cpio` have in common."""

from collections.abc import Iterator

from leakguard.artifacts import _pieces
from leakguard.artifacts._tar_stream import Body, Tape
from leakguard.errors import Malformed
from leakguard.model import Damage, Kind, Member

SMALL = 1 << 20
"""Bodies up to so many bytes are read at once."""


def need(tape: Tape, count: int) -> bytes:
    """`count` bytes, or `Malformed`."""
    data = tape.take(count)
    if len(data) < count:
        raise Malformed("the archive ends too early", rule=_pieces.TRUNCATED, offset=tape.offset)
    return data


def with_body(member: Member, tape: Tape, size: int, padding: int, *, fill: bytes = b"\0") -> Iterator[Member]:
    """The member, with the next `size` bytes as its content; then what is wrong with the padding behind them."""
    member.size = size
    body: Body | None = None
    if size <= SMALL:
        member.data = tape.take(size)
        if len(member.data) < size:
            member.damage = Damage(rule=_pieces.TRUNCATED, reason="the body of a member ends too early", offset=tape.offset)
            yield member
            raise Malformed("the archive ends within a member", rule=_pieces.TRUNCATED, offset=tape.offset)
    else:
        body = Body(tape, size)
        member.open = body.opened
    yield member
    if body is not None:
        if body.broken:
            return
        body.drain()
    stray = tape.take(padding)
    if stray.strip(fill):
        damage = _pieces.ambiguous("the padding of a member is not empty", tape.offset - padding)
        yield Member(name="", kind=Kind.DAMAGE, damage=damage, text=stray)
