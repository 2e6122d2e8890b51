"""`--recover`: the tree that an attacker would have, and nothing else, nowhere else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from leakguard.content import Content, Entry
from leakguard.errors import Incomplete, UsageError
from leakguard.model import Kind
from leakguard.recover import Recovery, prepare
from tests.builders import code, inline_base64, npm, source_map
from tests.conftest import Cli

KEY = "//# sourceMapping" + "URL="


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; a link would be an error."""
    assert not [path for path in folder.rglob("*") if path.is_symlink()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def taken(folder: Path, *sources: tuple[str, bytes], container: str = "source-map") -> Recovery:
    """A recovery that was shown these sources in order."""
    recovery = Recovery(folder)
    for name, data in sources:
        recovery.take(Entry(path=name, name=name, kind=Kind.FILE, depth=2, size=len(data), container=container, content=Content(data)))
    return recovery


def test_sources_of_every_map_are_written(tmp_path: Path, cli: Cli) -> None:
    """External and inline, third-party ones too; the exit code stays what it is, and what is said goes to standard error."""
    package = tmp_path / "x.tgz"
    files: Mapping[str, str] = {
        "a.js.map": source_map({"../src/a.ts": code(30), "../node_modules/x/i.js": "x"}),
        "b.js": f"b()\n{KEY}{inline_base64(source_map({'webpack://x/./src/b.ts': 'bbb'}))}\n",
    }
    package.write_bytes(npm(files))
    without = cli("inspect", package, "--format", "json")
    done = cli("inspect", package, "--format", "json", "--recover", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (without.exit_code, without.stdout)
    assert "3 recovered files" in done.stderr
    assert tree(tmp_path / "out") == {"src/a.ts": code(30).encode(), "node_modules/x/i.js": b"x", "src/b.ts": b"bbb"}


def test_each_of_several_artifacts_has_its_own_folder(tmp_path: Path, cli: Cli) -> None:
    """Numbered in the order in which they were named."""
    for name in ("x.tgz", "y.tgz"):
        (tmp_path / name).write_bytes(npm({"a.js.map": source_map({"a.ts": name})}))
    cli("inspect", tmp_path / "y.tgz", tmp_path / "x.tgz", "--recover", tmp_path / "out")
    assert tree(tmp_path / "out") == {"1-y.tgz/a.ts": b"y.tgz", "2-x.tgz/a.ts": b"x.tgz"}


@pytest.mark.parametrize("name", ["../../../../out.txt", "/etc/passwd", "..\\..\\x", "C:\\x", "a/../../../b", "file:///x", "a\0b", ".", ""])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """Whatever a map calls its source, it is written below."""
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    taken(inside, (name, b"x")).check()
    assert list(tree(inside).values()) == [b"x"]
    assert len(tree(tmp_path)) == 1


def test_names_that_clash_are_kept_apart(tmp_path: Path) -> None:
    """Other content under the same path, in another case, or where a folder is; the same content is written once."""
    sources = (("a.ts", b"1"), ("a.ts", b"1"), ("A.ts", b"2"), ("a.ts/b", b"3"), ("d/e", b"4"), ("d", b"5"), ("../a.ts", b"6"))
    taken(tmp_path, *sources).check()
    written = tree(tmp_path)
    assert sorted(written.values()) == [b"1", b"2", b"3", b"4", b"5", b"6"]
    assert len({name.lower() for name in written}) == len(written)


def test_only_members_of_maps_are_written(tmp_path: Path) -> None:
    """What other containers hold, the user has already."""
    taken(tmp_path, ("a.ts", b"1"), container="zip").check()
    assert tree(tmp_path) == {}


def test_nothing_is_replaced_and_no_link_followed(tmp_path: Path) -> None:
    """A file or link that turned up in the meantime ends the recovery as incomplete."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.ts").symlink_to(victim)
    with pytest.raises(Incomplete):
        taken(out, ("a.ts", b"theirs")).check()
    assert victim.read_bytes() == b"mine"


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map with too many sources fills no disk."""
    monkeypatch.setattr("leakguard.recover.MOST_FILES", 2)
    recovery = taken(tmp_path, ("a", b"1"), ("b", b"2"), ("c", b"3"), ("d", b"4"))
    assert len(tree(tmp_path)) == 2
    with pytest.raises(Incomplete, match="more than 2 files"):
        recovery.check()


def test_files_are_for_the_owner_only(tmp_path: Path) -> None:
    """What would be a leak is not left for others on the machine to read."""
    prepare(tmp_path / "out", [])
    taken(tmp_path / "out", ("src/a.ts", b"1"))
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "out", *(tmp_path / "out").rglob("*"))]
    assert modes == [0, 0, 0]


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path, cli: Cli) -> None:
    """Before any work, as exit 2."""
    (tmp_path / "x.tgz").write_bytes(npm({}))
    done = cli("inspect", tmp_path / "x.tgz", "--recover", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is not empty" in done.stderr


@pytest.mark.parametrize("kind", ["file", "link", "missing/folder"])
def test_what_is_no_folder_of_its_own_is_refused(tmp_path: Path, kind: str) -> None:
    """A file, a link to a folder, and a place whose parent is not there."""
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with pytest.raises(UsageError):
        prepare(tmp_path / kind, [])


def test_a_folder_inside_a_target_is_refused(tmp_path: Path) -> None:
    """Recovered source would ship with the next build."""
    dist = tmp_path / "dist"
    dist.mkdir()
    with pytest.raises(UsageError, match="inside a target"):
        prepare(dist / "out", [dist])
    assert list(dist.iterdir()) == []
