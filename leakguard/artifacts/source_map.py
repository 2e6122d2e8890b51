"""Source maps (ECMA-426): the members of a map are the texts of its sources.

Recognised by content under any name. An invalid map is not a clean one: what can be recovered is a member, the rest is damage.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.artifacts._map_careful import Careful
from leakguard.artifacts._map_mappings import Unsound, segments, unsoundness
from leakguard.artifacts._map_model import (
    Fault,
    Literal,
    Part,
    Reading,
    begin_of,
    has_disguised_key,
    is_third_party,
    looks_like_json,
    text_of,
)
from leakguard.artifacts._map_quick import Refused, read_quickly
from leakguard.content import END
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Kind, Member, RuleId
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "source-map"
SUFFIXES: Sequence[str] = ()
ANCHORS = (
    Anchor('"sourcesContent"'),
    Anchor('"mappings"'),
    Anchor('"sections"'),
    Anchor(r"\\u00[4-7][0-9A-Fa-f]"),
)
"""The last one: a key may be spelled `"\\u0073ourcesContent"`."""
SEEK = True
CARRIER = True
WHOLE = True
"""The content as a whole is a map: opened before what is merely carried."""

MOST_BYTES = 256 * 1024 * 1024
"""Larger maps are not read, which is `artifact/limit-exceeded`."""

MOST_FOLLOWED = 16 * 1024
"""Bytes of mappings that are followed to say how long the sources are that a map without texts names."""

MOST_PATHS = 100_000
"""Paths of sources in the summary."""

_DEBUG_ID = lazily("[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_TELLING = lazily(rb'"mappings"[ \t\r\n]*+:[ \t\r\n]*+"')


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """JSON with a key of a map somewhere; whether it is one, `members` sees."""
    return Match.CONTENT if hits and (looks_like_json(head) or begin_of(head) == END) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """A summary of the map (a folder without a name, `facts["map"]`), then the texts of its sources.

    Each text has `facts` with its `index` in `sources`, the `part` of an index map, `third_party` (by the shape of the path) and `ignored`
    (the map's own list). Nothing at all for JSON that is no map.
    """
    content = source.content
    assert content is not None
    anchors = {hit.anchor for hit in source.hits}
    if content.size > MOST_BYTES:
        if 0 in anchors or _TELLING.search(content.head) or _TELLING.search(content.tail):
            raise LimitExceeded(f"a source map of more than {MOST_BYTES >> 20} MiB is not read")
        return
    data = content.data if content.data is not None else content.read(0, content.size)
    reading = _read(data, budget, hidden=0 in anchors or (3 in anchors and has_disguised_key(data, 0, len(data))))
    if reading is None:
        return
    yield Member(name="", kind=Kind.DIRECTORY, facts={"map": _summary(reading)})
    for number, part in enumerate(reading.parts):
        yield from _texts(part, number, budget)
    yield from _damage([*reading.faults, *_faults(reading.parts)])


def _read(data: bytes, budget: Budget, *, hidden: bool) -> Reading | None:
    """`hidden` says whether a map may be somewhere inside JSON that is none."""
    start = begin_of(data)
    invalid = ""
    try:
        return read_quickly(data, start)
    except Refused as refusal:
        if refusal.no_map and not hidden:
            return None
        invalid = refusal.reason
    return Careful(data, start, budget).read(invalid)


def _summary(reading: Reading) -> dict[str, Any]:
    count = [max(len(part.sources), len(part.texts)) for part in reading.parts]
    paths = (part.name(index) for part, size in zip(reading.parts, count, strict=True) for index in range(size))
    return {
        "sources": sum(count),
        "texts": sum(text is not None for part in reading.parts for text in part.texts),
        "parts": len(reading.parts),
        "names": sum(part.names for part in reading.parts),
        "functions": sum(part.functions for part in reading.parts),
        "original_lines": sum(map(_original_lines, reading.parts)),
        "debug_ids": tuple(dict.fromkeys(part.debug_id for part in reading.parts if part.debug_id)),
        "generated_lines": sum(part.generated_lines for part in reading.parts),
        "roots": tuple(dict.fromkeys(part.root for part in reading.parts if part.root)),
        "paths": tuple(path for path, _ in zip(paths, range(MOST_PATHS), strict=False)),
        "urls": tuple(reading.urls),
    }


def _texts(part: Part, number: int, budget: Budget) -> Iterator[Member]:
    span = part.span
    for index, text in enumerate(part.texts):
        if text is None:
            continue
        data = text_of(text.literal)
        budget.spend_inflated(len(data))
        path = part.name(index)
        facts = {"index": index, "part": number, "third_party": is_third_party(path), "ignored": index in part.ignored}
        yield Member(name=path, size=len(data), data=data, span=text.span or span, facts=facts)
        span = None


def _faults(parts: Sequence[Part]) -> Iterator[Fault]:
    """What is wrong with a map whose JSON and fields are sound."""
    for part in parts:
        count = max(len(part.sources), len(part.texts))
        if part.mappings and (unsound := unsoundness(_plain(part.mappings), count, part.names)):
            yield Fault("artifact/unreadable", f"is no valid source map (`mappings` {unsound})")
        if part.debug_id and not _DEBUG_ID.fullmatch(part.debug_id):
            yield Fault("artifact/unreadable", "is no valid source map (`debugId` is no UUID)")


def _plain(mappings: Literal) -> bytes:
    encoded = bytes(mappings)
    return text_of(encoded) if b"\\" in encoded else encoded[1:-1]


def _original_lines(part: Part) -> int:
    """How many lines the sources of a map without texts have at least, where it restores names too."""
    if any(part.texts) or not part.names or not part.mappings or len(memoryview(part.mappings)) > MOST_FOLLOWED:
        return 0
    extents: dict[int, int] = {}
    with contextlib.suppress(Unsound):
        for segment in segments(_plain(part.mappings)):
            extents[segment.source] = max(extents.get(segment.source, 0), segment.original_line + 1)
    return sum(lines for index, lines in extents.items() if index >= 0 and not is_third_party(part.name(index)))


def _damage(faults: Sequence[Fault]) -> Iterator[Member]:
    """All faults but the last are entries of their own; the last one ends the map."""
    unique = list(dict.fromkeys(faults))
    for fault in unique[:-1]:
        yield Member(name="", kind=Kind.DAMAGE, damage=Damage(rule=RuleId(fault.rule), reason=fault.reason, offset=fault.offset))
    if unique:
        raise Malformed(unique[-1].reason, rule=unique[-1].rule, offset=unique[-1].offset)
