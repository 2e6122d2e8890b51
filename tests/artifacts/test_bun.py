"""The `bun` format: the module graph of both layouts, maps inside, and trailers that lie."""

import json
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import zstandard

from examples import run
from leakguard.artifacts import bun
from leakguard.limits import Limits
from leakguard.model import Kind
from tests.builders import source_map
from tests.kit import accept_format, opened, walked

TRAILER = b"\n---- Bun! ----\n"
RUNTIME = b"\x7fELF" + bytes(60) + b"in the runtime: " + TRAILER + b" is a constant" + bytes(200)
MODULES = {"cli.js": b"console.log('the entry of the program')\n", "data/prices.json": b'{"base": 42}'}
SOURCES = {"src/cli.ts": "// an internal remark\nexport const a: number = 1;\n", "src/prices.ts": "// höher\nexport const base = 42;\n"}


def pointer(blob: bytearray, data: bytes) -> bytes:
    """Put some data into the blob; the pointer to it."""
    start = len(blob)
    blob += data + b"\0"
    return struct.pack("<II", start if data else 0, len(data))


def map_record(sources: Mapping[str, str], *, mappings: bytes = b"AAAA") -> bytes:
    """A source map as `bun build --compile --sourcemap` stores it."""
    texts = [zstandard.ZstdCompressor().compress(text.encode()) for text in sources.values()]
    start = 8 + 16 * len(texts) + len(mappings)
    body, names, places = bytearray(), b"", b""
    for name in sources:
        names += struct.pack("<II", start + len(body), len(name))
        body += name.encode()
    for text in texts:
        places += struct.pack("<II", start + len(body), len(text))
        body += text
    return struct.pack("<II", len(texts), len(mappings)) + names + places + mappings + body


def executable(
    modules: Mapping[str, bytes],
    maps: Mapping[str, bytes] | None = None,
    *,
    width: int = 52,
    root: str = "/$bunfs/root/",
    after: bytes = b"",
) -> bytes:
    """A runtime, a module graph, a trailer, and data after it."""
    blob, table = bytearray(), b""
    for name, text in modules.items():
        record = pointer(blob, (root + name).encode()) + pointer(blob, text) + pointer(blob, (maps or {}).get(name, b""))
        table += record + bytes(width - len(record))
    table_at = len(blob)
    blob += table
    offsets = struct.pack("<QIIIIII", len(blob), table_at, len(table), 0, 0, 0, 0)
    return RUNTIME + bytes(blob) + offsets + TRAILER + after


def test_every_module_of_every_layout_is_a_member() -> None:
    """Both record sizes, all three systems' virtual folders, and with data after the trailer."""
    accept_format(
        bun,
        {
            "now": (executable(MODULES), MODULES),
            "before": (executable(MODULES, width=36), MODULES),
            "windows.exe": (executable(MODULES, root="B:/~BUN/root/"), MODULES),
            "signed": (executable(MODULES, after=b"a signature" * 100), MODULES),
        },
    )


def test_a_map_inside_becomes_a_source_map_with_every_original() -> None:
    """Names, texts and mappings come out of the record; the rest of the machine then opens it as any map."""
    found = walked("app", executable(MODULES, {"cli.js": map_record(SOURCES)}))
    written = json.loads(found.contents["app!/cli.js.map"])
    assert written == json.loads(source_map(SOURCES))
    assert found.contents["app!/cli.js.map!/src/prices.ts"] == SOURCES["src/prices.ts"].encode()
    assert not found.damage


def test_mappings_in_a_form_of_its_own_are_left_out() -> None:
    """Newer versions store them in binary: the map still has its sources."""
    data = executable(MODULES, {"cli.js": map_record(SOURCES, mappings=b"\x82\0\0\0\xff")})
    members = {name: read for name, _, read, _ in opened(bun, data, "app")}
    assert json.loads(members["cli.js.map"])["mappings"] == ""


def test_hits_inside_a_module_belong_to_the_module() -> None:
    """A module has a span: nothing in it is reported twice."""
    data = executable({"cli.js": b"//# sourceMappingURL=data:application/json;base64," + b"e30="})
    assert "app!/cli.js" in walked("app", data).contents


@pytest.mark.parametrize("cut", [16, 48, 200])
def test_the_bare_runtime_holds_nothing(cut: int) -> None:
    """The trailer as a constant, alone or at the end of the file, is no graph and no damage."""
    assert list(opened(bun, RUNTIME[:-cut] + TRAILER, "bun")) == []
    assert not walked("bun", RUNTIME).damage


@pytest.mark.parametrize(
    "offsets",
    [
        (1 << 63, 0, 52),
        (10**9, 0, 52),
        (60, 0, 0),
        (60, 0, 1 << 31),
        (60, 1 << 31, 52),
        (60, 9, 51),
        (60, 0, 52),
    ],
)
def test_a_forged_trailer_is_nothing(offsets: tuple[int, int, int]) -> None:
    """Sizes beyond the file or the graph, or no module names, lead nowhere, and never to a read beyond."""
    forged = RUNTIME + bytes(60) + struct.pack("<QIIIIII", *offsets, 0, 0, 0, 0) + TRAILER
    assert list(opened(bun, forged, "app")) == []


def test_the_last_trailer_with_a_graph_counts() -> None:
    """A forged trailer behind the real one hides nothing."""
    data = executable(MODULES) + bytes(100) + TRAILER * 3
    assert [name for name, *_ in opened(bun, data, "app")] == list(MODULES)


def test_a_module_outside_the_graph_is_damage() -> None:
    """The others are read all the same."""
    data = bytearray(executable(MODULES))
    name = data.index(b"/$bunfs/root/data/prices.json")
    base = data.index(b"/$bunfs/root/cli.js")
    record = data.index(struct.pack("<II", name - base, 29))
    struct.pack_into("<I", data, record + 12, 1 << 30)
    assert [(name, rule) for name, _, _, rule in opened(bun, bytes(data), "app")] == [("cli.js", ""), ("", "artifact/unreadable")]


@pytest.mark.parametrize(
    "record",
    [
        b"\1\0\0",
        struct.pack("<II", 1 << 31, 0),
        struct.pack("<II", 1, 1 << 31) + bytes(16),
        struct.pack("<IIIIII", 1, 0, 0, 1 << 20, 0, 0),
        struct.pack("<IIIIII", 1, 0, 24, 4, 24, 8) + b"\x28\xb5\x2f\xfd\xff\xff\xff\xff",
    ],
)
def test_a_map_that_lies_is_damage(record: bytes) -> None:
    """Cut short, counts and pointers beyond it, a broken frame: an entry with damage, the module beside it intact."""
    found = walked("app", executable(MODULES, {"cli.js": record}))
    assert found.contents["app!/cli.js"] == MODULES["cli.js"]
    assert found.damage["app!/cli.js.map"].startswith("artifact/")


def test_a_frame_that_expands_without_bound_is_stopped() -> None:
    """The budget of the run holds inside a map too."""
    bomb = map_record({"a.ts": "0" * 30_000_000})
    data = executable(MODULES, {"cli.js": bomb})
    found = walked("app", data, bytes=4_000_000)
    assert found.damage["app!/cli.js.map"] == "artifact/limit-exceeded"
    assert Limits().bytes > 4_000_000


@pytest.mark.slow
@pytest.mark.xdist_group("examples")
@pytest.mark.parametrize("options", [("--sourcemap",), ("--sourcemap", "--minify", "--bytecode")], ids=["plain", "bytecode"])
def test_the_real_bun_gives_its_sources_away(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Comments that compiling drops come out of the executable, through the map inside."""
    run.install_bundlers()
    (tmp_path / "cli.ts").write_text('// CANARY one\nimport { price } from "./price";\nconsole.log(price(2));\n')
    (tmp_path / "price.ts").write_text("// CANARY two\nexport function price(n: number): number { return n * 42; }\n")
    tool = next((run.EXAMPLES / "npm-cli" / "node_modules" / "@oven").glob("*/bin/bun*"))
    command = [str(tool), "build", "--compile", *options, "cli.ts", "--outfile", "app"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    path = next(one for one in tmp_path.iterdir() if one.name in ("app", "app.exe"))
    data = path.read_bytes()
    found = walked("app", data)
    assert found.kinds["app!/app"] is Kind.FILE
    canaries = {one for one, text in found.contents.items() if b"CANARY" in text and "!/" in one.partition(".map")[2]}
    assert canaries == {"app!/app.map!/cli.ts", "app!/app.map!/price.ts"}
