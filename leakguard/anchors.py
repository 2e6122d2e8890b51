"""One pass over every byte with everybody's anchors, so that nobody searches the bytes a second time."""

from collections.abc import Sequence
from typing import Any

import hyperscan

from leakguard.content import Content
from leakguard.plugins import Anchor, Hit

LONGEST = 512
"""Bytes that a match of an anchor may span; windows overlap by as much."""

MOST_HITS = 200_000
"""Hits kept of one anchor in one entry; the busiest entry of popular packages has 11,000. Whoever searches says when there were more."""

_SEARCHED = {
    "text": ("", "text", "shapes"),
    "prose": ("", "text", "shapes", "prose", "digits"),
    "binary": ("", "binary"),
    "": ("", "text", "shapes", "prose", "digits", "binary"),
}
"""Which anchors, by `Anchor.within`, are searched in which kind of content; the empty kind is searched for everything."""

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


class Found(dict[int, list[Hit]]):
    """Hits by owner, ascending by end; owners without hits are absent."""

    cut = False
    """Whether an anchor had more than `MOST_HITS`, so that the rest is missing here."""


class Anchors:
    """The compiled anchors of several owners; `scan` gives each owner its own hits."""

    __slots__ = ("_databases", "_owner_of")

    def __init__(self, owners: Sequence[Sequence[Anchor]]) -> None:
        self._owner_of = [(owner, index) for owner, anchors in enumerate(owners) for index in range(len(anchors))]
        numbered = list(enumerate(anchor for anchors in owners for anchor in anchors))
        groups = {
            within: [one for one in numbered if one[1].within == within] for within in dict.fromkeys(one.within for _, one in numbered)
        }
        self._databases = {within: _compiled(group) for within, group in groups.items()}

    def scan(self, content: Content, kind: str = "") -> Found:
        """Search content; `kind` is what `kind_of` says of it."""
        raw: list[tuple[int, int]] = []
        found, counts = Found(), dict[int, int]()
        if not content.size:
            return found
        append = raw.append

        def note(anchor: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append((anchor, end))

        databases = [self._databases[within] for within in _SEARCHED[kind] if within in self._databases]
        for base, piece in content.windows(LONGEST):
            raw.clear()
            busy = 0
            for database in databases:
                before = len(raw)
                database.scan(piece, match_event_handler=note)
                busy += len(raw) > before
            if busy > 1:
                raw.sort(key=_end)
            fresh = LONGEST if base else 0
            for anchor, end in raw:
                if end <= fresh:
                    continue
                seen = counts[anchor] = counts.get(anchor, 0) + 1
                if seen <= MOST_HITS:
                    owner, index = self._owner_of[anchor]
                    found.setdefault(owner, []).append(Hit(index, base + end))
        found.cut = any(count > MOST_HITS for count in counts.values())
        return found


def kind_of(name: str, opaque: str, size: int) -> str:
    """What kind of content an entry has: `binary`, `text` for code of all sorts, `prose` for any other text and for what is small."""
    if opaque:
        return "binary"
    return "text" if size > SMALL and name[-6:].rpartition(".")[2].lower() in _CODE else "prose"


def _end(hit: tuple[int, int]) -> int:
    return hit[1]


def _compiled(group: Sequence[tuple[int, Anchor]]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.pattern.encode("latin-1") for _, anchor in group],
        ids=[number for number, _ in group],
        elements=len(group),
        flags=[hyperscan.HS_FLAG_CASELESS if anchor.caseless else 0 for _, anchor in group],
    )
    return database
