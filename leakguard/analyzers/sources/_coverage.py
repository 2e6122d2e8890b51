"""What coverage tools write: pages with the source, and data about it."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, is_third_party, places, samples
from leakguard.analyzers.sources._rules import COVERAGE_DATA, COVERAGE_REPORT
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

PAGES = (
    (r"<pre><table class=\"coverage\">", b"", b"<a name='L"),
    (r"<title>Coverage for ", b"coverage.py v", b'id="t'),
    (r"<title>LCOV - ", b'<pre class="source">', b'class="lineNum"'),
    (r"Go Coverage Report</title>", b'<pre class="file"', b"\n"),
    (r"<pre class=\"source lang-", b"jacoco", b"\n"),
    (r"class='source-name-title'", b"", b"class='line-number'"),
)
"""What announces a page with source → what else is in such a page → what stands once in each line of it."""

RECORD, COBERTURA, CLOVER, JACOCO, ISTANBUL, PROCESS, MAPS, V8, DATABASE, PRIVATE = range(len(PAGES), len(PAGES) + 10)

ANCHORS = (
    *(Anchor(pattern) for pattern, _, _ in PAGES),
    Anchor(r"\nend_of_record"),
    Anchor(r" branch-rate=\""),
    Anchor(r"<coverage generated=\""),
    Anchor(r"-//JACOCO//DTD"),
    Anchor(r"\"statementMap\": ?\{"),
    Anchor(r"\"coverageFilename\":"),
    Anchor(r"\"source-map-cache\":"),
    Anchor(r"\"isBlockCoverage\":"),
    Anchor(r"CREATE TABLE coverage_schema"),
    Anchor(r"!coverage\.py: This is a private format"),
)

NATIVE = (
    (b"oncg", ".gcno"),
    (b"gcno", ".gcno"),
    (b"adcg", ".gcda"),
    (b"gcda", ".gcda"),
    (b"\x81rforpl\xff", ".profraw"),
    (b"\xfflprofr\x81", ".profraw"),
)
"""First bytes of what GCC and LLVM write, with the suffix that it has."""

_SOURCE_FILE = lazily(rb"^SF:([^\r\n]{1,1024})", re.MULTILINE)
_XML_FILE = lazily(rb"""<(?:class|file|sourcefile)\b[^<>]{0,1024}?\b(?:filename|path|name)="([^"<>]{1,1024})\"""")
_XML_ROOT = lazily(rb"<(?:coverage|report)\b")
_EMBEDDED = lazily(rb'"sourcesContent"\s*:\s*\[\s*(?:null\s*,\s*)*+"[^"]')
_MODULE = lazily(rb"(?:[A-Za-z]:)?[/\\][\w./\\ @+-]{2,250}\.pyw?(?=[^\w.])")


class _File(msgspec.Struct):
    path: str
    statementMap: msgspec.Raw  # noqa: N815 - Istanbul's name
    inputSourceMap: msgspec.Raw = msgspec.Raw()  # noqa: N815 - Istanbul's name


class _Process(msgspec.Struct):
    coverageFilename: str  # noqa: N815 - nyc's name
    argv: list[str]
    cwd: str = ""


class _Script(msgspec.Struct):
    url: str
    functions: msgspec.Raw


class _V8(msgspec.Struct):
    result: list[_Script]
    maps: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict, name="source-map-cache")


def lines_of_page(entry: Entry, content: Content, hits: Sequence[Hit]) -> int:
    """Lines of source that a page shows; 0 if it is no page of a report."""
    first = hits[0].anchor
    if first >= len(PAGES) or entry.opaque or is_third_party(entry.path) or not _shape.is_page(content):
        return 0
    _, proof, line = PAGES[first]
    if proof and not any(proof in piece for _, piece in content.windows(len(proof))):
        return 0
    return sum(piece.count(line) for _, piece in content.windows(0))


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for data of a run."""
    if is_third_party(entry.path) or is_prose(entry):
        return
    anchors = {hit.anchor for hit in hits}
    if DATABASE in anchors and entry.container == "sqlite" and entry.parent is not None:
        whole = entry.parent.content
        yield _data(entry.parent, "database of coverage.py", _modules(whole) if whole is not None else [])
    elif entry.opaque:
        return
    elif _shape.opens_json(content):
        yield from _json(entry, content, anchors)
    elif RECORD in anchors and content.read(0, 64).lstrip().startswith((b"TN:", b"SF:")):
        yield _data(entry, "lcov data", _names(_SOURCE_FILE, content))
    elif anchors & {COBERTURA, CLOVER, JACOCO} and _shape.is_page(content) and _XML_ROOT.search(content.read(0, 4096)):
        yield _data(entry, "coverage XML", _names(_XML_FILE, content))
    elif PRIVATE in anchors and content.read(0, 1) == b"!":
        yield _data(entry, "data of coverage.py", _modules(content))


def judge_binary(entry: Entry, content: Content) -> Iterator[Finding]:
    """What GCC and LLVM write beside objects and for each run."""
    head = content.read(0, 8)
    if any(head.startswith(magic) and entry.name.endswith(suffix) for magic, suffix in NATIVE):
        yield _data(entry, "coverage data of a compiler", [])


def _json(entry: Entry, content: Content, anchors: set[int]) -> Iterator[Finding]:
    if PROCESS in anchors and (process := _shape.decode(content, _Process)) is not None:
        message = f"process information of nyc: a command line of {counted(len(process.argv), 'argument')} and the working directory"
        yield about(
            COVERAGE_REPORT, entry.path, message, arguments=len(process.argv), samples=samples([process.cwd]), **places([process.cwd])
        )
    elif ISTANBUL in anchors and (files := _shape.decode(content, dict[str, _File])):
        names = [one.path for one in files.values()]
        maps = sum(_EMBEDDED.search(bytes(one.inputSourceMap)) is not None for one in files.values())
        yield _source(entry, names, maps) if maps else _data(entry, "coverage data of Istanbul", names)
    elif anchors & {MAPS, V8} and (report := _shape.decode(content, _V8)) is not None and report.result:
        names = [one.url for one in report.result if not one.url.startswith("node:")]
        maps = sum(_EMBEDDED.search(bytes(one)) is not None for one in report.maps.values())
        yield _source(entry, names, maps) if maps else _data(entry, "coverage data of V8", names)


def _source(entry: Entry, names: Sequence[str], maps: int) -> Finding:
    message = f"coverage data of {counted(len(names), 'file')} holds {counted(maps, 'source map')} with source"
    return about(COVERAGE_REPORT, entry.path, message, files=len(names), with_content=maps, samples=samples(names), **places(names))


def _data(entry: Entry, what: str, names: Sequence[str]) -> Finding:
    distinct = list(dict.fromkeys(names))
    message = f"{what}: names {counted(len(distinct), 'file')}" if distinct else what
    return about(COVERAGE_DATA, entry.path, message, files=len(distinct), samples=samples(distinct), **places(distinct))


def _names(pattern: re.Pattern[bytes], content: Content) -> list[str]:
    return [name.decode("utf-8", "replace") for _, piece in content.windows(0) for name in pattern.findall(piece)]


def _modules(content: Content) -> list[str]:
    return [match[0].decode("utf-8", "replace") for match in _MODULE.finditer(content.read(0, 8 * 1024 * 1024))]
