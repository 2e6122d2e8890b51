"""The files of a package, as each reader lists them: name → size in bytes, or -1 from a reader that does not say."""

import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from leakguard.content import Entry
from leakguard.limits import Budget, Limits
from leakguard.model import Kind
from leakguard.targets import OpenFile, Target
from leakguard.walk import Hits, Walker

Listing = Mapping[str, int]

LIST = """
const tar = require(process.argv[1]);
for (const file of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  const found = {};
  tar.t({ file, sync: true, strict: true, onReadEntry: e => { if (/File$/.test(e.type)) found[e.path] = e.size } });
  console.log(JSON.stringify(found));
}
"""


class _Files:
    """A sink that notes the files of the package itself."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}

    def enter(self, entry: Entry) -> None:
        if entry.parent is None and entry.kind is Kind.FILE and entry.name:
            # What is UTF-16 is handed on as UTF-8, so that its size here is another.
            transcoded = entry.content is not None and entry.content.encoding not in {"", "utf-8"}
            self.files[_tidy(entry.name)] = -1 if transcoded else entry.size

    def found(self, entry: Entry, hits: Hits) -> None:
        """Nothing is searched."""


def by_leakguard(path: Path) -> Listing:
    """The outermost entries of a walk."""
    opened, sink = OpenFile(Target(name=path.name, path=path)), _Files()
    try:
        Walker(sink, Budget(Limits(), opened.size), None).walk_file(path.name, opened.content)
    finally:
        opened.close()
    return sink.files


def by_python(path: Path) -> Listing:
    """`zipfile` or `tarfile`."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {_tidy(one.filename): one.file_size for one in archive.infolist() if not one.is_dir()}
    with tarfile.open(path) as tape:
        return {_tidy(one.name): one.size for one in tape if one.isfile()}


def by_bsdtar(path: Path) -> Listing:
    """`bsdtar`, which is libarchive: its short listing has the names, its long one says at the same line what is a file."""
    names, modes = (
        subprocess.run(
            ["bsdtar", form, str(path)], capture_output=True, check=True, encoding="utf-8", errors="surrogateescape", env=_environment()
        ).stdout.split("\n")
        for form in ("-tf", "-tvf")
    )
    return {_tidy(name): -1 for name, mode in zip(names, modes, strict=True) if mode.startswith("-") and not name.endswith("/")}


def by_node_tar(paths: Iterable[Path]) -> list[Listing]:
    """`node-tar`, of the npm client that is installed."""
    done = subprocess.run(
        ["node", "-e", LIST, str(_node_tar())],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return [{_tidy(name): size for name, size in json.loads(line).items()} for line in done.stdout.splitlines()]


def difference(ours: Listing, others: Listing) -> list[str]:
    """What one of the two has and the other has not."""
    missing = [f"leakguard misses {name!r}" for name in sorted(others.keys() - ours.keys())]
    surplus = [f"only leakguard has {name!r}" for name in sorted(ours.keys() - others.keys())]
    sizes = [
        f"{name!r} has {size} bytes, not {ours[name]}"
        for name, size in others.items()
        if size >= 0 <= ours.get(name, -1) and size != ours[name]
    ]
    return [*missing, *surplus, *sizes]


@cache
def _node_tar() -> Path:
    root = subprocess.run(["npm", "root", "--global"], capture_output=True, check=True, encoding="utf-8").stdout.strip()
    return Path(root) / "npm" / "node_modules" / "tar"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def _tidy(name: str) -> str:
    return "/".join(one for one in name.split("/") if one not in {"", "."})
