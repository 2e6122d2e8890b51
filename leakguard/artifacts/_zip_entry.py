"""One record of a zip: local header, data, descriptor. It must say what the central directory says, and its data must be that."""

import struct
from typing import BinaryIO, NamedTuple, cast

from leakguard.artifacts import _zip_extra
from leakguard.artifacts._pieces import ENCRYPTED, UNSUPPORTED, Pieces, ambiguous, damaged
from leakguard.artifacts._zip_data import DEFLATED, DESCRIPTOR_MAGIC, STORED, Data, stream_of, whole_of
from leakguard.artifacts._zip_directory import STRONG, Central
from leakguard.artifacts._zip_end import FULL32, LOCAL_MAGIC
from leakguard.content import Content
from leakguard.limits import Budget
from leakguard.model import Damage, Kind, Member

LOCAL = struct.Struct("<4sBxHHLLLLHH")
"""Magic, version needed, flags, method, time and date, checksum, packed size, size, lengths of name and extra fields."""

ENCRYPTED_FLAG, DESCRIPTOR, PATCHED, UTF8, MASKED = 1, 8, 0x20, 0x800, 0x2000
AGREED = ENCRYPTED_FLAG | DESCRIPTOR | PATCHED | STRONG | UTF8 | MASKED
"""Flags that change how an entry is read."""
AES = 99
METHODS = {1: "shrink", 6: "implode", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 98: "ppmd"}
NEWEST = 63
"""Version 6.3 of the specification, the last that says how to read an entry."""

RECORD = 1024 * 1024
"""Bytes of a record that are read at once."""
WHOLE = 8 * 1024 * 1024
"""Up to this size (bytes) content is inflated at once; beyond it is a stream."""
LINK = 4096
"""Bound on the target of a link, bytes."""

DESCRIPTORS = (struct.Struct("<4sLLL"), struct.Struct("<4sLQQ"), struct.Struct("<LLL"), struct.Struct("<LQQ"))
SIGNED, LONG = (0, 1), (1, 3)
"""Indices of the forms that begin with a signature, and of those with 64-bit sizes."""

TYPES = 0o170000
REGULAR, FOLDER, SYMLINK, PIPE = 0o100000, 0o040000, 0o120000, 0o010000
"""Types in Unix attributes; a pipe is what Info-ZIP packed from its standard input, and unpacks as a file."""
DOS_FOLDER = 0x10


class Record(NamedTuple):
    """An entry that was looked at."""

    member: Member
    stop: int
    """Behind its last byte; where it begins when it could not be delimited."""
    pieces: Pieces | None = None
    """Its content, where that is not in memory."""


class _Local(NamedTuple):
    """A local header."""

    needed: int
    flags: int
    method: int
    time: int
    checksum: int
    packed: int
    size: int
    name: bytes
    extra: _zip_extra.Extra
    length: int
    """Of all of it, bytes."""


def read_entry(content: Content, entry: Central, limit: int, budget: Budget, *, plain: bool) -> Record:
    """Read the record that a central entry points to; it must end at or before `limit`, where the next one begins.

    `plain` refuses data descriptors, which wheels must not have.
    """
    start = entry.offset
    block = content.read(start, min(limit, start + RECORD))
    local = _local(block)
    if local is None:
        what = "overlaps the next one" if 0 <= limit - start < LOCAL.size else "has no local header where it should be"
        return Record(_lost(entry, ambiguous(f"entry {what}", start)), start)
    data_at, stop = start + local.length, start + local.length + entry.packed
    if stop > limit:
        return Record(_lost(entry, ambiguous("entry overlaps what follows it", start)), start)
    block = block[local.length : local.length + entry.packed] if stop - start <= len(block) else b""
    has_block = len(block) == entry.packed
    fault, length = _disagreement(entry, local), 0
    if local.flags & DESCRIPTOR:
        length, wrong = _descriptor(content, entry, stop, limit, is_long=local.extra.zip64 is not None)
        fault = fault or wrong or ("entry has a data descriptor, which a wheel must not have" if plain else "")
    data = Data(data_at, stop, entry.method, entry.size, entry.checksum, bool(local.flags & DESCRIPTOR) and not local.packed)
    stop += length
    damage = entry.damage or (ambiguous(fault, start) if fault else None)
    if refusal := _refusal(entry, local):
        if refusal.rule != UNSUPPORTED or entry.method not in {STORED, DEFLATED}:
            return Record(_lost(entry, refusal, entry.packed), stop)
        damage = damage or refusal
    text = entry.text + local.extra.text + (b"" if local.name == entry.raw else local.name)
    member = Member(name=entry.name, size=entry.size, text=text, damage=damage)
    return Record(member, stop, _fill(member, content, data, block if has_block else None, entry.attributes, budget))


def _local(block: bytes) -> _Local | None:
    """Read a local header; `None` if there is none, or not all of it."""
    if len(block) < LOCAL.size or not block.startswith(LOCAL_MAGIC):
        return None
    _, needed, flags, method, time, checksum, packed, size, name_size, extra_size = LOCAL.unpack_from(block)
    name_stop = LOCAL.size + name_size
    length = name_stop + extra_size
    if length > len(block):
        return None
    extra = _zip_extra.parse(block[name_stop:length]) if extra_size else _zip_extra.NONE
    return _Local(needed, flags, method, time, checksum, packed, size, block[LOCAL.size : name_stop], extra, length)


def _disagreement(entry: Central, local: _Local) -> str:
    """What the local header says differently; empty if nothing."""
    if local.name != entry.raw:
        return "name in the local header is another"
    if local.method != entry.method:
        return f"method in the local header is {local.method}, in the central directory {entry.method}"
    if (local.flags ^ entry.flags) & AGREED & ~STRONG:
        return "flags in the local header are others"
    if local.time != entry.time:
        return "time in the local header is another"
    if entry.half and local.extra.zip64 is None:
        return "zip64 field of the central directory has none in the local header beside it"
    return local.extra.fault or _size_fault(entry, local)


def _fill(member: Member, content: Content, data: Data, block: bytes | None, attributes: int, budget: Budget) -> Pieces | None:
    """Give the member its kind and content; returns the stream, if that is what it got."""
    whole: bytes | None = None
    if block is not None and data.size <= WHOLE:
        budget.spend_inflated(data.size)
        whole = whole_of(block, data)
    fault = _kind_fault(member, attributes, data, whole)
    if fault and member.damage is None:
        member.damage = ambiguous(fault, data.start)
    if member.kind is Kind.DIRECTORY:
        return None
    if member.kind is Kind.LINK and whole is not None:
        member.link = whole.decode("utf-8", "surrogateescape")
        member.text += whole
        return None
    if whole is not None:
        member.data = whole
        return None
    stream = stream_of(content, data, budget)
    member.open = lambda: cast(BinaryIO, stream)
    return stream


def _kind_fault(member: Member, attributes: int, data: Data, whole: bytes | None) -> str:
    """Set the member's kind; says where name, attributes and content do not go together."""
    mode = attributes >> 16 & TYPES
    is_folder = member.name.endswith("/")
    if mode == SYMLINK and not is_folder and whole is not None and len(whole) <= LINK:
        member.kind = Kind.LINK
        return ""
    if is_folder:
        if whole == b"":
            member.kind = Kind.DIRECTORY
        if data.size or whole is None:
            return "folder has content"
        return "" if mode in {0, FOLDER, REGULAR} else "folder has the attributes of something else"
    if mode == FOLDER or (attributes & DOS_FOLDER and mode not in {REGULAR, PIPE}):
        return "file has the attributes of a folder"
    return "" if mode in {0, REGULAR, PIPE} else "entry is neither file, folder nor link"


def _lost(entry: Central, damage: Damage, size: int | None = None) -> Member:
    member = damaged(damage, entry.name, size)
    member.text = entry.text
    return member


def _refusal(entry: Central, local: _Local) -> Damage | None:
    """Why the entry cannot be read, if it cannot."""
    flags = local.flags | entry.flags
    if flags & (ENCRYPTED_FLAG | STRONG | MASKED) or local.extra.strong or entry.method == AES:
        return Damage(rule=ENCRYPTED, reason="entry is encrypted", offset=entry.offset)
    if flags & PATCHED:
        return Damage(rule=UNSUPPORTED, reason="entry is a patch", offset=entry.offset)
    if entry.method not in {STORED, DEFLATED}:
        method = METHODS.get(entry.method, f"number {entry.method}")
        return Damage(rule=UNSUPPORTED, reason=f"entry is packed by method {method}", offset=entry.offset)
    needed = max(local.needed, entry.needed)
    if needed > NEWEST:
        return Damage(rule=UNSUPPORTED, reason=f"entry needs version {needed / 10} of the format", offset=entry.offset)
    return None


def _size_fault(entry: Central, local: _Local) -> str:
    """What in the local header's numbers contradicts the central directory; empty if nothing."""
    checksum, packed, size = local.checksum, local.packed, local.size
    if local.extra.zip64 is not None or FULL32 in (packed, size):
        value = local.extra.zip64 or b""
        given = [int.from_bytes(value[at : at + 8], "little") for at in range(0, len(value) - 7, 8)]
        if len(value) not in {0, 8, 16, 24, 28} or (size == FULL32) != (packed == FULL32) or (size == FULL32 and len(given) < 2):
            return "zip64 field of the local header does not hold both sizes"
        if size == FULL32:
            size = given.pop(0)
        if packed == FULL32:
            packed = given.pop(0)
        if any(number not in {0, size, packed} for number in given):
            return "zip64 field contradicts its local header"
    wanted = (checksum, packed, size) == (entry.checksum, entry.packed, entry.size)
    if not wanted and local.flags & DESCRIPTOR:
        known = ((0, 0), (entry.packed, entry.size), (0, entry.size if entry.method == DEFLATED else 0))
        wanted = checksum in {0, entry.checksum} and (packed, size) in known
    return "" if wanted else "size or checksum in the local header is another"


def _descriptor(content: Content, entry: Central, at: int, limit: int, *, is_long: bool) -> tuple[int, str]:
    """Length of the data descriptor at `at`, and what is wrong with it (APPNOTE §4.3.9)."""
    block = content.read(at, min(limit, at + DESCRIPTORS[1].size))
    numbers = (entry.checksum, entry.packed, entry.size)
    fitting = [
        index
        for index, form in enumerate(DESCRIPTORS)
        if len(block) >= form.size and form.unpack_from(block) == ((DESCRIPTOR_MAGIC, *numbers) if index in SIGNED else numbers)
    ]
    if not fitting:
        return 0, "data descriptor is missing or contradicts the central directory"
    chosen = next((index for index in fitting if at + DESCRIPTORS[index].size == limit), fitting[0])
    # A writer that did not know in time that the sizes would be large announces the wide form in the directory only.
    is_large = entry.zip64 and max(entry.packed, entry.size) >= FULL32
    is_expected = (chosen in LONG) == (is_long or (is_large and chosen in LONG))
    return DESCRIPTORS[chosen].size, "" if is_expected else "data descriptor has sizes of another width than the header says"
