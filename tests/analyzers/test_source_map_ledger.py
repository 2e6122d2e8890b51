"""The ledger: what all maps of an artifact give away together, each file counted once."""

from typing import Any

import pytest

from leakguard.analyzers.source_maps import _account
from tests.analyzers.test_source_maps import Sink, inspect_with
from tests.builders import code, source_map


def ledger(files: dict[str, str | bytes]) -> Any:
    """The account that the analyzer gives of a folder."""
    sink = Sink()
    inspect_with(sink, files)
    return sink.analyzer.account()  # type: ignore[attr-defined]


def test_it_adds_up_all_maps() -> None:
    """Files, lines and bytes, first-party and third-party, and the lines that ship nowhere else."""
    own, foreign = code(30), code(7, label="other")
    found = ledger(
        {
            "a.js.map": source_map({"src/a.ts": own, "node_modules/x/i.js": foreign}),
            "b.js.map": source_map({"src/b.ts": "let b = 12345;\n"}),
        }
    )
    assert (found["maps"], found["sources"], found["files"], found["lines"]) == (2, 3, 3, 38)
    assert found["first_party"] == {"files": 2, "lines": 31, "bytes": len(own) + 15, "shipped": 0}
    assert found["third_party"] == {"files": 1, "lines": 7, "bytes": len(foreign)}
    assert found["bytes"] == len(own) + 15 + len(foreign)
    assert found["novel_lines"] == 31


def test_a_file_in_several_maps_counts_once() -> None:
    """However many `../` stand before it; another content under the same name is another file."""
    maps = {"a.js.map": source_map({"../src/a.ts": code(30)}), "x/b.js.map": source_map({"../../src/a.ts": code(30)})}
    assert ledger({**maps})["first_party"]["files"] == 1
    assert ledger({**maps, "c.js.map": source_map({"src/a.ts": code(31)})})["first_party"]["files"] == 2


def test_what_ships_anyway_is_counted_as_such() -> None:
    """A file all of whose lines ship is no loss, and adds no novel line."""
    found = ledger({"a.js.map": source_map({"src/a.ts": code(30), "src/b.ts": code(5, label="b")}), "src/a.ts": code(30)})
    assert (found["first_party"]["files"], found["first_party"]["shipped"], found["novel_lines"]) == (2, 1, 5)


def test_it_names_the_people_in_absolute_paths() -> None:
    """Accounts of build machines are no people."""
    found = ledger({"a.map": source_map({"/home/kim/x/a.ts": "a", "/home/runner/x/b.ts": "b", "src/c.ts": "c"})})
    assert (found["absolute_paths"], found["users"]) == (2, ["kim"])


def test_the_tree_shows_its_top() -> None:
    """The largest folders are opened until there are enough lines, and every file is in exactly one of them."""
    sources = {
        f"../src/{folder}/{number}.ts": f"// {folder} {number}\n" for folder, many in (("api", 40), ("ui", 15)) for number in range(many)
    }
    found = ledger({"a.map": source_map({**sources, "../src/main.ts": "x\ny\n"})})
    assert found["tree"] == [
        {"path": "src/api/", "files": 40, "lines": 40},
        {"path": "src/main.ts", "files": 1, "lines": 2},
        {"path": "src/ui/", "files": 15, "lines": 15},
    ]


@pytest.mark.parametrize(
    "paths", [["a"], ["a/b/c/d/e"], [f"{number}.ts" for number in range(100)], [f"a/{number}/x" for number in range(100)], ["../\x1b[31m"]]
)
def test_no_tree_is_too_long_or_loses_a_file(paths: list[str]) -> None:
    """Whatever the shape; names are escaped."""
    tree = ledger({"a.map": source_map({path: f"// {path}\n" for path in paths})})["tree"]
    assert len(tree) <= _account.MOST_BRANCHES
    assert sum(one["files"] for one in tree) == len(paths)
    assert all(one["path"] and one["path"].isprintable() for one in tree)


@pytest.mark.parametrize("files", [{}, {"a.js": "a()"}, {"a.map": source_map({})}])
def test_without_sources_there_is_none(files: dict[str, str | bytes]) -> None:
    """Nothing to account for."""
    assert ledger(files) is None


def test_maps_without_content_rebuild_nothing() -> None:
    """What they name is counted, and no file."""
    found = ledger({"a.map": source_map({"a.ts": None, "b.ts": None}, content=False)})
    assert (found["sources"], found["files"], found["novel_lines"], found["tree"]) == (2, 0, 0, [])
