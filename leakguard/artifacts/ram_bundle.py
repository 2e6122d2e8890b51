"""Indexed RAM bundles of Metro (React Native): one file that holds the startup code and every module as text, each loaded on demand.

Layout, little-endian: magic, number of table entries, length of the startup code; then for each module offset and length (with a final
NUL), offsets counted from the end of the table; then the startup code and the modules.
"""

import struct
from collections.abc import Iterator, Sequence

from leakguard.content import Content
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Kind, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "ram-bundle"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

MAGIC = struct.pack("<I", 0xFB0BD1E5)
_HEADER = struct.Struct("<III")
_ROW = struct.Struct("<II")
_MOST_MODULES = 200_000


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """The magic, and more behind it than a marker file has."""
    return Match.CONTENT if head.startswith(MAGIC) and len(head) > _HEADER.size else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """`startup.js`, then `module-N.js` for each module that there is."""
    content = source.content
    assert content is not None
    header = content.read(0, _HEADER.size)
    if len(header) < _HEADER.size:
        raise Malformed("ends inside its header", rule="artifact/truncated")
    _, count, startup = _HEADER.unpack(header)
    if count > _MOST_MODULES:
        raise Malformed(f"has a table of {count} modules", rule="artifact/limit-exceeded", offset=4)
    base = _HEADER.size + count * _ROW.size
    table = content.read(_HEADER.size, base)
    if len(table) < base - _HEADER.size or base + startup > content.size:
        raise Malformed("ends before its table or startup code does", rule="artifact/truncated")
    yield _member("startup.js", content, base, startup, budget)
    for number, (offset, length) in enumerate(_ROW.iter_unpack(table)):
        if not length:
            continue
        if base + offset + length > content.size:
            raise Malformed(f"module {number} lies beyond the end", rule="artifact/truncated", offset=_HEADER.size + number * _ROW.size)
        yield _member(f"module-{number}.js", content, base + offset, length, budget)


def _member(name: str, content: Content, start: int, length: int, budget: Budget) -> Member:
    budget.spend_inflated(length)
    data = content.read(start, start + length).removesuffix(b"\0")
    return Member(name=name, kind=Kind.FILE, size=len(data), data=data)
