"""One 512-byte tar header, parsed strictly (POSIX.1-2017 `pax`, section "ustar Interchange Format"; GNU tar manual, "Basic Tar Format")."""

import zlib
from typing import NamedTuple

from leakguard.errors import Malformed
from leakguard.patterns import lazily

BLOCK = 512

AMBIGUOUS = "artifact/ambiguous"
UNSUPPORTED = "artifact/unsupported"

POSIX_MAGIC = b"ustar\x0000"
GNU_MAGIC = b"ustar  \0"

DULL_OWNERS = frozenset((b"", b"root", b"staff", b"wheel"))
"""Names of users and groups that say nothing."""

LARGEST = 1 << 62
"""Bytes; a greater size is an overflow in somebody's reader, whatever it is in ours."""


class Fault(NamedTuple):
    """Something that readers disagree on, or that cannot be looked at."""

    rule: str
    reason: str


class Header(NamedTuple):
    """What a header says by itself, before extension headers change it."""

    name: bytes
    """With the ustar prefix."""
    kind: bytes
    """The type flag, one byte."""
    size: int
    mode: int
    link: bytes
    owner: bytes
    """The fields `uname` and `gname` as stored."""
    faults: tuple[Fault, ...]
    residue: bytes
    """Bytes where zeros belong."""


# What almost every header of a package looks like: plain octal, no link, no prefix, nothing in the padding.
_PLAIN_OWNER = rb"(?:[0-7]{6}[0-7 ][ \0]|\0{8})"
_PLAIN_NUMBERS = lazily(
    rb"([0-7]{6}[0-7]?)[ \0]{1,2}" + _PLAIN_OWNER * 2 + rb"([0-7]{10}[0-7]?)[ \0]{1,2}[0-7]{10}[0-7]?[ \0]{1,2}([0-7]{6}[0-7]?)[ \0]{1,2}"
)
_PLAIN_MIDDLE = frozenset(bytes((kind,)) + bytes(100) + magic for kind in b"05xgLK" for magic in (POSIX_MAGIC, GNU_MAGIC))
_PLAIN_DEVICES = frozenset((bytes(16), b"0000000\0" * 2, b"000000 \0" * 2))
_PLAIN_END = bytes(167)

_OCTAL = lazily(rb" *([0-7]*)[ \0]*")
_TIMES = lazily(rb"[0-7]{11}[ \0]")
_NUMBERS = {
    "mode": slice(100, 108),
    "uid": slice(108, 116),
    "gid": slice(116, 124),
    "mtime": slice(136, 148),
    "devmajor": slice(329, 337),
    "devminor": slice(337, 345),
}
_SIZE = slice(124, 136)
_CHECKSUM = slice(148, 156)
_STAR_TRAILER = b"tar\0"
_ASCII = bytes(range(128))


def parse(block: bytes, offset: int) -> Header:
    """Read a header that is not all zeros; `Malformed` when its checksum or its size is wrong: nobody knows then what follows."""
    numbers = _PLAIN_NUMBERS.fullmatch(block, 100, 156)
    if (
        numbers
        and block[156:265] in _PLAIN_MIDDLE
        and block[345:] == _PLAIN_END
        and block[329:345] in _PLAIN_DEVICES
        and _unsigned(block) == int(numbers[3], 8)
    ):
        name = block[:100].rstrip(b"\0")
        if 0 not in name:
            return Header(name, block[156:157], int(numbers[2], 8), int(numbers[1], 8), b"", block[265:329], (), b"")
    return _parse_odd(block, offset)


def has_right_checksum(block: bytes) -> bool:
    """Whether the stored sum is that of the bytes, taken as unsigned (POSIX) or signed (as some early writers did)."""
    stored = number(block[_CHECKSUM])
    return stored is not None and stored in {_unsigned(block), _signed(block)}


def number(field: bytes) -> int | None:
    """The value of a numeric field, octal or base-256; `None` when strict readers would not agree that it is a number."""
    if field[0] in {0x80, 0xFF}:
        return int.from_bytes(field[1:], "big") - (field[0] == 0xFF and 1 << 8 * (len(field) - 1))
    found = _OCTAL.fullmatch(field)
    return None if found is None else int(found[1] or b"0", 8)


def _parse_odd(block: bytes, offset: int) -> Header:
    if not has_right_checksum(block):
        raise Malformed("a header has a wrong checksum, what follows cannot be read", offset=offset)
    size = number(block[_SIZE])
    if size is None or not 0 <= size <= LARGEST:
        raise Malformed("a header declares a size that is negative, too large or no number", offset=offset)
    faults = [Fault(AMBIGUOUS, f"the field `{field}` is no number") for field, place in _NUMBERS.items() if number(block[place]) is None]
    if number(block[_CHECKSUM]) != _unsigned(block):
        faults.append(Fault(AMBIGUOUS, "the checksum is right for signed bytes only"))
    kind = block[156:157]
    prefix, residue = _prefix(block, kind, faults)
    name, after_name = _text(block[:100])
    link, after_link = _text(block[157:257])
    if after_name or after_link:
        faults.append(Fault(AMBIGUOUS, "a name holds bytes after its end"))
    return Header(
        name=prefix + b"/" + name if prefix else name,
        kind=kind,
        size=size,
        mode=number(block[100:108]) or 0,
        link=link,
        owner=block[265:329],
        faults=tuple(faults),
        residue=b"\n".join(filter(None, (after_name, after_link, residue))),
    )


def _prefix(block: bytes, kind: bytes, faults: list[Fault]) -> tuple[bytes, bytes]:
    """The name's prefix, and the bytes that should be zeros; some readers look for a prefix whatever the magic says."""
    rest = block[345:]
    if block[257:265] != POSIX_MAGIC:
        stray = b"" if kind == b"S" else rest.strip(b"\0")
        if stray:
            faults.append(Fault(AMBIGUOUS, "a header holds fields that its dialect has not, and readers take them differently"))
        return b"", stray
    prefix, after = _text(rest[:155])
    padding = b"" if rest[155:] == bytes(8) + _STAR_TRAILER else rest[155:].strip(b"\0")
    if after and len(prefix) < 131 and not rest[len(prefix) : 131].strip(b"\0") and _are_times(rest[131:155]):
        after = b""
    if after or padding:
        faults.append(Fault(AMBIGUOUS, "the padding of a header is not zeros"))
    return prefix, after + padding


def _are_times(field: bytes) -> bool:
    """Whether these are the access and change times that star, and early npm clients, store behind the prefix."""
    return all(not half.strip(b"\0") or _TIMES.fullmatch(half) for half in (field[:12], field[12:]))


def _text(field: bytes) -> tuple[bytes, bytes]:
    text, _, residue = field.partition(b"\0")
    return text, residue.strip(b"\0")


def _unsigned(block: bytes) -> int:
    # Adler-32's low half is one more than the sum modulo 65521, and 512 ASCII bytes cannot reach that: 20 times as fast as sum().
    total = (zlib.adler32(block) & 0xFFFF) - 1 if block.isascii() else sum(block)
    return total - sum(block[_CHECKSUM]) + 8 * ord(" ")


def _signed(block: bytes) -> int:
    high = len((block[:148] + block[156:]).translate(None, _ASCII))
    return _unsigned(block) - 256 * high
