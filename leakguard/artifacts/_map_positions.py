"""From a place in a bundle to the place in the original source that it was made from, through the map (ECMA-426 §4)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from leakguard.artifacts._map_mappings import Unsound, fields_of
from leakguard.artifacts._map_model import Part

MOST_BYTES = 64 * 1024 * 1024
"""Longer maps are not decoded for the sake of a position."""

Original = tuple[str, int, int]
"""Path as the map says it, line and column, both 1-based."""


class _Map(msgspec.Struct):
    root: str | None = msgspec.field(default=None, name="sourceRoot")
    sources: list[str | None] | None = None
    mappings: str = ""
    sections: "list[_Section] | None" = None


class _Offset(msgspec.Struct):
    line: int = 0
    column: int = 0


class _Section(msgspec.Struct):
    offset: _Offset
    map: _Map | None = None


def original_position(text: bytes, line: int, column: int) -> Original | None:
    """Where the character at `line` and `column` (1-based) of a bundle comes from, by the text of its map."""
    return original_positions(text, [(line, column)]).get((line, column))


def original_positions(text: bytes, places: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Original]:
    """The same for many places of one bundle; those that the map does not know, or a map that is unsound, are left out.

    Columns of maps count UTF-16 units, those of places code points: behind characters beyond U+FFFF on a line the place is a few
    columns off, and hardly ever in another segment.
    """
    begin = text.find(b"{")
    if begin < 0 or len(text) > MOST_BYTES:
        return {}
    try:
        return _look_up(msgspec.json.decode(memoryview(text)[begin:], type=_Map), places)
    except (msgspec.MsgspecError, UnicodeError, Unsound, RecursionError):
        return {}


def _look_up(top: _Map, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Original]:
    if top.sections is None:
        return _in_flat(top, {(line - 1, column - 1): (line, column) for line, column in places})
    found: dict[tuple[int, int], Original] = {}
    starts = [(one.offset.line, one.offset.column) for one in top.sections]
    for section, start, end in zip(top.sections, starts, [*starts[1:], (1 << 31, 0)], strict=True):
        if section.map is None or section.map.sections is not None:
            continue
        own = [(line, column) for line, column in places if start <= (line - 1, column - 1) < end]
        shifted = {(at[0] - 1 - start[0], at[1] - 1 - (start[1] if at[0] - 1 == start[0] else 0)): at for at in own}
        found.update(_in_flat(section.map, shifted))
    return found


def _in_flat(flat: _Map, places: Mapping[tuple[int, int], tuple[int, int]]) -> dict[tuple[int, int], Original]:
    part = Part(sources=flat.sources or (), root=flat.root or "")
    groups = flat.mappings.encode("ascii", "replace").split(b";") if places else []
    found: dict[tuple[int, int], Original] = {}
    state, done = [0, 0, 0], 0
    for line in sorted({line for line, _ in places}):
        if line >= len(groups):
            break
        _skip(groups[done:line], state)
        columns = {at[1]: said for at, said in places.items() if at[0] == line}
        found.update(_in_line(groups[line], list(state), columns, part))
        done = line
    return found


def _skip(groups: Iterable[bytes], state: list[int]) -> None:
    """Add up what whole lines do to source, line and column: each distinct segment is decoded once."""
    for encoded, times in Counter(b",".join(groups).split(b",")).items():
        for index, delta in enumerate(fields_of(encoded)[1:4] if encoded else ()):
            state[index] += delta * times


def _in_line(group: bytes, state: list[int], columns: Mapping[int, tuple[int, int]], part: Part) -> dict[tuple[int, int], Original]:
    """For each wanted column the last segment at or before it."""
    found: dict[tuple[int, int], Original] = {}
    waiting = sorted(columns, reverse=True)
    column, source = 0, -1
    for encoded in filter(None, group.split(b",")):
        values = fields_of(encoded)
        column += values[0]
        while waiting and waiting[-1] < column:
            _note(found, columns[waiting.pop()], part, source, state)
        source = -1
        if len(values) > 1:
            state[0], state[1], state[2] = state[0] + values[1], state[1] + values[2], state[2] + values[3]
            source = state[0]
    for rest in waiting:
        _note(found, columns[rest], part, source, state)
    return found


def _note(found: dict[tuple[int, int], Original], place: tuple[int, int], part: Part, source: int, state: Sequence[int]) -> None:
    if 0 <= source < len(part.sources) and state[1] >= 0 and state[2] >= 0:
        found[place] = (part.name(source), state[1] + 1, state[2] + 1)
