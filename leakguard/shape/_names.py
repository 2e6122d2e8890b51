"""Names without what a rebuild or a release changes: content hashes, the package's own version, tags of compiled modules.

The result is a git pattern, anchored at the top, in which only `*` is a wildcard: it stands for what changes, and never crosses `/`.
"""

import re
from collections.abc import Iterable, Iterator

from leakguard.patterns import lazily

_SPECIAL = lazily(r"[\\*?\[\]]")

_HEX = lazily(
    r"(?<![0-9A-Za-z])(?=[0-9a-f]*[0-9])(?:[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9A-Za-z])"
)
_DATE = lazily(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MIXED = lazily(r"(?<=[A-Za-z0-9)\]][-.])([A-Za-z0-9_-]{8}|[A-Za-z0-9_]{10,22})(?=\.[A-Za-z][A-Za-z0-9.]{0,20}$)")
"""What vite, rollup and esbuild put before the suffix: 8 characters of base64url or base32, or longer ones of their users."""
_BUILT = frozenset(
    ["js", "mjs", "cjs", "css", "wasm", "html", "json", "map", "svg", "png", "jpg", "webp", "woff", "woff2", "ttf", "gif", "avif", "ico"]
)
"""Last suffixes of what bundlers name by content."""

_WORDS = lazily(
    r"(?:[A-Z]{2,5}(?=[A-Z][a-z]|[-_]|$)|[A-Z]?[a-z]{2,}|[A-Z][a-z](?=[A-Z]|$)|[A-Z](?=[A-Z]?[a-z])|[0-9]{1,4}(?=[-_]|$)|[-_])+"
)
_VOWEL = lazily(r"[aeiouyAEIOUY]")

_INFO = lazily(r"^([^/]+)-[^/-]+\.(dist-info|data)(?=/|$)")
_TAGS = lazily(r"\.(?:cpython-\d+[a-z]*(?:-[\w-]+)?|cp\d+-[\w]+|pypy\d+-pp\d+(?:-[\w-]+)?|abi3t?|graalpy[\w-]*)\.(so|pyd)$")
_LIBRARY = lazily(r"\.so((?:\.\d+){1,4})$")
_TWIN = 3
"""Files of one folder and form of name that must look hashed for their neighbours to be."""


class Generaliser:
    """Makes patterns of the names of one artifact; `version` is the package's own."""

    def __init__(self, names: Iterable[str], version: str | None = None) -> None:
        self._version = _version(version)
        self._hashed = _folders_of_hashes(names)

    def pattern(self, name: str) -> str:
        """The pattern of one path inside the package."""
        marked = _INFO.sub("\\1-\0.\\2", name)
        if self._version is not None:
            marked = self._version.sub("\0", marked)
        marked = _TAGS.sub(".\0.\\1", marked)
        marked = _LIBRARY.sub(".so.\0", marked)
        folder, slash, base = marked.rpartition("/")
        folder = _HEX.sub(_unless_date, folder) if folder else ""
        base = _HEX.sub(_unless_date, base)
        base = _MIXED.sub(lambda match: "\0" if self._is_hash(folder, base, match) else match[0], base)
        return spelled(f"{folder}{slash}{base}").replace("\0", "*")

    def _is_hash(self, folder: str, base: str, match: re.Match[str]) -> bool:
        if "\0" in match[1] or base.rpartition(".")[2].lower() not in _BUILT:
            return False
        return looks_random(match[1]) or (folder, base[match.end() :], len(match[1])) in self._hashed


def spelled(name: str) -> str:
    """The name as a git pattern that matches it alone, with a leading `/`."""
    text = _SPECIAL.sub(r"\\\g<0>", name)
    return f"/{text[:-1]}\\ " if text.endswith(" ") else f"/{text}"


def regular(pattern: str) -> str:
    """The regular expression of a pattern that `Generaliser` made, for paths without the leading `/`."""
    out, escaped = [], False
    for character in pattern.removeprefix("/"):
        if escaped or character not in "\\*":
            out.append(re.escape(character))
            escaped = False
        elif character == "*":
            out.append("[^/]+")
        else:
            escaped = True
    return "".join(out)


def looks_random(text: str) -> bool:
    """Whether text of a file name is a digest and no word: digits inside, or letters that make no words."""
    if text.isdigit() or text.islower():
        return False
    if text.isalpha() and text.isupper():
        return not _VOWEL.search(text)
    if (words := _WORDS.fullmatch(text)) is None:
        return True
    return not _VOWEL.search(words[0])


def _folders_of_hashes(names: Iterable[str]) -> frozenset[tuple[str, str, int]]:
    """Folder, suffix and length of where so many names look hashed that the others are too."""
    counts: dict[tuple[str, str, int], int] = {}
    for folder, base, match in _candidates(names):
        if looks_random(match[1]):
            key = folder, base[match.end() :], len(match[1])
            counts[key] = counts.get(key, 0) + 1
    return frozenset(key for key, count in counts.items() if count >= _TWIN)


def _candidates(names: Iterable[str]) -> Iterator[tuple[str, str, re.Match[str]]]:
    for name in names:
        folder, _, base = name.rpartition("/")
        if "-" in base or base.count(".") > 1:
            for match in _MIXED.finditer(base):
                yield folder, base, match


def _unless_date(match: re.Match[str]) -> str:
    return match[0] if _DATE.fullmatch(match[0]) else "\0"


def _version(version: str | None) -> re.Pattern[str] | None:
    """The package's own version where it stands alone in a name; one without a dot is too short to tell."""
    if not version or not 3 <= len(version) <= 60 or "." not in version:
        return None
    spellings = {version, version.replace("+", "_"), version.replace("-", "_"), version.replace(".", "_")}
    longest_first = sorted(spellings, key=len, reverse=True)
    return re.compile(rf"(?<![0-9.])(?:{'|'.join(map(re.escape, longest_first))})(?![0-9]|\.[0-9])")
