"""The pipeline's own secrets: the values of named variables must not occur anywhere, in no usual encoding.

The values live in the patterns of a database in memory and in the object below; no finding, message or log holds them.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from leakguard import redact
from leakguard.analyzers.secrets._report import locations_of
from leakguard.anchors import Anchors
from leakguard.content import Content, Entry
from leakguard.errors import UsageError
from leakguard.model import Confidence, Finding, RuleId, Severity
from leakguard.plugins import Anchor

RULE = RuleId("secret/environment-value")

SHORTEST = 8
"""Characters: a shorter value occurs everywhere."""

_ANCHORED = 48
"""Bytes of a form that the scan looks for; the rest is compared."""


def values(names: Sequence[str], environment: Mapping[str, str]) -> dict[str, bytes]:
    """The values of those variables that are set; raises `UsageError` for one that is too short to be searched."""
    found = {name: os.fsencode(environment[name]) for name in names if environment.get(name)}
    for name, value in found.items():
        if len(value.decode("utf-8", "replace")) < SHORTEST:
            message = f"the value of `{redact.escape(name)}` has less than {SHORTEST} characters"
            raise UsageError(message, hint="name variables that hold real secrets only")
    return found


class EnvironmentHunter:
    """Searches entries for the forms of the values; costs a scan of its own, and only where the policy asks."""

    def __init__(self, named: Mapping[str, bytes]) -> None:
        self._forms = [(name, encoding, form) for name, value in named.items() for encoding, form in forms(value)]
        self._anchors = Anchors([[Anchor(_literal(form[:_ANCHORED]), encoding == "hex") for _, encoding, form in self._forms]])

    def findings(self, entry: Entry) -> Iterator[Finding]:
        """One for each variable and encoding that occurs in the entry, its text or its name."""
        seen: set[tuple[str, str]] = set()
        inner = [Content(entry.text), Content(entry.name.encode("utf-8", "surrogatepass"))]
        for content in [entry.content, *inner]:
            if content is None or not content.size:
                continue
            for hit in self._anchors.scan(content).get(0, ()):
                name, encoding, form = self._forms[hit.anchor]
                start = hit.end - min(len(form), _ANCHORED)
                if (name, encoding) in seen or not _same(content.read(start, start + len(form)), form, encoding):
                    continue
                seen.add((name, encoding))
                yield _finding(entry, content, name, encoding, start, len(form))


def forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    """The encodings that are searched, each with what it makes of the value; a form that equals an earlier one is left out."""
    text = value.decode("utf-8", "surrogateescape")
    seen: set[bytes] = set()
    for encoding, form in (
        ("plain", value),
        ("utf-16", value.decode("utf-8", "replace").encode("utf-16-le")),
        ("json", json.dumps(text)[1:-1].encode("utf-8", "surrogateescape")),
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


def _literal(form: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in form)


def _same(found: bytes, form: bytes, encoding: str) -> bool:
    return found.lower() == form.lower() if encoding == "hex" else found == form


def _finding(entry: Entry, content: Content, name: str, encoding: str, start: int, length: int) -> Finding:
    around = content.read(start - redact.CONTEXT, start + length + redact.CONTEXT)
    at = min(start, redact.CONTEXT)
    return Finding(
        rule=RULE,
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        location=next(locations_of(entry, content, [start])),
        message=f"the value of the environment variable `{redact.escape(name)}` ({encoding})",
        hint="revoke it where it was issued, and keep the build from writing it into what it makes",
        fingerprint=redact.fingerprint_of_place(RULE, entry.path, around, at, at + length),
        evidence={"variable": redact.escape(name), "encoding": encoding},
    )
