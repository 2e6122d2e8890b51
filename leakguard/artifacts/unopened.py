"""What is known to be a container, and is not opened: that is said, and the policy decides."""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "unopened"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

BEGINNINGS = (
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"MSCF\0\0\0\0", "a Windows cabinet"),
    (b"ISc(", "an InstallShield cabinet"),
    (b"xar!\0", "a xar archive"),
    (b"hsqs", "a SquashFS image"),
    (b"sqsh", "a SquashFS image"),
    (b"LZIP\1", "an lzip file"),
    (b"LRZI\0", "an lrzip file"),
    (b"\x1f\x9d", "a file of `compress`"),
    (b"\x89LZO\0\r\n\x1a\n", "an lzop file"),
    (b"\xff\x06\0\0sNaPpY", "a Snappy stream"),
    (b"\x60\xea", "an ARJ archive"),
    (b"\x37\xa4\x30\xec", "a dictionary of zstd"),
    (b"!<thin>\n", "a thin archive, which names files that lie elsewhere"),
    (b"ITSF\3\0\0\0", "a compiled help file"),
    (b"MSWIM\0\0\0", "a Windows image"),
    (b"KDMV", "a disk image (VMDK)"),
    (b"QFI\xfb", "a disk image (qcow)"),
    (b"vhdxfile", "a disk image (VHDX)"),
    (b"zPQ", "a zpaq archive"),
    (b"7kSt", "a zpaq archive"),
    (b"UHA\6", "a UHA archive"),
    (b"SIT!", "a StuffIt archive"),
    (b"StuffIt (c)1997-", "a StuffIt archive"),
    (b"DMS!", "a DMS image"),
)
LETTERS = (b"hsqs", b"sqsh", b"zPQ", b"7kSt", b"SIT!", b"DMS!", b"ISc(", b"KDMV")
"""Magics that a text may begin with as well."""
MAGICS = tuple(magic for magic, _ in BEGINNINGS)

_MARK = slice(0, 8)
_COMPRESSED_BITS = range(9, 17)
_ARJ_HEADER = range(30, 2601)


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the first bytes."""
    return Match.CONTENT if what_begins(head) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:  # noqa: ARG001 - nothing is made
    """None."""
    raise Malformed(f"is {what_begins(source.stream.read(4096))}, which is not opened", rule=_pieces.UNSUPPORTED)


def what_begins(head: bytes) -> str:
    """What the first bytes are of; empty for none of these. The short magics have to make sense with what follows."""
    found = next((what for magic, what in BEGINNINGS if head.startswith(magic)), "")
    if head.startswith(b"\x1f\x9d") and (len(head) < 3 or head[2] & 0x60 or head[2] & 0x1F not in _COMPRESSED_BITS):
        return ""
    if head.startswith(b"\x60\xea") and int.from_bytes(head[2:4], "little") not in _ARJ_HEADER:
        return ""
    if found and len(head[_MARK]) < 8:
        return ""
    return "" if head.startswith(LETTERS) and b"\0" not in head[:64] else found
