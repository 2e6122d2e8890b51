"""The secrets analyzer on one entry, scanned as the walker scans it."""

import random
import re
from functools import cache

from leakguard.analyzers import secrets
from leakguard.analyzers.secrets._checks import crc32_base62
from leakguard.anchors import Anchors, kind_of
from leakguard.content import Content, Entry
from leakguard.model import Finding, Kind
from leakguard.rules._expressions import text_of
from leakguard.settings import SecretSettings, Settings


def found(
    text: str | bytes, *, path: str = "package/config.txt", opaque: str = "", settings: SecretSettings | None = None
) -> list[Finding]:
    """What the analyzer says of an entry with this content."""
    data = text.encode() if isinstance(text, str) else text
    content = Content(data)
    content.encoding = "" if opaque else "utf-8"
    entry = Entry(path=path, name=path, kind=Kind.FILE, depth=1, size=len(data), content=content, opaque=opaque)
    return judged(entry, settings)


def judged(entry: Entry, settings: SecretSettings | None = None) -> list[Finding]:
    """What the analyzer says of an entry, its name and its text included."""
    wanted = Settings(secrets=settings or SecretSettings())
    analyzer = secrets.start(wanted)
    findings = list(analyzer.enter(entry))
    database = _anchors() if settings is None else Anchors([secrets.anchors(wanted)])
    hits = database.scan(entry.content, kind_of(entry.name, entry.opaque, entry.content.size)).get(0, []) if entry.content else []
    return findings + (list(analyzer.analyze(entry, hits)) if hits else [])


def rules(text: str | bytes, *, path: str = "package/config.txt") -> list[str]:
    """The rules of the findings, in their order."""
    return [finding.rule for finding in found(text, path=path)]


def made(pattern: str, seed: int = 1) -> str:
    """A text that `pattern` matches, with `<checksum>` filled in for the letters and digits before it."""
    text = text_of(pattern, random.Random(seed))
    return re.sub(r"([0-9A-Za-z]+)<checksum>", lambda match: match[1] + crc32_base62(match[1].encode()).decode(), text)


@cache
def _anchors() -> Anchors:
    return Anchors([secrets.ANCHORS])
