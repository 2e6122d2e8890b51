"""Where `py7zr` writes to: one spool for all members, counted against the budget before anything is kept."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import BinaryIO, cast

from py7zr.io import Py7zIO, WriterFactory

from leakguard.content import View
from leakguard.errors import LimitExceeded
from leakguard.limits import Budget
from leakguard.model import Kind, Member

LONGEST_TARGET = 64 * 1024


class Spool(WriterFactory):
    """Makes a place for each member, and gives them back."""

    def __init__(self, file: BinaryIO, budget: Budget) -> None:
        self.file, self.budget = file, budget
        self.at = 0
        self.places: list[Place] = []
        self.exceeded: LimitExceeded | None = None

    def create(self, filename: str) -> "Place":
        """A place behind the others."""
        self.budget.spend_entry(len(filename))
        self.places.append(Place(self, filename))
        return self.places[-1]

    def members(self, links: AbstractSet[str]) -> Iterator[Member]:
        """What was written, as members; of links it is the target."""
        for place in self.places:
            if place.name in links and place.length <= LONGEST_TARGET:
                yield Member(name=place.name, kind=Kind.LINK, link=place.read().decode("utf-8", "surrogateescape"))
                continue
            yield Member(name=place.name, size=place.length, open=place.opened)


class Place(Py7zIO):
    """One member."""

    def __init__(self, spool: Spool, name: str) -> None:
        self._spool, self.name, self.start, self.length = spool, name, spool.at, 0

    def write(self, s: bytes | bytearray) -> int:
        """Keep a piece; members are written one after the other."""
        try:
            self._spool.budget.spend_inflated(len(s))
        except LimitExceeded as error:
            self._spool.exceeded = error
            raise
        self._spool.file.seek(self._spool.at)
        self._spool.file.write(s)
        self._spool.at += len(s)
        self.length += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        """What was written: the library reads back the targets of links."""
        return self.opened().read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 - the library's shape
        """Nowhere: everything is written once."""
        return 0

    def flush(self) -> None:
        """Nothing waits."""

    def size(self) -> int:
        """Bytes so far."""
        return self.length

    def opened(self) -> BinaryIO:
        """A view of it."""
        return cast(BinaryIO, View(self._spool.file, self.start, self.length))
