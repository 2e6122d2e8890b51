"""The lock: strict, line-oriented, stable over rebuilds, and mergeable."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

from leakguard.errors import FaultyFile, UsageError
from leakguard.policy import lock as locks
from leakguard.shape import Line, Shape

SHAPES = {
    "npm @acme/cli": Shape(size=64_000, lines={"/a b.js": Line("script", 10_000), "/dist/chunk-*.js": Line("script", 250_000)}),
    "wheel acme (linux_x86_64)": Shape(size=0, lines={}),
}


def test_what_is_written_is_read_back() -> None:
    """Roles, patterns, kinds and sizes."""
    read = locks.parse(locks.text(SHAPES))
    assert SHAPES == read.shapes
    assert 9 == read.places["npm @acme/cli", "/dist/chunk-*.js"]


def test_lock_keeps_to_its_schema() -> None:
    """The schema that ships is the one that the code makes, and it accepts what the code writes."""
    shipped = json.loads(Path(locks.__file__).with_name("lock.schema.json").read_text(encoding="utf-8"))
    assert locks.json_schema() == shipped
    jsonschema.Draft202012Validator.check_schema(shipped)
    jsonschema.validate(yaml.safe_load(locks.text(SHAPES)), shipped)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "artifacts": {"npm a": {"files": {"/a": "script"}}}}, shipped)


def test_every_fault_is_told_at_once() -> None:
    """With line and column, and without quoting what is there."""
    text = (
        "version: 2\nartifacts:\n  npm a:\n    sise: 3\n    files:\n"
        "      a.js: script 3 KB\n      /b: s3cretvalue\n      /c: script 1 KB\n      /c: x\n"
    )
    with pytest.raises(FaultyFile) as caught:
        locks.parse(text.encode())
    assert [(1, 10), (4, 5), (6, 7), (7, 11), (9, 7)] == [(fault.line, fault.column) for fault in caught.value.faults]
    assert "s3cret" not in "".join(fault.message + fault.hint for fault in caught.value.faults)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "version: 1\n",
        "artifacts: {}\n",
        "version: 1\nartifacts: [a]\n",
        "version: 1\nartifacts: {a: {files: {/a: &x script 1 KB}}}\n",
    ],
)
def test_what_is_no_lock_is_refused(text: str) -> None:
    """Empty, of another shape, or with anchors."""
    with pytest.raises(FaultyFile):
        locks.parse(text.encode())


def test_missing_lock_is_told(tmp_path: Path) -> None:
    """With the command that writes one."""
    with pytest.raises(UsageError, match="no such file") as caught:
        locks.read(tmp_path / "leakguard.lock")
    assert "leakguard approve" in caught.value.hint


def test_sizes_that_still_fit_stay() -> None:
    """A build that varies a little, or shrinks a little, does not change the lock; one that halves does."""
    before = {"npm a": Shape(size=64_000, lines={"/a.js": Line("script", 40_000), "/b.js": Line("script", 100_000)})}
    now = {"npm a": Shape(size=50_000, lines={"/a.js": Line("script", 32_000), "/b.js": Line("script", 50_000)})}
    after = locks.renewed(before, now)["npm a"]
    assert (64_000, 40_000, 50_000) == (after.size, after.lines["/a.js"].size, after.lines["/b.js"].size)


def test_other_roles_stay_when_one_is_approved() -> None:
    """Who approves the wheel says nothing of the npm package."""
    assert sorted(SHAPES) == sorted(locks.renewed(SHAPES, {"npm @acme/cli": SHAPES["npm @acme/cli"]}))


def test_two_branches_that_add_files_merge(tmp_path: Path) -> None:
    """By git itself, when the new lines are not neighbours; the result is a lock."""
    base = {"npm a": Shape(size=0, lines={f"/f{number}.js": Line("script", 10_000) for number in range(9)})}
    ours = {"npm a": Shape(size=0, lines={"/a.js": Line("script", 10_000), **base["npm a"].lines})}
    theirs = {"npm a": Shape(size=0, lines={**base["npm a"].lines, "/z.js": Line("script", 10_000)})}
    for name, shapes in (("base", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_bytes(locks.text(shapes))
    merged = subprocess.run(["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert {"/a.js", "/z.js"} <= set(locks.parse(merged).shapes["npm a"].lines)
