"""Artifact → entries: depth first, each byte read once, searched once, bounded.

The walker knows no format by name. It asks every format whether it recognises some content, opens what is recognised, and hands
each entry to the sink: first by shape (`enter`), then, once its members are done, with the hits of everybody's anchors (`found`).
Whatever cannot be read becomes an entry with `damage`.
"""

import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

from leakguard import plugins
from leakguard.anchors import MOST_HITS, Anchors, kind_of
from leakguard.content import END, IN_MEMORY, WINDOW, Content, Entry, Prefixed, read_what_there_is
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Coverage, Damage, Kind, Member, RuleId
from leakguard.plugins import Format, Hit, Match, Source
from leakguard.redact import escape_name
from leakguard.text import classify, decode, encoding_of

Hits = Mapping[int, Sequence[Hit]]
"""Hits by owner: formats first, then analyzers, each in the order of `plugins`."""

Span = tuple[int, int]
"""Start and end, bytes."""


FOLDER = "directory"
"""Stands for the name of a format where an artifact is a folder."""


class Sink(Protocol):
    """Who is told about the entries."""

    def enter(self, entry: Entry) -> None:
        """Told of each entry once, before its members."""
        ...

    def found(self, entry: Entry, hits: Hits) -> None:
        """Told of the hits in an entry's own bytes, not those that belong to a member; after its members."""
        ...


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where members are: what contains them and what their paths begin with."""

    entry: Entry | None
    """The container as an entry; `None` for the artifact itself."""
    prefix: str
    own: str
    """Path of the container itself, for damage that concerns no member."""
    depth: int
    container: str


class Walker:
    """One pass over one artifact. Without `anchors` (a second pass) nothing is searched and no carrier is opened."""

    def __init__(self, sink: Sink, budget: Budget, anchors: Anchors | None) -> None:
        self._sink, self._budget, self._anchors = sink, budget, anchors
        self._formats = plugins.formats()
        plain = [one for one in self._formats if not one.ANCHORS]
        self._plain = Candidates(plain)
        self._streamed = Candidates([one for one in plain if not one.SEEK])
        self._seeking = Candidates([one for one in plain if one.SEEK])
        self._carried = frozenset(one.NAME for one in self._formats if one.CARRIER)
        carriers = [(index, one) for index, one in enumerate(self._formats) if one.ANCHORS]
        self._carriers = sorted(carriers, key=lambda pair: not getattr(pair[1], "WHOLE", False))
        self._claims = _claims()
        self._bytes = self._opaque = self._unreadable = self._entries = 0
        self._opaque_by: dict[str, int] = {}
        self.container = ""
        """Name of the format of the artifact itself; empty for a loose file."""

    @property
    def coverage(self) -> Coverage:
        """What was seen so far."""
        inspected = self._bytes - self._opaque - self._unreadable
        return Coverage(
            entries=self._entries,
            bytes=self._bytes,
            inspected=inspected,
            opaque=self._opaque,
            opaque_by=dict(sorted(self._opaque_by.items())),
            unreadable=self._unreadable,
        )

    def walk_file(self, name: str, content: Content) -> None:
        """Walk an artifact that is a file; `name` is its own, without folders."""
        place = _Place(entry=None, prefix="", own=escape_name(name), depth=0, container="")
        if content.size > self._budget.limits.bytes:
            damage = _damage(LimitExceeded(f"has more than {self._budget.limits.bytes} bytes"))
            self._enter(Member(name=name, kind=Kind.DAMAGE, size=content.size, damage=damage), place)
            return
        self._recognise(Member(name=name, size=content.size), content, place)

    def walk_folder(self, members: Iterable[Member]) -> None:
        """Walk an artifact that is a folder."""
        self.container = FOLDER
        self._members(iter(members), _Place(entry=None, prefix="", own="", depth=1, container=FOLDER))

    def _members(self, members: Iterator[Member], place: _Place) -> tuple[list[Span], bool]:
        """Walk members to their end; the spans that they decode, and whether the container was readable to its end."""
        spans: list[Span] = []
        try:
            for member in members:
                if member.span is not None:
                    spans.append(member.span)
                self._member(member, place)
        except Exception as error:  # noqa: BLE001 - hostile input may raise anything; all of it is damage
            self._enter_damage(place, error)
            return spans, False
        return spans, True

    def _member(self, member: Member, place: _Place) -> None:
        self._budget.spend_entry(len(member.name))
        if member.kind is not Kind.FILE:
            self._enter(member, place)
        elif member.data is not None:
            self._recognise(member, Content(member.data), place)
        else:
            self._open(member, place)

    def _open(self, member: Member, place: _Place) -> None:
        try:
            if place.container == FOLDER:
                self._budget.spend_inflated(member.size or 0)  # before anything is read: a sparse file has any size
            stream = member.open() if member.open else None
        except Exception as error:  # noqa: BLE001 - as above
            stream, member.damage = None, member.damage or _damage(error)
        if stream is None:
            entry = self._entry(member, place)
            entry.size = min(member.size or 0, self._budget.limits.bytes)
            self._count(entry.size, unreadable=entry.size)
            self._sink.enter(entry)
            return
        with stream:
            self._read(member, stream, place)

    def _read(self, member: Member, stream: BinaryIO, place: _Place) -> None:
        """Read a member: as a container while it streams, else into memory, else into a spool file."""
        head, failure = read_what_there_is(stream, END)
        if (chosen := self._choose(self._streamed, member, head, b"")) is not None:
            self._check_claim(member, chosen, place)
            self._container(member, chosen, cast(BinaryIO, Prefixed(head, stream, failure)), None, place)
            return
        if (member.size or 0) > IN_MEMORY and stream.seekable():
            self._recognise(member, Content(file=stream, size=member.size or 0), place, self._seeking)
            return
        if failure is not None:
            member.damage = member.damage or _damage(failure)
        pieces, spool, size = [head], None, len(head)
        try:
            while len(head) == END and (piece := stream.read(WINDOW)):
                size += len(piece)
                if spool is None and size > IN_MEMORY:
                    spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
                    spool.writelines(pieces)
                spool.write(piece) if spool else pieces.append(piece)
        except Exception as error:  # noqa: BLE001 - as above
            member.damage = member.damage or _damage(error)
        self._recognise(member, Content(file=spool, size=size) if spool else Content(b"".join(pieces)), place, self._seeking)
        if spool:
            spool.close()

    def _recognise(self, member: Member, content: Content, place: _Place, formats: "Candidates | None" = None) -> None:
        head = content.head
        chosen = self._choose(self._plain if formats is None else formats, member, head, content.tail)
        self._check_claim(member, chosen, place)
        if chosen is not None:
            self._container(member, chosen, content.stream(), content, place)
        else:
            self._leaf(member, content, head, place)

    def _leaf(self, member: Member, content: Content, head: bytes, place: _Place) -> None:
        """An entry that is searched: text, or bytes that are not understood; perhaps it carries something."""
        opaque = classify(head)
        if opaque == "binary" and (encoding := encoding_of(head)):
            with closing(decode(content, encoding)) as decoded:
                self._searched(member, decoded, decoded.head, "", place)
            return
        content.encoding = "" if opaque else "utf-8"
        self._searched(member, content, head, opaque, place)

    def _searched(self, member: Member, content: Content, head: bytes, opaque: str, place: _Place) -> None:
        entry = self._entry(member, place)
        entry.content, entry.size, entry.opaque = content, content.size, opaque
        lost = max(0, min(member.size or 0, self._budget.limits.bytes) - content.size) if member.damage else 0
        self._count(content.size + lost, opaque=content.size if opaque else 0, unreadable=lost)
        if opaque and content.size:
            self._opaque_by[opaque] = self._opaque_by.get(opaque, 0) + content.size
        hits = self._scan(entry, content)
        carriers = [
            (index, one) for index, one in self._carriers if index in hits and one.match(member.name, head, content.tail, hits[index])
        ]
        if carriers:
            entry.format = carriers[0][1].NAME
        self._sink.enter(entry)
        spans: list[Span] = []
        for index, carrier in carriers:
            if own := _outside(hits[index], spans):
                inner = _Place(entry=entry, prefix=f"{entry.path}!/", own=entry.path, depth=place.depth + 1, container=carrier.NAME)
                spans += self._within(
                    carrier,
                    Source(name=member.name.rpartition("/")[2], stream=content.stream(), size=content.size, content=content, hits=own),
                    inner,
                )[0]
        self._search(entry, hits, spans)

    def _scan(self, entry: Entry, content: Content) -> Hits:
        """The hits of everybody's anchors; that there were too many of one to look at is damage."""
        if self._anchors is None:
            return {}
        found = self._anchors.scan(content, kind_of(entry.name, entry.opaque, content.size))
        if found.cut:
            place = _Place(entry=entry.parent, prefix="", own=entry.path, depth=entry.depth, container=entry.container)
            self._enter_damage(place, LimitExceeded(f"holds more than {MOST_HITS} things of one kind to look at"))
        return found

    def _search(self, entry: Entry, hits: Hits, spans: Sequence[Span]) -> None:
        first = len(self._formats)
        if kept := {owner - first: own for owner, found in hits.items() if owner >= first and (own := _outside(found, spans))}:
            self._sink.found(entry, kept)

    def _container(self, member: Member, chosen: Format, stream: BinaryIO, content: Content | None, place: _Place) -> None:
        """Open what was recognised; if it turns out to be damaged, its bytes are searched as they are."""
        entry = self._entry(member, place)
        entry.format, entry.size = chosen.NAME, content.size if content else member.size or 0
        if place.depth == 0 or member.transparent:
            if place.entry is None:
                self.container = chosen.NAME
            inner = _Place(entry=place.entry, prefix=place.prefix, own=place.own, depth=place.depth + 1, container=chosen.NAME)
            entry.path, entry.name = place.own, ""
            if entry.damage or entry.text:
                self._sink.enter(entry)
        else:
            inner = _Place(entry=entry, prefix=f"{entry.path}!/", own=entry.path, depth=place.depth + 1, container=chosen.NAME)
            self._sink.enter(entry)
        source = Source(name=member.name.rpartition("/")[2], stream=stream, size=entry.size or None, content=content, hits=())
        _, readable = self._within(chosen, source, inner)
        if not readable:
            self._count(entry.size, unreadable=entry.size)
            if content is not None and self._anchors:
                entry.content, entry.opaque = content, "damaged container"
                self._search(entry, self._scan(entry, content), ())

    def _within(self, chosen: Format, source: Source, inner: _Place) -> tuple[list[Span], bool]:
        try:
            self._budget.check_depth(inner.depth)
            members = chosen.members(source, self._budget)
        except Exception as error:  # noqa: BLE001 - as above
            self._enter_damage(inner, error)
            return [], False
        return self._members(members, inner)

    def _choose(self, formats: "Candidates", member: Member, head: bytes, tail: bytes) -> Format | None:
        """The format that recognises the content best; that a second one does as well is damage."""
        best: list[Format] = []
        surest = Match.CONTENT
        for one in formats.of(head):
            match = one.match(member.name, head, tail, ())
            if match >= surest:
                best = [one] if match > surest else [*best, one]
                surest = match
        if len(best) > 1:
            names = " and ".join(f"`{one.NAME}`" for one in best)
            member.damage = member.damage or Damage(rule=RuleId("artifact/ambiguous"), reason=f"content is {names} at once")
        return best[0] if best else None

    def _check_claim(self, member: Member, chosen: Format | None, place: _Place) -> None:
        """A container's suffix on content that is none is damage, but not where names are only a map's `sources`."""
        _, dot, suffix = member.name.rpartition(".")
        claimed = self._claims.get(f".{suffix.lower()}") if dot and len(suffix) < 8 else None
        if claimed and (chosen is None or chosen.NAME not in claimed) and member.damage is None and place.container not in self._carried:
            what = f"content is `{chosen.NAME}`" if chosen else "content is no container"
            member.damage = Damage(rule=RuleId("artifact/mismatch"), reason=f"{what}, not what the suffix `.{suffix.lower()}` says")

    def _enter(self, member: Member, place: _Place) -> None:
        entry = self._entry(member, place)
        if member.kind is Kind.DAMAGE:
            self._count(member.size or 0, unreadable=member.size or 0)
        self._sink.enter(entry)

    def _enter_damage(self, place: _Place, error: Exception) -> None:
        member = Member(name="", kind=Kind.DAMAGE, damage=_damage(error))
        self._sink.enter(self._entry(member, place))

    def _entry(self, member: Member, place: _Place) -> Entry:
        self._entries += member.kind is Kind.FILE
        return Entry(
            path=place.prefix + escape_name(member.name) if member.name else place.own,
            name=member.name,
            kind=member.kind,
            depth=place.depth,
            size=0,
            parent=place.entry,
            container=place.container,
            damage=member.damage,
            link=member.link,
            text=member.text,
            facts=member.facts,
        )

    def _count(self, size: int, *, opaque: int = 0, unreadable: int = 0) -> None:
        self._bytes += size
        self._opaque += opaque
        self._unreadable += unreadable


class Candidates:
    """Formats by the first byte of content: most of them are none of a file's business, and there are many files."""

    __slots__ = ("_always", "_by_first")

    def __init__(self, formats: Sequence[Format]) -> None:
        begins = {one.NAME: frozenset(magic[:1] for magic in getattr(one, "MAGICS", ())) for one in formats}
        self._always = tuple(one for one in formats if not begins[one.NAME])
        self._by_first = {
            first: tuple(one for one in formats if not begins[one.NAME] or first in begins[one.NAME])
            for first in frozenset().union(*begins.values())
        }

    def of(self, head: bytes) -> Sequence[Format]:
        """Those that content with this head may be."""
        return self._by_first.get(head[:1], self._always)


def _claims() -> dict[str, frozenset[str]]:
    """Last suffix → the formats that such a name claims."""
    claims: dict[str, set[str]] = {}
    for one in plugins.formats():
        for suffix in one.SUFFIXES:
            claims.setdefault(f".{suffix.rpartition('.')[2]}", set()).add(one.NAME)
    return {suffix: frozenset(names) for suffix, names in claims.items()}


def _outside(hits: Sequence[Hit], spans: Sequence[Span]) -> Sequence[Hit]:
    """Those that do not end inside a span."""
    if not spans:
        return hits
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    return [hit for hit in hits if not ((at := bisect_left(starts, hit.end)) and hit.end <= ordered[at - 1][1])]


def _damage(error: Exception) -> Damage:
    if isinstance(error, Malformed):
        return Damage(rule=error.rule, reason=error.reason, offset=error.offset)
    if isinstance(error, MemoryError):
        return Damage(rule=RuleId("artifact/limit-exceeded"), reason="needs more memory than the limit allows")
    return Damage(rule=RuleId("artifact/unreadable"), reason=f"the reader failed ({type(error).__name__})")
