"""asar, the archive that Electron applications carry: a JSON index in front of the contents of all files.

Read strictly: a file lies inside the archive and shares no byte with another one, its digest is the one in the index, and every byte
belongs to a file.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from leakguard.artifacts import _pieces
from leakguard.artifacts._embedded import part, uncovered
from leakguard.artifacts._zip_strays import region
from leakguard.content import Content
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Kind, Member
from leakguard.plugins import Anchor, Hit, Match, Source
from leakguard.redact import escape

NAME = "asar"
SUFFIXES: Sequence[str] = (".asar",)
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

MAGICS = (b"\4\0\0\0",)
SIZES = struct.Struct("<IIII")
"""Two pickled numbers: the size of a size (4) and that of the index with its own sizes; then those of the index as a pickled string."""
MOST_INDEX = 32 * 1024 * 1024
"""Bound on the index, bytes."""
MOST_DEPTH = 200
"""Folders inside each other."""
HASHED_AT_ONCE = 4 * 1024 * 1024


class File(NamedTuple):
    """A file of the index; `start` and `stop` are offsets in the archive."""

    path: str
    start: int
    stop: int
    node: Mapping[str, Any]


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise sizes that fit each other, and the brace that begins the index."""
    if not head.startswith(b"\4\0\0\0") or head[16:17] != b"{":
        return Match.NO
    _, whole, pickled, length = SIZES.unpack_from(head)
    return _pieces.content_match(name, SUFFIXES) if whole == pickled + 4 and 0 <= pickled - 4 - length < 4 else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Folders and links, then the files in the order of their contents, then whatever else the archive holds.

    A file that lies beside the archive, in `NAME.asar.unpacked/`, is empty here: `facts["unpacked"]` has its declared size.
    """
    content = source.content
    assert content is not None
    head = content.read(0, 16)
    if len(head) < SIZES.size:
        raise Malformed("ends before its index", rule=_pieces.TRUNCATED, offset=len(head))
    _, whole, _, length = SIZES.unpack(head)
    files: list[File] = []
    yield from _listed(_index(content, length), whole + 8, files, budget)
    last = whole + 8
    spans: list[tuple[int, int]] = []
    for file in sorted(files, key=lambda one: (one.start, one.stop)):
        spans.append((file.start, min(file.stop, content.size)))
        yield _file(content, file, last)
        last = max(last, file.stop)
    if padding := content.read(16 + length, whole + 8).strip(b"\0"):
        yield Member(name="padding", data=padding, damage=_pieces.ambiguous("bytes between the index and the files", 16 + length))
    for start, stop in uncovered(spans, whole + 8, content.size):
        yield region(content, f"gap-{start}", start, stop, _pieces.ambiguous("bytes that belong to no file", start))


def _index(content: Content, length: int) -> Mapping[str, Any]:
    if length > MOST_INDEX:
        raise LimitExceeded(f"an index of more than {MOST_INDEX >> 20} MiB is not read")
    raw = content.read(16, 16 + length)
    if len(raw) < length:
        raise Malformed("ends inside the index", rule=_pieces.TRUNCATED, offset=content.size)
    try:
        index = json.loads(raw, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Malformed("index is no JSON", rule=_pieces.UNREADABLE, offset=16) from error
    if not isinstance(index, dict) or not isinstance(index.get("files"), dict):
        raise Malformed("index has no files", rule=_pieces.UNREADABLE, offset=16)
    return index


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, without the keys that readers would disagree about."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("index names something twice", rule=_pieces.AMBIGUOUS, offset=16)
    return found


def _listed(index: Mapping[str, Any], base: int, files: list[File], budget: Budget) -> Iterator[Member]:
    """Yield what has no content in the archive, and put the rest into `files`."""
    waiting: list[tuple[str, Any, int]] = [("", index, 0)]
    while waiting:
        path, node, depth = waiting.pop()
        budget.check_clock()
        if depth > MOST_DEPTH:
            raise LimitExceeded(f"folders nest deeper than {MOST_DEPTH}")
        if isinstance(node.get("files"), dict):
            if path:
                yield Member(name=path, kind=Kind.DIRECTORY)
            inner = [(f"{path}/{name}" if path else name, one, depth + 1) for name, one in node["files"].items() if isinstance(one, dict)]
            if len(inner) < len(node["files"]):
                raise Malformed("index has an entry that is none", rule=_pieces.UNREADABLE, offset=16)
            waiting += reversed(inner)
        elif isinstance(node.get("link"), str):
            yield _link(path, node["link"])
        else:
            yield from _note(path, node, base, files)


def _link(path: str, target: str) -> Member:
    """The index has the target from the root of the archive."""
    up = "../" * path.count("/")
    return Member(name=path, kind=Kind.LINK, link=target if target.startswith("/") else up + target)


def _note(path: str, node: Mapping[str, Any], base: int, files: list[File]) -> Iterator[Member]:
    size = node.get("size")
    if node.get("unpacked") is True and isinstance(size, int) and size >= 0:
        yield Member(name=path, size=0, data=b"", facts={"unpacked": size})
        return
    offset = node.get("offset")
    if not isinstance(size, int) or isinstance(size, bool) or not isinstance(offset, str) or not offset.isascii() or not offset.isdigit():
        yield _pieces.damaged(Damage(rule=_pieces.UNREADABLE, reason="the index does not say where the file is", offset=16), path)
    elif size < 0 or len(offset) > 18:
        yield _pieces.damaged(Damage(rule=_pieces.UNREADABLE, reason="the index has a size or an offset that cannot be", offset=16), path)
    else:
        start = base + int(offset)
        files.append(File(path, start, start + size, node))


def _file(content: Content, file: File, last: int) -> Member:
    """A file, with what is wrong about it; `last` is where those before it end."""
    if file.stop > content.size:
        damage = Damage(rule=_pieces.TRUNCATED, reason="the file reaches beyond the end of the archive", offset=file.start)
        if file.start >= content.size:
            return _pieces.damaged(damage, file.path, min(file.stop - file.start, content.size))
        member = part(content, file.path, file.start, content.size)
        member.size, member.damage = file.stop - file.start, damage
        return member
    member = part(content, file.path, file.start, file.stop)
    if file.start < last and file.start < file.stop:
        member.damage = _pieces.ambiguous("the file shares bytes with another one", file.start)
    elif "integrity" in file.node:
        member.damage = _integrity(content, file)
    return member


def _integrity(content: Content, file: File) -> Damage | None:
    """What is wrong with the digests of a file: one of all of it, and one of each block."""
    stated = file.node["integrity"]
    if not isinstance(stated, dict) or stated.get("algorithm") != "SHA256":
        return Damage(rule=_pieces.UNSUPPORTED, reason=f"digest is `{escape(str(stated)[:40])}`, not a SHA-256", offset=file.start)
    size, blocks = stated.get("blockSize"), stated.get("blocks")
    whole, found = hashlib.sha256(), []
    by_block = isinstance(size, int) and size > 0 and isinstance(blocks, list) and len(blocks) <= (file.stop - file.start) // size + 1
    step = size if by_block and isinstance(size, int) else HASHED_AT_ONCE
    for start in range(file.start, file.stop, step):
        block = hashlib.sha256()
        for at in range(start, min(start + step, file.stop), HASHED_AT_ONCE):
            piece = content.read(at, min(at + HASHED_AT_ONCE, start + step, file.stop))
            whole.update(piece)
            block.update(piece)
        found.append(block.hexdigest())
    if whole.hexdigest() != stated.get("hash") or (by_block and isinstance(blocks, list) and found and blocks[: len(found)] != found):
        return Damage(rule=_pieces.UNREADABLE, reason="the digest in the index is not that of the content", offset=file.start)
    return None
