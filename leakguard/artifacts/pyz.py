"""PyInstaller's archive of modules (`PYZ`): a marshalled table, and a zlib stream for each module, without the header of a `.pyc`."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leakguard.artifacts import _pieces
from leakguard.artifacts._embedded import inflated, uncovered
from leakguard.artifacts._marshal import Reader
from leakguard.artifacts._zip_strays import region
from leakguard.content import IN_MEMORY
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "pyz"
SUFFIXES: Sequence[str] = ()
"""None: `.pyz` is what a zipped application is called."""
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

MAGIC = b"PYZ\0"
MAGICS = (MAGIC,)
HEADER = 17
"""Magic, magic number of Python, offset of the table (big-endian), and whether the rest is encrypted, with padding; bytes."""


class Module(NamedTuple):
    """A line of the table."""

    name: str
    start: int
    stop: int
    is_code: bool


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the magic, and the end of Python's behind it."""
    return Match.CONTENT if head.startswith(MAGIC) and head[6:8] == b"\r\n" else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The modules by their paths, then whatever else is between them."""
    content = source.content
    assert content is not None
    table_at = int.from_bytes(content.read(8, 12), "big")
    if not HEADER <= table_at < content.size:
        raise Malformed("table lies outside the archive", rule=_pieces.TRUNCATED, offset=8)
    if content.size - table_at > IN_MEMORY:
        raise LimitExceeded(f"a table of more than {IN_MEMORY >> 20} MiB is not read")
    table = Reader(content.read(table_at, content.size))
    modules = list(_modules(table.read()))
    header = content.read(4, 8) + bytes(12)
    for module in sorted(modules, key=lambda one: one.start):
        if not HEADER <= module.start <= module.stop <= table_at:
            damage = Damage(rule=_pieces.UNREADABLE, reason="module lies outside the archive", offset=max(0, module.start))
            yield _pieces.damaged(damage, module.name)
            continue
        prefix = header if module.is_code else b""
        yield inflated(content, module.name, module.start, module.stop, budget, prefix=prefix, unless=header[:4])
    for start, stop in uncovered([(one.start, one.stop) for one in modules], HEADER, table_at):
        yield region(content, f"gap-{start}", start, stop, _pieces.ambiguous("bytes that belong to no module", start))
    if table_at + table.at < content.size:
        at = table_at + table.at
        yield region(content, "trailer", at, content.size, _pieces.ambiguous("bytes after the table", at))


def _modules(table: object) -> Iterator[Module]:
    """Lines are `(name, (type, offset, size))`: of a list, or in older archives of a dictionary, which comes flattened."""
    pairs = isinstance(table, list) and all(isinstance(one, list) and len(one) == 2 for one in table)
    if not isinstance(table, list) or (not pairs and len(table) % 2):
        raise Malformed("table is none", rule=_pieces.UNREADABLE)
    lines = table if pairs else list(zip(table[::2], table[1::2], strict=True))
    for line in lines:
        name, place = line
        if not isinstance(name, bytes) or not isinstance(place, list) or [type(one) for one in place] != [int, int, int]:
            raise Malformed("a line of the table is none", rule=_pieces.UNREADABLE)
        kind, start, size = place
        if size == 0:
            continue
        path = name.decode("utf-8", "surrogateescape")
        if kind == 2:
            yield Module(path, start, start + size, is_code=False)
        else:
            yield Module(path.replace(".", "/") + ("/__init__.pyc" if kind in (1, 3) else ".pyc"), start, start + size, is_code=True)
