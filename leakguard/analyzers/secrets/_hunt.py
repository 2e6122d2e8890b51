"""The search: anchor hits in, candidates out. The rule's own expression runs in a bounded window around each hit."""

import re
from collections.abc import Iterable, Sequence

from leakguard import redact
from leakguard.analyzers.secrets import _context
from leakguard.analyzers.secrets._checks import checksum_of, entropy, is_famous, is_placeholder, reads_as_words
from leakguard.analyzers.secrets._pairs import paired
from leakguard.analyzers.secrets._places import is_documentation, is_example, is_for_show
from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._sight import NEAR, Candidate, Opinion, Sight, prefix_of
from leakguard.analyzers.secrets._values import GLANCE, MORE_THAN_WORDS, may_be_secret
from leakguard.anchors import AHEAD
from leakguard.content import Content
from leakguard.model import Confidence
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit
from leakguard.rules import SecretRule

MOST_CANDIDATES = 5_000
"""Of one rule in one entry: more of them are only counted."""

_GUESS = "assignment"
"""The judge of rules whose anchors announce no more than a value."""

_GUESSES = frozenset({"assignment", "comparison", "password"})
_SAMPLED = _GUESSES | {"basic-authorization", "bearer", "jwt", "private-key", "signed-address", "url"}
"""Judges of what documentation is full of."""

_ESCAPE = lazily(rb"(?:\\[nrtbf0]|\\u00[0-9a-fA-F]{2}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2})\Z")
"""An escape whose last character is no part of the word that follows."""

_LITERAL = re.compile(r"[\w-]+")
_UNCERTAIN = re.compile(rb"[|()]|\A[{?*+]")
"""What the rest of an expression must not have, for it to say what follows the beginning."""

_BEFORE, _AFTER = "before", "after"
_TELLING_PREFIX = 3
_PLAIN_PREFIX = lazily(rb"(?:api|key|live|pat|pk|secret|sk|test|token|web)[-_.]")
_SEPARATORS = (b"_", b"-", b".")
"""How a public beginning ends that is no piece of something else."""

_DIGITS = lazily(rb"[0-9].*[0-9]|\A[0-9a-fA-F-]+\Z", re.DOTALL)
_PIECE = lazily(rb"(?:sha\d{1,3}|md5)[-=:][0-9A-Za-z_+/-]{0,90}\Z|[0-9A-Za-z+/]{28}/\Z")
"""What makes the bytes behind it a digest, or a piece of base64."""
_CERTAINLY_WORDS = 0.8
"""Odds in bits a character beyond which a value is a name with numbers in it: random digits in base 16 never are."""
_SHORT_PREFIX = 4
"""Characters of a public beginning that may as well begin a name."""
_RUN = 100

_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")


class Hunter:
    """A set of rules with their anchors, ready to search."""

    def __init__(self, rules: Sequence[SecretRule]) -> None:
        self._rules = tuple(rules)
        by_anchor: dict[Anchor, list[int]] = {}
        for number, rule in enumerate(self._rules):
            for row in rule.anchors:
                by_anchor.setdefault(Anchor(row.pattern, row.caseless), []).append(number)
            for word in rule.context:
                for anchor in _context.anchors(word):
                    by_anchor.setdefault(anchor, []).append(number)
        self.anchors: Sequence[Anchor] = tuple(
            anchor._replace(then=_then(anchor, [self._rules[number] for number in numbers])) for anchor, numbers in by_anchor.items()
        )
        self._rules_of = tuple(map(tuple, by_anchor.values()))
        self._expressions: dict[str, re.Pattern[bytes]] = {}
        self._contextual: dict[str, re.Pattern[bytes]] = {}

    def prepare(self) -> None:
        """Compile the expressions whose anchors stand in nearly every package."""
        for rule in self._rules:
            if rule.rank == 0 or rule.judge:
                self._expression(rule)

    def candidates(self, content: Content, path: str, hits: Iterable[Hit]) -> tuple[list[Candidate], dict[str, int]]:
        """What the hits turn out to be, by start and free of overlaps, and how many more there were of a rule."""
        seen: set[tuple[int, int]] = set()
        found: list[Candidate] = []
        counts: dict[str, int] = {}
        done: dict[int, int] = {}
        for anchor, end in hits:
            for number in self._rules_of[anchor]:
                rule = self._rules[number]
                if end <= done.get(number, 0):
                    continue
                if rule.judge == _GUESS and not may_be_secret(content.read(end - GLANCE, end + GLANCE), min(end, GLANCE)):
                    continue
                window = content.read(end - rule.reach - 1, end + rule.longest)
                base = max(0, end - rule.reach - 1)
                match = self._near(rule, window, end - base) if rule.context else self._search(rule, window, end - base)
                if match is None or (number, base + match.start("secret")) in seen or _is_worthless(rule, match["secret"]):
                    continue
                seen.add((number, base + match.start("secret")))
                done[number] = base + match.end("secret")
                candidate = self._judge(rule, content, path, base + match.start("secret"), base + match.end("secret"))
                if candidate is None:
                    continue
                counts[candidate.rule.id] = counts.get(candidate.rule.id, 0) + 1
                if counts[candidate.rule.id] <= MOST_CANDIDATES:
                    found.append(candidate)
        surplus = {rule: count - MOST_CANDIDATES for rule, count in counts.items() if count > MOST_CANDIDATES}
        return paired(settled(found)), surplus

    def _search(self, rule: SecretRule, window: bytes, end: int) -> re.Match[bytes] | None:
        """The match that reaches the anchor's end; a window may hold an earlier one that does not."""
        position = 0
        while (match := self._expression(rule).search(window, position)) and match.start() < end:
            if match.end() >= end:
                return match
            position = match.end()
        return None

    def _near(self, rule: SecretRule, window: bytes, end: int) -> re.Match[bytes] | None:
        """The value that the issuer's word, which ends at `end`, announces."""
        return _context.follows(self._expression(rule), window, word=end)

    def _expression(self, rule: SecretRule) -> re.Pattern[bytes]:
        """Compiled on first use: all of them would cost more than the rest of the start-up."""
        known = self._contextual if rule.context else self._expressions
        expression = known.get(rule.pattern)
        if expression is None:
            expression = _context.expression(rule.pattern) if rule.context else re.compile(rule.pattern.encode())
            known[rule.pattern] = expression
        return expression

    def _judge(self, rule: SecretRule, content: Content, path: str, start: int, end: int) -> Candidate | None:
        base = max(0, start - NEAR)
        around = content.read(base, end + NEAR)
        at = start - base
        sight = Sight(rule=rule, secret=around[at : at + end - start], around=around, at=at, path=path)
        opinion = _opinion(sight)
        if opinion is not None and _is_talked_about(rule):
            opinion = _of_surroundings(sight, opinion, documentation=is_documentation(content, path, start))
        return None if opinion is None else _candidate(sight, opinion, start, end)


def _then(anchor: Anchor, rules: Sequence[SecretRule]) -> bytes:
    """What must follow the anchor for any of the rules to find something: most hits need no more of a look than that."""
    if all(rule.context for rule in rules):
        return _context.digit_within(max(rule.longest for rule in rules))
    if all(rule.judge == _GUESS for rule in rules):
        return MORE_THAN_WORDS
    start, rule = f"(?P<secret>{anchor.pattern}", rules[0]
    if (
        len(rules) > 1
        or rule.longest > AHEAD
        or not _LITERAL.fullmatch(anchor.pattern)
        or not rule.pattern.startswith(start)
        or not rule.pattern.endswith(")")
    ):
        return b""
    rest = rule.pattern[len(start) : -1].encode()
    return b"" if anchor.caseless or _UNCERTAIN.search(rest) else rest


def _of_surroundings(sight: Sight, opinion: Opinion, *, documentation: bool) -> Opinion | None:
    if documentation:
        return None if sight.rule.judge in _GUESSES else opinion.but(confidence=Confidence.LOW, note="in documentation")
    return opinion.but(confidence=Confidence.LOW, note="an example") if is_example(sight.before) else opinion


def _is_talked_about(rule: SecretRule) -> bool:
    """Whether documentation shows such values, so that their shape proves little there: tokens that an issuer marks prove more."""
    return bool(rule.context) or rule.judge in _SAMPLED or not (rule.prefixes or rule.judge)


def _opinion(sight: Sight) -> Opinion | None:
    rule, secret = sight.rule, sight.secret
    checked = checksum_of(rule.checksum, secret)
    touched = "" if rule.embedded or checked else _touched(sight)
    if touched == _BEFORE or (touched and not _is_side_by_side(sight, checked=checked)) or _is_worthless(rule, secret):
        return None
    opinion = Opinion(severity=rule.severity, confidence=rule.confidence)
    if checked is not None:
        opinion = opinion.but(checksum="valid" if checked else "invalid")
    if checked is False:
        opinion = opinion.but(confidence=_lower(rule.confidence), note="its checksum does not fit")
    if touched:
        opinion = opinion.but(confidence=Confidence.LOW, note="longer than its format")
    elif rule.context and is_for_show(sight.path):
        opinion = opinion.but(confidence=Confidence.LOW, note="among tests or documentation")
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
    if rule.context and surprise(variable) <= 0 and _DIGITS.search(variable) is None:
        return True
    short = len(secret) - len(variable) <= _SHORT_PREFIX and rule.bits >= redact.RANDOM_BITS
    if short and not variable.isdigit() and surprise(variable) < -_CERTAINLY_WORDS * len(variable):
        return True
    return is_placeholder(variable) or entropy(variable) < rule.entropy or is_famous(secret)


def _touched(sight: Sight) -> str:
    """On which side a letter or digit touches the secret, so that it may be a piece of something longer; empty for none."""
    before = sight.before[-_RUN:]
    if before and before[-1] in _WORD | {0x2B} and _ESCAPE.search(before) is None:
        return _BEFORE
    if _PIECE.search(before):
        return _BEFORE
    after = sight.after[:2]
    if after and (after[0] in _WORD or (after[0] == 0x2D and len(after) > 1 and after[1] in _WORD)):
        return _AFTER
    return ""


def _is_side_by_side(sight: Sight, *, checked: bool | None) -> bool:
    """Whether a token may end where a letter follows, as in executables: its beginning must be telling, its checksum not wrong."""
    prefix = sight.prefix
    if len(prefix) < _TELLING_PREFIX or prefix[-1:] not in _SEPARATORS or _PLAIN_PREFIX.fullmatch(prefix):
        return False
    return checked is None or sight.after.startswith(prefix)


def _candidate(sight: Sight, opinion: Opinion, start: int, end: int) -> Candidate:
    rule = f"secret/{sight.rule.id}"
    if sight.rule.bits >= redact.RANDOM_BITS:
        fingerprint = redact.fingerprint_of_secret(rule, sight.secret)
    else:
        fingerprint = redact.fingerprint_of_place(rule, sight.path, sight.around, sight.at, sight.at + len(sight.secret))
    prefix = sight.prefix.decode("latin-1")
    return Candidate(rule=sight.rule, start=start, end=end, prefix=prefix, fingerprint=fingerprint, opinion=opinion)


def settled(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Of candidates on the same bytes the heavier; ascending by start."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda one: (one.start, -one.rule.rank)):
        while kept and kept[-1].end > candidate.start and candidate.weight > kept[-1].weight:
            kept.pop()
        if not kept or kept[-1].end <= candidate.start:
            kept.append(candidate)
    return kept


def _lower(confidence: Confidence) -> Confidence:
    return Confidence.MEDIUM if confidence is Confidence.HIGH else Confidence.LOW
