"""Rules of packs: leakguard's own format with the linear-time engine, and gitleaks' with gitleaks' meaning.

A foreign rule is tried on everything that holds one of its keywords, as its own tool does it; a rule without keywords on everything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from leakguard import redact
from leakguard.analyzers.secrets._checks import entropy
from leakguard.analyzers.secrets._sight import NEAR, Candidate, Opinion
from leakguard.analyzers.secrets._work import Allowance, BoundedHunter
from leakguard.content import Content
from leakguard.model import Confidence, Severity
from leakguard.plugins import Anchor, Hit
from leakguard.rules import SecretRule, packs
from leakguard.rules.packs import Allowlist, ForeignRule, Pack

MOST_CANDIDATES = 5_000
"""Of one rule in one entry: more of them are only counted."""

_OVERLAP = 64 * 1024
"""Bytes by which windows over content that is not in memory overlap."""

_ALWAYS = Anchor(r"^[\x00-\xff]")
"""Hits once in everything that is not empty."""

_UNITS = 8
"""Of work, for each match."""

_RANK = 2
_LONGEST_TITLE = 80


def searchers(paths: Iterable[Path]) -> list["LinearHunter | ForeignHunter"]:
    """What searches for the rules of packs; raises `FaultyFile`, or `UsageError` where RE2 is missing."""
    found: list[LinearHunter | ForeignHunter] = []
    for pack in map(packs.load, paths):
        found += [LinearHunter(pack.own)] if pack.own else []
        found += [ForeignHunter(pack)] if pack.rules else []
    return found


class LinearHunter(BoundedHunter):
    """Rules in leakguard's own format, whose expressions run in RE2."""

    def _expression(self, rule: SecretRule) -> re.Pattern[bytes]:
        if rule.context:
            return super()._expression(rule)
        known = self._expressions.get(rule.pattern)
        if known is None:
            known = self._expressions[rule.pattern] = cast(re.Pattern[bytes], _Linear(packs.compiled(rule.pattern)))
        return known


class _Linear:
    """An expression of RE2 with the one group `secret`, as the hunter calls it."""

    def __init__(self, expression: Any) -> None:
        self._expression = expression

    def search(self, text: bytes, position: int = 0) -> "_LinearMatch | None":
        match = self._expression.search(text, position)
        return _LinearMatch(match) if match else None


class _LinearMatch:
    def __init__(self, match: Any) -> None:
        self._match = match

    def __getitem__(self, _group: str) -> bytes:
        return bytes(self._match.group(1))

    def start(self, group: str | int = 0) -> int:
        return int(self._match.start(1 if group else 0))

    def end(self, group: str | int = 0) -> int:
        return int(self._match.end(1 if group else 0))


class _Match(Struct):
    """Where a foreign rule matched."""

    start: int
    stop: int
    secret_start: int
    secret_stop: int


class ForeignHunter:
    """The rules of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._rules = pack.rules
        self._told = tuple(_as_rule(rule, pack.name) for rule in pack.rules)
        self._allowlists = tuple((*rule.allowlists, *_general(pack, rule)) for rule in pack.rules)
        by_anchor: dict[Anchor, list[int]] = {}
        for number, rule in enumerate(pack.rules):
            for keyword in rule.keywords:
                pattern = "".join(f"\\x{byte:02x}" for byte in keyword.encode())
                by_anchor.setdefault(Anchor(pattern, caseless=True), []).append(number)
            if not rule.keywords:
                by_anchor.setdefault(_ALWAYS, []).append(number)
        self.anchors: Sequence[Anchor] = tuple(by_anchor)
        self._rules_of = tuple(map(tuple, by_anchor.values()))

    def search(self, content: Content, path: str, hits: Sequence[Hit], allowance: Allowance) -> tuple[list[Candidate], dict[str, int]]:
        """What the rules find whose keywords occur."""
        candidates: list[Candidate] = []
        surplus: dict[str, int] = {}
        paths = _spellings(path)
        for number in sorted({number for anchor in {hit.anchor for hit in hits} for number in self._rules_of[anchor]}):
            rule = self._rules[number]
            if rule.path and not any(packs.compiled(rule.path).search(one) for one in paths):
                continue
            count = 0
            for candidate in self._found(number, content, path, paths, allowance):
                count += 1
                if count <= MOST_CANDIDATES:
                    candidates.append(candidate)
            if count > MOST_CANDIDATES:
                surplus[rule.kebab] = count - MOST_CANDIDATES
        return candidates, surplus

    def _found(self, number: int, content: Content, path: str, paths: Sequence[bytes], allowance: Allowance) -> Iterator[Candidate]:
        rule, told = self._rules[number], self._told[number]
        if not rule.regex:
            if not any(_allows(one, content, None, paths) for one in self._allowlists[number]):
                yield _candidate(told, content, path, _Match(0, 0, 0, 0))
            return
        for match in _matches(rule, content):
            if not allowance.spend_for(rule.kebab, _UNITS):
                return
            secret = content.read(match.secret_start, match.secret_stop)
            if rule.entropy and entropy(secret) <= rule.entropy:
                continue
            if not any(_allows(one, content, match, paths) for one in self._allowlists[number]):
                yield _candidate(told, content, path, match)


def _matches(rule: ForeignRule, content: Content) -> Iterator[_Match]:
    expression = packs.compiled(rule.regex)
    done = 0
    for base, window in content.windows(_OVERLAP):
        for match in expression.finditer(window):
            if base + match.start() < done or match.end() == match.start():
                continue
            group = _group(match, rule.group, int(expression.groups))
            low, high = match.span(group)
            text = window[low:high]
            low, high = low + len(text) - len(text.lstrip(b"\n")), high - (len(text) - len(text.rstrip(b"\n")))
            if high > low:
                yield _Match(base + match.start(), base + match.end(), base + low, base + high)
            done = base + match.end()


def _group(match: Any, wanted: int, groups: int) -> int:
    """The group that is the secret: the one that the rule names, else the first that holds anything, else the whole."""
    if wanted:
        return wanted if match.group(wanted) is not None else 0
    return next((number for number in range(1, groups + 1) if match.group(number)), 0)


def _allows(allowlist: Allowlist, content: Content, match: _Match | None, paths: Sequence[bytes]) -> bool:
    """Whether an allowlist says that this is no finding."""
    checks: list[bool] = [False] if allowlist.commits else []
    if allowlist.paths:
        checks.append(any(packs.compiled(one).search(path) for one in allowlist.paths for path in paths))
    if match is not None and allowlist.regexes:
        text = _looked_at(allowlist.target, content, match)
        checks.append(any(packs.compiled(one).search(text) for one in allowlist.regexes))
    if match is not None and allowlist.stopwords:
        secret = content.read(match.secret_start, match.secret_stop).lower()
        checks.append(any(word.encode() in secret for word in allowlist.stopwords))
    return bool(checks) and (all(checks) if allowlist.every else any(checks))


def _looked_at(target: str, content: Content, match: _Match) -> bytes:
    if target == "secret":
        return content.read(match.secret_start, match.secret_stop)
    if target == "match":
        return content.read(match.start, match.stop)
    before = content.read(match.start - _OVERLAP, match.start).rpartition(b"\n")[2]
    after = content.read(match.stop, match.stop + _OVERLAP).partition(b"\n")[0]
    return before + content.read(match.start, match.stop) + after


def _candidate(rule: SecretRule, content: Content, path: str, match: _Match) -> Candidate:
    base = max(0, match.secret_start - NEAR)
    around = content.read(base, match.secret_stop + NEAR)
    start = match.secret_start - base
    fingerprint = redact.fingerprint_of_place(f"secret/{rule.id}", path, around, start, start + match.secret_stop - match.secret_start)
    opinion = Opinion(severity=rule.severity, confidence=rule.confidence)
    return Candidate(rule=rule, start=match.secret_start, end=match.secret_stop, prefix="", fingerprint=fingerprint, opinion=opinion)


def _spellings(path: str) -> list[bytes]:
    """A path as expressions may mean it: as reported, and without the archive's own top folder."""
    inner = path.partition("/")[2]
    return [one.encode("utf-8", "surrogatepass") for one in (path, inner) if one]


def _general(pack: Pack, rule: ForeignRule) -> Iterator[Allowlist]:
    return (one for one in pack.allowlists if not one.rules or rule.id in one.rules)


def _as_rule(rule: ForeignRule, pack: str) -> SecretRule:
    """What a report says of a foreign rule's findings."""
    title = redact.escape(" ".join(rule.description.split()).rstrip("."))
    return SecretRule(
        id=rule.kebab,
        title=title if 0 < len(title) <= _LONGEST_TITLE else rule.kebab.replace("-", " "),
        issuer=f"rule pack {pack}",
        description=title,
        impact="",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        pattern="",
        longest=0,
        reach=0,
        rank=_RANK,
    )
