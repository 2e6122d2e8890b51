"""The section tables of ELF, Mach-O and PE files: names and places, nothing else is read. Bounded, whatever the file says."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from leakguard.content import Content

MOST_SECTIONS = 20_000
MOST_COMMANDS = 4 * 1024 * 1024
"""Bound on the load commands of a Mach-O file, bytes."""
MOST_ARCHITECTURES = 16
MOST_DEBUG_ENTRIES = 64
MOST_INFLATED = 16 * 1024 * 1024
"""What is read of a compressed section, bytes."""
COMPRESSED = 0x800
"""Flag of an ELF section."""
NO_BITS = 8
MACH = {b"\xfe\xed\xfa\xce": (">", 0), b"\xfe\xed\xfa\xcf": (">", 1), b"\xce\xfa\xed\xfe": ("<", 0), b"\xcf\xfa\xed\xfe": ("<", 1)}
"""Magic → byte order, and whether it is of 64 bits."""


class Section(NamedTuple):
    """A part of a file with a name; `packed` says how it is compressed."""

    name: str
    start: int
    stop: int
    packed: str = ""


class Image(NamedTuple):
    """What is known about a binary."""

    kind: str
    sections: tuple[Section, ...]
    order: str = "<"
    database: str = ""
    """Path of the program database (`.pdb`) that a PE file names."""


def image_of(content: Content) -> Image | None:
    """The sections of a binary; `None` for what is none of the three. Those that lie outside the file are left out."""
    head = content.read(0, 64)
    image = None
    if head.startswith(b"\x7fELF"):
        order = ">" if head[5:6] == b"\2" else "<"
        image = Image("elf", tuple(_elf(content, head, order)), order)
    elif head[:4] in MACH:
        image = Image("mach-o", tuple(_mach(content, 0)), MACH[head[:4]][0])
    elif head.startswith(b"\xca\xfe\xba\xbe"):
        image = Image("mach-o", tuple(_fat(content, head)))
    elif head.startswith(b"MZ"):
        image = _pe(content, head)
    return image and image._replace(sections=tuple(one for one in image.sections if one.start < one.stop <= content.size))


def bytes_of(content: Content, section: Section, order: str) -> bytes:
    """The beginning of a section's content, inflated if it is compressed; empty if that fails."""
    raw = content.read(section.start, min(section.stop, section.start + MOST_INFLATED))
    if not section.packed:
        return raw
    if section.packed == "zdebug":
        method, raw = 1, raw[12:]
    else:
        wide = section.packed == "elf64"
        method, raw = int.from_bytes(raw[:4], "little" if order == "<" else "big"), raw[24 if wide else 12 :]
    import zstandard

    try:
        if method == 2:
            return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw).read(MOST_INFLATED)
        return zlib.decompressobj().decompress(raw, MOST_INFLATED)
    except (zlib.error, zstandard.ZstdError):
        return b""


def _elf(content: Content, head: bytes, order: str) -> Iterator[Section]:
    wide = head[4:5] == b"\2"
    if len(head) < (64 if wide else 52):
        return
    table, size, count, names = _elf_table(content, head, order, wide=wide)
    shape = struct.Struct(f"{order}IIQQQQ" if wide else f"{order}IIIIII")
    if size < shape.size or not 0 < count <= MOST_SECTIONS:
        return
    raw = content.read(table, table + size * count)
    headers = [shape.unpack_from(raw, at) for at in range(0, len(raw) - shape.size + 1, size)]
    if names >= len(headers):
        return
    texts = content.read(headers[names][4], headers[names][4] + min(headers[names][5], 1 << 20))
    for name_at, kind, flags, _, start, length in headers:
        name = texts[name_at : name_at + 256].partition(b"\0")[0].decode("latin-1") if name_at < len(texts) else ""
        if kind != NO_BITS and name:
            packed = "zdebug" if name.startswith(".zdebug") else ("elf64" if wide else "elf32") if flags & COMPRESSED else ""
            yield Section(name, start, start + length, packed)


def _elf_table(content: Content, head: bytes, order: str, *, wide: bool) -> tuple[int, int, int, int]:
    """Offset of the section headers, size of one, their number, and which one has the names."""
    (table,) = struct.unpack_from(f"{order}Q" if wide else f"{order}I", head, 40 if wide else 32)
    size, count, names = struct.unpack_from(f"{order}HHH", head, 58 if wide else 46)
    first = content.read(table, table + 64)
    if len(first) == 64 and (count == 0 or names == 0xFFFF):
        count = count or struct.unpack_from(f"{order}Q" if wide else f"{order}I", first, 32 if wide else 20)[0]
        names = struct.unpack_from(f"{order}I", first, 40 if wide else 24)[0] if names == 0xFFFF else names
    return table, size, count, names


def _fat(content: Content, head: bytes) -> Iterator[Section]:
    """A file for several architectures; the magic is that of Java classes too, whose version looks like a large number of them."""
    (count,) = struct.unpack_from(">I", head.ljust(8, b"\xff"), 4)
    if not 0 < count <= MOST_ARCHITECTURES:
        return
    raw = content.read(8, 8 + 20 * count)
    for at in range(0, len(raw) - 19, 20):
        yield from _mach(content, struct.unpack_from(">I", raw, at + 8)[0])


def _mach(content: Content, base: int) -> Iterator[Section]:
    head = content.read(base, base + 32)
    if len(head) < 32 or head[:4] not in MACH:
        return
    order, wide = MACH[head[:4]]
    _, size = struct.unpack_from(f"{order}II", head, 16)
    first = base + (32 if wide else 28)
    commands = content.read(first, first + min(size, MOST_COMMANDS))
    at = 0
    while at + 8 <= len(commands):
        command, length = struct.unpack_from(f"{order}II", commands, at)
        if length < 8 or at + length > len(commands):
            return
        if command == (0x19 if wide else 1):
            yield from _segment(commands[at : at + length], order, base, wide=bool(wide))
        at += length


def _segment(command: bytes, order: str, base: int, *, wide: bool) -> Iterator[Section]:
    size, first = (80, 72) if wide else (68, 56)
    for at in range(first, len(command) - size + 1, size):
        name, segment = (command[at + skip : at + skip + 16].rstrip(b"\0").decode("latin-1") for skip in (0, 16))
        length, start = struct.unpack_from(f"{order}QI", command, at + 40) if wide else struct.unpack_from(f"{order}II", command, at + 36)
        packed = "zdebug" if name.startswith("__zdebug_") else ""
        yield Section(f"{segment},{name}", base + start, base + start + length, packed)


def _pe(content: Content, head: bytes) -> Image | None:
    (at,) = struct.unpack_from("<I", head.ljust(64, b"\0"), 60)
    coff = content.read(at, at + 24)
    if len(coff) < 24 or not coff.startswith(b"PE\0\0"):
        return None
    count, _, symbols_at, symbols, optional_size = struct.unpack_from("<HIIIH", coff, 6)
    optional = content.read(at + 24, at + 24 + optional_size)
    raw = content.read(at + 24 + optional_size, at + 24 + optional_size + 40 * min(count, MOST_SECTIONS))
    texts = symbols_at + 18 * symbols
    sections, addresses = [], []
    for header in (raw[one : one + 40] for one in range(0, len(raw) - 39, 40)):
        name = header[:8].rstrip(b"\0").decode("latin-1")
        if name.startswith("/") and name[1:].isdigit():
            name = content.read(texts + int(name[1:]), texts + int(name[1:]) + 64).partition(b"\0")[0].decode("latin-1")
        _, address, size, start = struct.unpack_from("<IIII", header, 8)
        sections.append(Section(name, start, start + size, "zdebug" if name.startswith(".zdebug_") else ""))
        addresses.append((address, start, size))
    return Image("pe", tuple(sections), database=_database(content, optional, addresses))


def _database(content: Content, optional: bytes, addresses: list[tuple[int, int, int]]) -> str:
    """The path in a CodeView record of the debug directory."""
    at = {b"\x0b\x01": 96, b"\x0b\x02": 112}.get(optional[:2], 1 << 20) + 6 * 8
    if len(optional) < at + 8:
        return ""
    address, size = struct.unpack_from("<II", optional, at)
    start = next((begin + address - first for first, begin, length in addresses if first <= address < first + length), 0)
    raw = content.read(start, start + min(size, 28 * MOST_DEBUG_ENTRIES)) if start else b""
    for entry in range(0, len(raw) - 27, 28):
        kind, length, _, place = struct.unpack_from("<IIII", raw, entry + 12)
        record = content.read(place, place + min(length, 2048)) if kind == 2 else b""
        if record.startswith(b"RSDS"):
            return record[24:].partition(b"\0")[0].decode("utf-8", "replace")
    return ""
