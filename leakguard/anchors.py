"""One Vectorscan database of everybody's anchors, so that no byte is searched twice."""

from collections.abc import Sequence

import hyperscan

from leakguard.content import Content
from leakguard.plugins import Anchor, Hit

LONGEST = 512
"""Bytes that a match of an anchor may span; windows overlap by as much."""

MOST_HITS = 200_000
"""Hits kept of one anchor in one entry; the busiest entry of popular packages has 11,000. Whoever searches says when there were more."""


class Found(dict[int, list[Hit]]):
    """Hits by owner, ascending by end; owners without hits are absent."""

    cut = False
    """Whether an anchor had more than `MOST_HITS`, so that the rest is missing here."""


class Anchors:
    """The compiled anchors of several owners; `scan` gives each owner its own hits."""

    __slots__ = ("_database", "_owner_of")

    def __init__(self, owners: Sequence[Sequence[Anchor]]) -> None:
        self._owner_of = [(owner, index) for owner, anchors in enumerate(owners) for index in range(len(anchors))]
        flat = [anchor for anchors in owners for anchor in anchors]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[anchor.pattern.encode("latin-1") for anchor in flat],
            ids=list(range(len(flat))),
            elements=len(flat),
            flags=[hyperscan.HS_FLAG_CASELESS if anchor.caseless else 0 for anchor in flat],
        )

    def scan(self, content: Content) -> Found:
        """Hits by owner (its index in `owners`), ascending by end; owners without hits are absent."""
        raw: list[tuple[int, int]] = []
        found = Found()
        counts: dict[int, int] = {}
        append = raw.append

        def note(anchor: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append((anchor, end))

        for base, piece in content.windows(LONGEST):
            raw.clear()
            self._database.scan(piece, match_event_handler=note)
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
