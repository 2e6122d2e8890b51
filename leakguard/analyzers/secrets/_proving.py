"""Proves rules by their own examples, wherever those stand: never imported in a normal run."""

import io
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random

import yaml

from leakguard.analyzers.secrets._checks import crc32_base62
from leakguard.analyzers.secrets._foreign import ForeignHunter
from leakguard.analyzers.secrets._hunt import Hunter
from leakguard.analyzers.secrets._work import Allowance
from leakguard.anchors import LONGEST, Anchors
from leakguard.content import WINDOW, Content
from leakguard.errors import Fault, FaultyFile
from leakguard.patterns import lazily
from leakguard.redact import escape
from leakguard.rules import SecretRule
from leakguard.rules._expressions import text_of
from leakguard.rules._sources import IssuerSource, RuleSource, compiled, read, sources
from leakguard.rules.packs import Pack
from leakguard.text import decode

SEEDS = range(3)

SLOWEST_COMPILE = 0.1
"""Seconds that the anchors of one rule may take to compile."""

SLOWEST_HIT = 0.000_5
"""Seconds that one rule may spend on a hit, on average, in a text that is full of its own announcements."""

SLOWEST_PACK_RULE = 0.25
"""Seconds that a rule of a foreign pack may spend on 50 KB of its own keywords."""

_HITS = 2_000
_GLANCE, _FULL = 50_000, 1_000_000
"""Bytes of that text: it repeats itself, so that a little of it says how much holds so many hits."""

_LONGEST_AT_AN_EDGE = 16 * LONGEST
"""Bytes of an example beyond which it is not tried across the edge of a window."""

_PATH = "settings/app.conf"
_OWN_FORMAT = 3
_LINE = "e(1);" * 4_000
_CHECKSUM = lazily(r"([0-9A-Za-z]+)<checksum>")


def sources_of(files: Sequence[Path]) -> Iterator[tuple[IssuerSource, RuleSource]]:
    """The rules of these files, or the built-in ones; raises `FaultyFile` for a file that holds none."""
    if not files:
        yield from sources()
    for path in files:
        try:
            issuer = read(path)
        except (OSError, ValueError, yaml.YAMLError) as error:
            line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
            message = "is no file of rules" if line else f"is no file of rules: {escape(str(error).splitlines()[0])}"
            raise FaultyFile([Fault(path=escape(str(path)), line=line, column=0, message=message)]) from error
        yield from ((issuer, rule) for rule in issuer.rules)


def text_made(pattern: str, seed: int) -> str:
    """A text that `pattern` matches, with `<checksum>` filled in for the letters and digits before it."""
    return _CHECKSUM.sub(lambda match: match[1] + crc32_base62(match[1].encode()).decode(), text_of(pattern, Random(seed)))  # noqa: S311 - a text for a test


def faults(sources: Iterable[tuple[IssuerSource, RuleSource]]) -> Iterator[tuple[str, str]]:
    """The rules that do not hold, each with what is wrong."""
    for issuer, source in sources:
        try:
            rule = compiled(issuer, source)
        except (ValueError, re.error) as error:
            yield source.id, f"its expression is refused: {escape(str(error))}"
            continue
        for fault in dict.fromkeys(_faults(rule, source)):
            yield rule.id, fault


def pack_faults(pack: Pack) -> Iterator[tuple[str, str]]:
    """The rules of a foreign pack that take too long where their keywords stand everywhere; it has no examples to be proved by."""
    for rule in pack.rules:
        hunter = ForeignHunter(Pack(name=pack.name, rules=(rule,)))
        anchors = Anchors([hunter.anchors])
        words = " = '0a1B2c3D' ".join((*rule.keywords, "")).encode() or b"x = '0a1B2c3D' "
        content = Content(words * (_GLANCE // len(words) + 1))
        hits = anchors.scan(content).get(0, ())
        start = time.process_time()
        hunter.search(content, _PATH, hits, Allowance.of(content.size))
        if time.process_time() - start > SLOWEST_PACK_RULE:
            yield rule.kebab, "it takes too long where its keywords stand everywhere"


def _faults(rule: SecretRule, source: RuleSource) -> Iterator[str]:
    hunter = Hunter([rule])
    start = time.process_time()
    anchors = Anchors([hunter.anchors])
    anchors.compile()
    if time.process_time() - start > SLOWEST_COMPILE:
        yield "its anchors take too long to compile"
    if not source.examples or not source.counterexamples:
        yield "it needs an example and a counter-example"
    for number, example in enumerate(source.examples, 1):
        for seed in SEEDS:
            for place, content in _placed(text_made(example, seed), whole=rule.rank >= _OWN_FORMAT, edge=not seed):
                if not _finds(hunter, anchors, content):
                    yield f"example {number} is not found {place}"
    for number, example in enumerate(source.counterexamples, 1):
        if any(_finds(hunter, anchors, Content(text_made(example, seed).encode())) for seed in SEEDS):
            yield f"counter-example {number} is found"
    if _is_slow(hunter, anchors, text_made(source.examples[0], 0) if source.examples else ""):
        yield "it takes too long where its announcement stands everywhere"


def _placed(text: str, *, whole: bool, edge: bool) -> Iterator[tuple[str, Content]]:
    """The text alone, in the middle and at the end of a file; one with a format of its own in a line, in JSON and across windows too."""
    yield "alone", Content(text.encode())
    yield "in the middle", Content(f"first = 1\n\n{text}\n\nlast = 2\n".encode())
    yield "at the end", Content(f"first = 1\n\n{text}".encode())
    yield "in UTF-16", decode(Content(text.encode("utf-16")), "utf-16")
    if whole:
        yield "in a minified line", Content(f"{_LINE}x={text};{_LINE}".encode())
    if whole and json.dumps(text.strip()) == f'"{text.strip()}"':
        yield "in JSON", Content(json.dumps({"a": [text]}).encode())
    if edge and whole and len(text.encode()) <= _LONGEST_AT_AN_EDGE:
        file, data, start = _padding(), text.encode(), WINDOW - LONGEST - len(text) // 2
        with file.getbuffer() as buffer:
            buffer[start : start + len(data)] = data
        yield "across the edge of a window", Content(file=file, size=start + len(data) + LONGEST * 2)
        with file.getbuffer() as buffer:
            buffer[start : start + len(data)] = b"\n" * len(data)


@cache
def _padding() -> io.BytesIO:
    """A file larger than a window, made once: it would take longer to make than to search."""
    return io.BytesIO(b"\n" * (WINDOW + _LONGEST_AT_AN_EDGE))


def _finds(hunter: Hunter, anchors: Anchors, content: Content) -> bool:
    return bool(hunter.candidates(content, _PATH, anchors.scan(content).get(0, ()))[0])


def _is_slow(hunter: Hunter, anchors: Anchors, text: str) -> bool:
    head = text[: len(text) // 2].encode() or b" "
    content = Content(head * (_GLANCE // len(head) + 1))
    hits = anchors.scan(content).get(0, ())[:_HITS]
    if 0 < len(hits) < _HITS:
        content = Content(head * (min(_FULL, _GLANCE * _HITS // len(hits)) // len(head) + 1))
        hits = anchors.scan(content).get(0, ())[:_HITS]
    start = time.process_time()
    hunter.candidates(content, _PATH, hits)
    return time.process_time() - start > SLOWEST_HIT * max(len(hits), _HITS // 10)
