"""Builds that Istanbul instrumented: a literal beside each module says its path, its statements, perhaps its source map."""

from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, is_third_party, places, samples
from leakguard.analyzers.sources._rules import DEVELOPMENT_BUILD
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

ANCHORS = (Anchor(r"statementMap[\"']?: ?\{"), Anchor(r"inputSourceMap[\"']?: ?\{"))

MOST_MODULES = 20_000

_FIRST_STATEMENT = lazily(rb"""\s{0,200}["']?[01]["']?: ?\{\s{0,200}["']?start["']?: ?\{\s{0,200}["']?line["']?: ?\d""")
_PATH = lazily(rb"""path["']? ?[:=] ?["']([^"'\n]{1,1024})["']""")


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for a script, with the modules that it counts."""
    if entry.opaque or is_prose(entry) or is_third_party(entry.path) or _shape.opens_json(content) or _shape.is_page(content):
        return
    found = [hit.end for hit in hits[:MOST_MODULES] if hit.anchor == 0 and _FIRST_STATEMENT.match(content.read(hit.end, hit.end + 1024))]
    if not found:
        return
    paths = [path for end in found if (path := _path(content, end))]
    maps = sum(hit.anchor == 1 for hit in hits)
    message = f"instrumented for coverage by Istanbul: {counted(len(found), 'module')} with paths and statements"
    if maps:
        message += f", {counted(maps, 'embedded map')}"
    evidence: dict[str, Any] = {"modules": len(found), "embedded_maps": maps, "samples": samples(paths), **places(paths)}
    yield about(DEVELOPMENT_BUILD, entry.path, message, content=content, at=found[0], **evidence)


def _path(content: Content, end: int) -> str:
    before = _PATH.findall(content.read(end - 4096, end))
    return before[-1].decode("utf-8", "replace") if before else ""
