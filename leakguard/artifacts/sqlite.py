"""SQLite databases: the values in every table, put together from cells and overflow pages, and what is left of deleted rows.

The file is read page by page, by a reader of our own (sqlite.org/fileformat2.html): no query is run, no code of the library is reached.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Pieces
from leakguard.artifacts._sqlite_pages import Pages
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "sqlite"
SUFFIXES: Sequence[str] = ()
"""None: `.db` and `.sqlite` name other things as well."""
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

MAGIC = b"SQLite format 3\0"
MAGICS = (MAGIC,)


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise the magic, with a page size behind it."""
    return Match.CONTENT if head.startswith(MAGIC) and len(head) >= 100 else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The definitions, the values of each table, and what stands in no table: free pages and the gaps in the others."""
    content = source.content
    assert content is not None
    pages = Pages(content, budget)
    tables = pages.tables()
    yield Member(name="schema.sql", data=pages.schema())
    for table in tables:
        try:
            if table.is_index:
                pages.pass_over(table)
                continue
            values = Pieces(pages.values(table))
            yield Member(name=f"tables/{table.name}.txt", open=lambda values=values: cast(BinaryIO, values))  # type: ignore[misc]
            if values.started:
                values.drain()
            if table.blobs:
                blobs = Pieces(pages.values(table, blobs=True))
                yield Member(name=f"tables/{table.name}.bin", open=lambda blobs=blobs: cast(BinaryIO, blobs))  # type: ignore[misc]
        except Malformed as error:
            yield _pieces.damaged(Damage(rule=error.rule, reason=error.reason, offset=error.offset))
    rest = Pieces(pages.unused())
    yield Member(name="unused.bin", open=lambda: cast(BinaryIO, rest))
