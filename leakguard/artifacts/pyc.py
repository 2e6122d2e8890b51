"""Compiled Python (`.pyc`, 3.8 and later): what is left of a module's source, as text.

The bytes themselves are searched as well, but in them a string is hemmed in by lengths and types; here every constant and name is a line
of its own, and a constant that is assigned to a name stands behind it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.artifacts import _pieces
from leakguard.artifacts._marshal import Code, Reader
from leakguard.artifacts._opcodes import assignments
from leakguard.content import IN_MEMORY
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Kind, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "pyc"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"^[\x00-\xff][\x0d\x0e]\x0d\x0a[\x00-\x03]\x00\x00\x00"),)
"""The magic number, and flags (PEP 552)."""
SEEK = True
CARRIER = True
WHOLE = True

HEADER = 16
VERSIONS = ((3400, 8), (3420, 9), (3430, 10), (3450, 11), (3500, 12), (3550, 13), (3600, 14), (3650, 15))
"""First magic number of a minor version of Python 3 → that version."""
NEW_LAYOUT = 11
"""The minor version that changed what code looks like."""
MOST_SAMPLES = 10


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """The header, and a code object behind it."""
    is_code = len(head) > HEADER and head[HEADER] & 0x7F == ord("c")
    return Match.CONTENT if hits and hits[0].end == 8 and is_code and version_of(head) else Match.NO


def version_of(head: bytes) -> int:
    """The minor version of Python 3 that wrote a header; 0 for what is older than 3.8."""
    magic = int.from_bytes(head[:2], "little")
    return max((minor for first, minor in VERSIONS if magic >= first), default=0)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """A summary (a folder without a name, `facts["pyc"]`), then `constants.txt`."""
    content = source.content
    assert content is not None
    if content.size > IN_MEMORY:
        raise LimitExceeded(f"compiled Python of more than {IN_MEMORY >> 20} MiB is not read")
    data = content.read(0, content.size)
    minor = version_of(data)
    reader = Reader(data, HEADER, is_new=minor >= NEW_LAYOUT)
    top = reader.read()
    if not isinstance(top, Code):
        raise Malformed("compiled Python holds no code", rule=_pieces.UNREADABLE, offset=HEADER)
    text = _text(reader, minor)
    budget.spend_inflated(len(text))
    yield Member(name="", kind=Kind.DIRECTORY, facts={"pyc": _summary(data, minor, reader, top)})
    yield Member(name="constants.txt", size=len(text), data=text, span=(0, content.size))
    if reader.at < content.size:
        raise Malformed("bytes after the end of the code", rule=_pieces.AMBIGUOUS, offset=reader.at)


def _summary(data: bytes, minor: int, reader: Reader, top: Code) -> dict[str, Any]:
    filenames = dict.fromkeys(code.filename for code in reader.codes if code.filename)
    hashed = bool(data[4] & 1)
    return {
        "version": f"3.{minor}",
        "filenames": tuple(one.decode("utf-8", "replace") for one, _ in zip(filenames, range(MOST_SAMPLES), strict=False)),
        "functions": len(reader.codes) - 1,
        "texts": len(reader.texts),
        "docstring": bool(top.constants and isinstance(top.constants[0], bytes)),
        "source_size": None if hashed else int.from_bytes(data[12:16], "little"),
    }


def _text(reader: Reader, minor: int) -> bytes:
    """Every string, each on a line of its own and once; assigned ones behind their names first."""
    lines: dict[bytes, None] = {}
    for code in reader.codes:
        for name, value in assignments(code, minor):
            lines[name + b' = "' + value + b'"'] = None
            lines[value] = None
    assigned = {value for code in reader.codes for _, value in assignments(code, minor)}
    written = [line for line in lines if line not in assigned]
    written += [text for text in dict.fromkeys(reader.texts) if text not in assigned]
    return b"\n".join(written).replace(b"\0", b" ") + b"\n"
