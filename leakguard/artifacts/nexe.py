"""Executables made by `nexe`: Node.js, the program, its resources, and a trailer with the sizes of both."""

import json
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.artifacts._embedded import part
from leakguard.content import IN_MEMORY, Content
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "nexe"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"<nexe~~sentinel>"),)
SEEK = True
CARRIER = True
WHOLE = True

SIZES = struct.Struct("<dd")
"""Of the program and of its resources, as JavaScript's numbers."""
SENTINEL = len(b"<nexe~~sentinel>")
MOST_RESOURCES = 200_000
MARK = '"resources":'


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Any place with the sentinel; the runtime has it too, so `members` sees whether sizes follow that fit."""
    return Match.CONTENT if hits else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The program, and its resources by their names."""
    content = source.content
    assert content is not None
    for hit in source.hits[:-9:-1]:
        raw = content.read(hit.end, hit.end + SIZES.size)
        if len(raw) < SIZES.size:
            continue
        code, resources = SIZES.unpack(raw)
        end = hit.end - SENTINEL
        if not (1 <= code <= end and 0 <= resources <= end and code + resources <= end and code.is_integer() and resources.is_integer()):
            continue
        middle = end - int(resources)
        start = middle - int(code)
        yield part(content, "program.js", start, middle)
        yield from _resources(content, start, middle, end, budget)
        return


def _resources(content: Content, start: int, middle: int, end: int, budget: Budget) -> Iterator[Member]:
    """Those that the program lists; without a list all in one."""
    listed: Any = None
    script = content.read(start, min(middle, start + IN_MEMORY)).decode("utf-8", "replace")
    if (at := script.find(MARK)) >= 0:
        try:
            listed, _ = json.JSONDecoder().raw_decode(script, at + len(MARK))
        except (ValueError, RecursionError):
            listed = None
    places = [(name, place) for name, place in listed.items() if _fits(place, end - middle)] if isinstance(listed, dict) else []
    if not places and middle < end:
        yield part(content, "resources.bin", middle, end)
    for name, (offset, size) in places[:MOST_RESOURCES]:
        budget.check_clock()
        yield part(content, name.replace("\\", "/").removeprefix("./"), middle + offset, middle + offset + size)


def _fits(place: object, room: int) -> bool:
    if not isinstance(place, list) or len(place) != 2 or not all(isinstance(one, int) for one in place):
        return False
    return bool(place[0] >= 0 and place[1] > 0 and place[0] + place[1] <= room)
