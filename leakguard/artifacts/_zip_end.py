"""The end records of a zip (APPNOTE §4.3.14 to §4.3.16), believed only where they agree with each other and with the file."""

import struct
from collections.abc import Iterator

from msgspec import Struct

from leakguard.artifacts._pieces import TRUNCATED, ambiguous
from leakguard.content import Content
from leakguard.model import Damage

END_MAGIC, END64_MAGIC, LOCATOR_MAGIC, CENTRAL_MAGIC, LOCAL_MAGIC = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
MAGICS = (END_MAGIC, END64_MAGIC, LOCATOR_MAGIC, CENTRAL_MAGIC, LOCAL_MAGIC)
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
CENTRAL_SIZE = 46
"""Bytes of a central directory entry without name, extra fields and comment."""
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
"""Stand for a number that zip64 records hold."""
BINARY = bytes(range(9))
"""Bytes that no text holds."""


class End(Struct):
    """What the end records claim."""

    at: int
    """Of the first of them."""
    stop: int
    count: int
    size: int
    offset: int
    comment: bytes
    damages: list[Damage]


def end_positions(tail: bytes) -> Iterator[int]:
    """Where end records may begin in the last bytes of a file, from the last to the first."""
    at = tail.rfind(END_MAGIC, 0, max(0, len(tail) - END.size + 4))
    while at >= 0:
        yield at
        at = tail.rfind(END_MAGIC, 0, at + 3)


def has_directory(tail: bytes, at: int) -> bool:
    """Whether what looks like an end record at `at` stands behind a directory of the size that it says, or behind its zip64 form."""
    _, _, _, _, count, size, _, _ = END.unpack_from(tail, at)
    if tail[max(0, at - LOCATOR.size) : at].startswith(LOCATOR_MAGIC):
        return True
    if not count or size < count * CENTRAL_SIZE:
        return False
    start = at - size
    return start < 0 or tail.startswith(CENTRAL_MAGIC, start)


def find_end(content: Content) -> End | None:
    """Choose the end record: one whose comment ends where the file does and that has a directory, else the best there is."""
    base = max(0, content.size - END.size - FULL16)
    tail = content.read(base, content.size)
    exact: list[int] = []
    others: list[int] = []
    for at in end_positions(tail):
        comment_size = int.from_bytes(tail[at + 20 : at + 22], "little")
        (exact if at + END.size + comment_size == len(tail) else others).append(at)
    candidates = [one for one in exact if has_directory(tail, one)] or exact[-1:]
    candidates += [one for one in others if has_directory(tail, one)] or others[-1:]
    if not candidates:
        return None
    end = _read_end(content, tail, candidates[0], base)
    if len(exact) > 1:
        end.damages.append(ambiguous("several end records could be the last one", end.stop - END.size))
    return end


def locate(content: Content, end: End) -> int:
    """Where the central directory begins: right before the end records, else where they say."""
    if not end.size:
        return end.at
    behind = end.at - end.size
    stands_behind = behind >= 0 and content.read(behind, behind + 4) == CENTRAL_MAGIC
    stands_there = behind != end.offset < end.at and content.read(end.offset, end.offset + 4) == CENTRAL_MAGIC
    if stands_behind and stands_there:
        end.damages.append(ambiguous("two places could be the central directory", end.offset))
    return end.offset if stands_there and not stands_behind else max(0, behind)


def is_text(comment: bytes) -> bool:
    """Whether a comment is nothing but that: no control characters and no record that a reader could take for a real one."""
    return not any(magic in comment for magic in MAGICS) and not any(byte in comment for byte in BINARY)


def _read_end(content: Content, tail: bytes, at: int, base: int) -> End:
    _, disk, start_disk, here, count, size, offset, comment_size = END.unpack_from(tail, at)
    comment = tail[at + END.size : at + END.size + comment_size]
    end = End(base + at, base + at + END.size + len(comment), count, size, offset, comment, [])
    if len(comment) < comment_size:
        end.damages.append(Damage(rule=TRUNCATED, reason="archive comment is cut short", offset=end.at))
    if (disk, start_disk) != (0, 0) or here != count:
        end.damages.append(ambiguous("end record speaks of several volumes", end.at))
    if tail[max(0, at - LOCATOR.size) : at].startswith(LOCATOR_MAGIC):
        _read_end64(content, end)
    return end


def _read_end64(content: Content, end: End) -> None:
    """Replace what the end record claims with what its zip64 form does; they must not contradict each other."""
    locator_at = end.at - LOCATOR.size
    _, disk, offset, disks = LOCATOR.unpack(content.read(locator_at, end.at))
    at = locator_at - END64.size
    record = content.read(max(0, at), locator_at)
    if at < 0 or not record.startswith(END64_MAGIC):
        end.damages.append(ambiguous("zip64 end record is not where it should be", locator_at))
        return
    _, length, _, _, number, start_disk, here, count, size, start = END64.unpack(record)
    if length != END64.size - 12:
        end.damages.append(ambiguous("zip64 end record has a length that some readers take for more data", at))
    if disk or number or start_disk or disks > 1 or here != count:
        end.damages.append(ambiguous("zip64 end record speaks of several volumes", at))
    for short, full, bound in ((end.count, count, FULL16), (end.size, size, FULL32), (end.offset, start, FULL32)):
        if short not in (full, bound):
            end.damages.append(ambiguous(f"end record says {short}, its zip64 form {full}", at))
    if offset != start + size:
        end.damages.append(ambiguous("zip64 locator points elsewhere", locator_at))
    end.at, end.count, end.size, end.offset = at, count, size, start
