"""Secrets in every byte that ships: tokens, keys, passwords in addresses and assignments, and the pipeline's own secrets.

The anchors of all rules are found by the walker's one scan. Around each hit the rule's expression runs in a bounded window (`_hunt`),
its judge takes a closer look (`_judges`), the most specific of overlapping candidates stays, and `_report` words the finding. What is
encoded is decoded and searched likewise (`_layers`). The secret itself never leaves that path. `_engine` puts it together; `_work` is
what keeps a hostile file from taking hours.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from leakguard import rules
from leakguard.analyzers.secrets import _environment, _pragmas, _second_opinion, _trusted
from leakguard.analyzers.secrets._engine import Engine
from leakguard.analyzers.secrets._report import findings
from leakguard.analyzers.secrets._work import Allowance
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Confidence, Finding, Location, Rule, RuleId, Severity
from leakguard.plugins import Anchor, Hit
from leakguard.redact import fingerprint_of_place
from leakguard.settings import SecretSettings, Settings

RULES: Sequence[Rule]
ANCHORS: Sequence[Anchor]

_FIX = "take the secret out of `{path}`, revoke it, and read it from the environment at run time"
_OWN = (
    Rule(
        id=_environment.RULE,
        title="value of an environment variable",
        severity=Severity.CRITICAL,
        description="The value of a variable that the policy names stands in the artifact: as it is, in base64, in hexadecimal, "
        "in percent encoding, in escapes, compressed, or over several lines.",
        impact="Whatever the variable opens to the pipeline is open to everybody who downloads the artifact.",
        fixes={"*": _FIX},
    ),
    Rule(
        id=_second_opinion.RULE,
        title="second opinion",
        severity=Severity.MEDIUM,
        description="A plug-in of `detect-secrets` takes this for a secret, and no rule of leakguard does.",
        impact="Depends on what it is.",
        fixes={"*": _FIX},
    ),
)

_RANDOM_RUN = re.compile(rb"(?=[A-Za-z_.-]{0,60}[0-9])(?![0-9a-f.-]{16})[A-Za-z0-9_-]{20}|://")
"""What a name or a comment must hold before it is searched: nearly none does."""

_MOST_TEXTS = 4096
"""Different texts (owner names, comments) that are remembered as searched, and clean."""


_LIMIT_EXCEEDED = RuleId("artifact/limit-exceeded")


def __getattr__(name: str) -> object:
    """`RULES` and `ANCHORS` are made on demand: reading the rules takes milliseconds, and `--version` needs none of them."""
    if name == "ANCHORS":
        return _engine(SecretSettings()).anchors
    if name == "RULES":
        return _rules()
    raise AttributeError(name)


def anchors(settings: Settings) -> Sequence[Anchor]:
    """The anchors where a policy asks for more than the built-in rules: packs, and the values of variables.

    Raises `UsageError` for a value too short and for a plug-in that cannot be loaded, `FaultyFile` for a pack that cannot be used.
    """
    _trusted.load(settings.secrets.plugins)
    return _engine(settings.secrets).anchors


def start(settings: Settings) -> "SecretsAnalyzer":
    """An analyzer for one artifact; reads the variables that the settings name, and raises `UsageError` for a value too short."""
    return SecretsAnalyzer(settings)


class SecretsAnalyzer:
    """Finds secrets in content, in names, and in what a container says about an entry."""

    def __init__(self, settings: Settings) -> None:
        self._engine = _engine(settings.secrets)
        self._pragmas = settings.secrets.pragmas
        self._second = _second_opinion.SecondOpinion(settings.secrets.baseline) if settings.secrets.second_opinion else None
        self._trusted = _trusted.load(settings.secrets.plugins)
        self._accepted = _second_opinion.accepted(settings.secrets.baseline) if self._trusted else frozenset()
        self._searched: set[bytes] = set()

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Search the name, and the container's text about the entry."""
        yield from self._aside(entry, entry.text)
        yield from self._aside(entry, entry.name.encode("utf-8", "surrogatepass"))
        if self._trusted and entry.content is not None and not entry.opaque:
            yield from self._by_plugins(entry, entry.content)

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:
        """Judge the hits of the walker's scan."""
        content = entry.content
        if content is not None:
            yield from self._searched_in(entry, content, hits, Allowance.of(content.size))

    def wants_second_pass(self) -> bool:
        """Never: once is enough."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Nothing."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterable[Finding]:  # noqa: ARG002 - the contract's signature
        """Nothing: every finding belongs to an entry."""
        return ()

    def _by_plugins(self, entry: Entry, content: Content) -> Iterator[Finding]:
        allowance = Allowance()
        for at, value, name in _trusted.secrets_in(content, self._trusted, allowance):
            if _second_opinion.digest(value) not in self._accepted:
                yield _second_opinion.finding(entry, content, at, len(value), plugin=name)
        if allowance.exceeded:
            yield _too_much(entry, allowance.exceeded)

    def _aside(self, entry: Entry, text: bytes) -> Iterator[Finding]:
        if (_RANDOM_RUN.search(text) is None and self._engine.environment is None) or not text or text in self._searched:
            return
        content = Content(text)
        allowance = Allowance()
        told = list(self._searched_in(entry, content, self._engine.scan(content, allowance), allowance))
        yield from told
        if not told and text is entry.text and len(self._searched) < _MOST_TEXTS:
            self._searched.add(text)

    def _searched_in(self, entry: Entry, content: Content, hits: Sequence[Hit], allowance: Allowance) -> Iterator[Finding]:
        found = self._engine.search(content, entry.path, hits, allowance)
        candidates = found.candidates
        if self._pragmas and not entry.opaque:
            candidates = list(_pragmas.marked(content, candidates, self._pragmas))
        yield from findings(entry, content, candidates, found.surplus)
        for match, at, decoded in found.environment:
            yield _environment.finding(entry, content, match, at, decoded)
        if self._second is not None and content is entry.content and not entry.opaque:
            yield from self._second.findings(entry, content, self._engine.rule_hits(hits), candidates, allowance)
        if allowance.exceeded:
            yield _too_much(entry, allowance.exceeded)


def _too_much(entry: Entry, reason: str) -> Finding:
    return Finding(
        rule=_LIMIT_EXCEEDED,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        location=Location(path=entry.path),
        message=reason,
        fingerprint=fingerprint_of_place(_LIMIT_EXCEEDED, entry.path, reason.encode()),
    )


def _engine(settings: SecretSettings) -> Engine:
    named = _environment.values(settings.environment, os.environ)
    return _engine_of(tuple((path, _state(path)) for path in settings.packs), tuple(named.items()))


@lru_cache(maxsize=4)
def _engine_of(packs: tuple[tuple[Path, tuple[int, int]], ...], named: tuple[tuple[str, bytes], ...]) -> Engine:
    if not packs:
        return Engine(dict(named))
    from leakguard.analyzers.secrets import _foreign

    return Engine(dict(named), _foreign.searchers(path for path, _ in packs))


def _state(path: Path) -> tuple[int, int]:
    """What changes when a pack is written anew."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@cache
def _rules() -> tuple[Rule, ...]:
    found = (
        Rule(
            id=RuleId(f"secret/{one.id}"),
            title=one.title,
            severity=one.severity,
            description=one.description,
            impact=one.impact,
            fixes={"*": _FIX},
        )
        for one in rules.load()
    )
    return tuple(sorted((*found, *_OWN), key=lambda rule: rule.id))
