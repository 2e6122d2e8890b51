"""The acceptance kit: what every plug-in must pass, and the walk of an artifact as plain data."""

import io
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leakguard import plugins
from leakguard.anchors import Anchors
from leakguard.content import END, Content, Entry, read_up_to
from leakguard.errors import Malformed
from leakguard.limits import Budget, Limits
from leakguard.model import Coverage, Kind
from leakguard.plugins import Format, Hit, Match, Source
from leakguard.walk import Hits, Walker


@dataclass
class Walked:
    """What a walk came upon."""

    contents: dict[str, bytes] = field(default_factory=dict)
    """Content of every searched entry by path."""
    damage: dict[str, str] = field(default_factory=dict)
    """Rule of every damage by path."""
    kinds: dict[str, Kind] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    hits: dict[str, int] = field(default_factory=dict)
    """Number of analyzers' hits by path."""
    coverage: Coverage = field(default_factory=Coverage)
    container: str = ""

    def enter(self, entry: Entry) -> None:
        """Note the shape of an entry."""
        self.kinds[entry.path] = entry.kind
        if entry.format:
            self.formats[entry.path] = entry.format
        if entry.damage:
            self.damage[entry.path] = entry.damage.rule
        if entry.content is not None:
            self.contents[entry.path] = entry.content.read(0, entry.content.size)

    def found(self, entry: Entry, hits: Hits) -> None:
        """Note the number of hits."""
        self.hits[entry.path] = sum(map(len, hits.values()))


def walked(name: str, data: bytes, *, anchors: Anchors | None = None, **limits: int) -> Walked:
    """Walk an artifact with every format there is; without `anchors` only the formats' own are searched."""
    sink = Walked()
    database = anchors or Anchors([one.ANCHORS for one in plugins.formats()])
    walker = Walker(sink, Budget(Limits(**limits), len(data)), database)
    walker.walk_file(name, Content(data))
    sink.coverage, sink.container = walker.coverage, walker.container
    return sink


def opened(form: Format, data: bytes, name: str, *, limits: Limits | None = None) -> Iterator[tuple[str, Kind, bytes, str]]:
    """(name, kind, content, rule of the damage) of each member that a format yields, each read before the next is asked for."""
    budget = Budget(limits or Limits(), len(data))
    content = Content(data)
    source = Source(name=name, stream=io.BytesIO(data), size=len(data), content=content if form.SEEK else None, hits=hits_of(form, content))
    for member in form.members(source, budget):
        read = b""
        if member.data is not None:
            read = member.data
        elif member.open is not None:
            with member.open() as stream:
                read = read_up_to(stream, 1 << 26)
        yield member.name, member.kind, read, member.damage.rule if member.damage else ""


def matched(form: Format, data: bytes, name: str) -> Match:
    """How surely a format recognises some content."""
    content = Content(data)
    return form.match(name, data[:END], data[-END:], hits_of(form, content))


def hits_of(form: Format, content: Content) -> list[Hit]:
    """The hits of a format's own anchors."""
    return Anchors([form.ANCHORS]).scan(content).get(0, []) if form.ANCHORS else []


def accept_format(form: Format, sound: Mapping[str, tuple[bytes, Mapping[str, bytes]]]) -> None:
    """Check a format against the contract; `sound` maps a name to an artifact and the files in it.

    The artifact is recognised, holds exactly these files without damage, and whatever is cut off it or flipped in it ends in damage
    or in other members, within the limits, never in another exception than `Malformed`.
    """
    _accept_shape(form)
    for name, (data, files) in sound.items():
        assert matched(form, data, name) is not Match.NO, name
        found = list(opened(form, data, name))
        assert not [rule for _, _, _, rule in found if rule], (name, found)
        assert dict(files) == {inner: read for inner, kind, read, _ in found if kind is Kind.FILE}, name
        for broken in _broken(data):
            _accept_broken(form, broken, name)


def _accept_shape(form: Format) -> None:
    assert form.NAME == form.NAME.lower()
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in form.SUFFIXES)
    assert isinstance(form.SEEK, bool)
    assert isinstance(form.CARRIER, bool)
    for nothing in (b"", b"\0", b"\0" * 2000, b"plain text\n" * 100, bytes(range(256)) * 8):
        assert form.match("x", nothing[:END], nothing[-END:], ()) is Match.NO


def _accept_broken(form: Format, data: bytes, name: str) -> None:
    matched(form, data, name)
    for damage in _damages(form, data, name):
        assert damage.rule.startswith("artifact/")
        assert "\n" not in damage.reason


def _damages(form: Format, data: bytes, name: str) -> list[Malformed]:
    try:
        for _ in opened(form, data, name, limits=Limits(bytes=1 << 24, entries=10_000)):
            pass
    except Malformed as damage:
        return [damage]
    return []


def _broken(data: bytes) -> Iterator[bytes]:
    chance = random.Random(7)
    for _ in range(24):
        yield data[: chance.randrange(len(data))]
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        yield bytes(changed)


def accept_rules(module: Any) -> None:
    """Check that the rules of an analyzer say what a person needs: title, meaning, impact, and a fix that always applies."""
    assert module.RULES
    for rule in module.RULES:
        family, slash, slug = rule.id.partition("/")
        assert slash, rule.id
        assert rule.id == rule.id.lower(), rule.id
        assert family, slug
        assert rule.title, rule.id
        assert rule.description, rule.id
        assert rule.impact, rule.id
        assert "*" in rule.fixes, rule.id
