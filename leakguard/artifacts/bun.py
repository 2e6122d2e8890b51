"""Executables made by `bun build --compile`: a module graph behind the runtime, closed by a trailer.

The graph is a blob, a table of modules and a struct of offsets; everything in it is found from the trailer backwards. The runtime itself
holds the trailer as a constant, and data may follow it, so that all hits are tried, from the last one on. A module's source map keeps each
original source as a Zstandard frame: it becomes a plain source map here, and is judged as one.
"""

import codecs
import io
import json
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, cast

from leakguard.artifacts import _pieces, zstd
from leakguard.artifacts._embedded import part
from leakguard.artifacts._pieces import Pieces
from leakguard.content import Content, View
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "bun"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"\n---- Bun! ----\n"),)
SEEK = True
CARRIER = True
WHOLE = True

TRAILER = len(b"\n---- Bun! ----\n")
ROOTS = (b"/$bunfs/root/", b"B:/~BUN/root/", b"B:\\~BUN\\root\\", b"/$bunfs/", b"B:/~BUN/", b"compiled://root/")
"""The virtual folders that every module of an executable is in."""
OFFSETS = (32, 24)
"""Sizes of the struct before the trailer, newest first; bytes."""
RECORDS = (52, 36, 28)
"""Sizes of a module's record, newest first: pairs of offset and length, then four bytes."""
MOST_TRIED = 64
"""Trailers that are looked at."""
MOST_TABLE = 16 * 1024 * 1024
"""Bound on the table of modules, bytes."""
MOST_MAPPINGS = 64 * 1024 * 1024
"""Bound on a map's mappings, bytes; larger ones are left out."""

_HEAD = struct.Struct("<QII")
_VLQ = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/,;"


class Graph(NamedTuple):
    """A module graph: where its blob begins and ends, and its table of modules with the size of a record."""

    base: int
    stop: int
    table: bytes
    width: int


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Any place with a trailer; whether a graph is before it, `members` sees."""
    return Match.CONTENT if hits else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The modules by their path in the executable, each followed by its source map; nothing for the bare runtime."""
    content = source.content
    assert content is not None
    for hit in source.hits[: -MOST_TRIED - 1 : -1]:
        graph = _graph(content, hit.end - TRAILER)
        if graph is not None:
            yield from _modules(content, graph, budget)
            return


def _graph(content: Content, end: int) -> Graph | None:
    """The graph whose trailer begins at `end`, if one is there."""
    for size in OFFSETS:
        start = end - size
        raw = content.read(start, end) if start >= 0 else b""
        if len(raw) < size:
            continue
        count, table_at, table_size = _HEAD.unpack_from(raw)
        if not table_size or count > start or table_at + table_size > count:
            continue
        base = start - count
        for width in RECORDS:
            if table_size % width == 0 and _begins(content, base + table_at, width, base, count):
                if table_size > MOST_TABLE:
                    raise LimitExceeded(f"a module graph of more than {MOST_TABLE // width} modules is not read")
                table = content.read(base + table_at, base + table_at + table_size)
                if len(table) == table_size and all(
                    _is_name(content, table, at, base, count) for at in range(0, min(table_size, 4096), width)
                ):
                    return Graph(base, start, table, width)
    return None


def _begins(content: Content, at: int, width: int, base: int, count: int) -> bool:
    record = content.read(at, at + width)
    return len(record) == width and _is_name(content, record, 0, base, count)


def _is_name(content: Content, table: bytes, at: int, base: int, count: int) -> bool:
    """Whether a record of the table begins with the name of a module."""
    if at + 8 > len(table):
        return True
    offset, length = struct.unpack_from("<II", table, at)
    return offset + length <= count and length < 4096 and content.read(base + offset, base + offset + min(length, 32)).startswith(ROOTS)


def _modules(content: Content, graph: Graph, budget: Budget) -> Iterator[Member]:
    base, stop, table, width = graph
    fields = struct.Struct(f"<{width // 4}I")
    for number, values in enumerate(fields.iter_unpack(table)):
        name_at, name_size, text_at, text_size, map_at, map_size = values[:6]
        bytecode = values[7] if width > RECORDS[-1] else 0
        if max(name_at + name_size, text_at + text_size, map_at + map_size) > stop - base or name_size > 4096:
            reason = f"module {number} lies outside the module graph"
            yield _pieces.damaged(Damage(rule=_pieces.UNREADABLE, reason=reason, offset=base))
            continue
        name = _name(content.read(base + name_at, base + name_at + name_size), number)
        facts = {"bytecode": bytecode, "mapped": bool(map_size)}
        yield part(content, name, base + text_at, base + text_at + text_size, facts=facts)
        if map_size:
            yield _map(content, name, base + map_at, base + map_at + map_size, budget)


def _name(raw: bytes, number: int) -> str:
    """The path of a module, without the virtual folder that all of them are in."""
    for root in ROOTS:
        if raw.startswith(root):
            raw = raw[len(root) :]
            break
    return raw.decode("utf-8", "surrogateescape").replace("\\", "/") or f"module-{number}"


def _map(content: Content, name: str, start: int, stop: int, budget: Budget) -> Member:
    """The source map of a module, written out as ECMA-426 has it."""
    stream = Pieces(_json(content, start, stop, budget))
    return Member(name=f"{name}.map", open=lambda: cast(BinaryIO, stream), span=(start, stop))


def _json(content: Content, start: int, stop: int, budget: Budget) -> Iterator[bytes]:
    head = content.read(start, min(stop, start + 8))
    if len(head) < 8:
        raise Malformed("source map ends in its header", rule=_pieces.TRUNCATED, offset=start)
    count, mappings_size = struct.unpack("<II", head)
    places = start + 8
    mappings_at = places + 16 * count
    if mappings_at + mappings_size > stop:
        raise Malformed("source map is shorter than its header says", rule=_pieces.TRUNCATED, offset=start)
    yield b'{"version":3,"sources":['
    for index in range(count):
        name = _slice(content, places + 8 * index, start, stop)
        raw = content.read(name[0], min(name[1], name[0] + 4096))
        yield (b"," if index else b"") + json.dumps(raw.decode("utf-8", "replace")).encode()
        budget.spend_inflated(len(raw))
    yield b'],"sourcesContent":['
    for index in range(count):
        yield b',"' if index else b'"'
        yield from _text(content, *_slice(content, places + 8 * (count + index), start, stop), budget)
        yield b'"'
    mappings = content.read(mappings_at, mappings_at + mappings_size) if mappings_size <= MOST_MAPPINGS else b""
    yield b'],"names":[],"mappings":"' + (b"" if mappings.translate(None, _VLQ) else mappings) + b'"}'


def _slice(content: Content, at: int, start: int, stop: int) -> tuple[int, int]:
    """Where a pointer inside the map at `start` leads."""
    raw = content.read(at, at + 8)
    offset, length = struct.unpack("<II", raw) if len(raw) == 8 else (0, 1 << 32)
    if start + offset + length > stop:
        raise Malformed("source map points outside itself", rule=_pieces.UNREADABLE, offset=at)
    return start + offset, start + offset + length


def _text(content: Content, start: int, stop: int, budget: Budget) -> Iterator[bytes]:
    """An original source as the inside of a JSON string."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    stream = cast(BinaryIO, View(content.stream(), start, stop - start)) if stop > start else cast(BinaryIO, io.BytesIO())
    packed = content.read(start, start + 4) == zstd.MAGIC
    if packed:
        member = next(zstd.members(Source(name="source", stream=stream, size=stop - start, content=None, hits=()), budget))
        assert member.open is not None
        stream = member.open()
    while piece := stream.read(_pieces.PIECE):
        if not packed:
            budget.spend_inflated(len(piece))
        if text := decoder.decode(piece):
            yield json.dumps(text)[1:-1].encode()
    if text := decoder.decode(b"", final=True):
        yield json.dumps(text)[1:-1].encode()
