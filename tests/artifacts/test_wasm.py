"""The `wasm` format: custom sections, and the addresses in them."""

from collections.abc import Sequence
from typing import Any

import pytest

from leakguard.artifacts import wasm
from leakguard.content import Content
from leakguard.limits import Budget, Limits
from leakguard.plugins import Match, Source
from tests.builders import inline_base64, source_map
from tests.kit import accept_format, hits_of, matched, opened, walked

HEAD = b"\0asm\1\0\0\0"


def leb(number: int) -> bytes:
    """An unsigned LEB128."""
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def custom(name: str, payload: bytes) -> bytes:
    """A custom section."""
    body = leb(len(name)) + name.encode() + payload
    return b"\0" + leb(len(body)) + body


def text(value: bytes) -> bytes:
    """A string with its length."""
    return leb(len(value)) + value


def names(functions: Sequence[str]) -> bytes:
    """The section `name` with these functions."""
    body = leb(len(functions)) + b"".join(leb(index) + text(one.encode()) for index, one in enumerate(functions))
    return custom("name", b"\1" + leb(len(body)) + body)


def summary(data: bytes) -> dict[str, Any]:
    """What the format says about the whole module."""
    content = Content(data)
    source = Source(name="a.wasm", stream=content.stream(), size=len(data), content=content, hits=hits_of(wasm, content))
    found: dict[str, Any] = next(wasm.members(source, Budget(Limits(), len(data)))).facts["wasm"]
    return found


def test_an_inline_map_is_handed_on_as_a_comment() -> None:
    """What the section says is what the comment in a script would say."""
    url = inline_base64(source_map({"a.c": "// internal\nint a;\n"})).encode()
    data = HEAD + custom("sourceMappingURL", text(url))
    accept_format(wasm, {"a.wasm": (data, {"sourceMappingURL.txt": b"//# sourceMappingURL=" + url + b"\n"})})
    found = walked("a.wasm", data)
    assert found.contents["a.wasm!/sourceMappingURL.txt!/inline-0.map!/a.c"] == b"// internal\nint a;\n"


def test_a_remote_map_is_handed_on_too() -> None:
    """Where it lies is for others to judge."""
    data = HEAD + custom("sourceMappingURL", text(b"https://maps.example.org/a.wasm.map"))
    assert [read for name, _, read, _ in opened(wasm, data, "a.wasm") if name] == [
        b"//# sourceMappingURL=https://maps.example.org/a.wasm.map\n"
    ]


def test_a_map_beside_the_module_is_no_member() -> None:
    """It is an entry of its own."""
    data = HEAD + custom("sourceMappingURL", text(b"a.wasm.map"))
    assert [name for name, *_ in opened(wasm, data, "a.wasm")] == [""]
    assert summary(data)["urls"] == (("sourceMappingURL", "a.wasm.map"),)


def test_sections_and_names_are_counted() -> None:
    """With the places of their content."""
    data = HEAD + b"\1\1\0" + custom(".debug_info", b"12345") + names([f"f{number}" for number in range(300)])
    found = summary(data)
    assert found["function_names"] == 300
    name, start, stop = found["sections"][0]
    assert (name, data[start:stop]) == (".debug_info", b"12345")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"\0\xff\xff\xff\xff\x7f",
        b"\0\x80\x80\x80\x80\x80\x80",
        b"\0\5\xff\xff\xff\xff\x0f",
        b"\x63\1\0",
        custom("name", b"\1\xff\xff\xff\x7f"),
        custom("name", b""),
        custom("sourceMappingURL", b"\xff\xff\xff\xff\x7fx"),
        b"\0\0" * 50_000,
    ],
)
def test_sections_that_lie_end_the_reading(body: bytes) -> None:
    """Without damage: the bytes are searched as they are, and nothing is unpacked."""
    found = walked("a.wasm", HEAD + body)
    assert not found.damage
    assert found.contents["a.wasm"] == HEAD + body


def test_another_version_is_not_ours() -> None:
    """A component is no module, and the magic in the middle of a file is none."""
    assert matched(wasm, b"\0asm\x0d\0\1\0" + bytes(50), "a.wasm") is Match.NO
    assert matched(wasm, b"x" + HEAD, "a.wasm") is Match.NO
