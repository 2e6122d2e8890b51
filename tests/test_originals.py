"""A secret in a bundle is traced to its source, if a map of the bundle is there to trace it."""

import json
from typing import Any

import pytest

from examples.run import make_token
from tests.artifacts.vlq import encoded
from tests.builders import inline_base64, npm, zip_of
from tests.conftest import Cli

KEY = "//# sourceMapping" + "URL="
BUNDLE = f"a();\nb('{make_token()}');\n"
MAP = json.dumps(
    {"version": 3, "sources": ["../src/a.ts", "../src/auth.ts"], "mappings": encoded([[(0, 0, 0, 0)], [(0, 0, 1, 0), (2, 1, 41, 6)]])}
)


def origins(cli: Cli, data: bytes, tmp_path: Any) -> list[object]:
    """`evidence.original` of the secrets in bundles, in order."""
    package = tmp_path / "x.tgz"
    package.write_bytes(data)
    found = cli("inspect", package, "--format", "json").report["artifacts"][0]["findings"]
    return [one["evidence"].get("original") for one in found if one["rule"].startswith("secret/")]


def test_through_a_map_beside_the_bundle(cli: Cli, tmp_path: Any) -> None:
    """A map without any content will do."""
    assert origins(cli, npm({"dist/a.js": BUNDLE, "dist/a.js.map": MAP}), tmp_path) == ["src/auth.ts:42"]


def test_through_the_last_map_inside_the_bundle(cli: Cli, tmp_path: Any) -> None:
    """It is the one that a debugger would read."""
    other = inline_base64(json.dumps({"version": 3, "sources": ["x"], "mappings": ""}))
    bundle = f"{BUNDLE}{KEY}{other}\n{KEY}{inline_base64(MAP)}\n"
    assert origins(cli, npm({"dist/a.js": bundle}), tmp_path) == ["src/auth.ts:42"]


def test_through_a_map_in_a_nested_archive(cli: Cli, tmp_path: Any) -> None:
    """Bundle and map lie in the same container, whatever that lies in."""
    assert origins(cli, npm({"inner.zip": zip_of({"a.js": BUNDLE, "a.js.map": MAP})}), tmp_path) == ["src/auth.ts:42"]


@pytest.mark.parametrize(
    "text",
    ["{}", MAP.replace("mappings", "nothing"), MAP.replace("auth", "\\ud800"), json.dumps({"version": 3, "sources": [], "mappings": "!"})],
)
def test_a_map_that_does_not_know_traces_nothing(cli: Cli, tmp_path: Any, text: str) -> None:
    """Broken, empty, or without the place."""
    (origin,) = origins(cli, npm({"dist/a.js": BUNDLE, "dist/a.js.map": text}), tmp_path)
    assert origin is None or "auth" not in str(origin)


def test_without_a_map_there_is_no_origin(cli: Cli, tmp_path: Any) -> None:
    """The map of another bundle does not count."""
    assert origins(cli, npm({"dist/a.js": BUNDLE, "dist/b.js.map": MAP}), tmp_path) == [None]


def test_people_read_where_it_was_written(cli: Cli, tmp_path: Any) -> None:
    """Beside the place in the bundle."""
    (tmp_path / "x.tgz").write_bytes(npm({"dist/a.js": BUNDLE, "dist/a.js.map": MAP}))
    assert "package/dist/a.js:2:4 (`src/auth.ts:42`, through the map)" in cli("inspect", tmp_path / "x.tgz").stdout
