"""7z archives, read by `py7zr` (the extra `7z`): into a spool without a name, never to a path."""

import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from leakguard.artifacts import _pieces
from leakguard.content import IN_MEMORY, Content
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Kind, Member
from leakguard.plugins import Anchor, Hit, Match, Source

if TYPE_CHECKING:
    from leakguard.artifacts._seven_zip_spool import Spool

NAME = "7z"
SUFFIXES: Sequence[str] = (".7z",)
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

MAGIC = b"7z\xbc\xaf\x27\x1c"
MAGICS = (MAGIC,)
HINT = 'is a 7z archive, which takes the extra `7z` to be opened (`pip install "leakguard[7z]"`)'


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the magic."""
    return _pieces.content_match(name, SUFFIXES) if head.startswith(MAGIC) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The members in the order in which they are packed."""
    try:
        from leakguard.artifacts._seven_zip_spool import Spool
    except ImportError:
        raise Malformed(HINT, rule=_pieces.UNSUPPORTED) from None

    content = source.content
    assert content is not None
    end = _end(content)
    if end > content.size:
        raise Malformed("the archive ends before its header does", rule=_pieces.TRUNCATED, offset=content.size)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        spool = Spool(cast(BinaryIO, file), budget)
        listed, damage = _extracted(source.stream, spool)
        yield from spool.members({one.filename for one in listed if one.is_symlink})
        names = [one.filename for one in listed]
        if len(set(names)) < len(names):
            yield _pieces.damaged(_pieces.ambiguous("several members have the same name"))
        yield from (Member(name=f"{one.filename}/", kind=Kind.DIRECTORY) for one in listed if one.is_directory)
        if damage is not None:
            yield _pieces.damaged(damage)
    if end < content.size:
        trailer = content.read(end, min(content.size, end + IN_MEMORY))
        yield Member(name="trailer", data=trailer, damage=_pieces.ambiguous("bytes after the end of the archive", end))


def _extracted(stream: BinaryIO, spool: "Spool") -> tuple[Sequence[Any], Damage | None]:
    """What the archive lists, and why not all of it is in the spool."""
    import py7zr

    listed: Sequence[Any] = ()
    try:
        with py7zr.SevenZipFile(cast(Any, stream), "r") as archive:
            if archive.needs_password():
                return (), Damage(rule=_pieces.ENCRYPTED, reason="is encrypted")
            listed = list(archive.files)
            archive.extractall(factory=spool)
    except (LimitExceeded, MemoryError):
        raise
    except py7zr.exceptions.UnsupportedCompressionMethodError:
        return listed, Damage(rule=_pieces.UNSUPPORTED, reason="is packed by a method that is not read")
    except py7zr.exceptions.PasswordRequired:
        return listed, Damage(rule=_pieces.ENCRYPTED, reason="is encrypted")
    except Exception as error:
        if spool.exceeded is not None:
            raise spool.exceeded from error
        return listed, Damage(rule=_pieces.UNREADABLE, reason="the archive is damaged")
    return listed, None


def _end(content: Content) -> int:
    """Where the header ends, which stands last."""
    head = content.read(0, 32)
    if len(head) < 32:
        raise Malformed("the archive ends within its first header", rule=_pieces.TRUNCATED)
    return 32 + int.from_bytes(head[12:20], "little") + int.from_bytes(head[20:28], "little")
