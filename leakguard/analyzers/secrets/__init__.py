"""Secrets in every byte that ships: tokens, keys, passwords in addresses and assignments, and the pipeline's own secrets.

The anchors of all rules are found by the walker's one scan. Around each hit the rule's expression runs in a bounded window (`_hunt`),
its judge takes a closer look (`_judges`), the most specific of overlapping candidates stays, and `_report` words the finding. The
secret itself never leaves that path.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from leakguard import rules
from leakguard.analyzers.secrets import _environment, _second_opinion
from leakguard.analyzers.secrets._hunt import Hunter
from leakguard.analyzers.secrets._report import findings
from leakguard.anchors import Anchors
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Finding, Rule, RuleId, Severity
from leakguard.plugins import Anchor, Hit
from leakguard.settings import Settings

RULES: Sequence[Rule]
ANCHORS: Sequence[Anchor]

_FIX = "take the secret out of `{path}`, revoke it, and read it from the environment at run time"
_OWN = (
    Rule(
        id=_environment.RULE,
        title="value of an environment variable",
        severity=Severity.CRITICAL,
        description="The value of a variable that the policy names stands in the artifact: as it is, in base64, in hexadecimal, "
        "in percent encoding or in a JSON string.",
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


def __getattr__(name: str) -> object:
    """`RULES` and `ANCHORS` are made on demand: reading the rules takes milliseconds, and `--version` needs none of them."""
    if name == "ANCHORS":
        return _hunter().anchors
    if name == "RULES":
        return _rules()
    raise AttributeError(name)


def start(settings: Settings) -> "SecretsAnalyzer":
    """An analyzer for one artifact; reads the variables that the settings name, and raises `UsageError` for a value too short."""
    return SecretsAnalyzer(settings)


class SecretsAnalyzer:
    """Finds secrets in content, in names, and in what a container says about an entry."""

    def __init__(self, settings: Settings) -> None:
        self._hunter = _hunter()
        named = _environment.values(settings.secrets.environment, os.environ)
        self._environment = _environment.EnvironmentHunter(named) if named else None
        self._second = _second_opinion.SecondOpinion(settings.secrets.baseline) if settings.secrets.second_opinion else None
        self._searched: set[bytes] = set()

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Search the name, the container's text about the entry, and everything for the pipeline's own secrets."""
        yield from self._aside(entry, entry.text)
        yield from self._aside(entry, entry.name.encode("utf-8", "surrogatepass"))
        if self._environment is not None:
            yield from self._environment.findings(entry)

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:
        """Judge the hits of the walker's scan."""
        content = entry.content
        if content is None:
            return
        candidates, surplus = self._hunter.candidates(content, entry.path, hits)
        yield from findings(entry, content, candidates, surplus)
        if self._second is not None and not entry.opaque:
            yield from self._second.findings(entry, content, hits, candidates)

    def wants_second_pass(self) -> bool:
        """Never: once is enough."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Nothing."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterable[Finding]:  # noqa: ARG002 - the contract's signature
        """Nothing: every finding belongs to an entry."""
        return ()

    def _aside(self, entry: Entry, text: bytes) -> Iterator[Finding]:
        if _RANDOM_RUN.search(text) is None or text in self._searched:
            return
        content = Content(text)
        hits = _own_anchors().scan(content).get(0, ())
        candidates, surplus = self._hunter.candidates(content, entry.path, hits)
        yield from findings(entry, content, candidates, surplus)
        if not candidates and text is entry.text and len(self._searched) < _MOST_TEXTS:
            self._searched.add(text)


@cache
def _hunter() -> Hunter:
    return Hunter(rules.load())


@cache
def _own_anchors() -> Anchors:
    return Anchors([_hunter().anchors])


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
