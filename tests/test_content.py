"""Random access to bytes, in memory and in files."""

import io
from collections.abc import Callable
from itertools import pairwise
from typing import BinaryIO, cast

import pytest

from leakguard.content import WINDOW, Content, Prefixed, read_up_to


def _filed(data: bytes, *, start: int = 0) -> Content:
    return Content(file=io.BytesIO(b"#" * start + data), start=start, size=len(data))


@pytest.mark.parametrize("make", [Content, _filed, lambda data: _filed(data, start=7)])
def test_reads_are_clamped(make: Callable[[bytes], Content]) -> None:
    """A read beyond either end gives what there is."""
    content = make(b"0123456789")
    assert b"012" == content.read(-5, 3)
    assert b"89" == content.read(8, 99)
    assert b"" == content.read(12, 14)
    assert b"" == content.read(5, 2)


def test_windows_cover_everything_once() -> None:
    """Windows without overlap concatenate to the content."""
    data = bytes(range(256)) * (WINDOW // 128)
    assert data == b"".join(piece for _, piece in _filed(data).windows(0))


@pytest.mark.parametrize("extra", [0, 1, 511, 512, 513])
def test_windows_overlap(extra: int) -> None:
    """Each window starts the overlap before the end of the one before, and the last byte is seen."""
    data = b"\0" * (WINDOW + extra)
    pieces = list(_filed(data).windows(512))
    assert 0 == pieces[0][0]
    assert len(data) == pieces[-1][0] + len(pieces[-1][1])
    for (base, piece), (following, _) in pairwise(pieces):
        assert following == base + len(piece) - 512


def test_position_counts_code_points() -> None:
    """Columns count code points, not bytes; lines and columns are 1-based."""
    content = Content("erste\nzwölf: x".encode())
    assert (1, 1) == content.position(0)
    assert (2, 8) == content.position(content.size - 1)


@pytest.mark.parametrize("before", [WINDOW - 3, WINDOW, WINDOW + 3])
def test_position_across_windows(before: int) -> None:
    """A line that begins before a window's edge keeps its column."""
    data = b"a\n" + b"b" * before + b"!"
    assert (2, before + 1) == _filed(data).position(len(data) - 1)


def test_position_of_invalid_bytes() -> None:
    """A byte that is not UTF-8 counts as one column."""
    assert (1, 3) == Content(b"\xff\xfex").position(2)


def test_streams_are_independent() -> None:
    """Two streams of one content do not move each other."""
    content = _filed(b"0123456789", start=3)
    first, second = content.stream(), content.stream()
    assert b"01" == first.read(2)
    assert b"0123456789" == second.read()
    assert b"23" == first.read(2)


def test_prefixed_stream_is_seamless() -> None:
    """Bytes that were read already come first."""
    assert b"abcdef" == read_up_to(cast("BinaryIO", Prefixed(b"abc", io.BytesIO(b"def"))), 10)
    assert b"abcdef" == Prefixed(b"abc", io.BytesIO(b"def")).read()


def test_read_up_to_joins_short_reads() -> None:
    """A stream that gives a byte at a time still gives all that was asked for."""

    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1, 1 if size is None or size < 0 else size))

    assert b"abc" == read_up_to(Dribble(b"abcd"), 3)
    assert b"abcd" == read_up_to(Dribble(b"abcd"), 9)
