"""The pages of a SQLite database: trees of tables and indexes, their cells, and what no cell covers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from leakguard.artifacts import _pieces
from leakguard.artifacts._sqlite_records import Value, record, varint
from leakguard.content import Content
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
FIRST = 100
"""Bytes of the header of the file, in front of the first page's own."""
LARGEST_VALUE = 256 * 1024 * 1024
MOST_PAGES = 4_000_000
ENCODINGS = {0: "utf-8", 1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
LONGEST_SCHEMA = 16 * 1024 * 1024


@dataclass(slots=True)
class Table:
    """A tree of pages: a table, or an index."""

    name: str
    root: int
    columns: Sequence[str] = ()
    is_index: bool = False
    """Whether its values are those of a table once more."""
    blobs: bool = False
    """Whether a value that is no text was seen."""


@dataclass(slots=True)
class Page:
    """A page of a tree."""

    number: int
    data: bytes
    kind: int
    cells: Sequence[int] = ()
    right: int = 0
    covered: list[tuple[int, int]] = field(default_factory=list)


class Pages:
    """One database."""

    def __init__(self, content: Content, budget: Budget) -> None:
        self._content, self._budget = content, budget
        head = content.read(0, FIRST)
        size = int.from_bytes(head[16:18], "big")
        self._size = 65_536 if size == 1 else size
        self._usable = self._size - head[20]
        if self._size < 512 or self._size & (self._size - 1) or self._usable < 480:
            raise Malformed("page size is none that the format allows", rule=_pieces.UNREADABLE, offset=16)
        if head[56:60][3] not in ENCODINGS:
            raise Malformed("encoding is none that the format has", rule=_pieces.UNREADABLE, offset=56)
        self._encoding = ENCODINGS[head[59]]
        self._count = -(-content.size // self._size)
        if self._count > MOST_PAGES:
            raise LimitExceeded(f"holds more than {MOST_PAGES} pages")
        self._used = bytearray(self._count + 1)
        """1 for pages that are part of a tree, 2 for those of which an overflow chain consists."""
        self._definitions: list[str] = []

    def tables(self) -> list[Table]:
        """What the schema names; damage in it ends the list."""
        found: list[Table] = []
        length = 0
        for values in self._records(Table("sqlite_schema", 1)):
            texts = [one.text(self._encoding) for one in values]
            if len(values) < 5 or not isinstance(values[3].number, int):
                continue
            length += len(texts[4])
            if length > LONGEST_SCHEMA:
                raise LimitExceeded(f"definitions take more than {LONGEST_SCHEMA} bytes")
            self._definitions.append(texts[4])
            if values[3].number > 0:
                self._budget.spend_entry(len(texts[1]))
                found.append(Table(texts[1] or "unnamed", values[3].number, _columns(texts[4]), is_index=texts[0] == "index"))
        return found

    def schema(self) -> bytes:
        """The text of all definitions."""
        return "\n".join(self._definitions).encode("utf-8", "surrogateescape")

    def values(self, table: Table, *, blobs: bool = False) -> Iterator[bytes]:
        """A line for each value of a table, with its column; or the values that are no text, as they are."""
        for row in self._records(table, again=blobs):
            for index, value in enumerate(row):
                if value.blob is not None and not value.is_text:
                    table.blobs = True
                    if blobs:
                        yield value.blob + b"\n"
                elif not blobs and (text := value.text(self._encoding)):
                    column = table.columns[index] if index < len(table.columns) else "value"
                    yield f"{column} = {text}\n".encode("utf-8", "surrogateescape")

    def pass_over(self, table: Table) -> None:
        """Read a tree of which nothing is wanted."""
        for _ in self._records(table):
            pass

    def unused(self) -> Iterator[bytes]:
        """The bytes of pages that are in no tree, and of what no cell covers in the others; zeros left out."""
        for number in range(1, self._count + 1):
            if not number & 255:
                self._budget.check_clock()
            if self._used[number] == 2:
                continue
            page = self._read(number)
            if self._used[number] == 0:
                rest = page.data
            else:
                for at in page.cells:
                    self._measure(page, at)
                rest = b"\n".join(_uncovered(page, FIRST if number == 1 else 0))
            if rest := rest.strip(b"\0"):
                yield rest + b"\n"

    def _records(self, table: Table, *, again: bool = False) -> Iterator[list[Value]]:
        """The rows below a root, each page once: a tree that runs in circles is damage."""
        waiting, seen = [table.root], set[int]()
        while waiting:
            number = waiting.pop()
            if not 0 < number <= self._count or number in seen:
                raise Malformed("tree leads to no page, or in circles", rule=_pieces.UNREADABLE, offset=number * self._size)
            seen.add(number)
            self._budget.check_clock()
            if self._used[number] and not again and table.root != 1:
                raise Malformed("page belongs to two tables", rule=_pieces.AMBIGUOUS, offset=number * self._size)
            self._used[number] = 1
            page = self._read(number)
            if page.kind not in (INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE):
                raise Malformed("page of a tree is none", rule=_pieces.UNREADABLE, offset=(number - 1) * self._size)
            children: list[int] = []
            for at in page.cells:
                if page.kind in (INTERIOR_TABLE, INTERIOR_INDEX):
                    children.append(int.from_bytes(page.data[at : at + 4], "big"))
                if page.kind != INTERIOR_TABLE:
                    payload = self._payload(page, at)
                    self._budget.spend_inflated(len(payload))
                    yield record(payload)
            if page.kind in (INTERIOR_TABLE, INTERIOR_INDEX):
                children.append(page.right)
            waiting.extend(reversed(children))

    def _read(self, number: int) -> Page:
        """A page; of one that is in no tree, whatever its first byte says means nothing."""
        start = (number - 1) * self._size
        data = self._content.read(start, start + self._size)
        base = FIRST if number == 1 else 0
        page = Page(number, data, data[base] if len(data) > base else 0)
        if self._used[number] != 1:
            return page
        interior = page.kind in (INTERIOR_INDEX, INTERIOR_TABLE)
        count, header = int.from_bytes(data[base + 3 : base + 5], "big"), base + (12 if interior else 8)
        if len(data) < self._usable or header + 2 * count > self._usable:
            raise Malformed("page is cut, or counts more cells than fit", rule=_pieces.TRUNCATED, offset=start)
        page.cells = [int.from_bytes(data[at : at + 2], "big") for at in range(header, header + 2 * count, 2)]
        page.right = int.from_bytes(data[base + 8 : base + 12], "big") if interior else 0
        page.covered.append((0, header + 2 * count))
        if any(not header + 2 * count <= at < self._usable for at in page.cells):
            raise Malformed("cell lies outside of its page", rule=_pieces.UNREADABLE, offset=start)
        return page

    def _measure(self, page: Page, at: int) -> tuple[int, int, int]:
        """Where the payload of a cell begins in its page, how much of it is there, and its whole size."""
        data, begin = page.data, at
        if page.kind in (INTERIOR_TABLE, INTERIOR_INDEX):
            at += 4
        if page.kind == INTERIOR_TABLE:
            _, at = varint(data, at)
            page.covered.append((begin, at))
            return at, 0, 0
        size, at = varint(data, at)
        if page.kind == LEAF_TABLE:
            _, at = varint(data, at)
        usable = self._usable
        most = usable - 35 if page.kind == LEAF_TABLE else (usable - 12) * 64 // 255 - 23
        least = (usable - 12) * 32 // 255 - 23
        local = size
        if size > most:
            local = least + (size - least) % (usable - 4)
            local = local if local <= most else least
        page.covered.append((begin, at + local + (4 if local < size else 0)))
        return at, local, size

    def _payload(self, page: Page, at: int) -> bytes:
        """The whole of a cell, with what stands in other pages."""
        at, local, size = self._measure(page, at)
        if size > LARGEST_VALUE or size > self._content.size:
            raise Malformed("row is larger than the file", rule=_pieces.UNREADABLE, offset=(page.number - 1) * self._size)
        parts, left = [page.data[at : at + local]], size - local
        following = int.from_bytes(page.data[at + local : at + local + 4], "big") if left else 0
        while left > 0:
            if not 0 < following <= self._count or self._used[following] == 1:
                raise Malformed("row goes on in no page", rule=_pieces.UNREADABLE, offset=(page.number - 1) * self._size)
            self._used[following] = 2
            start = (following - 1) * self._size
            data = self._content.read(start, start + self._usable)
            parts.append(data[4 : 4 + min(left, self._usable - 4)])
            if len(data) < 5:
                raise Malformed("row goes on in a page that is cut", rule=_pieces.TRUNCATED, offset=start)
            left -= len(parts[-1])
            following = int.from_bytes(data[:4], "big")
        return b"".join(parts)


def _uncovered(page: Page, start: int) -> Iterator[bytes]:
    """What lies between the cells: it held rows that were deleted."""
    at = start
    for begin, stop in sorted(page.covered):
        if begin > at and page.data[at:begin].strip(b"\0"):
            yield page.data[at:begin]
        at = max(at, stop)
    yield page.data[at:]


def _columns(definition: str) -> Sequence[str]:
    """The names of the columns, as far as they are simple words."""
    inside = definition.partition("(")[2][:65_536]
    flat = re.sub(r"\([^()]{0,200}\)", "", inside)
    names = [re.match(r"\s*[\"'`\[]?([\w$ ]{1,60}?)[\"'`\]]?(?:\s|$|\))", one) for one in flat.split(",")[:200]]
    return [found[1] if found else "value" for found in names]
