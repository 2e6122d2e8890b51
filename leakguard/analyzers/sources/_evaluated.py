"""Development bundles of webpack and rspack: each module is a string for `eval`, with its comments, and names itself at the end."""

from collections.abc import Iterator, Sequence
from typing import Any

from leakguard.analyzers.sources._finding import about, counted, is_prose, is_third_party, places, samples
from leakguard.analyzers.sources._rules import DEVELOPMENT_BUILD
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

ANCHORS = (Anchor(r"\\n//# sourceURL=(?:webpack|rspack)"),)
"""The line break is escaped: it stands in a string."""

LONGEST_MODULE = 8 * 1024 * 1024
MOST_MODULES = 20_000

_EVAL = b"eval("
_OPENING = lazily(rb"""\((?:[A-Za-z_$][\w$.]{0,60}\.ts\()?(["'])""")
_URL = lazily(rb"[^\\\"'?\s]{0,1024}")
_MAP = rb"\n//# sourceMappingURL="


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for a bundle, with what can be read out of its strings."""
    if entry.opaque or is_prose(entry) or is_third_party(entry.path):
        return
    names: list[str] = []
    own = lines = size = 0
    first = None
    before = 0
    for hit in hits[:MOST_MODULES]:
        module = _module(content, before, hit.end)
        before = hit.end
        if module is None:
            continue
        start, name, text = module
        first = start if first is None else first
        names.append(name)
        if not is_third_party(name):
            own += 1
            lines += text.replace(rb"\\", b"").count(rb"\n") + 1
            size += len(text)
    if first is None:
        return
    message = (
        f"development bundle holds {counted(len(names), 'module')} as strings for `eval`, {counted(lines, 'line')} of first-party source"
    )
    shown = samples(sorted(names, key=is_third_party))
    evidence: dict[str, Any] = {"modules": len(names), "first_party": own, "lines": lines, "bytes": size, "samples": shown, **places(names)}
    yield about(DEVELOPMENT_BUILD, entry.path, message, content=content, at=first, **evidence)


def _module(content: Content, before: int, end: int) -> tuple[int, str, bytes] | None:
    """Where the call begins, the module's name and its text, if `end` is behind the scheme of its `sourceURL`."""
    base = max(before, end - LONGEST_MODULE)
    segment = content.read(base, end + 1024)
    stop = end - base
    call = segment.rfind(_EVAL, 0, stop)
    opening = _OPENING.match(segment, call + len(_EVAL) - 1) if call >= 0 else None
    found = _URL.match(segment, stop)
    if opening is None or found is None or b"${" in found[0]:
        return None
    text = segment[opening.end() : segment.rfind(rb"\n//# sourceURL=", 0, stop)]
    if opening[1] in text.replace(rb"\\", b"").replace(b"\\" + opening[1], b""):
        return None
    cut = text.find(_MAP)
    text = text if cut < 0 else text[:cut]
    while text.endswith(rb"\n"):
        text = text[:-2]
    return base + call, _name(found[0].decode("utf-8", "replace")), text


def _name(url: str) -> str:
    """`-internal:///./src/a.js` and `://package/./src/a.js` → `src/a.js`."""
    return url.partition("://")[2].partition("/")[2].removeprefix("./") or url
