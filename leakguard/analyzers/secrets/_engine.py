"""Everything that searches for secrets, put together for the settings of a policy: one list of anchors, one search of a content."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from leakguard import rules
from leakguard.analyzers.secrets import _layers
from leakguard.analyzers.secrets._environment import EnvironmentHunter, Match
from leakguard.analyzers.secrets._hunt import settled
from leakguard.analyzers.secrets._layers import Layer
from leakguard.analyzers.secrets._sight import Candidate
from leakguard.analyzers.secrets._triggers import head_of, triggers
from leakguard.analyzers.secrets._work import Allowance, BoundedHunter
from leakguard.anchors import Anchors
from leakguard.content import Content
from leakguard.model import Confidence
from leakguard.plugins import Anchor, Hit, Scan
from leakguard.rules import SecretRule

_WIDE = "utf-"
"""Executables hold whole dictionaries and manuals in UTF-16: a guess at what stands there is worth nothing."""


class Searcher(Protocol):
    """A set of rules with anchors."""

    anchors: Sequence[Anchor]

    def search(self, content: Content, path: str, hits: Sequence[Hit], allowance: Allowance) -> tuple[list[Candidate], dict[str, int]]:
        """What the hits turn out to be, and how many more there were of a rule."""
        ...


class Found(Struct):
    """What is in one content."""

    candidates: list[Candidate] = field(default_factory=list)
    """Ascending by start."""
    surplus: dict[str, int] = field(default_factory=dict)
    """Candidates left out, by rule."""
    environment: list[tuple[Match, int, str]] = field(default_factory=list)
    """Values of variables, where they are, and the encodings around them."""


class Engine:
    """The search, ready to go; it may hold values of variables and is never written anywhere."""

    def __init__(self, named: Mapping[str, bytes], more: Sequence[Searcher] = ()) -> None:
        built_in = rules.load()
        self._searchers: tuple[Searcher, ...] = (BoundedHunter(built_in), *more)
        self._triggers = triggers(_heads(built_in))
        self.environment = EnvironmentHunter(named) if named else None
        groups = [*(one.anchors for one in self._searchers), [one.anchor for one in self._triggers]]
        groups += [self.environment.anchors] if self.environment else []
        self.anchors: Sequence[Anchor] = tuple(anchor for group in groups for anchor in group)
        self._ends = list(accumulate(len(group) for group in groups))

    def prepare(self) -> None:
        """Compile the expressions that most artifacts need."""
        for searcher in self._searchers:
            if isinstance(searcher, BoundedHunter):
                searcher.prepare()

    def scan_alone(self, content: Content) -> tuple[Sequence[Hit], bool]:
        """Search with a database of these anchors alone, where nobody else's can be shared."""
        return self._own.scan_for(0, content)

    @cached_property
    def _own(self) -> Anchors:
        return Anchors([self.anchors])

    def rule_hits(self, hits: Sequence[Hit]) -> Sequence[Hit]:
        """Those of rules."""
        return [hit for hit in hits if hit.anchor < self._ends[len(self._searchers) - 1]]

    def search(self, content: Content, path: str, hits: Sequence[Hit] | None, allowance: Allowance, scan: Scan) -> Found:
        """Everything in a content, and in what it holds encoded; without `hits` the content itself is to be scanned too."""
        hits = _scanned(content, allowance, scan) if hits is None else hits
        found = Found()
        parts = self._parts(hits)
        outer = self._candidates(content, path, parts, allowance, found)
        self._note_values(content, parts, None, found)
        inner: list[Candidate] = []
        layer: Layer | None = None
        for _ in range(_layers.DEPTH):
            layer = _layers.decoded(content, self._triggers, parts[len(self._searchers)], allowance, layer)
            if layer is None:
                break
            content = Content(layer.data)
            parts = self._parts(_scanned(content, allowance, scan))
            inner += _outward(self._candidates(content, path, parts, allowance, found), layer)
            self._note_values(content, parts, layer, found)
        found.candidates = _combined(outer, inner) if inner else outer
        return found

    def _parts(self, hits: Sequence[Hit]) -> list[list[Hit]]:
        """The hits by whom they belong to, each with its own numbers."""
        parts: list[list[Hit]] = [[] for _ in range(len(self._searchers) + 2)]
        for anchor, end in hits:
            owner = bisect_right(self._ends, anchor)
            parts[owner].append(Hit(anchor - self._ends[owner - 1] if owner else anchor, end))
        return parts

    def _candidates(self, content: Content, path: str, parts: Sequence[list[Hit]], allowance: Allowance, found: Found) -> list[Candidate]:
        candidates: list[Candidate] = []
        for searcher, own in zip(self._searchers, parts, strict=False):
            if own:
                some, surplus = searcher.search(content, path, own, allowance)
                candidates += some
                for rule, count in surplus.items():
                    found.surplus[rule] = found.surplus.get(rule, 0) + count
        return settled(candidates) if len(self._searchers) > 1 else candidates

    def _note_values(self, content: Content, parts: Sequence[list[Hit]], layer: Layer | None, found: Found) -> None:
        if self.environment is None:
            return
        known = found.environment.copy()
        for match in self.environment.matches(content, parts[-1]):
            if layer is None:
                found.environment.append((match, match.start, ""))
                continue
            at, chain = layer.place(match.start)
            if not any(one.variable == match.variable and start <= at < start + one.length for one, start, _ in known):
                found.environment.append((match, at, chain))


def _scanned(content: Content, allowance: Allowance, scan: Scan) -> Sequence[Hit]:
    hits, cut = scan(content)
    if cut:
        allowance.exceed("holds more encoded text than can be looked at")
    return hits


def _outward(candidates: Iterable[Candidate], layer: Layer) -> Iterable[Candidate]:
    """Candidates of a layer as candidates of the entry: they lie where their encoded text does."""
    for one in candidates:
        if not layer.is_news(one.start, one.end):
            continue
        start, chain = layer.place(one.start)
        if chain.startswith(_WIDE) and one.opinion.confidence is Confidence.LOW:
            continue
        end = max(start, layer.place(one.end - 1)[0]) + 1
        yield replace(
            one, start=start, end=end, opinion=one.opinion.but(note=f"encoded ({chain})", decoded=chain, length=one.end - one.start)
        )


def _combined(outer: Sequence[Candidate], inner: Iterable[Candidate]) -> list[Candidate]:
    """What was found as it stands there gives way to what is more specific about the decoded text, and only to that.

    Of the same rule on the same bytes the first round counts; what came out of a stream has no bytes of its own.
    """
    starts = [one.start for one in outer]
    gone: set[int] = set()
    fresh: list[Candidate] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for one in inner:
        number = bisect_right(starts, one.end - 1)
        over = [at for at in range(max(0, number - 2), number) if outer[at].end > one.start]
        spans = taken.setdefault(one.rule.id, [])
        at = bisect_right(spans, (one.end - 1, one.end))
        if any(outer[at].rule.rank >= one.rule.rank for at in over) or (at and spans[at - 1][1] > one.start):
            continue
        gone.update(over)
        fresh.append(one)
        if one.end - one.start > 1:
            insort(spans, (one.start, one.end))
    rest = [one for at, one in enumerate(outer) if at not in gone]
    return sorted([*rest, *fresh], key=lambda one: (one.start, one.rule.id, one.fingerprint))


def _heads(built_in: Iterable[SecretRule]) -> list[str]:
    """The literals that announce tokens with a format of their own."""
    return [head for rule in built_in for row in rule.anchors if not row.caseless and (head := head_of(row.pattern))]
