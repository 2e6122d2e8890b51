"""What git knows about the project around the working directory, so that what ships can be compared with what is tracked.

Read before any artifact is opened. Paths are relative to the top of the repository and escaped, as those of artifacts are.
"""

import enum
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leakguard import git
from leakguard.patterns import lazily
from leakguard.redact import escape_name

MANIFESTS = ("package.json", "pyproject.toml", "setup.cfg")
MOST_MANIFESTS = 300
LONGEST_MANIFEST = 1024 * 1024

_WORKSPACES = lazily(rb'"workspaces"|\[tool\.(?:uv|hatch|pdm|poetry)\.workspace|^packages:', re.MULTILINE)
_BUILD_OUTPUT = lazily(r"(?:dist|build|_build|out|output|esm|cjs|umd|es|target|pkg|wheelhouse|\.next|\.output)(?:[-_.].*)?|.*\.egg-info")
"""Names of folders that a build fills."""

_GENERATED = lazily(
    r"_?version\.\w+|_?generated\.\w+|.*[._]pb2(?:_grpc)?\.pyi?|.*\.(?:so|pyd|dll|dylib|node|wasm|a|lib|o|exe|pyc|mo|qm|c|cc|cpp|h|hpp|f90"
    r"|d\.[cm]?ts|[cm]?js|css|map|tsbuildinfo|html|min\.\w+|pyi|egg-link)",
    re.IGNORECASE,
)
"""Names of ignored files that builds leave beside their sources: what they tell of the source, other rules say."""


class State(enum.StrEnum):
    """What a file that ships is to the repository."""

    TRACKED = "tracked"
    MODIFIED = "modified"
    """The path is tracked, with other content."""
    UNTRACKED = "untracked"
    IGNORED = "ignored"
    """By `.gitignore`, as build output mostly is."""
    GENERATED = "generated"
    """The working tree has no such file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file that ships comes from."""

    state: State
    unit: str = ""
    """The untracked or ignored file, or the folder with a final slash that is so as a whole."""
    build_output: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A repository's index, what lies beside it in the working tree, and the projects that it holds."""

    algorithm: str
    """Of the ids: `sha1` or `sha256`."""
    tracked: Mapping[str, str]
    """Path → id of the content."""
    untracked: frozenset[str]
    """Files, and folders with a final slash that hold no tracked file."""
    ignored: frozenset[str]
    projects: Mapping[str, tuple[str, ...]]
    """Normal name → folders, each with a final slash or empty for the top."""
    contents: frozenset[str] = field(default=frozenset(), repr=False)
    """Every id."""
    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Last component → tracked, untracked and ignored paths that end in it."""

    def folders_of(self, name: str | None) -> Sequence[str]:
        """Where the project of this name is."""
        return self.projects.get(normal(name), ()) if name else ()

    def id_of(self, data: bytes) -> str:
        """The id that git gives to content."""
        digest = hashlib.new(self.algorithm, b"blob %d\0" % len(data), usedforsecurity=False)
        digest.update(data)
        return digest.hexdigest()

    def place_of(self, inner: str, ids: Iterable[str], folder: str) -> Place:
        """What a file of a package is, by its path inside, the ids that its content can have, and the folder of the project."""
        known = frozenset(ids)
        path = self._path_of(inner, folder)
        if known & self.contents:
            return Place(state=State.TRACKED)
        if path in self.tracked:
            return Place(state=State.MODIFIED if known else State.TRACKED)
        for state, paths in ((State.UNTRACKED, self.untracked), (State.IGNORED, self.ignored)):
            unit = next((one for one in _upward(path) if one in paths), "") if path else ""
            if unit:
                return Place(state=state, unit=unit, build_output=self._is_build_output(unit, path, state))
        return Place(state=State.GENERATED)

    def _path_of(self, inner: str, folder: str) -> str:
        """The path in the repository: below the project's folder, or the one there whose end it is (`src/`, `python/` …)."""
        straight = folder + inner
        if straight in self.tracked or any(one in self.untracked or one in self.ignored for one in _upward(straight)):
            return straight
        candidates = self.by_name.get(inner.rpartition("/")[2], ())
        ending = f"/{inner}"
        found = [one for one in candidates if one.startswith(folder) and one.endswith(ending)]
        if found:
            return min(found, key=len)
        for top in ("src/", "lib/", "python/"):
            if any(one in self.untracked or one in self.ignored for one in _upward(f"{folder}{top}{inner}")):
                return f"{folder}{top}{inner}"
        return ""

    def _is_build_output(self, unit: str, path: str, state: State) -> bool:
        if any(_BUILD_OUTPUT.fullmatch(part) for part in path.split("/")[:-1]):
            return True
        return state is State.IGNORED and (unit.endswith("/") or _GENERATED.fullmatch(unit.rpartition("/")[2]) is not None)


def read(folder: Path, targets: Sequence[str] = ()) -> Checkout | None:
    """The checkout that holds a folder; `None` where there is none, or none of its projects can be what the targets hold.

    `targets` are the file names of what is about to be inspected: a package that is none of the project's is compared with nothing.
    """
    here = folder.resolve()
    top = git.top_around(here)
    if top is None:
        return None
    near = _manifests_above(here, top)
    if not near or not (_holds_workspaces(near, top) or _may_be_of(near, targets)):
        return None
    found = git.around(here)
    if found is None:
        return None
    try:
        return _checkout(found, found.tracked(), found.untracked(), found.ignored(), near)
    except git.Failed:
        return None


def normal(name: str) -> str:
    """A name as projects are compared by: Python takes `-`, `_` and `.` for the same, and npm's differ in more than these."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _checkout(
    found: git.Repository, tracked: Mapping[str, str], untracked: frozenset[str], ignored: frozenset[str], near: Sequence[Path]
) -> Checkout:
    index = {escape_name(path): blob for path, blob in tracked.items()}
    beside = [frozenset(map(escape_name, one)) for one in (untracked, ignored)]
    by_name: dict[str, list[str]] = {}
    for path in (*index, *(one for paths in beside for one in paths if not one.endswith("/"))):
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    files = [*near, *(found.root / path for path in sorted(tracked) if _is_manifest(path))][:MOST_MANIFESTS]
    projects: dict[str, tuple[str, ...]] = {}
    for manifest in dict.fromkeys(files):
        name = _name_in(manifest)
        if name:
            below = manifest.parent.relative_to(found.root).as_posix()
            place = "" if below == "." else f"{escape_name(below)}/"
            projects[normal(name)] = tuple(dict.fromkeys((*projects.get(normal(name), ()), place)))
    return Checkout(
        algorithm=found.algorithm,
        tracked=index,
        untracked=beside[0],
        ignored=beside[1],
        projects=projects,
        contents=frozenset(index.values()),
        by_name={name: tuple(paths) for name, paths in by_name.items()},
    )


def _upward(path: str) -> Iterator[str]:
    """The path, then every folder that it is in, the innermost first, with final slashes."""
    yield path
    while "/" in path.rstrip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        yield path


def _manifests_above(here: Path, top: Path) -> list[Path]:
    folders = [one for one in (here, *here.parents) if one.is_relative_to(top)]
    return [folder / name for folder in folders for name in MANIFESTS if (folder / name).is_file()]


def _holds_workspaces(near: Sequence[Path], top: Path) -> bool:
    extra = [one for one in (top / "pnpm-workspace.yaml",) if one.is_file()]
    return any(_WORKSPACES.search(_bytes_of(path)) for path in (*near, *extra))


def _may_be_of(near: Sequence[Path], targets: Sequence[str]) -> bool:
    """Whether a file name says one of the names; one without a version (`package.tgz`) may be anything."""
    names = [normal(name).removeprefix("@").replace("/", "-") for name in map(_name_in, near) if name]
    bases = [normal(target.rstrip("/\\").replace("\\", "/").rpartition("/")[2]) for target in targets]
    return any(not re.search(r"\d", base) or any(name in base for name in names) for base in bases) if names else False


def _is_manifest(path: str) -> bool:
    return path.rpartition("/")[2] in MANIFESTS and "node_modules/" not in path


def _name_in(path: Path) -> str:
    """The name that a manifest of the working tree declares; empty when there is none."""
    from leakguard.openness.manifests import toml_table

    data = _bytes_of(path)
    try:
        if path.name == "package.json":
            body = json.loads(data)
            name = body.get("name") if isinstance(body, dict) else None
        elif path.name == "pyproject.toml":
            body = toml_table(data)
            name = body.get("project", {}).get("name") or body.get("tool", {}).get("poetry", {}).get("name")
        else:
            match = re.search(r"^\[metadata\][^\[]*?^name[ \t]*=[ \t]*(\S+)", data.decode(), re.MULTILINE)
            name = match[1] if match else None
    except (ValueError, AttributeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_MANIFEST) if path.is_file() else b""
    except OSError:
        return b""
