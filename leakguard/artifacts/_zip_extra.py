"""Extra fields of zip headers (APPNOTE §4.5): the two that change what an entry is, and the text that any of them may hide."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

ZIP64, UNICODE_PATH, UNICODE_COMMENT, STRONG_ENCRYPTION = 0x0001, 0x7075, 0x6375, 0x0017

ROOM: Mapping[int, int] = {ZIP64: 28, 0x000A: 32, 0x5455: 13, 0x5855: 12, 0x7855: 4, 0x7875: 23, 0xCAFE: 0, UNICODE_PATH: 0}
"""Bytes that a field of numbers needs: times, owners, sizes. What is in a longer one, or in any other field, is text."""

HEAD = struct.Struct("<HH")


class Extra(NamedTuple):
    """What a block of extra fields says."""

    zip64: bytes | None = None
    unicode_path: bytes | None = None
    """As stored: version, checksum of the name, name in UTF-8."""
    unicode_comment: bytes | None = None
    """In the same way."""
    strong: bool = False
    """Whether a field of strong encryption is there."""
    text: bytes = b""
    fault: str = ""


NONE = Extra()


def parse(block: bytes) -> Extra:
    """Read a block; padding with zero bytes, which aligners leave at its end, is no fault."""
    at, stop = 0, len(block)
    found: dict[int, bytes] = {}
    text, fault = b"", ""
    while at + 4 <= stop:
        kind, size = HEAD.unpack_from(block, at)
        value = block[at + 4 : at + 4 + size]
        if len(value) < size:
            break
        if kind in found and kind in (ZIP64, UNICODE_PATH):
            fault = "extra field occurs twice"
        found[kind] = value
        if size > ROOM.get(kind, -1) and value.strip(b"\0"):
            text += value + b"\n"
        at += 4 + size
    if rest := block[at:].strip(b"\0"):
        text += rest
        fault = fault or "extra fields overrun their block"
    return Extra(found.get(ZIP64), found.get(UNICODE_PATH), found.get(UNICODE_COMMENT), STRONG_ENCRYPTION in found, text, fault)
