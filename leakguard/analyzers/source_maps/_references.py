"""`sourceMappingURL` comments (ECMA-426 §11.1) that name a map elsewhere."""

import re
from collections.abc import Iterator, Sequence
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from msgspec import Struct

from leakguard.analyzers.source_maps._places import is_placeholder
from leakguard.content import Content, Entry
from leakguard.patterns import lazily
from leakguard.plugins import Hit
from leakguard.redact import escape_name

LAST = 2
"""Of several comments in a file, only the last ones can be what a consumer reads."""

_LENGTH = len(b"sourceMappingURL=")
_BEFORE = 16
_LONGEST = 2048
_COMMENT = lazily(
    rb"""(?:^|[\s;})\]>])
         (?: //[#@][ \t]{0,4}sourceMappingURL=(?P<line>[^\s'"`\\]++)[ \t]*+(?:[\r\n]|\Z|\xe2\x80[\xa8\xa9])
           | /\*[#@][ \t]{0,4}sourceMappingURL=(?P<block>[^\s'"`\\*]++)\s{0,4}\*/ )""",
    re.VERBOSE,
)


class Reference(Struct, frozen=True):
    """A comment, where it stands, and what it names."""

    path: str
    line: int | None
    column: int | None
    url: str


def references_in(entry: Entry, hits: Sequence[Hit]) -> Iterator[Reference]:
    """The last comments of a text that name something that is neither inline nor a placeholder."""
    content = entry.content
    assert content is not None
    for hit in hits[-LAST:]:
        start = max(0, hit.end - _LENGTH - _BEFORE)
        window = content.read(start, hit.end + _LONGEST)
        for found in _COMMENT.finditer(window, 0):
            if found.start() > hit.end - start:
                break
            url = (found["line"] or found["block"]).decode("utf-8", "replace")
            if found.end() > hit.end - start and not url.startswith("data:") and not is_placeholder(url):
                yield _placed(entry.path, content, start + window.index(b"/", found.start()), url)


def target_of(path: str, url: str) -> str:
    """The path of the entry that a relative reference in the entry `path` means; empty when it leads out of the container."""
    container, nested, inner = path.rpartition("!/")
    plain = unquote(re.split(r"[?#]", url, maxsplit=1)[0])
    resolved = normpath(join(dirname(inner), escape_name(plain))) if not plain.startswith("/") else normpath(plain[1:])
    return "" if resolved.startswith("..") else f"{container}{nested}{resolved}"


def _placed(path: str, content: Content, offset: int, url: str) -> Reference:
    line, column = content.position(offset)
    return Reference(path, line, column, url)
