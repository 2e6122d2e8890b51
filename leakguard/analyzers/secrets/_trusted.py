"""Plug-ins of `detect-secrets` that somebody named on the command line: their code runs, on every line of text.

Never because a policy, a baseline or a repository says so. They are loaded once, before anything is inspected.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from leakguard.analyzers.secrets._work import Allowance
from leakguard.content import Content
from leakguard.errors import UsageError
from leakguard.redact import escape

WINDOW = 4096
"""Bytes of a line that a plug-in sees at a time."""

OVERLAP = 512
"""Bytes by which the pieces of a longer line overlap: no longer secret is lost between them."""

MOST_LINES = 500_000
"""Of one entry."""

_HINT = "`--trust-plugin` takes a Python file with a subclass of detect-secrets' `BasePlugin`"


def load(files: Sequence[Path]) -> tuple[Any, ...]:
    """The plug-ins that these files define; runs their code. Raises `UsageError` for a file that has none, or that fails."""
    return tuple(plugin for file in files for plugin in _plugins_of(file))


@cache
def _plugins_of(file: Path) -> tuple[Any, ...]:
    from detect_secrets.core.plugins.util import get_plugins_from_file

    shown = escape(str(file))
    if not file.is_file():
        raise UsageError(f"the plug-in `{shown}` does not exist", hint=_HINT)
    try:
        classes: list[Any] = list(get_plugins_from_file(str(file)))
        found = tuple(one() for one in sorted(classes, key=lambda one: str(one.__name__)))
    except Exception as error:  # noqa: BLE001 - whatever foreign code raises
        raise UsageError(f"the plug-in `{shown}` cannot be loaded: it raised `{type(error).__name__}`", hint=_HINT) from None
    if not found:
        raise UsageError(f"`{shown}` defines no plug-in", hint=_HINT)
    return found


def secrets_in(content: Content, plugins: Sequence[Any], allowance: Allowance) -> Iterator[tuple[int, bytes, str]]:
    """What the plug-ins take for secrets: offset (bytes), value, and the plug-in's name."""
    seen = set[tuple[int, bytes]]()
    for number, (start, line) in enumerate(_lines(content), 1):
        if number > MOST_LINES:
            allowance.exceed("holds more lines than a plug-in is asked about")
            return
        text = line.decode("utf-8", "replace")
        for plugin in plugins:
            for value in _asked(plugin, text, allowance):
                at = line.find(value)
                if value and at >= 0 and (start + at, value) not in seen:
                    seen.add((start + at, value))
                    yield start + at, value, type(plugin).__name__


def _asked(plugin: Any, line: str, allowance: Allowance) -> list[bytes]:
    try:
        found = plugin.analyze_line(filename="", line=line, line_number=1)
        return [str(one.secret_value or "").encode("utf-8", "replace") for one in found]
    except Exception as error:  # noqa: BLE001 - whatever foreign code raises, the entry was not searched
        allowance.exceed(f"could not be searched by the plug-in `{escape(type(plugin).__name__)}`: it raised `{type(error).__name__}`")
        return []


def _lines(content: Content) -> Iterator[tuple[int, bytes]]:
    """Lines with their offsets; of long ones overlapping pieces."""
    for base, piece in content.windows(OVERLAP):
        start = 0
        while start < len(piece):
            stop = piece.find(b"\n", start)
            stop = len(piece) if stop < 0 else stop
            for at in range(start, stop, WINDOW - OVERLAP):
                yield base + at, bytes(piece[at : min(stop, at + WINDOW)])
            start = stop + 1
