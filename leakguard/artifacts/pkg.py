"""Executables made by `pkg`: Node.js, the files of the program behind it, and a script that says where each of them is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leakguard.artifacts import _pieces
from leakguard.artifacts._embedded import part
from leakguard.content import Content
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "pkg"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"EXECPATH_FD, PAYLOAD_POSITION, PAYLOAD_SIZE\) \{"),)
SEEK = True
CARRIER = True
WHOLE = True

OPENING = b"(function(process, require, console, EXECPATH_FD, PAYLOAD_POSITION, PAYLOAD_SIZE) {"
LARGEST_SCRIPT = 64 * 1024 * 1024
MOST_FILES = 200_000
BLOB, CONTENT = "0", "1"
"""What is stored of a file: its bytecode, itself. Lists of folders and their states hold nothing."""
BROTLI = 2

_TABLE = lazily(r'\{"(?:[^"\\]|\\.){1,4000}":\{"[0-3]":\[')


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Any place with the opening of the script; whether there is a table in it, `members` sees."""
    return Match.CONTENT if hits else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The files, in the order of the table."""
    content = source.content
    assert content is not None
    for hit in source.hits[:-9:-1]:
        start = hit.end - len(OPENING)
        if content.read(start, hit.end) == OPENING and (found := _read(content, start)) is not None:
            table, names, packing = found
            yield from _files(content, start, table, names, packing, budget)
            return


def _read(content: Content, start: int) -> tuple[Mapping[str, Any], Mapping[str, str], int] | None:
    """The table of files, the spelling of short names, and how the files are packed."""
    script = content.read(start, start + LARGEST_SCRIPT).decode("utf-8", "replace")
    if (found := _TABLE.search(script)) is None:
        return None
    values: list[Any] = []
    at, decoder = found.start(), json.JSONDecoder()
    try:
        while len(values) < 5:
            value, at = decoder.raw_decode(script, at)
            values.append(value)
            while at < len(script) and script[at] in ", \r\n":
                at += 1
    except (ValueError, RecursionError):
        pass
    table = values[0] if values else None
    if not isinstance(table, dict) or len(table) > MOST_FILES:
        return None
    short = values[3] if len(values) > 3 and isinstance(values[3], dict) else {}
    return table, {code: name for name, code in short.items() if isinstance(code, str)}, values[4] if len(values) > 4 else 0


def _files(
    content: Content, end: int, table: Mapping[str, Any], names: Mapping[str, str], packing: int, budget: Budget
) -> Iterator[Member]:
    """The files stand right in front of the script, one behind the other, so the last one says where they begin."""
    places = [(key, store, place) for key, stores in table.items() if isinstance(stores, dict) for store, place in stores.items()]
    sound = [one for one in places if _is_place(one[2])]
    base = end - max((offset + size for _, _, (offset, size) in sound), default=0)
    if base < 0 or len(sound) < len(places):
        damage = Damage(rule=_pieces.UNREADABLE, reason="the table of files names places that cannot be", offset=end)
        yield _pieces.damaged(damage)
    for key, store, (offset, size) in sound:
        budget.check_clock()
        if store in (BLOB, CONTENT) and size and base + offset >= 0:
            path = "/".join(names.get(one, one) for one in key.split("$")) if names else key
            name = path.replace("\\", "/").lstrip("/") + (".jsc" if store == BLOB else "") + (".br" if packing == BROTLI else "")
            yield part(content, name, base + offset, base + offset + size)


def _is_place(place: object) -> bool:
    return isinstance(place, list) and len(place) == 2 and all(isinstance(one, int) and 0 <= one < 1 << 53 for one in place)
