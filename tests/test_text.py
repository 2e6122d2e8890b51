"""Text is told from bytes, and its encoding from its marks or its NULs."""

import io

import pytest

from leakguard.content import WINDOW, Content
from leakguard.text import classify, decode, encoding_of

SENTENCE = "const greeting = 'Grüße aus Köln';\n" * 8


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_wide_text_is_decoded(encoding: str, mark: str) -> None:
    """UTF-16 and UTF-32 become UTF-8, with and without a mark."""
    data = (mark + SENTENCE).encode(encoding)
    assert classify(data[:4096])
    assert encoding == encoding_of(data)
    assert SENTENCE.encode() == decode(Content(data), encoding).data


@pytest.mark.parametrize("data", [b"plain", "Grüße".encode(), b"latin \xe9", b"", b"\xef\xbb\xbfbom"])
def test_text_is_text(data: bytes) -> None:
    """Bytes without NUL and without a known mark are text."""
    assert "" == classify(data)


@pytest.mark.parametrize("data", [b"\x7fELF\2\1", b"MZ\x90\0", b"\x89PNG\r\n\x1a\n", b"wOF2\0", b"\0asm\1\0\0\0", b"a\0b", b"\0" * 64])
def test_bytes_are_not_text(data: bytes) -> None:
    """Native code, images, fonts and whatever holds NULs are named as what they are."""
    assert classify(data)
    assert "" == encoding_of(data)


def test_wide_text_larger_than_memory() -> None:
    """A large UTF-16 file is decoded window by window, also where a character lies across an edge."""
    data = ("\ufeff" + "ö\U0001f600x" * (WINDOW // 8 + 5)).encode("utf-16-le")
    decoded = decode(Content(file=io.BytesIO(data), size=len(data)), "utf-16-le")
    assert data.decode("utf-16").encode() == decoded.read(0, decoded.size)
    decoded.close()
