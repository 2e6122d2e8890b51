"""JSON by its shape: only the fields that are asked for are built, so that a hostile file costs what it weighs."""

from typing import TypeVar

import msgspec

from leakguard.content import Content
from leakguard.patterns import lazily

LONGEST = 64 * 1024 * 1024
"""Bytes of a file that is read as a whole; a larger one is judged by its ends."""

_HEAD = 4096
_START = lazily(rb"(?:\A(?:\xef\xbb\xbf)?|\n)[ \t\r\n]*+([{\[])")

_Shape = TypeVar("_Shape")


def opens_json(content: Content) -> bool:
    """Whether the first thing in it is an object or array."""
    return content.read(0, _HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def is_page(content: Content) -> bool:
    """Whether it begins as HTML or XML does."""
    return content.read(0, _HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def decode(content: Content, shape: type[_Shape]) -> _Shape | None:
    """The JSON, from the first line that begins as such on (a log may come before it), if it has this shape."""
    if content.size > LONGEST:
        return None
    data = content.data if content.data is not None else content.read(0, content.size)
    found = _START.search(data, 0, _HEAD)
    if found is None:
        return None
    stop = max(data.rfind(b"}"), data.rfind(b"]")) + 1
    try:
        return msgspec.json.decode(memoryview(data)[found.start(1) : stop], type=shape)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def text_of(raw: msgspec.Raw) -> str:
    """A value that is a string, else nothing."""
    try:
        return msgspec.json.decode(raw, type=str) if is_string(raw) else ""
    except (msgspec.MsgspecError, ValueError, TypeError):
        return ""


def is_string(raw: msgspec.Raw) -> bool:
    """Whether a value that was left as it stands is a string."""
    return bytes(memoryview(raw)[:1]) == b'"'
