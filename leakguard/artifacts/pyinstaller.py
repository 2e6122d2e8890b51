"""Executables made by PyInstaller: an archive behind the bootloader, closed by a cookie.

Its table names scripts, modules, libraries and data, each stored or as a zlib stream; one of them, the PYZ, is an archive of modules.
Code is stored without the header of a `.pyc`, which it gets here, so that it is one.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leakguard.artifacts import _pieces
from leakguard.artifacts._embedded import inflated, part
from leakguard.content import Content
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "pyinstaller"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"MEI\x0c\x0b\x0a\x0b\x0e"),)
SEEK = True
CARRIER = True
WHOLE = True

COOKIE = struct.Struct("!8sIIII64s")
"""Magic; sizes of the archive, offset and size of the table; version of Python; name of its library."""
ENTRY = struct.Struct("!iIIIBc")
"""Size of the entry with its name; offset, stored and real size; whether it is compressed; type."""
MOST_TABLE = 64 * 1024 * 1024
"""Bound on the table, bytes."""
MOST_TRIED = 64
CODE = {b"s": ".pyc", b"m": ".pyc", b"M": "/__init__.pyc"}
"""Types of entries that are code → what is put behind the name."""
WITHOUT_CONTENT = (b"o", b"d", b"n")
"""Options, references to other archives, and links: all that they say is in the name."""
MAGICS = {308: 3413, 309: 3425, 310: 3439, 311: 3495, 312: 3531, 313: 3571, 314: 3627}
"""Version of Python → magic number of its `.pyc`."""


class Archive(NamedTuple):
    """An archive: where it and its table begin, and the header that its code lacks."""

    base: int
    table: bytes
    stop: int
    header: bytes


class Listed(NamedTuple):
    """An entry of the table."""

    start: int
    stop: int
    size: int
    compressed: int
    kind: bytes
    name: str


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Any place with the magic of a cookie; whether an archive is before it, `members` sees."""
    return Match.CONTENT if hits else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The entries of the archive, in the order of its table."""
    content = source.content
    assert content is not None
    for hit in source.hits[: -MOST_TRIED - 1 : -1]:
        archive = _archive(content, hit.end - 8)
        if archive is not None:
            for entry in _entries(archive):
                budget.check_clock()
                if entry.stop > archive.stop:
                    damage = Damage(rule=_pieces.UNREADABLE, reason="entry lies outside the archive", offset=entry.start)
                    yield _pieces.damaged(damage, entry.name)
                elif entry.kind not in WITHOUT_CONTENT:
                    yield _member(content, archive, entry, budget)
            return


def _archive(content: Content, at: int) -> Archive | None:
    """The archive whose cookie is at `at`, if its sizes and the first entry of its table make sense."""
    raw = content.read(at, at + COOKIE.size)
    if len(raw) < COOKIE.size:
        return None
    _, size, table_at, table_size, version, _ = COOKIE.unpack(raw)
    base = at + COOKIE.size - size
    if base < 0 or not ENTRY.size <= table_size <= MOST_TABLE or table_at + table_size > size - COOKIE.size or not 200 < version < 400:
        return None
    table = content.read(base + table_at, base + table_at + table_size)
    listed = list(_entries(Archive(base, table, 0, b"")))
    if not listed:
        return None
    stop = base + table_at
    magic = next((content.read(one.start + 4, one.start + 8) for one in listed if one.kind == b"z" and one.stop <= stop), b"")
    if magic[2:] != b"\r\n":
        magic = MAGICS.get(version, 0).to_bytes(2, "little") + b"\r\n"
    return Archive(base, table, stop, magic + bytes(12))


def _entries(archive: Archive) -> Iterator[Listed]:
    at, table = 0, archive.table
    while at + ENTRY.size < len(table):
        length, offset, stored, size, compressed, kind = ENTRY.unpack_from(table, at)
        if length <= ENTRY.size or at + length > len(table) or compressed > 1 or not kind.isalpha():
            return
        name = table[at + ENTRY.size : at + length].partition(b"\0")[0].decode("utf-8", "surrogateescape").replace("\\", "/")
        start = archive.base + offset
        yield Listed(start, start + stored, size, compressed, kind, name)
        at += length


def _member(content: Content, archive: Archive, entry: Listed, budget: Budget) -> Member:
    suffix = CODE.get(entry.kind)
    name = entry.name if suffix is None else entry.name.replace(".", "/") + suffix
    prefix = b"" if suffix is None else archive.header
    if entry.compressed:
        return inflated(content, name, entry.start, entry.stop, budget, prefix=prefix, size=entry.size, unless=archive.header[:4])
    member = part(content, name, entry.start, entry.stop, facts={"type": entry.kind.decode()})
    if prefix and member.data is not None and not member.data.startswith(prefix[:4]):
        member.data = prefix + member.data
    return member
