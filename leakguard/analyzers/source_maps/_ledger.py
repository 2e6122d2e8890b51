"""The account of one map: what anyone could reconstruct from it, and how much of that ships anyway."""

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from leakguard.artifacts._map_model import is_third_party
from leakguard.content import Content, Entry

NOVEL_LENGTH = 12
"""Bytes, stripped, from which on a line can be told from others; sources without such a line are compared line by line all the same."""

MOST_LINES = 4_000_000
"""Lines of an artifact that are compared; any beyond count as shipped nowhere."""

_LONGEST_LINE = 64 * 1024


class OwnSource(Struct):
    """One first-party source with content."""

    path: str
    lines: int
    size: int
    hashes: "array[int]"
    """Of the lines worth comparing."""
    beyond: bool = False
    """Whether its lines were too many to compare."""
    again: bool = False
    """Whether another map of the artifact holds the same file."""

    def is_novel(self, unshipped: set[int]) -> bool:
        """Whether some of its lines ship nowhere else."""
        return self.beyond or not self.hashes or not unshipped.isdisjoint(self.hashes)


class Foreign(Struct):
    """Third-party sources of all maps together, each counted once."""

    files: int = 0
    lines: int = 0
    size: int = 0

    def add(self, entry: Entry) -> None:
        """Count one more."""
        self.files, self.size = self.files + 1, self.size + entry.size
        if entry.content is not None and entry.content.data is not None:
            self.lines += entry.content.data.count(b"\n") + (entry.content.data[-1:] != b"\n")


class Ledger(Struct, kw_only=True):
    """One map."""

    path: str
    """Where its finding is: its own, or its carrier's for an inline map."""
    map_path: str
    line: int
    column: int
    inline: bool
    foreign: bool
    """Whether all of it is third-party, because of where the map is."""
    summary: Mapping[str, Any]
    own: list[OwnSource] = field(default_factory=list)
    third_party: int = 0

    def add(self, entry: Entry, room: int, seen: dict[int, OwnSource | None], foreign: "Foreign") -> OwnSource | None:
        """Enter a source and return it if it is first-party.

        `room` is how many lines may still be compared; `seen` has the files of all maps so far.
        """
        if entry.content is not None and _is_blank(entry.content):
            return None
        key = _key(entry)
        again = key in seen
        known = seen.setdefault(key, None)
        if self.foreign or entry.facts.get("third_party") or entry.facts.get("ignored"):
            self.third_party += 1
            if not again:
                foreign.add(entry)
            return None
        if known is not None and not known.beyond and len(known.hashes) <= room:
            source = replace(known, path=entry.name, again=True)
        else:
            source = seen[key] = _read(entry, room)
            source.again = again
        self.own.append(source)
        return source

    @property
    def is_third_party(self) -> bool:
        """Whether no source is the project's own."""
        return self.foreign or all(is_third_party(path) for path in self.summary["paths"])

    @property
    def lines(self) -> int:
        """Of first-party sources."""
        return sum(source.lines for source in self.own)

    @property
    def size(self) -> int:
        """Of first-party sources, bytes in UTF-8."""
        return sum(source.size for source in self.own)

    @property
    def with_content(self) -> int:
        """Sources that have a text that is not blank."""
        return len(self.own) + self.third_party

    def count_novel(self, unshipped: set[int], *, alone: bool) -> int:
        """Distinct first-party lines that ship nowhere else in the artifact; `alone`: all of `unshipped` is of this map."""
        uncompared = sum(source.lines if source.beyond else not source.hashes for source in self.own)
        if alone:
            return len(unshipped) + uncompared
        distinct: set[int] = set()
        for source in self.own:
            distinct.update(unshipped.intersection(source.hashes))
        return len(distinct) + uncompared

    def samples(self, unshipped: set[int], most: int) -> list[str]:
        """Paths of first-party sources, those with novel lines first."""
        novel: list[str] = []
        rest: list[str] = []
        for source in self.own:
            (novel if source.is_novel(unshipped) else rest).append(source.path)
            if len(novel) == most:
                break
        return [*novel, *rest][:most]


def _read(entry: Entry, room: int) -> OwnSource:
    content = entry.content
    if content is None:
        return OwnSource(entry.name, 0, entry.size, array("q"))
    lines = last = 0
    hashes = array("q")
    beyond = False
    for piece in pieces_of(content):
        lines += piece.count(b"\n")
        last = piece[-1]
        hashes.extend(map(hash, [line for line in map(bytes.strip, piece.split(b"\n")) if len(line) >= NOVEL_LENGTH]))
        if len(hashes) > room:
            beyond, hashes = True, array("q")
            room = -1
    lines += last != ord("\n")
    if not hashes and not beyond:
        hashes.extend([hash(line) for raw in content.read(0, _LONGEST_LINE).split(b"\n") if (line := raw.strip())])
    return OwnSource(entry.name, lines, content.size, hashes, beyond)


def pieces_of(content: Content) -> Iterator[bytes]:
    """The content in pieces that end where lines end; lines that are far too long to be source are cut."""
    if content.data is not None:
        yield content.data
        return
    carry = b""
    for _, window in content.windows(0):
        piece, newline, rest = window.rpartition(b"\n")
        if newline:
            yield carry + piece + newline
            carry = rest
        else:
            carry += rest
        if len(carry) > _LONGEST_LINE:
            yield carry
            carry = b""
    if carry:
        yield carry


def _key(entry: Entry) -> int:
    """Tells one file from another, in whichever map it is and however many `../` stand before it."""
    content = entry.content
    data = b"" if content is None else content.data if content.data is not None else content.head + content.tail
    return hash((entry.name.rpartition("/")[2], entry.size, data))


def _is_blank(content: Content) -> bool:
    return content.size < _LONGEST_LINE and not content.read(0, content.size).strip()
