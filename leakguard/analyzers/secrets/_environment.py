"""The pipeline's own secrets: the values of named variables must not occur anywhere, in no usual encoding, not even over several lines.

The values live in the patterns of a database in memory and in the object below; no finding, message, file or log holds them. Encodings
of a value as a whole are literals of their own; what is nested deeper is found when the layers around it are decoded.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from msgspec import Struct

from leakguard import redact
from leakguard.analyzers.secrets._report import locations_of
from leakguard.content import Content, Entry
from leakguard.errors import UsageError
from leakguard.model import Confidence, Finding, Json, RuleId, Severity
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

RULE = RuleId("secret/environment-value")

SHORTEST = 8
"""Characters: a shorter value occurs everywhere."""

_SPLITTABLE = 16
"""Bytes of a form from which on its parts are long enough to be looked for by themselves."""

_MOST_PARTS, _LONGEST_PART = 6, 16
_SLACK = 200
"""Bytes of indentation and quotes that the ends of lines inside a value may take."""

_BREAK = r"(?:\\?\r?\n[ \t]{0,16}|(?:\\r)?\\n|[\x22'][ \t]{0,8}[+.\\]?[ \t]{0,8}\r?\n?[ \t]{0,16}[\x22'])"
_BREAKS = lazily(rb"""["'][ \t]{0,8}[+.\\]?[ \t]{0,8}\r?\n?[ \t]{0,40}[+.]?[ \t]{0,8}["']|\\+[nr]|[\s\\]+""")


class Match(Struct, frozen=True):
    """Where a value was found; it holds nothing of the value."""

    variable: str
    encoding: str
    start: int
    length: int
    """In the content, bytes."""

    def covers(self, end: int) -> bool:
        """Whether something that ends there lies within it."""
        return self.start < end <= self.start + self.length


class _Watched(Struct, frozen=True):
    """What an anchor stands for: the bytes of a form from `offset` on."""

    variable: str
    encoding: str
    form: bytes
    offset: int
    length: int
    split: bool = False
    """Whether the anchor is the whole form with a line end in it, so that nothing is left to compare."""


def values(names: Sequence[str], environment: Mapping[str, str]) -> dict[str, bytes]:
    """The values of those variables that are set; raises `UsageError` for one that is too short to be searched."""
    found = {name: os.fsencode(environment[name]) for name in names if environment.get(name)}
    for name, value in found.items():
        if len(value.decode("utf-8", "replace")) < SHORTEST:
            message = f"the value of `{redact.escape(name)}` has less than {SHORTEST} characters"
            raise UsageError(message, hint="name variables that hold real secrets only")
    return found


class EnvironmentHunter:
    """Finds the forms of the values by anchors in the database that everybody shares."""

    def __init__(self, named: Mapping[str, bytes]) -> None:
        pairs = [pair for name, value in named.items() for encoding, form in forms(value) for pair in _watched(name, encoding, form)]
        self.anchors: Sequence[Anchor] = tuple(anchor for anchor, _ in pairs)
        self._watched = tuple(one for _, one in pairs)

    def matches(self, content: Content, hits: Sequence[Hit]) -> Iterator[Match]:
        """One for each variable and encoding that occurs in the content; what stands there in one piece goes first."""
        found: dict[tuple[str, str], Match] = {}
        for search in (_whole, _split):
            for anchor, end in hits:
                one = self._watched[anchor]
                if (one.variable, one.encoding) not in found and not any(
                    one.variable == at.variable and at.covers(end) for at in found.values()
                ):
                    match = search(content, one, end)
                    if match is not None:
                        found[one.variable, one.encoding] = match
        yield from found.values()


def finding(entry: Entry, content: Content, match: Match, start: int, decoded: str) -> Finding:
    """The finding at `start` of `content`; `decoded` names the encodings around the form that was found."""
    around = content.read(start - redact.CONTEXT, start + match.length + redact.CONTEXT)
    at = min(start, redact.CONTEXT)
    evidence: dict[str, Json] = {"variable": redact.escape(match.variable), "encoding": match.encoding}
    if decoded:
        decoded = decoded if match.encoding == "plain" else f"{decoded} → {match.encoding}"
        evidence["decoded"] = decoded
    return Finding(
        rule=RULE,
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        location=next(iter(locations_of(entry, content, [start]))),
        message=f"the value of the environment variable `{redact.escape(match.variable)}` ({decoded or match.encoding})",
        hint="revoke it where it was issued, and keep the build from writing it into what it makes",
        fingerprint=redact.fingerprint_of_place(RULE, entry.path, around, at, at + match.length),
        evidence=evidence,
    )


def forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    """The encodings that are searched, each with what it makes of the value; a form that equals an earlier one is left out."""
    text = value.decode("utf-8", "surrogateescape")
    lossy = value.decode("utf-8", "replace")
    seen: set[bytes] = set()
    for encoding, form in (
        ("plain", value),
        ("utf-16", lossy.encode("utf-16-le")),
        ("utf-32", lossy.encode("utf-32-le")),
        ("json", json.dumps(text)[1:-1].encode("utf-8", "surrogateescape")),
        ("json", json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")),
        ("percent", quote(value, safe="").encode()),
        ("percent", quote(value, safe="-_.~!*'();:@&=+$,/?").encode()),
        ("hex", value.hex().encode()),
        *(("base64", form) for form in _base64_forms(value)),
    ):
        if form not in seen and len(form) >= SHORTEST:
            seen.add(form)
            yield encoding, form


def _base64_forms(value: bytes) -> Iterator[bytes]:
    """What is certain of the base64 of any text that holds the value: it may begin at each of three places."""
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + value)
        first = (lead * 8 + 5) // 6
        certain = encoded[first : (lead + len(value)) * 8 // 6]
        yield certain
        yield certain.translate(bytes.maketrans(b"+/", b"-_"))


def _watched(name: str, encoding: str, form: bytes) -> Iterator[tuple[Anchor, _Watched]]:
    """A form's parts: wherever one line ends in it, one of them is whole."""
    caseless, size = encoding == "hex", len(form)
    if size < _SPLITTABLE:
        yield Anchor(_literal(form), caseless), _Watched(name, encoding, form, 0, size)
        for at in range(1, size) if encoding == "plain" else ():
            yield Anchor(_literal(form[:at]) + _BREAK + _literal(form[at:])), _Watched(name, encoding, form, 0, size, split=True)
        return
    length = min(_LONGEST_PART, size // 2)
    count = min(_MOST_PARTS, size // length)
    for offset in dict.fromkeys(number * (size - length) // (count - 1) for number in range(count)):
        yield Anchor(_literal(form[offset : offset + length]), caseless), _Watched(name, encoding, form, offset, length)


def _whole(content: Content, one: _Watched, end: int) -> Match | None:
    if one.split:
        return Match(one.variable, one.encoding, max(0, end - one.length), one.length)
    start, size = end - one.offset - one.length, len(one.form)
    if start < 0 or not _same(content.read(start, start + size), one):
        return None
    return Match(one.variable, one.encoding, start, size)


def _split(content: Content, one: _Watched, end: int) -> Match | None:
    size = len(one.form)
    if size < _SPLITTABLE or b"\0" in one.form:
        return None
    low = max(0, end - one.length - 2 * one.offset - _SLACK)
    window, whole = (_BREAKS.sub(b"", text) for text in (content.read(low, end + 2 * (size - one.offset) + _SLACK), one.form))
    if one.encoding == "hex":
        window = window.lower()
    return Match(one.variable, one.encoding, end - one.length, one.length) if len(whole) >= SHORTEST and whole in window else None


def _same(found: bytes, one: _Watched) -> bool:
    return found.lower() == one.form if one.encoding == "hex" else found == one.form


def _literal(form: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in form)
