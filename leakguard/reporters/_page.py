"""Lines of text of a given width, with colour where it is wanted, and nothing in them that a terminal or a build service obeys."""

import textwrap
from collections.abc import Iterator

from msgspec import Struct, field

from leakguard.patterns import lazily
from leakguard.redact import escape

WIDEST = 100
"""Columns of the widest page: longer lines are hard to read."""

LONGEST_NAME = 400
"""Characters of a name that are shown; a hostile one can have thousands."""

_THOUSAND = 1000
_COLORS = {"block": "1;31", "error": "1;31", "warn": "1;33", "pass": "1;32", "allow": "2", "place": "36", "label": "1"}
_COMMAND = lazily(r"^(\s*):(?=:)")
_MARKED_COMMAND = lazily(r"#(?=#\w*\[)")


class Page(Struct, kw_only=True):
    """What has been written so far. Everything that it is given is escaped on the way in."""

    width: int = 80
    color: bool = False
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        """All lines, each ended; empty when there are none."""
        return "".join(f"{line}\n" for line in self.lines)

    def gap(self) -> None:
        """One empty line, unless the page is empty or ends in one."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def verbatim(self, line: str) -> None:
        """A line that is to be copied: escaped, never wrapped."""
        self.lines.append(defused(escape(line)))

    def name(self, label: str, name: str, *, indent: int, color: str = "place", tail: str = "") -> None:
        """`label name tail` on one line: a name is never wrapped, so that it can be copied."""
        line = defused(f"{' ' * indent}{label}{shorten(escape(name))}")
        start = indent + len(label)
        self.lines.append(line[:start] + self.paint(line[start:], color) + escape(tail))

    def prose(self, text: str, *, label: str = "", color: str = "label", indent: int = 0, hang: int | None = None) -> None:
        """A paragraph, wrapped; `label` begins it in `color`, further lines hang under the text (or `hang` columns in)."""
        lead = f"{label} " if label else ""
        lines = list(self._wrapped(lead, text, indent=indent, hang=len(lead) if hang is None else hang))
        lines[0] = lines[0].replace(label, self.paint(label, color), 1)
        self.lines.extend(lines)

    def paint(self, text: str, color: str) -> str:
        """The text in one of the colours that have a meaning, if there is colour at all."""
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self.color and text else text

    def _wrapped(self, lead: str, text: str, *, indent: int, hang: int) -> Iterator[str]:
        for number, piece in enumerate(text.split("\n")):
            margin = " " * (indent + hang + (len(piece) - len(piece.lstrip(" ")) if number else 0))
            start = margin if number else " " * indent + lead
            wrapped = textwrap.wrap(
                shorten(escape(piece.strip()), 4 * LONGEST_NAME),
                self.width,
                initial_indent=start,
                subsequent_indent=margin,
                break_long_words=False,
                break_on_hyphens=False,
            )
            yield from (defused(line) for line in wrapped or [start.rstrip()])


def shorten(name: str, most: int = LONGEST_NAME) -> str:
    """A text with its middle left out if it is longer than anybody reads."""
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"


def defused(line: str) -> str:
    """A line that no build service takes for a command: `::error::` at its start, `##[error]` or `##vso[` anywhere."""
    if "::" in line:
        line = _COMMAND.sub(r"\1\\x3a", line)
    return _MARKED_COMMAND.sub(r"\\x23", line) if "##" in line else line


def size(amount: float) -> str:
    """Bytes for people, in powers of ten as policies spell them: `980 B`, `4.6 MB`."""
    units = iter(("B", "kB", "MB", "GB"))
    unit = next(units)
    while round(amount) >= _THOUSAND and unit != "GB":
        amount, unit = amount / _THOUSAND, next(units)
    return f"{amount:.0f} B" if unit == "B" else f"{amount:,.1f} {unit}"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `1,900 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
