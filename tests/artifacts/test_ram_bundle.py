"""The `ram-bundle` format: every module of a Metro bundle is opened, and a lying table is damage."""

import struct

import pytest

from leakguard.artifacts import ram_bundle
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.kit import accept_format, walked


def bundle(startup: bytes, modules: list[bytes]) -> bytes:
    """What Metro writes with `--indexed-ram-bundle`; an empty module is a hole in the table."""
    code, rows, at = startup + b"\0", [], len(startup) + 1
    for module in modules:
        rows.append(struct.pack("<II", at, len(module) + 1) if module else struct.pack("<II", 0, 0))
        code += module + b"\0" if module else b""
        at += len(module) + 1 if module else 0
    return ram_bundle.MAGIC + struct.pack("<II", len(modules), len(startup) + 1) + b"".join(rows) + code


SOUND = bundle(b"var a;", [b"one();", b"", b"two();"])


def test_it_passes_the_acceptance_kit() -> None:
    """Recognised, read whole, and never worse than damage when it is broken."""
    accept_format(ram_bundle, {"main.jsbundle": (SOUND, {"startup.js": b"var a;", "module-0.js": b"one();", "module-2.js": b"two();"})})


def test_modules_are_text_that_is_searched() -> None:
    """The NULs of the table do not make the code opaque."""
    assert walked("main.jsbundle", SOUND).coverage.opaque == 0


@pytest.mark.parametrize("data", [ram_bundle.MAGIC, b"var x = 0xFB0BD1E5;", b"\xfb\x0b\xd1\xe5" + SOUND[4:], b""])
def test_what_only_resembles_one_is_none(data: bytes) -> None:
    """The marker file `UNBUNDLE`, text about it, and the other byte order are left alone."""
    assert matches(ram_bundle, "x", data) is Match.NO


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (SOUND[:30], "artifact/truncated"),
        (SOUND[:-2], "artifact/truncated"),
        (ram_bundle.MAGIC + struct.pack("<II", 0xFFFFFFFF, 0) + b"x", "artifact/limit-exceeded"),
        (ram_bundle.MAGIC + struct.pack("<II", 1, 0xFFFFFFFF) + b"x" * 20, "artifact/truncated"),
    ],
)
def test_a_lying_table_is_damage(data: bytes, rule: str) -> None:
    """No offset or count is believed."""
    assert Opened(ram_bundle, data, "x").rules == [rule]
