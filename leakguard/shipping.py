"""Which files of a working tree ship: the package manager's own answer, never a guess.

    answer = ships(root)
    if answer is None: …            # nobody can say: treat every file as one that ships
    if answer.get("src/a.ts", False): …

npm is asked with `npm pack --dry-run --json --ignore-scripts`, which runs nothing of the project and needs no network. A Python build
back end runs code of the project to answer, so it is asked only with `build=True`, and in a copy.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leakguard import git

SECONDS = 120.0
"""After which a tool that does not answer is ended, and nobody can say."""

MOST_BYTES = 64 * 1024 * 1024
MOST_PACKAGES = 200
LONGEST_MANIFEST = 1024 * 1024

_LEFT_OUT = frozenset({".git", "node_modules", ".venv", "venv", ".tox", ".nox", "__pycache__"})
_TOKENS = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "_AUTH", "API_KEY", "PRIVATE_KEY")
_QUIET = {
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_ignore_scripts": "true",
    "npm_config_loglevel": "silent",
    "npm_config_offline": "true",
    "npm_config_update_notifier": "false",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def ships(root: Path, *, build: bool = False) -> Mapping[str, bool] | None:
    """For each file below `root`, by its `/`-separated path, whether it ships; `None` when nobody can say.

    A file that is not in the answer does not ship. A workspace ships what its packages ship, but for those that are private; a project of
    which nothing is published is one of which nobody can say. With `build` a Python project is built, by code of its own.
    """
    root = root.resolve()
    shipped: set[str] = set()
    asked = False
    for answer in (_npm(root), _python(root) if build else _no_python(root)):
        if answer is _UNKNOWN:
            return None
        if answer is not None:
            shipped |= answer
            asked = True
    if not asked:
        return None
    return dict.fromkeys(_tracked(root), False) | dict.fromkeys(sorted(shipped), True)


_UNKNOWN: frozenset[str] = frozenset({"\0"})
"""There is a package, and no answer."""


def _npm(root: Path) -> frozenset[str] | None:
    """What npm would pack; `None` where there is no npm package."""
    manifest = _object(root / "package.json")
    members = [one for one in _members(root, manifest) if one != root]
    if manifest is None and not members:
        return None
    folders = [one for one in (root, *members)[:MOST_PACKAGES] if (found := _object(one / "package.json")) and not found.get("private")]
    if len(members) >= MOST_PACKAGES or not folders:
        return _UNKNOWN
    shipped: set[str] = set()
    for folder in folders:
        files = _packed(folder)
        if files is None:
            return _UNKNOWN
        below = folder.relative_to(root).as_posix()
        shipped |= {file if below == "." else f"{below}/{file}" for file in files}
    return frozenset(shipped)


def _packed(folder: Path) -> list[str] | None:
    """The files that npm would pack in one folder, relative to it."""
    answer = _ask("npm", ("pack", "--dry-run", "--json", "--ignore-scripts", "--workspaces=false"), folder)
    try:
        body = json.loads(answer) if answer else None
        packages = list(body.values()) if isinstance(body, dict) else body
        return [one["path"] for package in packages for one in package["files"]] if packages else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _members(root: Path, manifest: Mapping[str, Any] | None) -> Sequence[Path]:
    """The folders of a workspace's packages: those of npm and yarn by `workspaces`, those of pnpm by `pnpm-workspace.yaml`."""
    given = (manifest or {}).get("workspaces")
    globs = given.get("packages") if isinstance(given, dict) else given
    patterns = [one for one in globs if isinstance(one, str)] if isinstance(globs, list) else []
    patterns += _pnpm_patterns(root / "pnpm-workspace.yaml")
    found: dict[Path, None] = {}
    for pattern in patterns[:MOST_PACKAGES]:
        for folder in _matching(root, pattern.removeprefix("!").removeprefix("./").rstrip("/")):
            if pattern.startswith("!"):
                found.pop(folder, None)
            else:
                found[folder] = None
    return list(found)


def _matching(root: Path, pattern: str) -> Iterator[Path]:
    if not pattern or ".." in pattern.split("/") or Path(pattern).is_absolute():
        return
    for number, path in enumerate(root.glob(f"{pattern}/package.json")):
        if number >= MOST_PACKAGES:
            return
        if not _LEFT_OUT.intersection(path.relative_to(root).parts) and path.resolve().is_relative_to(root):
            yield path.parent


def _pnpm_patterns(path: Path) -> list[str]:
    from leakguard import _yaml
    from leakguard.errors import FaultyFile

    if not path.is_file():
        return []
    try:
        body = _yaml.value_of(_yaml.load(path.read_bytes()[: _yaml.MOST_BYTES], path.name))
    except (OSError, FaultyFile):
        return []
    packages = body.get("packages") if isinstance(body, dict) else None
    return [one for one in packages if isinstance(one, str)] if isinstance(packages, list) else []


def _no_python(root: Path) -> frozenset[str] | None:
    """Nobody can say without building; a project that has none to build has no say."""
    return _UNKNOWN if _is_python(root) else None


def _python(root: Path) -> frozenset[str] | None:
    """What the build back end packs into sdist and wheel, as paths of the project."""
    if not _is_python(root):
        return None
    import tempfile

    with tempfile.TemporaryDirectory(prefix="leakguard-") as folder:
        copy, out = Path(folder) / "project", Path(folder) / "out"
        _copy(root, copy)
        if _ask("", ("-m", "build", "--no-isolation", "--outdir", str(out), str(copy)), copy) is None:
            return _UNKNOWN
        names = [name for path in sorted(out.iterdir()) for name in _names_in(path)]
        files = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    by_end: dict[str, list[str]] = {}
    for file in files:
        by_end.setdefault(file.rpartition("/")[2], []).append(file)
    ends = {end for name in names for end in by_end.get(name.rpartition("/")[2], ()) if end == name or end.endswith(f"/{name}")}
    return frozenset(ends)


def _is_python(root: Path) -> bool:
    return any((root / name).is_file() for name in ("setup.py", "setup.cfg")) or b"[project]" in _bytes(root / "pyproject.toml")


def _names_in(path: Path) -> list[str]:
    """Names in an sdist, without its top folder, or in a wheel."""
    if path.suffix == ".whl":
        import zipfile

        with zipfile.ZipFile(path) as wheel:
            return [name for name in wheel.namelist() if ".dist-info/" not in name]
    import tarfile

    with tarfile.open(path) as sdist:
        return [one.name.partition("/")[2] for one in sdist if one.isfile()]


def _copy(root: Path, copy: Path) -> None:
    """The project without repository, environments and links that lead out of it; a build may write where it likes then."""
    import shutil

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name in _LEFT_OUT - {".git"} or (Path(folder) / name).is_symlink()]

    shutil.copytree(root, copy, ignore=left_out)


def _tracked(root: Path) -> list[str]:
    """The files below `root` that git tracks."""
    found = git.around(root)
    if found is None:
        return []
    below = root.relative_to(found.root).as_posix()
    prefix = "" if below == "." else f"{below}/"
    try:
        return sorted(path.removeprefix(prefix) for path in found.tracked() if path.startswith(prefix))
    except git.Failed:
        return []


def _ask(program: str, arguments: Sequence[str], folder: Path) -> bytes | None:
    """Standard output of a tool (of this interpreter, where no name is given) that succeeds in time; it gets no token."""
    import subprocess
    import sys
    from shutil import which

    found = which(program) if program else sys.executable
    if not found or not Path(found).is_absolute() or Path(found).is_relative_to(folder):
        return None
    clean = {name: value for name, value in os.environ.items() if not any(one in name.upper() for one in _TOKENS)}
    process = subprocess.Popen(  # noqa: S603 - an absolute program
        [found, *arguments], cwd=folder, env=clean | _QUIET, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    clock = threading.Timer(SECONDS, process.kill)
    clock.daemon = True
    clock.start()
    with process:
        assert process.stdout is not None
        data = process.stdout.read(MOST_BYTES + 1)
    clock.cancel()
    return data if process.returncode == 0 and len(data) <= MOST_BYTES else None


def _object(path: Path) -> dict[str, Any] | None:
    try:
        body = json.loads(_bytes(path) or b"null")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_MANIFEST)
    except OSError:
        return b""
