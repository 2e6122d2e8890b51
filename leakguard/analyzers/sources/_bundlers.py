"""What bundlers report about a build, by the shape of its JSON: esbuild's metafile, webpack's statistics, visualizers, manifests."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, is_third_party, places, samples
from leakguard.analyzers.sources._rules import BUNDLER_REPORT, BUNDLER_STATISTICS
from leakguard.content import Content, Entry
from leakguard.model import Finding, Severity
from leakguard.plugins import Anchor, Hit

METAFILE, STATISTICS, VISUALIZER, CHART, CHART_DATA, MANIFEST, EXPLORER = range(7)

ANCHORS = (
    Anchor(r"\"bytesInOutput\":"),
    Anchor(r"\"assetsByChunkName\":"),
    Anchor(r"\"nodeMetas\": ?\{"),
    Anchor(r"window\.chartData = \[\{\"label\""),
    Anchor(r"\"isAsset\": ?true"),
    Anchor(r"\"isEntry\": ?true"),
    Anchor(r"var treeDataMap = \{\""),
)

SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".vue", ".svelte", ".html", ".scss")
"""What a manifest says about pictures gives nothing away."""

MOST_MODULES = 200_000


class _Metafile(msgspec.Struct):
    inputs: dict[str, dict[str, msgspec.Raw]]
    outputs: dict[str, dict[str, msgspec.Raw]]


class _Module(msgspec.Struct):
    name: msgspec.Raw = msgspec.Raw()
    source: msgspec.Raw = msgspec.Raw()
    modules: "list[_Module]" = []
    children: "list[_Module]" = []


class _Chunk(msgspec.Struct):
    modules: list[_Module] = []


class _Statistics(msgspec.Struct):
    assetsByChunkName: msgspec.Raw = msgspec.Raw()  # noqa: N815 - webpack's name
    outputPath: msgspec.Raw = msgspec.Raw()  # noqa: N815 - webpack's name
    modules: list[_Module] = []
    chunks: list[_Chunk] = []
    children: "list[_Statistics]" = []


class _Node(msgspec.Struct):
    id: str


class _Graph(msgspec.Struct):
    nodeParts: msgspec.Raw  # noqa: N815 - the name in rollup-plugin-visualizer
    nodeMetas: dict[str, _Node]  # noqa: N815 - the name in rollup-plugin-visualizer


class _Chart(msgspec.Struct):
    label: str
    isAsset: bool = False  # noqa: N815 - webpack-bundle-analyzer's name


class _Chunked(msgspec.Struct):
    file: str
    src: str = ""


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for a report."""
    if entry.opaque or is_prose(entry) or is_third_party(entry.path):
        return
    anchors = {hit.anchor for hit in hits}
    if _shape.is_page(content):
        yield from _page(entry, content, hits)
    elif METAFILE in anchors and (metafile := _shape.decode(content, _Metafile)) is not None:
        if metafile.inputs and all("bytes" in one for one in metafile.inputs.values()):
            yield _statistics(entry, "metafile of esbuild or Bun", list(metafile.inputs))
    elif STATISTICS in anchors and (_shape.opens_json(content) or entry.name.endswith(".json")):
        yield from _webpack(entry, content)
    elif VISUALIZER in anchors and (graph := _shape.decode(content, _Graph)) is not None:
        yield _statistics(entry, "data of a visualizer", [node.id.lstrip("/") for node in graph.nodeMetas.values()])
    elif CHART_DATA in anchors and (chart := _shape.decode(content, list[_Chart])):
        yield _statistics(entry, "data of webpack-bundle-analyzer", [one.label for one in chart])
    elif MANIFEST in anchors and (manifest := _shape.decode(content, dict[str, _Chunked])):
        sources = [one.src for one in manifest.values() if one.src.endswith(SCRIPTS) and not is_third_party(one.src)]
        if sources:
            yield _statistics(entry, "manifest of Vite", sources, severity=Severity.INFO)


def _page(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """A report that is a page with its data inside."""
    anchors = {hit.anchor for hit in hits}
    if VISUALIZER in anchors and _count(content, b'"moduleParts":'):
        yield _statistics(entry, "page of a visualizer", [], modules=_count(content, b'"moduleParts":'))
    elif CHART in anchors:
        yield _statistics(entry, "page of webpack-bundle-analyzer", [], modules=_count(content, b'"parsedSize":'))
    elif EXPLORER in anchors:
        yield _statistics(entry, "page of source-map-explorer", [])
    elif STATISTICS in anchors:
        yield from _by_count(entry, content, "page with webpack's statistics")


def _webpack(entry: Entry, content: Content) -> Iterator[Finding]:
    statistics = _shape.decode(content, _Statistics)
    if statistics is None:
        if content.size > _shape.LONGEST or _shape.decode(content, dict[str, msgspec.Raw]) is not None:
            yield from _by_count(entry, content, "statistics of webpack")
        return
    if not memoryview(statistics.assetsByChunkName).nbytes and not any(
        memoryview(one.assetsByChunkName).nbytes for one in statistics.children
    ):
        return
    names: dict[str, bool] = {}
    own = lines = size = 0
    for module in _modules(statistics):
        name = _shape.text_of(module.name)
        text = memoryview(module.source).tobytes() if _shape.is_string(module.source) else b""
        if name and not (names.get(name)):
            names[name] = len(text) > 2
            if len(text) > 2 and not is_third_party(name):
                own, lines, size = own + 1, lines + text.count(rb"\n") + 1, size + len(text)
    if any(names.values()):
        message = (
            f"statistics of webpack hold {counted(sum(names.values()), 'module')} with text, {counted(lines, 'line')} of first-party source"
        )
        first = samples(sorted(names, key=lambda name: (not names[name], is_third_party(name))))
        evidence: dict[str, Any] = {
            "modules": len(names),
            "with_content": sum(names.values()),
            "first_party": own,
            "lines": lines,
            "bytes": size,
        }
        yield about(BUNDLER_REPORT, entry.path, message, **evidence, samples=first)
    else:
        yield _statistics(entry, "statistics of webpack", list(names), paths=[_shape.text_of(statistics.outputPath)])


def _modules(statistics: _Statistics) -> Iterator[_Module]:
    """Every module, wherever it is nested; not recursive, bounded."""
    compilations = [statistics]
    modules: list[_Module] = []
    while compilations:
        one = compilations.pop()
        compilations += one.children
        modules += one.modules
        for chunk in one.chunks:
            modules += chunk.modules
    left = MOST_MODULES
    while modules and left:
        module = modules.pop()
        modules += module.modules
        modules += module.children
        left -= 1
        yield module


def _by_count(entry: Entry, content: Content, what: str) -> Iterator[Finding]:
    """What is too large or too odd to be read as a whole."""
    texts = _count(content, b'"source":"') + _count(content, b'"source": "')
    if texts:
        yield about(BUNDLER_REPORT, entry.path, f"{what}: the text of {counted(texts, 'module')}", with_content=texts)
    else:
        yield _statistics(entry, what, [])


def _statistics(
    entry: Entry, what: str, names: Sequence[str], *, paths: Sequence[str] = (), modules: int = 0, severity: Severity | None = None
) -> Finding:
    own = [name for name in names if not is_third_party(name)]
    number = len(names) or modules
    message = f"{what}: names {counted(number, 'module')}" if number else what
    evidence: dict[str, Any] = {"modules": number, "first_party": len(own), "samples": samples(own), **places([*names, *paths])}
    return about(BUNDLER_STATISTICS, entry.path, message, severity=severity, **evidence)


def _count(content: Content, needle: bytes) -> int:
    return sum(piece.count(needle) for _, piece in content.windows(0))
