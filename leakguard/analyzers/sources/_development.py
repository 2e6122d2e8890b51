"""What compilers add for developers only: file names beside elements and components, bundlers' module names, a literal `__dirname`."""

from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, is_third_party, places, samples
from leakguard.analyzers.sources._rules import DEVELOPMENT_OUTPUT
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

ANCHORS = (
    Anchor(r"_jsxFileName ?= ?[\"']"),
    Anchor(r"lineNumber[\"']?: ?[0-9]"),
    Anchor(r"__file\\?[\"']?(?:,| ?=|:) ?\\?[\"']"),
    Anchor(r"file[0-9$_]{0,4} ?= ?\"[^\"\n]{1,120}\.svelte\""),
    Anchor(r"FILENAME\] ?= ?[\"']"),
    Anchor(r"etClassDebugInfo\("),
    Anchor(r"sourceURL=(?:webpack-internal|turbopack):///"),
    Anchor(r"__(?:dirname|filename)[0-9$_]{0,3} ?= ?[\"'](?:/|[A-Za-z]:)"),
)

_KINDS = (
    "JSX element",
    "JSX element",
    "Vue component",
    "Svelte component",
    "Svelte component",
    "Angular component",
    "module name",
    "`__dirname`",
)
_REACH = 1100

_QUOTED = lazily(rb"""([^"'\\\n]{1,1024})""")
_ELEMENT = lazily(
    rb"""fileName["']?: ?["']([^"'\n]{1,1024})["'],\s{0,80}["']?lineNumber["']?: ?\d{1,7},\s{0,80}["']?columnNumber["']?: ?\d"""
)
_ANGULAR = lazily(rb"""[^()]{1,200}\bfilePath["']?: ?["']([^"'\n]{1,1024})["']""")
_SVELTE = lazily(rb'"([^"\n]{1,120}\.svelte)"\Z')
_URL = lazily(rb"""[^\s"'?`\\]{1,1024}""")
_LITERAL_PATH = lazily(rb"""["']((?:/|[A-Za-z]:[\\/]{1,2})[^"'\n/\\]{1,255}[/\\][^"'\n]{1,1024})["']""")


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for a script, with the files that it names, by what names them."""
    if entry.opaque or is_prose(entry) or is_third_party(entry.path) or _shape.opens_json(content):
        return
    names: dict[str, None] = {}
    kinds: dict[str, int] = {}
    first = None
    for hit in hits[:50_000]:
        if name := _name(content, hit):
            first = hit.end if first is None else first
            names[name] = None
            kinds[_KINDS[hit.anchor]] = kinds.get(_KINDS[hit.anchor], 0) + 1
    if first is None:
        return
    what = ", ".join(counted(count, kind) if not kind.startswith("`") else kind for kind, count in kinds.items())
    message = f"development build names {counted(len(names), 'file')} of the source ({what})"
    evidence: dict[str, Any] = {"files": len(names), "kinds": kinds, "samples": samples(names), **places(names)}
    yield about(DEVELOPMENT_OUTPUT, entry.path, message, content=content, at=first, **evidence)


def _name(content: Content, hit: Hit) -> str:
    """The file that a hit names; empty when it is something else."""
    if hit.anchor == 1:
        found = _ELEMENT.search(content.read(hit.end - _REACH, hit.end + 120))
    elif hit.anchor == 3:
        found = _SVELTE.search(content.read(hit.end - 130, hit.end))
    elif hit.anchor == 7:
        found = _LITERAL_PATH.match(content.read(hit.end - 130, hit.end + _REACH), _quote(content, hit))
    elif hit.anchor == 6 and content.read(hit.end - 48, hit.end).rfind(rb"\n//") >= 0:
        return ""  # in a string for `eval`, which is more than a trace
    else:
        found = {5: _ANGULAR, 6: _URL}.get(hit.anchor, _QUOTED).match(content.read(hit.end, hit.end + _REACH))
    name = found[1 if found.re.groups else 0].decode("utf-8", "replace") if found else ""
    return name if _is_file(name, hit.anchor) else ""


def _quote(content: Content, hit: Hit) -> int:
    before = content.read(hit.end - 130, hit.end)
    return max(before.rfind(b'"'), before.rfind(b"'"))


def _is_file(name: str, anchor: int) -> bool:
    if "${" in name or (anchor != 1 and "/" not in name.replace("\\", "/")):
        return False
    wanted = {
        0: (".js", ".jsx", ".ts", ".tsx", ".mdx", ".mjs"),
        1: (".js", ".jsx", ".ts", ".tsx", ".mdx", ".mjs"),
        2: (".vue",),
        4: (".svelte",),
        5: (".ts",),
    }
    return anchor not in wanted or name.endswith(wanted[anchor])
