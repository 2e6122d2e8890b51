"""The search: anchor hits in, candidates out. The rule's own expression runs in a bounded window around each hit."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from leakguard import redact
from leakguard.analyzers.secrets._checks import checksum_of, entropy, is_famous, is_placeholder, reads_as_words
from leakguard.analyzers.secrets._sight import NEAR, Candidate, Opinion, Sight, prefix_of
from leakguard.content import Content
from leakguard.model import Confidence
from leakguard.plugins import Anchor, Hit
from leakguard.rules import SecretRule

MOST_CANDIDATES = 5_000
"""Of one rule in one entry: more of them are only counted."""

LINE_NAME = 80
"""Bytes before an assignment's value in which a rule's context words are looked for."""

_ESCAPE = re.compile(rb"(?:\\[nrtbf0]|\\u00[0-9a-fA-F]{2}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2})\Z")
"""An escape whose last character is no part of the word that follows."""

_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")


class Hunter:
    """A set of rules with their anchors, ready to search."""

    def __init__(self, rules: Sequence[SecretRule]) -> None:
        self._rules = tuple(rules)
        self._contextual = tuple(rule for rule in rules if rule.context)
        by_anchor: dict[Anchor, list[int]] = {}
        for number, rule in enumerate(self._rules):
            for row in rule.anchors:
                by_anchor.setdefault(Anchor(row.pattern, row.caseless), []).append(number)
        self.anchors = tuple(by_anchor)
        self._rules_of = tuple(map(tuple, by_anchor.values()))
        self._expressions: dict[str, re.Pattern[bytes]] = {}

    @cached_property
    def _words(self) -> re.Pattern[bytes]:
        """Any word that a rule's context wants."""
        return re.compile(b"|".join(re.escape(word.encode()) for rule in self._contextual for word in rule.context) or rb"\Z.")

    def candidates(self, content: Content, path: str, hits: Iterable[Hit]) -> tuple[list[Candidate], dict[str, int]]:
        """What the hits turn out to be, by start and free of overlaps, and how many more there were of a rule."""
        seen: set[tuple[int, int]] = set()
        found: list[Candidate] = []
        counts: dict[str, int] = {}
        for anchor, end in hits:
            for number in self._rules_of[anchor]:
                rule = self._rules[number]
                window = content.read(end - rule.reach - 1, end + rule.longest)
                base = max(0, end - rule.reach - 1)
                match = self._search(rule, window, end - base)
                if match is None or (number, base + match.start("secret")) in seen or _is_worthless(rule, match["secret"]):
                    continue
                seen.add((number, base + match.start("secret")))
                candidate = self._judge(rule, content, path, base + match.start("secret"), base + match.end("secret"))
                if candidate is None:
                    continue
                counts[candidate.rule.id] = counts.get(candidate.rule.id, 0) + 1
                if counts[candidate.rule.id] <= MOST_CANDIDATES:
                    found.append(candidate)
        surplus = {rule: count - MOST_CANDIDATES for rule, count in counts.items() if count > MOST_CANDIDATES}
        return _without_overlaps(found), surplus

    def _search(self, rule: SecretRule, window: bytes, end: int) -> re.Match[bytes] | None:
        """The match that reaches the anchor's end; a window may hold an earlier one that does not."""
        position = 0
        while (match := self._expression(rule).search(window, position)) and match.start() < end:
            if match.end() >= end:
                return match
            position = match.end()
        return None

    def _expression(self, rule: SecretRule) -> re.Pattern[bytes]:
        """Compiled on first use: all of them would cost more than the rest of the start-up."""
        expression = self._expressions.get(rule.pattern)
        if expression is None:
            expression = self._expressions[rule.pattern] = re.compile(rule.pattern.encode())
        return expression

    def _judge(self, rule: SecretRule, content: Content, path: str, start: int, end: int) -> Candidate | None:
        base = max(0, start - NEAR)
        around = content.read(base, end + NEAR)
        at = start - base
        sight = Sight(rule=rule, secret=around[at : at + end - start], around=around, at=at, path=path)
        if rule.judge == "assignment":
            sight = self._with_issuer(sight)
        opinion = _opinion(sight)
        return None if opinion is None else _candidate(sight, opinion, start, end)

    def _with_issuer(self, sight: Sight) -> Sight:
        """The same under the rule of the issuer whose name stands by the value, if the value has that issuer's shape."""
        name = sight.before[-LINE_NAME:].rpartition(b"\n")[2].lower()
        for rule in self._contextual if self._words.search(name) else ():
            if any(word.encode() in name for word in rule.context) and self._expression(rule).fullmatch(sight.secret):
                return Sight(rule=rule, secret=sight.secret, around=sight.around, at=sight.at, path=sight.path)
        return sight


def _opinion(sight: Sight) -> Opinion | None:
    rule, secret = sight.rule, sight.secret
    checked = checksum_of(rule.checksum, secret)
    if not rule.embedded and not checked and not _stands_alone(sight):
        return None
    if _is_worthless(rule, secret):
        return None
    opinion = Opinion(severity=rule.severity, confidence=rule.confidence)
    if checked is not None:
        opinion = opinion.but(checksum="valid" if checked else "invalid")
    if checked is False:
        opinion = opinion.but(confidence=_lower(rule.confidence), note="its checksum does not fit")
    if not rule.judge:
        return opinion
    from leakguard.analyzers.secrets._judges import JUDGES

    return JUDGES[rule.judge](sight, opinion)


def _is_worthless(rule: SecretRule, secret: bytes) -> bool:
    """Whether the value alone says that it is no secret of the rule."""
    if not rule.entropy:
        return False
    variable = secret[len(prefix_of(rule, secret)) :]
    if rule.wordless and reads_as_words(variable):
        return True
    return is_placeholder(variable) or entropy(variable) < rule.entropy or is_famous(secret)


def _stands_alone(sight: Sight) -> bool:
    """Whether no letter or digit touches the secret, so that it is not a piece of something longer."""
    after = sight.around[sight.at + len(sight.secret) :][:2]
    if after and (after[0] in _WORD or (after[0] == 0x2D and len(after) > 1 and after[1] in _WORD)):
        return False
    if not sight.at or sight.around[sight.at - 1] not in _WORD | {0x2B}:
        return True
    return _ESCAPE.search(sight.around, max(0, sight.at - 6), sight.at) is not None


def _candidate(sight: Sight, opinion: Opinion, start: int, end: int) -> Candidate:
    rule = f"secret/{sight.rule.id}"
    if sight.rule.bits >= redact.RANDOM_BITS:
        fingerprint = redact.fingerprint_of_secret(rule, sight.secret)
    else:
        fingerprint = redact.fingerprint_of_place(rule, sight.path, sight.around, sight.at, sight.at + len(sight.secret))
    prefix = sight.prefix.decode("latin-1")
    return Candidate(rule=sight.rule, start=start, end=end, prefix=prefix, fingerprint=fingerprint, opinion=opinion)


def _without_overlaps(found: list[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda one: (one.start, -one.rule.rank)):
        while kept and kept[-1].end > candidate.start and candidate.weight > kept[-1].weight:
            kept.pop()
        if not kept or kept[-1].end <= candidate.start:
            kept.append(candidate)
    return kept


def _lower(confidence: Confidence) -> Confidence:
    return Confidence.MEDIUM if confidence is Confidence.HIGH else Confidence.LOW
