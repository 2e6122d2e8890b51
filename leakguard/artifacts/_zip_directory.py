"""The central directory of a zip (APPNOTE §4.3.12), as entries whose numbers and names are checked."""

import struct
from collections.abc import Iterator

from msgspec import Struct, field

from leakguard.artifacts import _zip_extra
from leakguard.artifacts._pieces import ambiguous
from leakguard.artifacts._zip_end import CENTRAL_MAGIC, FULL16, FULL32, find_end, is_text, locate
from leakguard.artifacts._zip_names import Names
from leakguard.content import Content
from leakguard.errors import LimitExceeded
from leakguard.limits import Budget
from leakguard.model import Damage

CENTRAL = struct.Struct("<4s2xBxHHLLLLHHHH2xLL")
"""Magic, version needed, flags, method, time, checksum, packed size, size, lengths (name, extra, comment), volume, attributes, offset."""

MOST = 128 * 1024 * 1024
"""Bound on a central directory, bytes: more than the entry and name limits leave room for."""
STRONG = 0x40
"""Flag of strong encryption (APPNOTE §4.4.4)."""


class Central(Struct):
    """An entry as the central directory has it; the numbers are as zip64 corrects them."""

    raw: bytes
    name: str
    needed: int
    flags: int
    method: int
    time: int
    """And date, as MS-DOS has them."""
    checksum: int
    packed: int
    size: int
    attributes: int
    offset: int
    """Of the local header, in the file."""
    zip64: bool
    half: bool
    """Whether the zip64 field holds the size, not the packed size, and need not."""
    text: bytes
    damage: Damage | None


class Directory(Struct):
    """Where everything is that the end of the file speaks of."""

    start: int
    """Of the central directory, bytes from the start of the file."""
    end: int
    """Of the part of it that could be read."""
    end_records: int
    """Where the first end record begins."""
    stop: int
    """Behind the last end record and its comment."""
    base: int
    """What the writer took for the start of the file."""
    comment: bytes
    entries: list[Central] = field(default_factory=list)
    """In the order of their local headers."""
    damages: list[Damage] = field(default_factory=list)


def read_directory(content: Content, budget: Budget) -> Directory | None:
    """Find and read the central directory; `None` when there is no end record that could lead to it."""
    end = find_end(content)
    if end is None:
        return None
    start = locate(content, end)
    base = start - end.offset
    found = Directory(
        start=start, end=start, end_records=end.at, stop=end.stop, base=max(0, base), comment=end.comment, damages=end.damages
    )
    if base < 0:
        found.damages.append(ambiguous("end record points behind the central directory", end.at))
    if end.size > end.at - start:
        found.damages.append(ambiguous("end record says that the central directory is larger", end.at))
    size = min(end.size, end.at - start)
    if size > MOST:
        raise LimitExceeded(f"central directory takes more than {MOST} bytes")
    block = content.read(start, start + size)
    found.entries = list(_entries(block, found, budget))
    if len(found.entries) != end.count:
        reason = f"end record counts {end.count} entries, the central directory has {len(found.entries)}"
        found.damages.append(ambiguous(reason, end.at))
    found.entries.sort(key=lambda one: one.offset)
    return found


def _entries(block: bytes, found: Directory, budget: Budget) -> Iterator[Central]:
    """Yield the entries of a central directory in its order; notes in `found` where it ends and what is odd."""
    at, stop, count, names = 0, len(block), 0, Names()
    while at + CENTRAL.size <= stop:
        fields = CENTRAL.unpack_from(block, at)
        magic, needed, flags, method, time, checksum, packed, size, name_size, extra_size, comment_size, disk, attributes, offset = fields
        name_at = at + CENTRAL.size
        extra_at = name_at + name_size
        after = extra_at + extra_size + comment_size
        if magic != CENTRAL_MAGIC or after > stop:
            break
        extra, text, fault = _zip_extra.NONE, b"", ""
        if after > extra_at:
            comment = block[extra_at + extra_size : after]
            extra = _zip_extra.parse(block[extra_at : extra_at + extra_size])
            text = extra.text + comment
            fault = extra.fault or _comment_fault(comment, extra.unicode_comment)
        half = False
        if extra.zip64 is not None or FULL32 in (packed, size, offset):
            half = packed < size == FULL32
            size, packed, offset, disk, wrong = _correct(extra.zip64 or b"", size, packed, offset, disk)
            half = half and size < FULL32
            fault = fault or wrong
        raw = block[name_at:extra_at]
        name, wrong = names.read(raw, flags, extra.unicode_path)
        fault = fault or wrong or ("entry is on another volume" if disk else "")
        damage = ambiguous(fault, found.start + at) if fault else None
        flags |= STRONG if extra.strong else 0
        offset += found.base
        zip64 = extra.zip64 is not None
        yield Central(raw, name, needed, flags, method, time, checksum, packed, size, attributes, offset, zip64, half, text, damage)
        at, count = after, count + 1
        if count > budget.limits.entries:
            raise LimitExceeded(f"holds more than {budget.limits.entries} entries")
    found.end = found.start + at
    if at < stop:
        found.damages.append(ambiguous("central directory holds something that is no entry", found.end))
    if clash := names.clash():
        found.damages.append(ambiguous(clash, found.start))


def _comment_fault(comment: bytes, other: bytes | None) -> str:
    """What is wrong with an entry's comment; `other` is what a Unicode comment field has in its place."""
    if not is_text(comment):
        return "comment of the entry is no text"
    return "extra field gives the entry another comment" if other is not None and comment.isascii() and other[5:] != comment else ""


def _correct(value: bytes, size: int, packed: int, offset: int, disk: int) -> tuple[int, int, int, int, str]:
    """Apply the zip64 field: size, packed size, offset, volume, and what is wrong with it.

    The field holds what the header has no room for. Some writers put all of it there, which reads the same as long as nothing is
    left out in front of something that is wanted.
    """
    numbers = [size, packed, offset]
    if len(value) not in {0, 8, 16, 24, 28}:
        return size, packed, offset, disk, "zip64 field has the wrong length"
    given = [int.from_bytes(value[at : at + 8], "little") for at in range(0, min(24, len(value)), 8)]
    wanted = [index for index, number in enumerate(numbers) if number == FULL32]
    if len(given) > len(wanted) and wanted == list(range(len(wanted))):
        wanted = list(range(len(given)))
    if len(given) != len(wanted) or (disk == FULL16) > (len(value) == 28):
        return size, packed, offset, disk, "zip64 field has the wrong length"
    for index, number in zip(wanted, given, strict=True):
        if numbers[index] not in {FULL32, number}:
            return size, packed, offset, disk, "zip64 field contradicts its header"
        numbers[index] = number
    if size < packed == FULL32 and numbers[1] < FULL32:
        return numbers[0], numbers[1], numbers[2], disk, "zip64 field holds a packed size that does not need it"
    if disk == FULL16:
        disk = int.from_bytes(value[-4:], "little")
    return numbers[0], numbers[1], numbers[2], disk, ""
