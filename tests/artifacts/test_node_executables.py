"""`pkg` and `nexe`: built from the layout that their sources write, since both fetch a runtime to work."""

import gzip
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli
import pytest

import leakguard
from leakguard.artifacts import nexe, pkg
from tests.builders import source_map
from tests.kit import accept_format, opened, walked

RUNTIME = b"\x7fELF" + bytes(500)
OPENING = b"(function(process, require, console, EXECPATH_FD, PAYLOAD_POSITION, PAYLOAD_SIZE) {"
FILES = {"snapshot/app/main.js": b"console.log(1)\n", "snapshot/app/lib/a.js": b"exports.a = 1\n"}


def packaged(files: Mapping[str, bytes], *, short: bool = False, packing: int = 0, table: Any = None) -> bytes:
    """An executable of pkg: the runtime, the files, the script with the table."""
    payload, listed = b"", {}
    names: dict[str, str] = {}
    for path, content in files.items():
        key = f"/{path}"
        if short:
            key = "$".join(names.setdefault(one, f"{len(names):x}") for one in key.split("/"))
        listed[key] = {"1": [len(payload), len(content)]}
        payload += content
    values: tuple[Any, ...] = (listed if table is None else table, "/snapshot/app/main.js", {}, names, packing)
    arguments = "\n,\n".join(json.dumps(one, separators=(",", ":")) for one in values)
    return RUNTIME + payload + OPENING + f" const x = {{}};\n}})(function (exports) {{ return 1; }},\n{arguments}\n)\n}})".encode()


def bundled(code: bytes, resources: Mapping[str, bytes], *, sizes: tuple[float, float] | None = None) -> bytes:
    """An executable of nexe."""
    body, listed = b"", {}
    for name, content in resources.items():
        listed[f"./{name}"] = [len(body), len(content)]
        body += content
    program = b'!(function () {process.__nexe = {"resources":' + json.dumps(listed).encode() + b"};})();\n" + code
    made = sizes or (len(program), len(body))
    return RUNTIME + b"<nexe~~sentinel>" + RUNTIME + program + body + b"<nexe~~sentinel>" + struct.pack("<dd", *made)


@pytest.mark.parametrize("options", [{}, {"short": True}])
def test_files_of_pkg_come_out(options: dict[str, bool]) -> None:
    """Under their paths, which may be spelt in short."""
    accept_format(pkg, {"app": (packaged(FILES, **options), FILES)})


@pytest.mark.parametrize(("packing", "pack"), [(1, gzip.compress), (2, brotli.compress)])
def test_packed_files_of_pkg_are_unpacked(packing: int, pack: Any) -> None:
    """By either method."""
    found = walked("app", packaged({path: pack(content) for path, content in FILES.items()}, packing=packing))
    assert set(FILES.values()) <= set(found.contents.values())
    assert {} == found.damage


def test_program_and_resources_of_nexe_come_out() -> None:
    """The runtime has the sentinel too."""
    data = bundled(b"console.log(1)\n", {"data/a.json": b"{}", "b.txt": b"text"})
    members = {name: content for name, _, content, _ in opened(nexe, data, "app")}
    assert (b"{}", b"text") == (members["data/a.json"], members["b.txt"])
    assert members["program.js"].endswith(b"console.log(1)\n")


@pytest.mark.parametrize("make", [packaged, lambda files: bundled(b"", files)])
def test_a_map_inside_is_opened(tmp_path: Path, make: Any) -> None:
    """And judged like any other; the executable says what it carries."""
    data = make({"app/main.js": b"x\n", "app/main.js.map": source_map({"src/a.ts": "const a = 1;\n" * 40}).encode()})
    (tmp_path / "app").write_bytes(data)
    found = {str(one.finding.rule): one.action for one in leakguard.inspect([str(tmp_path / "app")]).verdicts[0].judgements}
    assert "block" == found["source-map/embedded-source"]
    assert "warn" == found["source/bundled-modules"]


@pytest.mark.parametrize(
    "table",
    [
        {"/snapshot/a": {"1": [0, 1 << 40]}},
        {"/snapshot/a": {"1": [-5, 3]}},
        {"/snapshot/a": {"1": ["", None]}},
        {"/snapshot/a": {"1": [1]}},
    ],
)
def test_a_table_of_pkg_that_lies_is_damage(table: Any) -> None:
    """Places in front of the file, places that are none."""
    assert "artifact/unreadable" in walked("app", packaged(FILES, table=table)).damage.values()


@pytest.mark.parametrize("sizes", [(0.0, 0.0), (1e300, 1.0), (-1.0, 5.0), (float("nan"), 1.0), (float("inf"), 1.0), (1.5, 1.0)])
def test_sizes_of_nexe_that_lie_are_no_program(sizes: tuple[float, float]) -> None:
    """Numbers of JavaScript can be anything."""
    assert [] == list(opened(nexe, bundled(b"x", {"a": b"b"}, sizes=sizes), "app"))


@pytest.mark.parametrize("content", [OPENING, OPENING + b' {"a":{"1":[', b" about EXECPATH_FD, PAYLOAD_POSITION, PAYLOAD_SIZE) {", RUNTIME])
def test_the_opening_alone_is_no_program(content: bytes) -> None:
    """The runtime of pkg does not have it, but its sources do."""
    assert [] == list(opened(pkg, content, "app"))
    assert [] == list(opened(nexe, content, "app"))


def test_bytecode_of_hermes_is_said(tmp_path: Path) -> None:
    """With its size, as far as the header says."""
    header = bytes.fromhex("c61fbc03c103191f") + struct.pack("<I", 96) + bytes(20) + struct.pack("<IIIIIIII", 999, 0, 12, 0, 0, 345, 0, 0)
    (tmp_path / "index.android.bundle").write_bytes(header + bytes(500))
    (found,) = leakguard.inspect([str(tmp_path / "index.android.bundle")]).verdicts[0].judgements
    assert ("source/bytecode", "warn") == (found.finding.rule, found.action)
    assert (96, 12, 345) == tuple(found.finding.evidence[key] for key in ("version", "functions", "strings"))
