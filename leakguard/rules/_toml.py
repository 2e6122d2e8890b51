"""TOML with places: the standard reader, and the line of every key for messages about it."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

Place = tuple[str | int, ...]
"""How one gets to a value: keys, and indices of arrays of tables, from the top."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*([A-Za-z0-9_-]+))?\s*=\s*""")
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
_TRIPLES = ('"""', "'''")


def read(text: str) -> Mapping[str, Any]:
    """Parse; raises `tomllib.TOMLDecodeError`."""
    return tomllib.loads(text)


def fault_of(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, int]:
    """Line and column that the reader stumbled over; the last line where it ran out of text."""
    where = _WHERE.search(str(error))
    return (int(where[1]), int(where[2])) if where and where[1] else (len(text.splitlines()) or 1, 1)


def lines_of(text: str) -> dict[Place, int]:
    """The 1-based line on which each table and key begins; an array of tables counts its elements."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        header = _HEADER.match(line)
        key = None if header else _KEY.match(line)
        if header is not None:
            table = _table(header[2], header[1] == "[[", counts)
            for place in (table, table[:-1] if isinstance(table[-1], int) else table):
                lines.setdefault(place, number)
        elif key is not None:
            names = [name.strip("\"'") for name in (key[1], key[2]) if name]
            lines.setdefault((*table, *names), number)
        closing = _left_open(line if key is None else line[key.end() :])
    return lines


def _table(name: str, array: bool, counts: dict[Place, int]) -> Place:  # noqa: FBT001 - an array of tables or a table
    place: Place = ()
    parts = [part.strip(" \t\"'") for part in name.split(".")]
    for depth, part in enumerate(parts, 1):
        place = (*place, part)
        if depth == len(parts) and array:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _left_open(rest: str) -> str:
    """The quotes that a string which goes on over the line waits for, or nothing."""
    at = 0
    while True:
        found = [(rest.find(quotes, at), quotes) for quotes in _TRIPLES if rest.find(quotes, at) >= 0]
        if not found:
            return ""
        start, quotes = min(found)
        end = rest.find(quotes, start + 3)
        if end < 0:
            return quotes
        at = end + 3
