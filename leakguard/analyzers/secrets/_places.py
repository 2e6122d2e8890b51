"""Where a finding stands: its kind of path, its line and column."""

import re
from collections.abc import Iterable, Iterator

from leakguard.content import Content

_SHOW = re.compile(
    r"(?:^|[/!._-])(?:tests?|testing|specs?|docs?|examples?|fixtures?|samples?|demos?|mocks?|__tests__|testdata|tutorials?)(?:[/!._-]|$)",
    re.IGNORECASE,
)


def is_for_show(path: str) -> bool:
    """Whether a path says that what lies there is a test, an example or documentation."""
    return _SHOW.search(path) is not None


def positions(content: Content, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Line and column of ascending offsets, as `Content.position` gives them, in one pass over the content."""
    wanted = iter(offsets)
    target = next(wanted, None)
    line, column = 1, 1
    for base, piece in content.windows(0):
        at = 0
        while target is not None and target <= base + len(piece):
            line, column = _advance(piece[at : target - base], line, column)
            at = target - base
            yield line, column
            target = next(wanted, None)
        if target is None:
            return
        line, column = _advance(piece[at:], line, column)


def _advance(text: bytes, line: int, column: int) -> tuple[int, int]:
    newlines = text.count(b"\n")
    if newlines:
        text = text[text.rfind(b"\n") + 1 :]
        column = 1
    return line + newlines, column + (len(text) if text.isascii() else len(text.decode("utf-8", "replace")))
