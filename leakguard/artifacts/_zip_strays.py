"""Bytes of a zip that its directory does not speak of: entries without one, gaps, what is in front and behind."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from leakguard.artifacts import _zip_extra
from leakguard.artifacts._pieces import HEAD, TRUNCATED, Feed, ambiguous, raw
from leakguard.artifacts._zip_data import DEFLATED, STORED, Data, stream_of
from leakguard.artifacts._zip_end import BINARY, FULL32, LOCAL_MAGIC
from leakguard.artifacts._zip_entry import DESCRIPTOR, ENCRYPTED_FLAG, LOCAL
from leakguard.content import Content
from leakguard.limits import Budget
from leakguard.model import Damage, Member

SIGNING_MAGIC = b"APK Sig Block 42"
"""Ends the block that Android's signer puts in front of the central directory (APK Signature Scheme v2)."""


def in_front(content: Content, stop: int) -> bytes:
    """The lines that make a program of a zip (`#!` and what a shell reads); empty when that is not what is in front of it."""
    if not 0 < stop <= HEAD:
        return b""
    block = content.read(0, stop)
    return block if block.startswith(b"#!") and not any(byte in block for byte in BINARY) else b""


def is_signature(content: Content, start: int, stop: int) -> bool:
    """Whether a gap is exactly an Android signing block."""
    size = stop - start
    if size < 32 or content.read(stop - len(SIGNING_MAGIC), stop) != SIGNING_MAGIC:
        return False
    first, second = content.read(start, start + 8), content.read(stop - 24, stop - 16)
    return first == second and int.from_bytes(first, "little") == size - 8


def region(content: Content, name: str, start: int, stop: int, damage: Damage | None) -> Member:
    """A part of the file as a member, so that it is searched."""
    stream = content.stream()
    stream.seek(start)
    return raw(name, Feed(stream, size=stop - start), damage)


def strays(content: Content, start: int, stop: int, budget: Budget, *, is_cut: bool = False) -> Iterator[Member]:
    """Yield entries that have a local header only, and the bytes between `start` and `stop` that are not even that.

    `is_cut` says that the archive ends before its directory, so that having none is not the entries' fault.
    """
    at = start
    while at < stop and (found := _local_entry(content, at, stop, budget, is_cut=is_cut)):
        member, at = found
        yield member
    if at < stop:
        damage = (
            Damage(rule=TRUNCATED, reason="bytes without a directory", offset=at)
            if is_cut
            else ambiguous("bytes that belong to no entry", at)
        )
        yield region(content, f"gap-{at}", at, stop, damage)


def _local_entry(content: Content, at: int, stop: int, budget: Budget, *, is_cut: bool) -> tuple[Member, int] | None:
    """The entry whose local header is at `at`, and where it ends; `None` if there is none that can be delimited."""
    header = content.read(at, min(stop, at + LOCAL.size))
    if len(header) < LOCAL.size or not header.startswith(LOCAL_MAGIC):
        return None
    _, _, flags, method, _, checksum, packed, size, name_size, extra_size = LOCAL.unpack(header)
    data_at = at + LOCAL.size + name_size + extra_size
    if flags & (ENCRYPTED_FLAG | DESCRIPTOR) or method not in {STORED, DEFLATED} or FULL32 in {packed, size} or data_at > stop:
        return None
    if data_at + packed > stop and not is_cut:
        return None
    name = content.read(at + LOCAL.size, at + LOCAL.size + name_size).decode("utf-8", "surrogateescape")
    extra = _zip_extra.parse(content.read(data_at - extra_size, data_at))
    damage = (
        Damage(rule=TRUNCATED, reason="archive ends before its directory", offset=at)
        if is_cut
        else ambiguous("entry is missing in the central directory", at)
    )
    end = min(stop, data_at + packed)
    stream = stream_of(content, Data(data_at, end, method, size, checksum), budget)
    return Member(name=name or f"gap-{at}", size=size, text=extra.text, damage=damage, open=lambda: cast(BinaryIO, stream)), end
