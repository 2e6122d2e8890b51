"""WebAssembly modules: the custom sections that tools add, among them names, debug information and the address of a source map.

A map that is there as a `data:` URI, or elsewhere on a host, is handed on as the comment that it would be in a script.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.artifacts._embedded import part
from leakguard.content import Content
from leakguard.limits import Budget
from leakguard.model import Kind, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "wasm"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"^\x00asm\x01\x00\x00\x00"),)
SEEK = True
CARRIER = True
WHOLE = True

MOST_SECTIONS = 10_000
LONGEST_NAME = 256
FUNCTION_NAMES = 1
"""Subsection of the section `name`."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """The magic and version 1."""
    return Match.CONTENT if hits and head.startswith(b"\0asm\1\0\0\0") else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """A summary (a folder without a name, `facts["wasm"]`), then the addresses that it names.

    `sections` has name, start and stop of the payload of each custom section; what follows a section that lies is not looked at.
    """
    content = source.content
    assert content is not None
    sections = list(_custom_sections(content, budget))
    summary: dict[str, Any] = {"sections": tuple(sections), "function_names": 0, "urls": ()}
    urls: list[tuple[str, int, int, bytes]] = []
    for name, start, stop in sections:
        if name == "name":
            summary["function_names"] = max(summary["function_names"], _function_names(content, start, stop))
        elif name in ("sourceMappingURL", "external_debug_info"):
            length, at = _leb(content, start)
            urls.append((name, start, stop, content.read(at, min(stop, at + length, at + 4096))))
    summary["urls"] = tuple((name, url.decode("utf-8", "replace")) for name, _, _, url in urls)
    yield Member(name="", kind=Kind.DIRECTORY, facts={"wasm": summary})
    for name, start, stop, url in urls:
        if name == "sourceMappingURL" and (url.startswith(b"data:") or b"//" in url):
            member = part(content, f"{name}.txt", start, stop)
            length, at = _leb(content, start)
            comment = b"//# sourceMappingURL=" + content.read(at, min(stop, at + length)) + b"\n"
            budget.spend_inflated(len(comment))
            member.data, member.open, member.size = comment, None, len(comment)
            yield member


def _custom_sections(content: Content, budget: Budget) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of what follows the name; ends where a section does not fit."""
    at = 8
    for _ in range(MOST_SECTIONS):
        kind = content.read(at, at + 1)
        size, start = _leb(content, at + 1)
        stop = start + size
        if not kind or kind[0] > 14 or stop > content.size or start == at + 1:
            return
        if not kind[0]:
            length, name_at = _leb(content, start)
            if length <= LONGEST_NAME and name_at + length <= stop:
                yield content.read(name_at, name_at + length).decode("utf-8", "replace"), name_at + length, stop
        budget.check_clock()
        at = stop


def _function_names(content: Content, start: int, stop: int) -> int:
    """How many functions have a name."""
    for _ in range(16):
        kind = content.read(start, start + 1)
        size, at = _leb(content, start + 1)
        if not kind or at + size > stop:
            return 0
        if kind[0] == FUNCTION_NAMES:
            return min(_leb(content, at)[0], size // 2)
        start = at + size
    return 0


def _leb(content: Content, at: int) -> tuple[int, int]:
    """An unsigned number of at most five bytes (LEB128), and where it ends; ends where it begins if there is none."""
    value = 0
    for index, byte in enumerate(content.read(at, at + 5)):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, at + index + 1
    return 0, at
