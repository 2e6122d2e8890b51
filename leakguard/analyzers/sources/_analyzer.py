"""One artifact: each hit goes to the module that its anchor is of; what needs the whole is judged at the end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from leakguard.analyzers.sources import (
    _bundlers,
    _caches,
    _checkouts,
    _coverage,
    _cython,
    _development,
    _dumps,
    _environment,
    _evaluated,
    _instrumented,
    _listed,
    _local,
    _notebooks,
    _packages,
    _profiles,
    _state,
)
from leakguard.analyzers.sources._finding import about, counted, samples
from leakguard.analyzers.sources._rules import COVERAGE_REPORT, ORIGINAL
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Finding, Kind
from leakguard.plugins import Anchor, Hit
from leakguard.settings import Settings

_MAPS = ("source-map", "inline-source-map")
_JVM = (".java", ".kt", ".scala", ".groovy")
_LONGEST_MANIFEST = 1024 * 1024
_MOST_LISTS, _MOST_MANIFESTS = 1000, 5000

Judge = Callable[[Entry, Content, Sequence[Hit]], Iterable[Finding]]


class _Part(NamedTuple):
    anchors: Sequence[Anchor]
    judge: Judge | None
    """`None`: the analyzer itself knows what to do with the hits."""


@cache
def parts() -> tuple[_Part, ...]:
    """The modules that judge by content; the first two are treated apart."""
    return (
        _Part(_caches.ANCHORS, None),
        _Part(_coverage.ANCHORS, _coverage.judge),
        _Part(_evaluated.ANCHORS, _evaluated.judge),
        _Part(_instrumented.ANCHORS, _instrumented.judge),
        _Part(_development.ANCHORS, _development.judge),
        _Part(_environment.ANCHORS, _environment.judge),
        _Part(_bundlers.ANCHORS, _bundlers.judge),
        _Part(_state.ANCHORS, _state.judge),
        _Part(_dumps.ANCHORS, _dumps.judge),
        _Part(_profiles.ANCHORS, _profiles.judge),
        _Part(_notebooks.ANCHORS, _notebooks.judge),
        _Part(_cython.ANCHORS, _cython.judge),
        _Part(_local.anchors(), _local.judge),
    )


class Sources:
    """What `leakguard.plugins.Analyzer` describes."""

    def __init__(self) -> None:
        self._parts = parts()
        self._starts = list(accumulate((len(part.anchors) for part in self._parts), initial=0))
        self._owner = [index for index, part in enumerate(self._parts) for _ in part.anchors]
        self._caches = _caches.Caches()
        self._pages: dict[str, int] = {}
        self._lists: dict[str, tuple[str, list[str]]] = {}
        self._manifests: dict[str, bytes] = {}
        self._nested: dict[str, tuple[str, str]] = {}
        self._jars: dict[str, list[tuple[str, int]]] = {}

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Judge what its name or its first bytes announce."""
        content = entry.content
        if entry.kind is not Kind.FILE or content is None:
            return ()
        name = entry.name
        if name[:1] == "." or "/." in name or "node_modules/." in name:
            self._caches.enter(entry)
        if entry.parent is None:
            self._remember(entry, content)
        elif name.endswith(_JVM):
            self._note_jar(entry)
        if entry.opaque:
            return self._by_first_bytes(entry, content) if entry.opaque in ("binary", "native code") else ()
        if name.endswith(_cython.SUFFIXES):
            return list(_cython.judge_named(entry, content))
        return list(_state.judge_named(entry, content)) if name.endswith(_state.SUFFIX) else ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterator[Finding]:
        """Hand the hits to whom they belong to."""
        content = entry.content
        if content is None or (entry.parent is not None and entry.inside(*_MAPS)):
            return
        owned: dict[int, list[Hit]] = {}
        for hit in hits:
            owner = self._owner[hit.anchor]
            owned.setdefault(owner, []).append(Hit(hit.anchor - self._starts[owner], hit.end))
        for owner, own in sorted(owned.items()):
            judge = self._parts[owner].judge
            if judge is None:
                yield from self._caches.analyze(entry, content, own)
            elif judge is _coverage.judge and self._caches.covers(entry.path):
                continue
            elif judge is _coverage.judge and (lines := _coverage.lines_of_page(entry, content, own)):
                self._pages[entry.path] = lines
            else:
                yield from judge(entry, content, own)

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - the contract's
        """Judge folders, lists and the package as a whole."""
        yield from self._caches.conclude([one.path for one in artifact.listing if one.kind is Kind.FILE])
        yield from self._reports()
        yield from self._source_jars(artifact)
        yield from _listed.judge(artifact, self._lists)
        manifest = self._manifests.get(f"{artifact.identity.root}{_packages.MANIFEST}")
        yield from _packages.judge(artifact, manifest)
        yield from _checkouts.judge(artifact, self._nested)

    def _by_first_bytes(self, entry: Entry, content: Content) -> Iterator[Finding]:
        yield from _dumps.judge_binary(entry, content)
        if entry.opaque == "binary":
            yield from _coverage.judge_binary(entry, content)
            if not self._caches.covers(entry.path):
                yield from _caches.judge_binary(entry, content)

    def _remember(self, entry: Entry, content: Content) -> None:
        """Lists and manifests of the artifact itself."""
        base = entry.name.rpartition("/")[2]
        if base in _checkouts.MANIFESTS and content.size <= _LONGEST_MANIFEST and len(self._nested) < _MOST_MANIFESTS:
            data = content.read(0, content.size)
            if base == _packages.MANIFEST and entry.name.count("/") <= 1:
                self._manifests[entry.name] = data
            if "/" in entry.name and (identity := _checkouts.declared(base, data)) is not None:
                self._nested[entry.name] = identity
        elif len(self._lists) < _MOST_LISTS and (found := _listed.names_of(entry, content)) is not None:
            self._lists[entry.path] = found

    def _note_jar(self, entry: Entry) -> None:
        """Count the sources in an archive of sources."""
        assert entry.parent is not None
        if entry.parent.name.lower().endswith(("-sources.jar", "-src.jar")):
            self._jars.setdefault(entry.parent.path, []).append((entry.name, entry.size))

    def _source_jars(self, artifact: Artifact) -> Iterator[Finding]:
        for path, entries in self._jars.items():
            evidence: dict[str, Any] = {
                "files": len(entries),
                "bytes": sum(size for _, size in entries),
                "samples": samples(name for name, _ in entries),
            }
            yield about(ORIGINAL, path, f"archive of sources: {counted(len(entries), 'file')}", kind="sources-jar", **evidence)
        if artifact.target.lower().endswith("-sources.jar"):
            names = [one.inner for one in artifact.listing if one.inner.endswith(_JVM)]
            if names:
                message = f"archive of sources: {counted(len(names), 'file')}"
                yield about(ORIGINAL, "", message, kind="sources-jar", files=len(names), samples=samples(names))

    def _reports(self) -> Iterator[Finding]:
        """One finding for each folder of coverage pages."""
        groups: dict[str, list[str]] = {}
        for path in sorted(self._pages, key=lambda one: one.count("/")):
            folder = path.rpartition("/")[0] + "/" if "/" in path else ""
            over = "" if "" in groups else _caches.folder_among(folder, groups) or folder
            groups.setdefault(over, []).append(path)
        for folder, paths in groups.items():
            lines = sum(self._pages[path] for path in paths)
            where = folder or paths[0]
            message = f"coverage report shows the source of {counted(len(paths), 'file')}, {counted(lines, 'line')}"
            yield about(
                COVERAGE_REPORT, where, message, files=len(paths), lines=lines, samples=samples(path.removeprefix(folder) for path in paths)
            )
