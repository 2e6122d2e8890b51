"""The `asar` format: archives of the real tool, and indexes that lie."""

import hashlib
import json
import os
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leakguard.artifacts import asar
from leakguard.model import Kind
from tests.conftest import ROOT
from tests.kit import Walked, accept_format, opened, walked

TOOLS = ROOT / "tests" / "tools"
NPM = "npm.cmd" if os.name == "nt" else "npm"
MAIN, PRICES = b"require('./prices')\n", b"module.exports = 42\n"


def archive(index: Mapping[str, Any] | bytes, body: bytes, *, padding: bytes = b"\0") -> bytes:
    """An archive of an index and what is behind it."""
    text = index if isinstance(index, bytes) else json.dumps(index).encode()
    padded = text + padding * (-len(text) % 4)
    return struct.pack("<IIII", 4, len(padded) + 8, len(padded) + 4, len(text)) + padded + body


def file(offset: int, data: bytes, **more: object) -> dict[str, object]:
    """A file of an index, with its digest."""
    digest = hashlib.sha256(data).hexdigest()
    integrity = {"algorithm": "SHA256", "hash": digest, "blockSize": 4194304, "blocks": [digest] if data else []}
    return {"size": len(data), "offset": str(offset), "integrity": integrity, **more}


def sound() -> tuple[dict[str, Any], bytes]:
    """Index and body of an archive with two files in a folder each."""
    index = {"files": {"lib": {"files": {"main.js": file(0, MAIN)}}, "prices.js": file(len(MAIN), PRICES)}}
    return index, MAIN + PRICES


def damage(index: Mapping[str, Any] | bytes, body: bytes, **more: bytes) -> dict[str, str]:
    """Rule of the damage by path."""
    return walked("app.asar", archive(index, body, **more)).damage


def test_every_file_is_a_member() -> None:
    """With digests and without."""
    plain = {"files": {"a.js": {"size": 3, "offset": "0"}, "empty": {"size": 0, "offset": "3"}}}
    files = {"lib/main.js": MAIN, "prices.js": PRICES}
    accept_format(asar, {"app.asar": (archive(*sound()), files), "x": (archive(plain, b"abc"), {"a.js": b"abc", "empty": b""})})


def test_folders_links_and_unpacked_files_are_members_without_content() -> None:
    """A link leads to its target from where it is; an unpacked file lies elsewhere."""
    index = {"files": {"a": {"files": {"l": {"link": "b/c"}, "x.node": {"size": 9, "unpacked": True}}}, "b": {"files": {}}}}
    found = [(name, kind, read) for name, kind, read, _ in opened(asar, archive(index, b""), "app.asar")]
    folders = [("a", Kind.DIRECTORY, b""), ("b", Kind.DIRECTORY, b"")]
    assert found == [folders[0], ("a/l", Kind.LINK, b""), ("a/x.node", Kind.FILE, b""), folders[1]]
    assert damage(index, b"") == {}


def test_a_file_beyond_the_end_is_truncated() -> None:
    """What is there of it is still read."""
    index = {"files": {"a.js": {"size": 10**9, "offset": "0"}, "b.js": {"size": 5, "offset": "99"}}}
    found: Walked = walked("app.asar", archive(index, b"secret"))
    assert found.damage == {"a.js": "artifact/truncated", "b.js": "artifact/truncated"}
    assert found.contents["a.js"] == b"secret"


def test_files_that_share_bytes_are_ambiguous() -> None:
    """Two names for one content would hide which one runs."""
    index = {"files": {"a.js": {"size": 6, "offset": "0"}, "b.js": {"size": 3, "offset": "3"}}}
    assert damage(index, b"secret") == {"b.js": "artifact/ambiguous"}


def test_bytes_that_belong_to_no_file_are_ambiguous_and_searched() -> None:
    """In front, between and behind."""
    index = {"files": {"a.js": {"size": 1, "offset": "2"}, "b.js": {"size": 1, "offset": "5"}}}
    found = walked("app.asar", archive(index, b"XXaYYbZZ"))
    assert sorted(found.contents[one] for one in found.damage) == [b"XX", b"YY", b"ZZ"]
    assert set(found.damage.values()) == {"artifact/ambiguous"}


def test_a_digest_of_another_content_is_damage() -> None:
    """Of the whole or of one block only."""
    index, body = sound()
    index["files"]["prices.js"]["integrity"]["hash"] = "0" * 64
    index["files"]["lib"]["files"]["main.js"]["integrity"]["blocks"] = ["0" * 64]
    assert damage(index, body) == {"lib/main.js": "artifact/unreadable", "prices.js": "artifact/unreadable"}


def test_a_digest_of_an_unknown_kind_is_unsupported() -> None:
    """It proves nothing."""
    index, body = sound()
    index["files"]["prices.js"]["integrity"] = {"algorithm": "MD5", "hash": "x"}
    assert damage(index, body) == {"prices.js": "artifact/unsupported"}


@pytest.mark.parametrize(
    "node",
    [
        {"size": -1, "offset": "0"},
        {"size": 1},
        {"offset": "0"},
        {"size": 1, "offset": 0},
        {"size": 1, "offset": "-4"},
        {"size": 1, "offset": "9" * 30},
        {},
    ],
)
def test_a_file_without_a_place_is_damage(node: dict[str, object]) -> None:
    """Negative, missing, of another type or beyond any file."""
    assert damage({"files": {"a.js": node}}, b"")["a.js"] == "artifact/unreadable"


@pytest.mark.parametrize("path", ["../evil.js", "/etc/evil", "a/../../evil"])
def test_names_that_lead_elsewhere_stay_names(path: str) -> None:
    """Nothing is ever extracted: what such a name means, the integrity rules say."""
    found = walked("app.asar", archive({"files": {path: {"size": 1, "offset": "0"}}}, b"x"))
    assert len(found.contents) == 1


@pytest.mark.parametrize(
    ("index", "rule"),
    [
        (b'{"files": {"a": {}, "a": {}}}', "artifact/ambiguous"),
        (b'{"files": []}', "artifact/unreadable"),
        (b'{"files": {"a": 1}}', "artifact/unreadable"),
        (b'{"files": {', "artifact/unreadable"),
        (b'{"x":' * 100_000, "artifact/unreadable"),
        (b'{"files":{"a":' * 300 + b"{}" + b"}}" * 300, "artifact/limit-exceeded"),
    ],
)
def test_an_index_that_is_none_is_damage(index: bytes, rule: str) -> None:
    """Names twice, wrong types, cut JSON, and nesting without end."""
    assert rule in damage(index, b"").values()


def test_an_index_that_is_larger_than_the_file_is_truncated() -> None:
    """Its length is not believed."""
    head = struct.pack("<IIII", 4, 1_000_008, 1_000_004, 1_000_000) + b'{"files":{}}'
    assert set(walked("app.asar", head).damage.values()) == {"artifact/truncated"}


def test_what_hides_in_the_padding_is_seen() -> None:
    """Between index and files there are zeros, if anything."""
    assert damage(b'{"files":{} }', b"", padding=b"!") == {"padding": "artifact/ambiguous"}


@pytest.mark.slow
@pytest.mark.xdist_group("tools")
def test_an_archive_of_the_real_tool_is_read(tmp_path: Path) -> None:
    """Files, folders, and what it unpacks."""
    if not (TOOLS / "node_modules" / ".package-lock.json").exists():
        command = [NPM, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=TOOLS, check=True)
    app = tmp_path / "app"
    (app / "lib").mkdir(parents=True)
    (app / "lib" / "main.js").write_bytes(b"// CANARY\n" + MAIN)
    (app / "native.node").write_bytes(bytes(300))
    tool = TOOLS / "node_modules" / "@electron" / "asar" / "bin" / "asar.js"
    subprocess.run(["node", str(tool), "pack", str(app), str(tmp_path / "app.asar"), "--unpack", "*.node"], check=True, capture_output=True)
    found = walked("app.asar", (tmp_path / "app.asar").read_bytes())
    assert found.contents == {"lib/main.js": b"// CANARY\n" + MAIN, "native.node": b""}
    assert found.container == "asar"
    assert not found.damage
