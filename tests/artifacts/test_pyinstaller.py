"""The `pyinstaller` and `pyz` formats, built from their documented layout; the reader was checked against PyInstaller 6.22 by hand."""

import importlib.util
import marshal
import struct
import zlib
from collections.abc import Mapping

import pytest

from leakguard.artifacts import pyinstaller, pyz
from tests.kit import accept_format, opened, walked

MAGIC = b"MEI\x0c\x0b\x0a\x0b\x0e"
BOOTLOADER = b"\x7fELF" + bytes(300) + MAGIC + bytes(200)
HEADER = importlib.util.MAGIC_NUMBER + bytes(12)
Entries = Mapping[str, tuple[bytes, bytes, bool]]
"""Name → type, content, whether it is compressed."""


def code(source: str, name: str) -> bytes:
    """Marshalled code, as it is stored: without a header."""
    return marshal.dumps(compile(source, name, "exec"))


def modules(files: Mapping[str, str], *, lead: bytes = b"") -> bytes:
    """A PYZ with these modules, and something in front of them."""
    table: list[tuple[str, tuple[int, int, int]]] = []
    body = lead
    for name, source in files.items():
        packed = zlib.compress(code(source, f"{name}.py"))
        table.append((name, (int("." not in name and name == "acme"), 17 + len(body), len(packed))))
        body += packed
    return b"PYZ\0" + importlib.util.MAGIC_NUMBER + struct.pack("!I", 17 + len(body)) + bytes(5) + body + marshal.dumps(table)


def executable(entries: Entries, *, after: bytes = b"", version: int = 311) -> bytes:
    """A bootloader, an archive, a cookie, and what follows."""
    body, table = b"", b""
    for name, (kind, content, is_packed) in entries.items():
        stored = zlib.compress(content) if is_packed else content
        encoded = name.encode() + b"\0"
        encoded += bytes(-(18 + len(encoded)) % 16)
        table += struct.pack("!iIIIBc", 18 + len(encoded), len(body), len(stored), len(content), is_packed, kind) + encoded
        body += stored
    cookie = struct.pack("!8sIIII64s", MAGIC, len(body) + len(table) + 88, len(body), len(table), version, b"libpython3.so")
    return BOOTLOADER + body + table + cookie + after


def sample() -> Entries:
    """A script, a module, data, an option and a PYZ."""
    return {
        "run": (b"s", code("import acme", "run.py"), True),
        "acme.extra": (b"m", code("x = 1", "extra.py"), True),
        "conf/settings.ini": (b"x", b"[a]\nb = 1\n", True),
        "lib.so": (b"b", bytes(range(256)) * 9, False),
        "pyi-contents-directory _internal": (b"o", b"", False),
        "PYZ.pyz": (b"z", modules({"acme": "'''REMARK'''\n", "acme.prices": "BASE = 'value'\n"}), False),
    }


def test_scripts_modules_libraries_and_data_are_members() -> None:
    """Code gets the header that makes it a module; options have no content."""
    entries = sample()
    files = {
        "run.pyc": HEADER + entries["run"][1],
        "acme/extra.pyc": HEADER + entries["acme.extra"][1],
        **{name: entries[name][1] for name in ("conf/settings.ini", "lib.so", "PYZ.pyz")},
    }
    accept_format(pyinstaller, {"run": (executable(entries), files), "signed.exe": (executable(entries, after=bytes(999)), files)})


def test_modules_of_a_pyz_are_members() -> None:
    """A package is its `__init__`, dots are folders."""
    files = {"acme/__init__.pyc": HEADER + code("'''R'''\n", "acme.py"), "acme/prices.pyc": HEADER + code("B = 'v'\n", "acme.prices.py")}
    accept_format(pyz, {"PYZ.pyz": (modules({"acme": "'''R'''\n", "acme.prices": "B = 'v'\n"}), files)})


def test_docstrings_and_constants_come_out_of_the_executable() -> None:
    """Through the PYZ, its zlib streams, and the bytecode."""
    found = walked("run", executable(sample()))
    assert b"REMARK" in found.contents["run!/PYZ.pyz!/acme/__init__.pyc!/constants.txt"]
    assert b'BASE = "value"' in found.contents["run!/PYZ.pyz!/acme/prices.pyc!/constants.txt"]
    assert found.damage == {}


def test_the_bootloader_alone_holds_nothing() -> None:
    """It knows the magic, and that is no archive."""
    assert list(opened(pyinstaller, BOOTLOADER, "bootloader")) == []


@pytest.mark.parametrize(
    "cookie",
    [
        (0, 0, 0, 311),
        (1 << 31, 0, 40, 311),
        (200, 0, 1 << 31, 311),
        (200, 150, 100, 311),
        (200, 0, 40, 0),
        (200, 0, 40, 99_999),
        (200, 0, 40, 311),
    ],
)
def test_a_forged_cookie_is_nothing(cookie: tuple[int, int, int, int]) -> None:
    """Sizes beyond the file, versions that do not exist, a table that is none."""
    data = BOOTLOADER + bytes(200) + struct.pack("!8sIIII64s", MAGIC, *cookie, b"")
    assert list(opened(pyinstaller, data, "run")) == []


def test_an_entry_outside_the_archive_is_damage() -> None:
    """The others are read all the same."""
    data = bytearray(executable({"a": (b"x", b"one", False), "b": (b"x", b"two", False)}))
    at = data.index(struct.pack("!II", 3, 3)) - 4
    struct.pack_into("!I", data, at, 1 << 30)
    assert [(name, rule) for name, _, _, rule in opened(pyinstaller, bytes(data), "run")] == [("a", "artifact/unreadable"), ("b", "")]


def test_a_stream_that_lies_about_its_size_is_damage() -> None:
    """As is one that expands beyond the budget."""
    data = bytearray(executable({"a.bin": (b"x", bytes(5_000_000), True)}))
    assert walked("run", bytes(data), bytes=1_000_000).damage == {"run!/a.bin": "artifact/limit-exceeded"}
    at = data.index(struct.pack("!I", 5_000_000))
    struct.pack_into("!I", data, at, 4_000_000)
    assert walked("run", bytes(data)).damage == {"run!/a.bin": "artifact/unreadable"}


@pytest.mark.parametrize(
    "table", [b"N", b"[\1\0\0\0N", b"[\1\0\0\0)\2z\1aN", b"[\1\0\0\0)\2z\1a)\3i\0\0\0\0i\xff\xff\xff\x7fi\1\0\0\0", b""]
)
def test_a_table_that_lies_is_damage(table: bytes) -> None:
    """Of another type, with lines that are none, with places outside."""
    data = b"PYZ\0" + importlib.util.MAGIC_NUMBER + struct.pack("!I", 17) + bytes(5) + table
    found = walked("PYZ", data)
    assert found.damage
    assert all(rule.startswith("artifact/") for rule in found.damage.values())


def test_bytes_between_the_modules_are_ambiguous_and_searched() -> None:
    """No reader of the format would see them."""
    found = walked("PYZ", modules({"a": "x = 1\n"}, lead=b"hidden"))
    assert found.contents["gap-17"] == b"hidden"
    assert found.damage == {"gap-17": "artifact/ambiguous"}
