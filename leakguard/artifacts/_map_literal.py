"""Source maps that a script holds as an object literal: Istanbul's `inputSourceMap`, a map that is a module, JSON inside a string.

Keys may be bare or quoted, quotes may be escaped. Nothing is evaluated: the list of texts is read, string by string, and the list of
sources beside it.
"""

import re
from collections.abc import Iterator

import msgspec

from leakguard.artifacts._data_uri import Payload
from leakguard.artifacts._map_model import is_third_party
from leakguard.content import IN_MEMORY, Content
from leakguard.limits import Budget
from leakguard.patterns import lazily

MOST_TEXTS = 100_000
MOST_LAYERS = 3
"""Strings inside each other."""

FEWEST_LINES = 5
"""Lines of text below which a literal is an example in a manual or a test, unless Istanbul put it there."""

_NEAR = 256 * 1024
"""Bytes around the texts in which the sources are looked for first."""

_BEGINS = lazily(rb"""\s{0,64}(?:["'`\\]|null\b|undefined\b|void 0)""")
_SOURCES = lazily(rb"""(?<![A-Za-z0-9_$])sources[\\"']{0,8}\s{0,4}:\s{0,8}\[""")
_ISTANBUL = lazily(rb"""inputSourceMap[\\"']{0,8}\s{0,4}:\s{0,8}\{""")
_SEPARATOR = lazily(r"(?:[\s,]|/\*[^*]{0,200}\*/)*+")
_NOTHING = lazily(r"null|undefined|void 0")
_DOUBLE = r'"([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)'
_SINGLE = r"'([^'\\\n]*+(?:\\.[^'\\\n]*+)*+)"
_TEMPLATE = r"`([^`\\$]*+(?:(?:\\.|\$(?!\{))[^`\\$]*+)*+)"
_OPEN = {body[0]: lazily(body, re.DOTALL) for body in (_DOUBLE, _SINGLE, _TEMPLATE)}
_QUOTES = {body[0]: lazily(body + body[0], re.DOTALL) for body in (_DOUBLE, _SINGLE, _TEMPLATE)}
_REST_OF_STRING = lazily(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_REST_OF_SINGLE = lazily(rb"[^'\\\n]*+(?:\\.[^'\\\n]*+)*+(?=')", re.DOTALL)
_ESCAPE = lazily(r"\\(u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|\r\n|.)", re.DOTALL)
_CONTINUED = ("\n", "\r", "\r\n", "\u2028", "\u2029")
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"} | dict.fromkeys(_CONTINUED, "")
_PAIR = lazily("[\ud800-\udbff][\udc00-\udfff]")


def read_literal(content: Content, bracket: int, budget: Budget) -> Payload | None:
    """The map whose texts begin after the `[` that ends at `bracket`, as JSON; `None` when there is nothing to it."""
    if not _BEGINS.match(content.read(bracket, bracket + 128)):
        return None
    data = content.data if content.data is not None else content.read(bracket - _NEAR, bracket + IN_MEMORY)
    base = 0 if content.data is not None else max(0, bracket - _NEAR)
    start = bracket - base
    texts, stop = _list(data, start)
    size = sum(len(text) for text in texts if text)
    budget.spend_inflated(size)
    if not size or not (_lines(texts) >= FEWEST_LINES or _ISTANBUL.search(data, max(0, start - _NEAR), start)):
        return None
    sources = _sources(data, start, stop, len(texts))
    if all(is_third_party(source or "") for source in sources) and len(sources) >= len(texts):
        return None
    encoded = msgspec.json.encode({"version": 3, "sources": sources, "sourcesContent": texts, "mappings": ""})
    return Payload(encoded, base + stop)


def _lines(texts: list[str | None]) -> int:
    return sum(bool(line.strip()) for text in texts if text for line in text.split("\n", 50))


def _list(data: bytes, start: int) -> tuple[list[str | None], int]:
    """The strings of the list that begins at `start`, and the offset after them."""
    if data[start : start + 8].lstrip().startswith(b"\\"):
        rest = _REST_OF_STRING.match(data, start)
        assert rest is not None
        return _escaped_list(rest[0]), rest.end()
    texts: list[str | None] = []
    text, end = "", 0
    for most in (_NEAR, IN_MEMORY):
        text = data[start : start + most].decode("utf-8", "surrogateescape")
        found = list(_strings(text))
        texts, end = [value for value, _ in found], found[-1][1] if found else 0
        if len(data) <= start + most or _is_over(text, end):
            break
    if _closes(text, end) or (single := _REST_OF_SINGLE.match(data, start)) is None:
        return _settled(texts), start + len(text[:end].encode("utf-8", "surrogateescape"))
    whole = _escaped_list(single[0], undone=1)
    return (whole, single.end()) if len(whole) >= len(texts) else (_settled(texts), start + end)


def _is_over(text: str, end: int) -> bool:
    """Whether what follows the strings is no string that a longer window would hold to its end."""
    separator = _SEPARATOR.match(text, end)
    assert separator is not None
    at = separator.end()
    body = _OPEN[text[at]].match(text, at) if text[at : at + 1] in _OPEN else None
    return body.end() < len(text) - 1 if body else at < len(text)


def _closes(text: str, end: int) -> bool:
    separator = _SEPARATOR.match(text, end)
    assert separator is not None
    return text[separator.end() : separator.end() + 1] == "]"


def _escaped_list(encoded: bytes, undone: int = 0) -> list[str | None]:
    """The same inside a string, whose own escapes are undone first: `undone` times at least."""
    text = encoded.decode("utf-8", "surrogateescape")
    for layer in range(MOST_LAYERS):
        if layer >= undone and not text.lstrip().startswith("\\"):
            break
        text = _unescaped(text)
    return _settled([value for value, _ in _strings(text)])


def _strings(text: str) -> Iterator[tuple[str | None, int]]:
    """Each string or `null` of a list, with the offset after it, up to the bracket or to what is neither."""
    at = 0
    for _ in range(MOST_TEXTS):
        separator = _SEPARATOR.match(text, at)
        assert separator is not None
        at = separator.end()
        if nothing := _NOTHING.match(text, at):
            at = nothing.end()
            yield None, at
            continue
        shape = _QUOTES.get(text[at : at + 1])
        found = shape.match(text, at) if shape else None
        if found is None:
            return
        at = found.end()
        yield _unescaped(found[1]), at


def _settled(texts: list[str | None]) -> list[str | None]:
    """A literal that stood in a string of another kind of quote still has its escapes."""
    whole = [text for text in texts if text]
    if whole and all("\n" not in text for text in whole) and any("\\n" in text for text in whole):
        return [_unescaped(text) if text else text for text in texts]
    return texts


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_one, text)
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), plain)


def _one(match: re.Match[str]) -> str:
    escape = match[1]
    if len(escape) > 2:
        code = int(escape.strip("ux{}"), 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _NAMED.get(escape, escape)


def _sources(data: bytes, start: int, stop: int, wanted: int) -> list[str | None]:
    """The list of sources behind the texts in the same object, else before them; the one that is as long as they are is preferred."""
    before = [found.end() for found in _SOURCES.finditer(data, max(0, start - _NEAR), start)][-1:]
    if not before and start > _NEAR and (far := data.rfind(b"sources", 0, start - _NEAR)) >= 0 and (found := _SOURCES.match(data, far)):
        before = [found.end()]
    following = next(_SOURCES.finditer(data, stop, stop + _NEAR), None)
    after = [following.end()] if following else []
    inside = following is not None and b"}" not in data[stop : following.start()]
    lists = [_list(data[: at + _NEAR], at)[0] for at in ((*after, *before) if inside else (*before, *after))]
    fitting = [one for one in lists if len(one) == wanted]
    chosen = (fitting or lists or [[]])[0]
    return chosen[:MOST_TEXTS]
