"""ar: static libraries (GNU, BSD and Windows) and Debian packages.

In a Debian package (deb(5)) the files that it installs stand for the whole, as those of a compressed tar do.
"""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._bodies import need, with_body
from leakguard.artifacts._tar_stream import Tape
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "ar"
SUFFIXES: Sequence[str] = (".deb", ".udeb", ".ddeb")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

MAGIC = b"!<arch>\n"
MAGICS = (MAGIC,)
HEADER = 60
"""Name (16), time, owner, group, mode, size (10), end mark; text, filled up with blanks."""
END = b"`\n"
DEBIAN = "debian-binary"
LONGEST_NAME = 64 * 1024
MOST_NAMES = 16 * 1024 * 1024
"""Bound on the table of long names, bytes."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the magic."""
    return _pieces.content_match(name, SUFFIXES) if head.startswith(MAGIC) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The members in stored order; a library may hold several of one name, and gets a number behind the later ones."""
    tape = Tape(source.stream)
    need(tape, len(MAGIC))
    seen: dict[str, int] = {}
    table, is_debian = b"", False
    while header := tape.take(HEADER):
        budget.check_clock()
        start = tape.offset - len(header)
        size = _size(header, start)
        raw, padding = header[:16].rstrip(b" "), size & 1
        if raw == b"//":
            if size > MOST_NAMES:
                raise LimitExceeded(f"table of names takes more than {MOST_NAMES} bytes")
            table = need(tape, size)
            need(tape, padding)
            yield Member(name="long-names.txt", data=table)
            continue
        if raw.startswith(b"#1/") and raw[3:].isdigit():
            length = min(int(raw[3:]), size)
            if length > LONGEST_NAME:
                raise LimitExceeded(f"a name takes more than {LONGEST_NAME} bytes")
            raw, size = need(tape, length).rstrip(b"\0"), size - length
        name = _name(raw, table)
        is_debian = is_debian or (not seen and name == DEBIAN)
        count = seen[name] = seen.get(name, 0) + 1
        member = Member(name=name if count == 1 or is_debian else f"{name}~{count}")
        member.transparent = is_debian and name.startswith("data.tar")
        yield from with_body(member, tape, size, padding, fill=b"\n\0")


def _size(header: bytes, start: int) -> int:
    if len(header) < HEADER:
        raise Malformed("the archive ends within a header", rule=_pieces.TRUNCATED, offset=start)
    size = header[48:58].strip(b" ")
    if header[58:] != END or not size.isdigit():
        raise Malformed("header of a member is none", rule=_pieces.UNREADABLE, offset=start)
    return int(size)


def _name(raw: bytes, table: bytes) -> str:
    """GNU puts a slash behind a name, and long ones into a table, where a slash and a newline (or a NUL) end them."""
    if raw in (b"/", b"/SYM64/"):
        return "symbols"
    if raw.startswith(b"/") and raw[1:].isdigit():
        at = int(raw[1:])
        if at >= len(table):
            raise Malformed("name of a member lies outside the table of names", rule=_pieces.UNREADABLE)
        raw = table[at : at + LONGEST_NAME].partition(b"\n")[0].partition(b"\0")[0]
    return raw.removesuffix(b"/").decode("utf-8", "surrogateescape") or "unnamed"
