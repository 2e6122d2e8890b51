"""What build tools keep between runs: folders known by name and by what is in them, files known by their content."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, places, samples, shown
from leakguard.analyzers.sources._rules import BUILD_CACHE, COVERAGE_REPORT
from leakguard.content import Content, Entry
from leakguard.model import Finding, RuleId
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

LONGEST_NAME = 4096
MOST_TAGS = 100

LINTER, OPTIMIZED, TAG = range(3)

ANCHORS = (Anchor(r"\"hashOfConfig\":"), Anchor(r"\"browserHash\":"), Anchor(r"Signature: 8a477f597d28d172789f06886806bc55"))
"""ESLint and stylelint; Vite; the signature of the Cache Directory Tagging Specification."""

_TAG_LENGTH = 43
_LMDB = b"\xde\xc0\xef\xbe"
"""Magic of a meta page of LMDB, behind a page header of 16 bytes, or of 24 in the fork that Parcel uses."""


class _Folder(NamedTuple):
    inside: re.Pattern[str]
    """What is in such a folder: the path below it."""
    what: str
    rule: RuleId = BUILD_CACHE


def _folder(inside: str, what: str, rule: RuleId = BUILD_CACHE) -> _Folder:
    return _Folder(lazily(inside), what, rule)


FOLDERS = {
    ".next": _folder(r"(?:dev/)?cache/(?:webpack|swc|images|fetch-cache|eslint|turbopack|rspack|\.)", "the cache of Next.js"),
    ".turbo": _folder(r"turbo-[^/]+\.log$|(?:cache|daemon|cookies|runs)/", "the cache of Turborepo"),
    ".vite": _folder(r"(?:deps(?:_\w+)?|vitest)/", "the cache of Vite"),
    ".parcel-cache": _folder(r".*(?:\.mdb|\.blob|\.txt|\.large-blobs|lock|/[0-9a-f]{2,}\S*|^[0-9a-f]{8,}\S*)$", "the cache of Parcel"),
    ".nx": _folder(r"(?:cache|workspace-data)/", "the cache of Nx"),
    ".angular": _folder(r"cache/", "the cache of the Angular CLI"),
    ".swc": _folder(r"(?:plugins|generators)/", "the cache of SWC"),
    ".mypy_cache": _folder(r"\d+\.\d+/.*\.(?:json|db|ff)|CACHEDIR\.TAG$|missing_stubs$", "the cache of mypy"),
    ".ruff_cache": _folder(r"\d+\.\d+[^/]*/|content/|CACHEDIR\.TAG$", "the cache of Ruff"),
    ".pytest_cache": _folder(r"v/cache/|CACHEDIR\.TAG$", "the cache of pytest"),
    ".pytype": _folder(r"(?:pyi|imports)/", "the cache of pytype"),
    ".hypothesis": _folder(r"(?:examples|unicode_data|constants|charmap)/", "the database of Hypothesis"),
    ".tox": _folder(
        r"[^/]+/(?:bin|lib|log|tmp|Scripts|Lib|share|include|pyvenv\.cfg|\.tox-|dist)|\.pkg|log/|dist/", "an environment of tox"
    ),
    ".nox": _folder(r"[^/]+/(?:bin|lib|tmp|Scripts|Lib|pyvenv\.cfg)", "an environment of nox"),
    ".rpt2_cache": _folder(r"rpt2_|[0-9a-f]{8}", "the cache of a Rollup plug-in"),
    ".rollup.cache": _folder(r".", "the cache of a Rollup plug-in"),
    ".sass-cache": _folder(r"[0-9a-f]{8}|.*c$", "the cache of Sass"),
    ".wireit": _folder(r"[0-9a-f]{8}", "the cache of Wireit"),
    ".wrangler": _folder(r"(?:state|tmp)/", "the local state of Wrangler"),
    ".vscode-test": _folder(r"(?:user-data|extensions|vscode-)", "an editor for tests, with its state"),
    ".ipynb_checkpoints": _folder(r"[^/]+-checkpoint\.\w+$", "Jupyter's copies of earlier states"),
    ".nyc_output": _folder(r"(?:processinfo/)?[\w-]+\.json$", "the raw coverage of nyc", COVERAGE_REPORT),
    "node_modules": _folder(r"\.(?:cache/[^/]+|vite/deps[^/]*|vitest)/", "the cache of build tools in `node_modules`"),
}
"""Name → what is in it, as a message says it."""

_FIXTURES = frozenset(("fixtures", "__fixtures__", "fixture", "testdata", "test-data", "test_data"))
_LISTED = lazily(rb'"((?:/|\.{0,2}/|[A-Za-z]:\\\\)[^"\n]{1,1024}\.\w{1,6})"')


class Tree(Struct):
    """A folder that is reported as one."""

    rule: RuleId
    what: str
    files: int = 0
    size: int = 0


class Caches:
    """The folders that were seen of one artifact."""

    def __init__(self) -> None:
        self._trees: dict[str, Tree] = {}
        self._tags: list[str] = []

    def enter(self, entry: Entry) -> None:
        """Count a file for the folder that it belongs to."""
        if len(entry.name) > LONGEST_NAME:
            return
        parts = entry.name.split("/")
        for index, part in enumerate(parts[:-1]):
            if (folder := FOLDERS.get(part)) is not None and folder.inside.match("/".join(parts[index + 1 :])):
                if not _FIXTURES.intersection(parts[:index]):
                    self._count(entry, len(parts) - index - 1, folder)
                return

    def analyze(self, entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
        """Caches under any name."""
        anchors = {hit.anchor for hit in hits}
        if TAG in anchors and hits[0].end == _TAG_LENGTH and entry.name.endswith("CACHEDIR.TAG"):
            self._tags[:] = [*self._tags[: MOST_TAGS - 1], entry.path.removesuffix("CACHEDIR.TAG")]
        if anchors <= {TAG} or entry.opaque or is_prose(entry) or not _shape.opens_json(content) or self.covers(entry.path):
            return
        head = content.read(0, 4 * 1024 * 1024)
        if LINTER in anchors and (b'"results"' in head or b'"size"' in head):
            names = [name.decode("utf-8", "replace") for name in _LISTED.findall(head)]
            message = f"cache of a linter: names {counted(len(names), 'file')}"
            yield about(BUILD_CACHE, entry.path, message, files=len(names), samples=samples(names), **places(names))
        elif OPTIMIZED in anchors and b'"optimized"' in head:
            yield about(BUILD_CACHE, entry.path, "Vite's index of pre-bundled dependencies")

    def covers(self, path: str) -> bool:
        """Whether a path lies in a folder that is reported as one."""
        return folder_among(path, self._trees) is not None

    def conclude(self, paths: Sequence[str]) -> Iterator[Finding]:
        """One finding a folder; `paths` are those of all outermost files."""
        for path, tree in self._trees.items():
            yield about(tree.rule, path, f"ships {tree.what} ({counted(tree.files, 'file')})", files=tree.files, bytes=tree.size)
        for folder in self._tags:
            files = sum(path.startswith(folder) for path in paths) - 1
            if files > 0 and folder and not self.covers(folder):
                yield about(BUILD_CACHE, folder, f"ships a folder that is tagged as a cache ({counted(files, 'more file')})", files=files)

    def _count(self, entry: Entry, below: int, folder: _Folder) -> None:
        path = entry.path.rsplit("/", below)[0] + "/"
        size = entry.content.size if entry.content is not None else entry.size
        if not size:
            return
        tree = self._trees.setdefault(path, Tree(folder.rule, folder.what))
        tree.files += 1
        tree.size += size


def folder_among(path: str, folders: Collection[str]) -> str | None:
    """The first of these folders, each with its final slash, that a path lies in."""
    at = path.find("/")
    while 0 <= at < LONGEST_NAME:
        if path[: at + 1] in folders:
            return path[: at + 1]
        at = path.find("/", at + 1)
    return None


def judge_binary(entry: Entry, content: Content) -> Iterator[Finding]:
    """Packs of webpack and the database of Parcel (LMDB), by their first bytes."""
    head = content.read(0, 32)
    name = shown(entry.name.rpartition("/")[2])
    if head.startswith(b"wpc\x01") and b"webpack" in content.read(0, 1 << 20):
        yield about(BUILD_CACHE, entry.path, f"`{name}` is a pack of webpack's cache, with sources in it", bytes=content.size)
    elif _LMDB in (head[16:20], head[24:28]) and _is_parcel(entry, content):
        yield about(BUILD_CACHE, entry.path, f"`{name}` is the database of Parcel's cache, with sources in it", bytes=content.size)


def _is_parcel(entry: Entry, content: Content) -> bool:
    return "parcel" in entry.name.lower() or any(
        b"@parcel/" in content.read(at, at + (1 << 20)) for at in range(0, min(content.size, 1 << 24), 1 << 20)
    )
