"""Where a finding stands: its kind of path, its line and column."""

import enum
import re
from collections.abc import Iterable, Iterator

from leakguard.content import Content

_SHOW = re.compile(
    r"(?:^|[/!._-])(?:tests?|testing|specs?|docs?|examples?|fixtures?|samples?|demos?|mocks?|molecule|__tests__|testdata|tutorials?)(?:[/!._-]|$)",
    re.IGNORECASE,
)


_DOCUMENT = re.compile(
    r"\.(?:md|mdx|markdown|rst|adoc|asciidoc|d\.[cm]?ts|pyi|html?|ipynb|po|pot|mo|xlf|xliff|resx|lock|snap|svg|css|scss|less|csv|tsv|schema\.json"
    r"|examples\.json|jsii|jsii\.tabl\.json|tmbundle|tmlanguage|wsdl|xsd)(?:!|$)|(?:^|/)(?:metadata|pkg-info)$|(?:^|/)(?:readme|changelog|changes|history|news|license|licence|notice|authors|contributing)[^/]{0,20}$"
    r"|(?:^|[/._-])(?:locales?|i18n|l10n|lang|langs|nls|translations?|examples?_generated)[/._-]|package-lock\.json|[/.](?:examples?|samples?)[./]",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\.(?:[cm]?[jt]sx?|map|vue|svelte|astro|py|pyx|pyw|java|kts?|groovy|scala|go|rs|c|cc|cpp|cxx|h|hpp|hh|m|mm|cs|fs|vb|swift|dart|php|phtml|pl|pm|rb"
    r"|lua|vim|el|tcl|awk|r|jl|ex|exs|erl|hs|elm|clj|cljs|sql|graphql|proto|wat|wasm|coffee|xml|json|json5|jsonl|node|so|dll|dylib|exe|jsc|pyc|woff2?|ttf|otf|bin|dat|wasm)"
    r"(?:\.decoded|(?:\.\d+)+)?(?:!|$)",
    re.IGNORECASE,
)
_LONG_LINE = 360
"""Bytes without an end of line before a value: settings and notes have shorter lines than what tools write."""
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_COMMENT = re.compile(rb"(?:\A|\n)[ \t]{0,40}(?:(?:\*|//|/\*|///|#(?!define)|>>>|\.\.\.|--)[^\n]*|>>>[^\n]*\n[^\n]*)\Z")


_EXAMPLE = re.compile(rb"""(?:\A|[\s"'`(*#])(?:examples?|e\.g\.)[\s"'`:=,)]""", re.IGNORECASE)
_EXAMPLE_REACH = 100
_COMMENT_REACH = 16 * 1024
"""Bytes before a value in which the block of comment begins that it stands in."""
_BLOCKS = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|java|kts?|scala|go|rs|c|cc|cpp|cxx|h|hpp|cs|swift|dart|php|groovy)\Z")
_PYTHON = re.compile(r"\.py[iwx]?\Z")
_TRIPLE = (b'"""', b"'''")
_MOST_PYTHON = 2 * 1024 * 1024
"""Bytes: the quotes of longer files are not counted."""


class Place(enum.Enum):
    """What kind of file a value stands in: how much a value that only might be a secret counts there."""

    SHOW = "show"
    """Documentation, tests, examples, translations, lists of what others made."""
    PROGRAM = "program"
    """Source code and data: full of values that only look like secrets."""
    SETTINGS = "settings"
    """Settings, scripts, notes and whatever has no name that says more."""


def place_of(path: str, before: bytes = b"") -> Place:
    """The kind of place that a path is, or what stands before a value on its line makes of it."""
    if is_for_show(path) or _DOCUMENT.search(path.rpartition("!/")[2]):
        return Place.SHOW
    if _PROGRAM.search(path.rpartition("!/")[2]) is None and not _is_made_by_tools(before):
        return Place.SETTINGS
    return Place.SHOW if _COMMENT.search(before[-200:]) else Place.PROGRAM


def _is_made_by_tools(before: bytes) -> bool:
    """Whether the bytes before a value are those of an executable or of a minified bundle, whatever the file's name."""
    return len(before) - before.rfind(b"\n") > _LONG_LINE or _BINARY.search(before) is not None


def is_example(before: bytes) -> bool:
    """Whether the word stands shortly before a value."""
    return _EXAMPLE.search(before[-_EXAMPLE_REACH:]) is not None


def is_documentation(content: Content, path: str, offset: int) -> bool:
    """Whether what stands at `offset` of a program is part of a docstring, or of a block of comment."""
    before = content.read(offset - _COMMENT_REACH, offset)
    name = path.rpartition("!/")[2].lower()
    if _BLOCKS.search(name):
        return before.rfind(b"/*") > before.rfind(b"*/")
    if _PYTHON.search(name) and offset <= _MOST_PYTHON:
        return any(content.read(0, offset).count(quotes) % 2 for quotes in _TRIPLE)
    return False


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
