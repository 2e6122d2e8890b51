"""One pass over every byte with everybody's anchors, so that nobody searches the bytes a second time."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import hyperscan

from leakguard.content import Content
from leakguard.plugins import Anchor, Hit

LONGEST = 512
"""Bytes that a match of an anchor may span; windows overlap by as much."""

MOST_HITS = 200_000
"""Hits kept of one anchor in one entry; the busiest entry of popular packages has 11,000. Whoever searches says when there were more."""

AHEAD = 256
"""Bytes after a match that `Anchor.then` may look at."""

_SEARCHED = {
    "text": frozenset(("", "text")),
    "prose": frozenset(("", "text", "prose")),
    "binary": frozenset(("", "binary")),
    "": frozenset(("", "text", "prose", "binary")),
}
"""Which anchors, by `Anchor.within`, count in which kind of content; the empty kind is searched for everything."""

_APART = frozenset(("prose",))
"""Which anchors have a database of their own: they would make the pass over all other content twice as long.

All others share one, wherever they count: a second pass costs more than the hits that are dropped.
"""

_CODE = frozenset(
    [
        "js",
        "mjs",
        "cjs",
        "jsx",
        "ts",
        "mts",
        "cts",
        "tsx",
        "vue",
        "svelte",
        "py",
        "pyi",
        "pyx",
        "json",
        "map",
        "css",
        "scss",
        "less",
        "c",
        "cc",
        "cpp",
        "h",
        "hpp",
        "java",
        "kt",
        "go",
        "rs",
        "rb",
        "php",
        "cs",
    ]
)
"""Last suffixes of text whose strings stand in quotes; by far the most of it."""


SMALL = 16 * 1024
"""Up to this size (bytes) any text is searched for everything."""


_Test = Callable[[bytes, int, int], object]


class Found(dict[int, list[Hit]]):
    """Hits by owner, ascending by end; owners without hits are absent."""

    cut: frozenset[int] = frozenset()
    """Owners of whom an anchor had more than `MOST_HITS`, so that the rest is missing here."""


class Anchors:
    """The anchors of several owners; `scan` gives each owner its own hits. They are compiled by `compile`, or by the first scan."""

    __slots__ = ("_databases", "_missing", "_owner_of", "_tests", "_thens", "_waiting")

    def __init__(self, owners: Sequence[Sequence[Anchor]]) -> None:
        self._owner_of = [(owner, index) for owner, anchors in enumerate(owners) for index in range(len(anchors))]
        flat = [anchor for anchors in owners for anchor in anchors]
        numbered = list(enumerate(flat))
        self._waiting = [group for apart in (True, False) if (group := [one for one in numbered if (one[1].within in _APART) is apart])]
        self._databases: list[tuple[frozenset[str], Any]] = []
        self._missing = {kind: frozenset(number for number, one in numbered if one.within not in _SEARCHED[kind]) for kind in _SEARCHED}
        self._thens = {number: one.then for number, one in numbered if one.then}
        self._tests: dict[int, _Test] = {}

    def compile(self) -> None:
        """Compile what nobody has begun to compile; several threads may share the work."""
        while self._waiting:
            try:
                group = self._waiting.pop()
            except IndexError:  # another thread was faster
                return
            try:
                self._databases.append((frozenset(anchor.within for _, anchor in group), _compiled(group)))
            except BaseException:
                self._waiting.append(group)
                raise

    def databases(self, kind: str = "") -> list[Any]:
        """What content of this kind is searched with."""
        self.compile()
        wanted = _SEARCHED[kind]
        return [database for withins, database in self._databases if not withins.isdisjoint(wanted)]

    def scan(self, content: Content, kind: str = "") -> Found:
        """Search content; `kind` is what `kind_of` says of it."""
        found, counts = Found(), dict[int, int]()
        if not content.size:
            return found
        databases, missing = self.databases(kind), self._missing[kind]
        for base, piece in content.windows(LONGEST):
            raw = _hits(databases, piece)
            if not raw:
                continue
            fresh = LONGEST if base else 0
            last = base + len(piece) >= content.size
            for anchor, end in self._followed(raw, piece, last=last):
                if end <= fresh or anchor in missing:
                    continue
                seen = counts[anchor] = counts.get(anchor, 0) + 1
                if seen <= MOST_HITS:
                    owner, index = self._owner_of[anchor]
                    found.setdefault(owner, []).append(Hit(index, base + end))
        found.cut = frozenset(self._owner_of[anchor][0] for anchor, count in counts.items() if count > MOST_HITS)
        return found

    def _followed(self, raw: Sequence[tuple[int, int]], piece: bytes, *, last: bool) -> Sequence[tuple[int, int]]:
        """The hits after which stands what their anchor wants there; all of those that the next window sees whole."""
        thens, tests = self._thens, self._tests
        kept = []
        for hit in raw:
            number, end = hit
            if number in thens:
                test = tests.get(number) or self._test(number)
                if test(piece, end, end + AHEAD) is None and (last or end + AHEAD <= len(piece)):
                    continue
            kept.append(hit)
        return kept

    def _test(self, number: int) -> "_Test":
        """Compiled on first use: most runs meet few of them."""
        test = self._tests[number] = re.compile(self._thens[number]).match
        return test

    def scan_for(self, owner: int, content: Content) -> tuple[Sequence[Hit], bool]:
        """One owner's hits in content of any kind, and whether there were too many to keep them all."""
        found = self.scan(content)
        return found.get(owner, ()), owner in found.cut


def kind_of(name: str, opaque: str, size: int) -> str:
    """What kind of content an entry has: `binary`, `text` for code of all sorts, `prose` for any other text and for what is small."""
    if opaque:
        return "binary"
    return "text" if size > SMALL and name[-6:].rpartition(".")[2].lower() in _CODE else "prose"


def _hits(databases: Sequence[Any], piece: bytes) -> list[tuple[int, int]]:
    """Anchor and end of everything that the databases find, ascending by end."""
    raw: list[tuple[int, int]] = []
    append = raw.append

    def note(anchor: int, _start: int, end: int, _flags: int, _context: object) -> None:
        append((anchor, end))

    busy = 0
    for database in databases:
        before = len(raw)
        database.scan([piece], match_event_handler=note)
        busy += len(raw) > before
    if busy > 1:
        raw.sort(key=_end)
    return raw


def _end(hit: tuple[int, int]) -> int:
    return hit[1]


def _compiled(group: Sequence[tuple[int, Anchor]]) -> Any:
    # NOTE: for the block mode Vectorscan compiles a second engine, for very small buffers; that doubles the time of it
    database = hyperscan.Database(mode=hyperscan.HS_MODE_VECTORED)
    database.compile(
        expressions=[anchor.pattern.encode("latin-1") for _, anchor in group],
        ids=[number for number, _ in group],
        elements=len(group),
        flags=[hyperscan.HS_FLAG_CASELESS if anchor.caseless else 0 for _, anchor in group],
    )
    return database
