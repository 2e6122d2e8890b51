"""The `sea` format: blobs written by node itself and by the layout of each version, and magics that are none."""

import json
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from leakguard.artifacts import sea
from tests.builders import inline_base64, source_map
from tests.kit import accept_format, opened, walked

MAGIC = b"\x20\xda\x43\x01"
RUNTIME = b"\x7fELF" + bytes(60) + MAGIC + b"\x0f\x85\x2f\x05" + bytes(100)
CODE = b"console.log('the program')\n"


def view(data: bytes) -> bytes:
    """Some bytes with their length in front."""
    return struct.pack("<Q", len(data)) + data


def blob(
    code: bytes = CODE,
    assets: Mapping[str, bytes] | None = None,
    *,
    path: str = "main.js",
    flags: int = 0,
    cache: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    """A blob as node writes it; `extra` is what later versions have behind the flags."""
    flags |= 8 * bool(assets) | 4 * bool(cache)
    data = MAGIC + struct.pack("<I", flags) + extra + view(path.encode()) + view(code)
    if cache:
        data += view(cache)
    if assets:
        data += struct.pack("<Q", len(assets)) + b"".join(view(key.encode()) + view(value) for key, value in assets.items())
    return data


def test_script_and_assets_are_members_in_every_layout() -> None:
    """Inside an executable or alone, with a code cache in between, and with the longer headers of later versions."""
    assets = {"conf/a.json": b'{"a": 1}', "b.bin": bytes(range(200))}
    files = {"main.js": CODE, **{f"assets/{key}": value for key, value in assets.items()}}
    accept_format(
        sea,
        {
            "app": (RUNTIME + blob(assets=assets) + bytes(64), files),
            "sea.blob": (blob(assets=assets), files),
            "cached": (RUNTIME + blob(assets=assets, cache=b"\xc0\xde" * 40), files),
            "extension": (RUNTIME + blob(assets=assets, extra=b"\1"), files),
            "module": (RUNTIME + blob(assets=assets, extra=b"\1\1"), files),
        },
    )


def test_the_path_of_the_script_is_kept_and_its_name_is_the_last_component() -> None:
    """A build with an absolute `main` gives the machine's folder away."""
    content = RUNTIME + blob(path="C:\\work\\app\\bundle.cjs")
    assert [name for name, *_ in opened(sea, content, "app")] == ["bundle.cjs"]


def test_a_snapshot_is_named_as_one() -> None:
    """It stands where the script does."""
    assert [name for name, *_ in opened(sea, blob(bytes(100), flags=2), "app")] == ["main.js.snapshot"]


def test_a_map_inside_the_script_is_opened() -> None:
    """The script is an entry like any other."""
    text = source_map({"src/a.ts": "// internal\nexport const a = 1;\n"})
    found = walked("app", RUNTIME + blob(CODE + b"//# sourceMappingURL=" + inline_base64(text).encode()))
    assert found.contents["app!/main.js!/inline-0.map!/src/a.ts"].startswith(b"// internal")


@pytest.mark.parametrize(
    "data",
    [
        RUNTIME,
        MAGIC + bytes(4),
        MAGIC + bytes(400),
        MAGIC + bytes(4) + struct.pack("<QQ", 14_067_520, 1) + b"Serial" * 100,
        MAGIC + bytes(4) + view(b"main.js") + struct.pack("<Q", 1 << 62) + CODE,
        MAGIC + bytes(4) + view(b"main.js") + view(b""),
        MAGIC + bytes(4) + view(b"\xff\xfe\xfd") + view(CODE),
        MAGIC + bytes(4) + view(b"ma\0in") + view(CODE),
        MAGIC + b"\xff\xff\xff\xff" + view(b"main.js") + view(CODE),
        MAGIC * 1000,
    ],
)
def test_the_magic_alone_is_nothing(data: bytes) -> None:
    """Node's own code has it, so do snapshots; lengths beyond the file and paths that are none are not followed."""
    assert list(opened(sea, data, "node")) == []


def test_assets_that_lie_are_damage_beside_the_script() -> None:
    """What could be read stays, and a count of 2**60 is not believed."""
    data = MAGIC + struct.pack("<I", 8) + view(b"main.js") + view(CODE) + struct.pack("<Q", 1 << 60) + view(b"a") + view(b"b")
    found = [(name, rule) for name, _, _, rule in opened(sea, data, "app")]
    assert found == [("main.js", ""), ("assets/a", ""), ("", "artifact/truncated")]


@pytest.mark.slow
def test_a_blob_of_the_real_node_is_read(tmp_path: Path) -> None:
    """Script and assets as `node --experimental-sea-config` packs them."""
    node = shutil.which("node")
    assert node is not None, "the tests need node"
    (tmp_path / "main.js").write_text("// CANARY\nconsole.log(1);\n")
    (tmp_path / "a.json").write_text('{"canary": 1}')
    config = {"main": "main.js", "output": "sea.blob", "assets": {"a": "a.json"}, "disableExperimentalSEAWarning": True}
    (tmp_path / "sea.json").write_text(json.dumps(config))
    subprocess.run([node, "--experimental-sea-config", "sea.json"], cwd=tmp_path, check=True, capture_output=True)
    found = walked("app", RUNTIME + (tmp_path / "sea.blob").read_bytes())
    assert found.contents["app!/main.js"] == b"// CANARY\nconsole.log(1);\n"
    assert found.contents["app!/assets/a"] == b'{"canary": 1}'
