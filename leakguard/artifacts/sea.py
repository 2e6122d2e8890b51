"""Node.js single executable applications: a blob with the main script and the assets, inside a copy of `node` or on its own.

The blob's magic occurs in the code of every `node`, so that it counts only with lengths and a path behind it that make sense.
"""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._embedded import part
from leakguard.content import Content
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "sea"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"\x20\xda\x43\x01[\x00-\x7f]\x00\x00\x00"),)
"""The magic (little-endian 0x143DA20) and flags."""
SEEK = True
CARRIER = True
WHOLE = True

SNAPSHOT, CODE_CACHE, ASSETS = 2, 4, 8
"""Flags: what follows the script, or stands in its place."""
HEADERS = (8, 9, 10)
"""Sizes of the header, oldest first: later ones also say how the command line may be extended, and the format of the script."""
LONGEST_PATH = 4096
MOST_TRIED = 1000
MOST_ASSETS = 100_000


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Any place with the magic; whether a blob is there, `members` sees."""
    return Match.CONTENT if hits else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The main script (or snapshot) under the last component of its path, then the assets below `assets/`."""
    content = source.content
    assert content is not None
    done = 0
    for hit in source.hits[:MOST_TRIED]:
        budget.check_clock()
        if hit.end <= done or (blob := _Blob.at(content, hit.end - 8)) is None:
            continue
        yield from blob.members()
        done = blob.at_byte


class _Blob:
    """What is read at a place that looks like a blob."""

    def __init__(self, content: Content, at: int, flags: int) -> None:
        self._content, self.at_byte, self._flags = content, at, flags
        self._path, self._script = "", (0, 0)

    @classmethod
    def at(cls, content: Content, start: int) -> "_Blob | None":
        """The blob whose magic is at `start`, if path and script make sense."""
        flags = int.from_bytes(content.read(start + 4, start + 8), "little")
        for size in HEADERS:
            blob = cls(content, start + size, flags)
            if blob._begin():
                return blob
        return None

    def members(self) -> Iterator[Member]:
        """The parts of the blob, which `at_byte` is behind afterwards; what lies is damage."""
        base = self._path.replace("\\", "/").rpartition("/")[2] or "main.js"
        name = f"{base}.snapshot" if self._flags & SNAPSHOT else base
        yield part(self._content, name, *self._script, facts={"path": self._path})
        try:
            if self._flags & CODE_CACHE:
                self._view()
            if self._flags & ASSETS:
                yield from self._assets()
        except Malformed as error:
            yield _pieces.damaged(Damage(rule=error.rule, reason=error.reason, offset=error.offset))

    def _begin(self) -> bool:
        try:
            start, stop = self._view()
            if not 0 < stop - start <= LONGEST_PATH:
                return False
            self._path = self._content.read(start, stop).decode("utf-8")
            self._script = self._view()
        except (Malformed, UnicodeDecodeError):
            return False
        return self._path.isprintable() and self._script[0] < self._script[1]

    def _assets(self) -> Iterator[Member]:
        for _ in range(min(self._number(), MOST_ASSETS)):
            start, stop = self._view()
            key = self._content.read(start, min(stop, start + LONGEST_PATH)).decode("utf-8", "surrogateescape")
            yield part(self._content, f"assets/{key}", *self._view())

    def _number(self) -> int:
        raw = self._content.read(self.at_byte, self.at_byte + 8)
        if len(raw) < 8:
            raise Malformed("blob ends before its parts do", rule=_pieces.TRUNCATED, offset=self.at_byte)
        self.at_byte += 8
        return int.from_bytes(raw, "little")

    def _view(self) -> tuple[int, int]:
        """A part with its length in front: where it begins and ends."""
        size = self._number()
        start = self.at_byte
        if size > self._content.size - start:
            raise Malformed("a part is longer than what is left of the blob", rule=_pieces.TRUNCATED, offset=start)
        self.at_byte += size
        return start, start + size
