"""The objects of one Git pack: where they are, what they are made of, and what they are called."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from isal import igzip_lib

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.content import Content
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Member

COMMIT, TREE, BLOB, TAG, BY_OFFSET, BY_NAME = 1, 2, 3, 4, 6, 7
KINDS = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}
LARGEST = 256 * 1024 * 1024
"""Bound on an object that is a delta's base or target, bytes: they are held in memory."""
KEPT = 64 * 1024 * 1024
"""Bytes of objects that are kept for the deltas to come."""
DEEPEST = 4096
"""Deltas on deltas; Git's own default is 50."""
LONGEST_PATH = 4096
DIGEST = 20
_FOLDER = b"40000"


@dataclass(slots=True)
class Stored:
    """An object as it stands in the pack."""

    kind: int
    size: int
    start: int
    """Of the compressed data."""
    stop: int
    base: int = 0
    """Offset of the object that a delta builds on; 0 for none in this pack."""
    name: bytes = b""


class Pack:
    """One pack. Two rounds: where the objects are, then what they are; of the contents no more than `KEPT` at a time is held."""

    def __init__(self, content: Content, start: int, budget: Budget) -> None:
        self._content, self._start, self._budget = content, start, budget
        self._objects: dict[int, Stored] = {}
        self._by_name: dict[bytes, int] = {}
        self._paths: dict[bytes, tuple[bytes, bytes]] = {}
        """Object → the name that a tree gives it, and the tree."""
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0
        self.missing = 0
        """Objects that could not be put together, since their base is not here."""

    def read(self) -> None:
        """Find every object; raises after the last one that could be found."""
        head = self._content.read(self._start, self._start + 12)
        count, at = int.from_bytes(head[8:], "big"), self._start + 12
        for _ in range(count):
            self._budget.spend_entry(DIGEST)
            at = self._find(at)
        digest = hashlib.sha1(usedforsecurity=False)
        for start in range(self._start, at, _pieces.PIECE):
            digest.update(self._content.read(start, min(at, start + _pieces.PIECE)))
        if self._content.read(at, at + DIGEST) != digest.digest():
            raise Malformed("checksum is not that of the pack", rule=_pieces.UNREADABLE, offset=at)
        if at + DIGEST < self._content.size:
            raise Malformed("bytes after the end of the pack", rule=_pieces.AMBIGUOUS, offset=at + DIGEST)

    def members(self) -> Iterator[Member]:
        """Commits and tags, then the contents of files, each under the first path that it had, with the beginning of its name.

        What builds on an object that stands behind it is put together once that is known; what builds on none here is counted.
        """
        left = list(self._objects)
        for wanted in ((COMMIT, TREE, TAG), (BLOB,)):
            waiting, left = left, []
            for at in waiting:
                if self._kind(self._objects[at]) in wanted:
                    yield from self._member(at)
                else:
                    left.append(at)
        while waiting := [at for at in left if self._kind(self._objects[at])]:
            left = [at for at in left if at not in set(waiting)]
            for at in waiting:
                yield from self._member(at)
        self.missing += len(left)

    def _member(self, at: int) -> Iterator[Member]:
        """An object; of a tree only the names are taken."""
        stored, data = self._objects[at], self._whole(at)
        if data is None:
            return
        kind = self._kind(stored)
        name = self._digest(kind, data, at)
        if kind == TREE:
            self._read_tree(name, data)
            return
        if kind == BLOB:
            folder, _, base = self._path(name).rpartition("/")
            named = "/".join(filter(None, ("files", folder, name.hex()[:10], base or "blob")))
        else:
            named = f"{'commits' if kind == COMMIT else 'tags'}/{name.hex()}.txt"
        yield Member(name=named, data=data, span=(stored.start, stored.stop))

    def _find(self, at: int) -> int:
        """Note the object at a place, and return where the next one begins."""
        begin, head = at, self._content.read(at, at + 64)
        if len(head) < 2:
            raise Malformed("pack ends before its objects do", rule=_pieces.TRUNCATED, offset=at)
        kind, size, used = head[0] >> 4 & 7, head[0] & 15, 1
        while head[used - 1] & 0x80 and used < min(10, len(head)):
            size |= (head[used] & 0x7F) << 7 * used - 3
            used += 1
        stored = Stored(kind, size, 0, 0)
        if kind == BY_OFFSET:
            back, used = _offset(head, used)
            stored.base = begin - back
            if stored.base not in self._objects:
                raise Malformed("object builds on none", rule=_pieces.UNREADABLE, offset=begin)
        elif kind == BY_NAME:
            stored.name, used = head[used : used + DIGEST], used + DIGEST
        elif kind not in KINDS:
            raise Malformed("object is of no kind", rule=_pieces.UNREADABLE, offset=begin)
        stored.start = begin + used
        made, stored.stop = 0, stored.start
        feed = self._feed(stored.start)
        for piece in _pieces.decode(igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_ZLIB), feed, self._budget):
            made += len(piece)
        if made != size:
            raise Malformed(f"object declares {size} bytes and holds {made}", rule=_pieces.UNREADABLE, offset=begin)
        stored.stop = stored.start + feed.at
        self._objects[begin] = stored
        return stored.stop

    def _feed(self, start: int) -> Feed:
        stream = self._content.stream()
        stream.seek(start)
        return Feed(stream)

    def _kind(self, stored: Stored) -> int:
        """What an object is, through its deltas; 0 where that is not known."""
        for _ in range(DEEPEST):
            if stored.kind in KINDS:
                return stored.kind
            base = self._base(stored)
            if not base:
                return 0
            stored = self._objects[base]
        return 0

    def _base(self, stored: Stored) -> int:
        return stored.base or self._by_name.get(stored.name, 0)

    def _whole(self, at: int) -> bytes | None:
        """The content of an object; `None` where its base is not in the pack."""
        chain: list[int] = []
        while at not in self._recent and self._objects[at].kind not in KINDS:
            chain.append(at)
            at = self._base(self._objects[at])
            if not at or len(chain) > DEEPEST or at in chain:
                self.missing += 1
                return None
        data = self._recent.get(at)
        if data is None:
            data = self._keep(at, self._inflate(at))
        for delta in reversed(chain):
            data = self._keep(delta, _applied(data, self._inflate(delta), self._budget, delta))
        return data

    def _inflate(self, at: int) -> bytes:
        stored = self._objects[at]
        if stored.size > LARGEST:
            raise LimitExceeded(f"an object takes more than {LARGEST} bytes")
        decoder = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_ZLIB)
        return b"".join(_pieces.decode(decoder, self._feed(stored.start), self._budget))

    def _keep(self, at: int, data: bytes) -> bytes:
        self._recent[at] = data
        self._held += len(data)
        while self._held > KEPT and len(self._recent) > 1:
            self._held -= len(self._recent.popitem(last=False)[1])
        return data

    def _digest(self, kind: int, data: bytes, at: int) -> bytes:
        digest = hashlib.sha1(b"%s %d\0" % (KINDS[kind], len(data)), usedforsecurity=False)
        digest.update(data)
        self._by_name[digest.digest()] = at
        return digest.digest()

    def _read_tree(self, tree: bytes, data: bytes) -> None:
        at = 0
        while at < len(data):
            space, end = data.find(b" ", at, at + 8), data.find(b"\0", at)
            if space < 0 or end < 0 or end + DIGEST >= len(data) + 1:
                return
            self._paths.setdefault(data[end + 1 : end + 1 + DIGEST], (data[space + 1 : end], tree))
            at = end + 1 + DIGEST

    def _path(self, name: bytes) -> str:
        parts: list[bytes] = []
        length = 0
        while (found := self._paths.get(name)) is not None and length < LONGEST_PATH and len(parts) < 64:
            parts.append(found[0])
            length += len(found[0]) + 1
            name = found[1]
        return b"/".join(reversed(parts)).decode("utf-8", "surrogateescape")


def _offset(head: bytes, used: int) -> tuple[int, int]:
    """How far back the base is, and how many bytes say so."""
    value = head[used] & 0x7F
    while head[used] & 0x80 and used + 1 < len(head):
        used += 1
        value = (value + 1) << 7 | head[used] & 0x7F
    return value, used + 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        at += 1
        if byte < 0x80 or shift > 63:
            return value, at


def _applied(base: bytes, delta: bytes, budget: Budget, offset: int) -> bytes:
    """What a delta makes of its base: copies of parts of it, and bytes of its own."""
    try:
        before, at = _number(delta, 0)
        after, at = _number(delta, at)
        if before != len(base) or after > LARGEST:
            raise Malformed("delta is for another object", rule=_pieces.UNREADABLE, offset=offset)
        budget.spend_inflated(after)
        parts: list[bytes] = []
        made = 0
        while at < len(delta) and made <= after:
            code = delta[at]
            at += 1
            if code & 0x80:
                start = size = 0
                for bit in range(7):
                    if code >> bit & 1:
                        if bit < 4:
                            start |= delta[at] << 8 * bit
                        else:
                            size |= delta[at] << 8 * (bit - 4)
                        at += 1
                size = size or 0x10000
                part = base[start : start + size]
            else:
                size, part = code, delta[at : at + code]
                at += code
            if not size or len(part) < size:
                raise Malformed("delta copies what is not there", rule=_pieces.UNREADABLE, offset=offset)
            made += size
            parts.append(part)
    except IndexError:
        raise Malformed("delta ends too early", rule=_pieces.TRUNCATED, offset=offset) from None
    if made != after:
        raise Malformed("delta makes another size than it declares", rule=_pieces.UNREADABLE, offset=offset)
    return b"".join(parts)
