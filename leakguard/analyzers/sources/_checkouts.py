"""A second copy of the project inside of the package: a worktree, a checkout in a checkout, a copied folder or file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname
from typing import Any

from leakguard.analyzers.sources._finding import about, counted, is_third_party, samples, shown
from leakguard.analyzers.sources._rules import LITTER, SECOND_CHECKOUT
from leakguard.model import Artifact, Finding, Kind, Listed
from leakguard.openness import manifests
from leakguard.patterns import lazily

MANIFESTS = ("package.json", "pyproject.toml", "setup.cfg", "Cargo.toml")
LONGEST_NAME = 4096
MOST_CANDIDATES = 100
FEWEST_COPIES = 5
"""Files that must be in both places, where nothing else says that a folder is a checkout."""

_WORKTREE = lazily(r"(?:^|/)\.?(?:worktrees|\.trees)/[^/]+$")
_PROJECT = lazily(
    r"(?:\.git|\.gitignore|\.gitattributes|\.github/.*|\.gitlab-ci\.yml|\.circleci/.*|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|"
    r"uv\.lock|poetry\.lock|pdm\.lock|Cargo\.lock|tsconfig[\w.]*\.json|\.eslintrc[\w.]*|eslint\.config\.\w+|\.prettierrc[\w.]*|\.editorconfig|"
    r"\.npmignore|(?:rollup|webpack|vite|vitest|jest|babel|esbuild|tsup)\.config\.\w+|tox\.ini|noxfile\.py|setup\.py|MANIFEST\.in|"
    r"\.pre-commit-config\.yaml|Makefile|CONTRIBUTING[\w.]*)"
)
_COPY = lazily(
    r"Copy of (?P<a>.+)|(?P<b>.+?)(?: -)? [Cc]opy(?: \d{1,3}| \(\d{1,3}\))?(?P<e>\.\w{1,5})?|(?P<c>.+?) \(\d{1,3}\)(?P<f>\.\w{1,5})?"
)
_CODE = lazily(r"\.(?:[mc]?[jt]sx?|py|pyx|vue|svelte|json|ya?ml|toml|c|cc|cpp|rs|go|java|kt|rb|php|sh|css|scss|html|sql|env)$")


def declared(base: str, data: bytes) -> tuple[str, str] | None:
    """Name and version that a manifest declares (empty where it says none)."""
    found = manifests.package_json(data) if base == "package.json" else manifests.pyproject(data) if base == "pyproject.toml" else None
    return (found.name, found.version or "") if found is not None and found.name else None


def judge(artifact: Artifact, nested: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """`nested` has what the manifests below the top folder declare, by their path inside the artifact, top folder included."""
    root = artifact.identity.root
    files = {one.inner: one for one in artifact.listing if one.kind is Kind.FILE}
    done: list[str] = []
    left = MOST_CANDIDATES
    for path, identity in sorted(nested.items(), key=lambda pair: pair[0].count("/")):
        folder = dirname(path.removeprefix(root))
        if not folder or is_third_party(path) or any(folder.startswith(f"{one}/") for one in done):
            continue
        is_worktree = _WORKTREE.search(folder) is not None
        if left == 0 or not (is_worktree or _is_same(identity, artifact)):
            continue
        left -= 1
        inside = [name for name in files if name.startswith(f"{folder}/")]
        copies = sum(name[len(folder) + 1 :] in files for name in inside)
        if is_worktree or _is_checkout(folder, inside, copies):
            done.append(folder)
            yield _finding(files, folder, inside, copies, "holds the project once more")
    yield from _copied_folders(files, done)
    yield from _copied_files(files)


def _is_same(identity: tuple[str, str], artifact: Artifact) -> bool:
    name, version = identity
    own = artifact.identity
    same = own.name is not None and re.sub(r"[-_.]+", "-", name).lower() == re.sub(r"[-_.]+", "-", own.name).lower()
    return same and (not version or version == own.version)


def _is_checkout(folder: str, inside: Sequence[str], copies: int) -> bool:
    """More than a manifest that a compiler copied beside its output."""
    project = sum(_PROJECT.fullmatch(name[len(folder) + 1 :]) is not None for name in inside)
    return (project >= 1 and copies >= 2) or project >= 2 or (copies >= FEWEST_COPIES and 2 * copies >= len(inside))


def _copied_folders(files: Mapping[str, Listed], done: Sequence[str]) -> Iterator[Finding]:
    """`src copy/` beside `src/`, with the same files in it."""
    named = [name.split("/") for name in files if " " in name and len(name) <= LONGEST_NAME]
    folders = {"/".join(parts[:count]) for parts in named for count in range(1, len(parts)) if _COPY.fullmatch(parts[count - 1])}
    for folder in sorted(folders)[:MOST_CANDIDATES]:
        original = _original(folder)
        if any(f"{folder}/".startswith(f"{one}/") for one in done) or is_third_party(folder):
            continue
        inside = [name for name in files if name.startswith(f"{folder}/")]
        copies = sum(f"{original}/{name[len(folder) + 1 :]}" in files for name in inside)
        if copies:
            yield _finding(files, folder, inside, copies, f"is a copy of `{shown(original)}`")


def _copied_files(files: Mapping[str, Listed]) -> Iterator[Finding]:
    """`index copy.js` beside `index.js`."""
    for name, one in files.items():
        if " " in name and (original := _original(name)) in files and _CODE.search(name) and one.size and not is_third_party(name):
            message = f"`{shown(name.rpartition('/')[2])}` is a copy that somebody made of `{shown(original.rpartition('/')[2])}`"
            yield about(LITTER, one.path, message, bytes=one.size)


def _original(path: str) -> str:
    """What a path is called a copy of; empty when it is none."""
    folder, slash, base = path.rpartition("/")
    found = _COPY.fullmatch(base)
    return f"{folder}{slash}{found['a'] or (found['b'] or found['c']) + (found['e'] or found['f'] or '')}" if found else ""


def _finding(files: Mapping[str, Listed], folder: str, inside: Sequence[str], copies: int, what: str) -> Finding:
    first = files[inside[0]]
    path = first.path[: len(first.path) - len(first.inner)] + folder + "/"
    size = sum(files[name].size for name in inside)
    message = f"folder {what}: {counted(len(inside), 'file')}, {copies} of them under the same name elsewhere"
    evidence: dict[str, Any] = {"files": len(inside), "bytes": size, "copies": copies, "samples": samples(inside)}
    return about(SECOND_CHECKOUT, path, message, **evidence)
