"""What the two readers of source maps agree on: the parts of a map, what is wrong with it, and the texts inside."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct, field

from leakguard.patterns import lazily

Literal = bytes | msgspec.Raw
"""A JSON string as it stands in the map, quotes included."""

Span = tuple[int, int]
"""Start and end, bytes from the start of the map."""

FIELDS = frozenset(
    {"version", "file", "sourceRoot", "sources", "sourcesContent", "names", "mappings", "sections", "ignoreList", "x_google_ignoreList"}
)
"""The keys of ECMA-426 §9 that are read here."""

_THIRD_PARTY = lazily(
    r"""(?:^|[/\\!])(?:node_modules|\.pnpm|\.yarn|bower_components|jspm_packages|_opam|\.opam|\.rustup|site-packages|dist-packages)[/\\]
      | (?:^|[/\\])(?:\.?cargo/(?:registry|git)|rustlib/src|rustc/[0-9a-f]{9,40}|go/pkg/mod|emscripten/system|\.stack/snapshots
          |\.cabal/packages|\.deno/deps|\.ivy2/cache|\.m2/repository|\.nuget/packages|\.pub-cache|vendor/bundle/ruby)/
      | (?:^|/)webpack/(?:bootstrap|runtime|startup|universalModuleDefinition|container)\b
      | (?:^|/)\(webpack\)
      | (?:^|/)(?:external|ignored|delegated|consume\ shared\ module)[ ]
      | ^(?:[\w.+-]+:/{0,3})?~lib/
      | \x00
      | ^/?builtin/
      | (?:^|/)(?:rolldown:runtime|vite/(?:preload-helper|modulepreload-polyfill)|__vite-browser-external|\[turbopack\])
      | ^\[synthetic:""",
    re.VERBOSE,
)
_BEGIN = lazily(rb"(?:\xef\xbb\xbf)?+[ \t\r\n]*+(?:\)\]\}[^\n{\[]{0,16}\n?+[ \t\r\n]*+)?+")
_JSON = lazily(rb'\{[ \t\r\n]*+["}]|\[[ \t\r\n]*+[{\[]')
_DISGUISED = lazily(rb'("(?=[A-Za-z_]{0,20}+\\u00)(?:[A-Za-z_]|\\u00[4-7][0-9A-Fa-f]){4,20}+")[ \t\r\n]*+:')
_ESCAPE = lazily(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Text(Struct, frozen=True):
    """The content of one source, still encoded."""

    literal: Literal
    span: Span | None = None
    """Where it stands, unless the part's own span covers it."""


class Part(Struct, kw_only=True):
    """One flat map: the map itself, or a section of it."""

    sources: Sequence[str | None] = ()
    root: str = ""
    """`sourceRoot`."""
    texts: Sequence[Text | None] = ()
    """`sourcesContent`; may be shorter or longer than `sources`."""
    ignored: frozenset[int] = frozenset()
    """Indices in `ignoreList` or `x_google_ignoreList`."""
    names: int = 0
    functions: int = 0
    """Names of functions in `x_facebook_sources`, which Metro keeps whether or not there are texts."""
    mappings: Literal = b""
    """As it stands in the map, quotes included; empty where it was not kept."""
    debug_id: str = ""
    generated_lines: int = 0
    span: Span | None = None
    """Of all texts that have none of their own."""

    def name(self, index: int) -> str:
        """The path of a source as the map says it (ECMA-426 §9.4, without resolving), or a number where it says none."""
        source = self.sources[index] if index < len(self.sources) else None
        if not source:
            return f"source-{index}"
        return f"{self.root.removesuffix('/')}/{source}" if self.root else source


class Fault(Struct, frozen=True):
    """Something that makes the map invalid, or that kept a reader from reading all of it."""

    rule: str
    reason: str
    offset: int | None = None


class Reading(Struct, kw_only=True):
    """What a map holds."""

    parts: list[Part] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    """`sections[].url`: maps elsewhere."""
    faults: list[Fault] = field(default_factory=list)


def begin_of(head: bytes) -> int:
    """Where JSON begins: after a byte order mark and the line that keeps browsers from running it as a script (ECMA-426 §9.5)."""
    begin = _BEGIN.match(head)
    assert begin is not None
    return begin.end()


def looks_like_json(head: bytes) -> bool:
    """Whether content begins as JSON does and as a script hardly ever does."""
    return _JSON.match(head, begin_of(head)) is not None


def has_disguised_key(data: bytes, start: int, stop: int) -> bool:
    """Whether a key of a map is spelled with escapes between these offsets, as `sources` can be with its first letter as `u0073`."""
    if data.find(b"\\u00", start, stop) < 0:
        return False
    return any(string_of(found[1]) in FIELDS for found in _DISGUISED.finditer(data, start, stop))


@lru_cache(maxsize=16384)
def is_third_party(path: str) -> bool:
    """Whether the path of a source says that it comes from a dependency or from the bundler itself."""
    return _THIRD_PARTY.search(path) is not None


def text_of(literal: Literal) -> bytes:
    """The UTF-8 bytes that a JSON string stands for; lone surrogates, control characters and invalid escapes are let through."""
    try:
        return msgspec.json.decode(literal, type=str).encode()
    except (msgspec.DecodeError, UnicodeError):
        return _encode(_tolerant(bytes(literal).decode("utf-8", "surrogateescape")))


def string_of(literal: Literal) -> str:
    """The same as text, for keys and paths."""
    return text_of(literal).decode("utf-8", "surrogateescape")


def _tolerant(text: str) -> str:
    try:
        decoded = json.loads(text, strict=False)
        assert isinstance(decoded, str)
    except ValueError:
        return _ESCAPE.sub(_unescape, text[1:-1])
    return decoded


def _unescape(match: re.Match[str]) -> str:
    escape = match[1]
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _NAMED_ESCAPES.get(escape, escape)


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
