"""Extensions of Chrome: a header with signatures in front of a zip."""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._embedded import part
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "crx"
SUFFIXES: Sequence[str] = (".crx",)
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

MAGIC = b"Cr24"
MAGICS = (MAGIC,)
VERSIONS = (2, 3)
MOST = 1024 * 1024
"""Bound on the header, bytes."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise magic and version. NOTE: as the name and the content, since the zip behind would be recognised too."""
    return Match.NAME_AND_CONTENT if head.startswith(MAGIC) and int.from_bytes(head[4:8], "little") in VERSIONS else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The header, and the zip, whose files stand for the whole."""
    content = source.content
    assert content is not None
    budget.check_clock()
    head = content.read(0, 16)
    is_old = int.from_bytes(head[4:8], "little") == VERSIONS[0]
    start = 16 if is_old else 12
    size = int.from_bytes(head[8:12], "little") + (int.from_bytes(head[12:16], "little") if is_old else 0)
    if size > MOST:
        raise LimitExceeded(f"header takes more than {MOST} bytes")
    if start + size >= content.size:
        raise Malformed("header reaches beyond the file", rule=_pieces.TRUNCATED, offset=8)
    yield part(content, "crx-header", start, start + size)
    inner = part(content, "extension.zip", start + size, content.size)
    inner.transparent = True
    yield inner
