"""Valid source maps, read without looking into their texts: 46 MB take 0.1 s."""

import msgspec

from leakguard.artifacts._map_model import Fault, Part, Reading, Text, has_disguised_key
from leakguard.patterns import lazily

MOST_TEXTS = 1_000_000
"""A map that may hold more is left to the careful reader, which counts."""

MOST_NESTED = 8
"""Index maps inside index maps; deeper ones are left to the careful reader."""

_COUNTED_NAMES = 8 * 1024 * 1024
_COMPARED = 256
_CONTENT_KEY = lazily(rb'"sourcesContent"[ \t\r\n]*+:[ \t\r\n]*+')
_SECTION = lazily(rb'"offset"[ \t\r\n]*+:')
_NOTHING = msgspec.Raw()
_ABSENT = ("", "n")
"""First characters of a field that is missing or `null`."""


class Refused(Exception):
    """The quick reader does not vouch for this; `reason` says what is wrong with a map whose JSON is sound."""

    def __init__(self, reason: str = "", *, no_map: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.no_map = no_map
        """The JSON is sound and is no map itself, though one may be inside."""


class _Fields(msgspec.Struct):
    """ECMA-426 §9.1 and §9.2 in one; what may be long stays encoded."""

    version: int | float | str | None = None
    file: str | None = None
    root: str | None = msgspec.field(default=None, name="sourceRoot")
    sources: list[str | None] | None = None
    texts: msgspec.Raw = msgspec.field(default=_NOTHING, name="sourcesContent")
    names: msgspec.Raw = _NOTHING
    mappings: msgspec.Raw = _NOTHING
    sections: msgspec.Raw = _NOTHING
    ignore: list[int] | None = msgspec.field(default=None, name="ignoreList")
    google_ignore: list[int] | None = msgspec.field(default=None, name="x_google_ignoreList")
    debug_id: str | None = msgspec.field(default=None, name="debugId")
    functions: msgspec.Raw = msgspec.field(default=_NOTHING, name="x_facebook_sources")


class _Functions(msgspec.Struct):
    """An element of `x_facebook_sources`: the names of the functions of one source."""

    names: list[msgspec.Raw]


class _Keys(msgspec.Struct):
    """Whatever these may hold."""

    version: msgspec.Raw = _NOTHING
    sources: msgspec.Raw = _NOTHING
    texts: msgspec.Raw = msgspec.field(default=_NOTHING, name="sourcesContent")
    mappings: msgspec.Raw = _NOTHING
    sections: msgspec.Raw = _NOTHING


class _Offset(msgspec.Struct):
    line: int
    column: int


class _Section(msgspec.Struct):
    offset: _Offset
    map: msgspec.Raw = _NOTHING
    url: str | None = None


def read_quickly(data: bytes, start: int) -> Reading:
    """Read the map that begins at `start`; `Refused` when it is no map, or one that needs a careful reading."""
    if len(data) > 3 * MOST_TEXTS and data.count(b'",') + data.count(b"null") > MOST_TEXTS:
        raise Refused
    reading = Reading()
    fields: list[_Fields] = []
    try:
        _flatten(memoryview(data)[start:], fields, reading, 0)
        alone = len(fields) == 1 and _kind(fields[0].sections) in _ABSENT
        parts = [_part(one, reading, alone=alone) for one in fields]
    except msgspec.ValidationError as error:
        raise Refused(str(error), no_map=not _resembles_a_map(memoryview(data)[start:])) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused from error
    _check_everything_was_seen(data, start, fields, parts)
    reading.parts.extend(parts)
    return reading


def _resembles_a_map(encoded: memoryview) -> bool:
    """Whether sound JSON with a field of an unexpected type is a map all the same, and not something else that has `sections` too."""
    try:
        keys = msgspec.json.decode(encoded, type=_Keys)
    except msgspec.MsgspecError:
        return True
    if bytes(keys.version) in (b"3", b'"3"') or _kind(keys.texts):
        return True
    if _kind(keys.mappings):
        return bool(_kind(keys.sources))
    return _SECTION.search(bytes(keys.sections)) is not None


def _flatten(encoded: memoryview | msgspec.Raw, flat: list[_Fields], reading: Reading, depth: int) -> None:
    fields = msgspec.json.decode(encoded, type=_Fields)
    if fields.version not in (None, 3, "3"):
        reading.faults.append(Fault("artifact/unreadable", "`version` is not 3"))
    if _kind(fields.sections) in _ABSENT:
        flat.append(fields)
        return
    if depth == MOST_NESTED:
        raise Refused
    sections = msgspec.json.decode(fields.sections, type=list[_Section])
    if not sections and fields.version not in (3, "3"):
        raise Refused(no_map=depth == 0)
    for section in sections:
        if section.url:
            reading.urls.append(section.url)
        elif not _kind(section.map):
            reading.faults.append(Fault("artifact/unreadable", "a section has neither `map` nor `url`"))
        if _kind(section.map):
            _flatten(section.map, flat, reading, depth + 1)
    if fields.sources or _kind(fields.texts):
        flat.append(fields)


def _part(fields: _Fields, reading: Reading, *, alone: bool) -> Part:
    texts = _texts(fields.texts)
    mapped = _kind(fields.mappings) == '"'
    if not (any(texts) or (mapped and (fields.sources is not None or fields.version == 3))):
        raise Refused(no_map=alone)
    if not mapped:
        reading.faults.append(Fault("artifact/unreadable", "`mappings` is missing or no string"))
    if fields.sources is None:
        reading.faults.append(Fault("artifact/unreadable", "`sources` is missing"))
    if _kind(fields.names) not in ("[", *_ABSENT):
        raise Refused("`names` is no list")
    sources = fields.sources or []
    ignored = frozenset([*(fields.ignore or ()), *(fields.google_ignore or ())])
    if any(not 0 <= index < max(len(sources), len(texts)) for index in ignored):
        reading.faults.append(Fault("artifact/unreadable", "`ignoreList` names a source that does not exist"))
    return Part(
        sources=sources,
        root=fields.root or "",
        texts=texts,
        ignored=ignored,
        names=_count(fields.names),
        functions=_count_functions(fields.functions),
        mappings=fields.mappings if mapped else b"",
        debug_id=fields.debug_id or "",
        generated_lines=bytes(fields.mappings).count(b";") + 1 if mapped else 0,
    )


def _texts(raw: msgspec.Raw) -> list[Text | None]:
    if _kind(raw) in _ABSENT:
        return []
    literals = msgspec.json.decode(raw, type=list[msgspec.Raw])
    kinds = {_kind(literal) for literal in literals}
    if not kinds <= {'"', "n"}:
        raise Refused("`sourcesContent` holds something that is no text")
    return [Text(literal) if _kind(literal) == '"' else None for literal in literals]


def _check_everything_was_seen(data: bytes, start: int, fields: list[_Fields], parts: list[Part]) -> None:
    """Locate the texts; refuse when a key occurs twice, or once more than was read, or in disguise."""
    at, outside = start, []
    for one, part in zip(fields, parts, strict=True):
        if not _kind(one.texts):
            continue
        key = _CONTENT_KEY.search(data, at)
        size = len(memoryview(one.texts))
        if key is None or not data.startswith(bytes(memoryview(one.texts)[:_COMPARED]), key.end()):
            raise Refused
        outside.append((at, key.end()))
        at = key.end() + size
        part.span = (key.end(), at)
    outside.append((at, len(data)))
    for token, wanted in (
        (b'"sourcesContent"', sum(bool(_kind(one.texts)) for one in fields)),
        (b'"mappings"', sum(bool(_kind(one.mappings)) for one in fields)),
        (b'"sources"', sum(one.sources is not None for one in fields)),
    ):
        found = sum(data.count(token, first, last) for first, last in outside)
        if found != wanted and found - sum(bytes(raw).count(token) for one in fields for raw in (one.names, one.functions)) != wanted:
            raise Refused
    if any(has_disguised_key(data, first, last) for first, last in outside):
        raise Refused


def _kind(raw: msgspec.Raw) -> str:
    """The first character of an encoded value; empty where there is none."""
    view = memoryview(raw)
    return chr(view[0]) if view.nbytes else ""


def _count(names: msgspec.Raw) -> int:
    if _kind(names) != "[":
        return 0
    encoded = bytes(names)
    if len(encoded) > _COUNTED_NAMES:
        return encoded.count(b'","') + 1
    return len(msgspec.json.decode(names, type=list[msgspec.Raw]))


def _count_functions(raw: msgspec.Raw) -> int:
    if _kind(raw) in _ABSENT:
        return 0
    try:
        sources = msgspec.json.decode(raw, type=list[list[_Functions | None] | None])
    except msgspec.MsgspecError:
        return 0
    return sum(len(one.names) for source in sources if source for one in source if one)
