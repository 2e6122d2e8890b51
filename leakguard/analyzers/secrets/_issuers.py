"""What is known of an issuer that a variable is named after: no secret of it is shorter than the shortest that it has ever issued."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from leakguard import rules
from leakguard.patterns import lazily
from leakguard.rules import SecretRule

_JOINTS = lazily(rb"[^a-z0-9]+")
_CHOSEN = lazily(rb"webhook|signing|session|cookie|encrypt|hash|salt|seed|pass|pwd|verif|hook|jwt|hmac|user|basic")
"""Words in the names of secrets that whoever uses the issuer thinks up."""
_ANYBODY = "any"
_SHORTEST_WORD, _SHORTEST_PREFIX = 4, 5


def is_too_short(name: bytes, value: bytes) -> bool:
    """Whether the secrets of the issuer that stands in `name`, or that `value` begins as, are all longer: a sample, or a piece of one."""
    lengths = _prefixes()
    if any(len(value) < lengths.get(value[:size], 0) for size in _prefix_sizes()):
        return True
    return len(value) < _least_of(_JOINTS.sub(b"", name.lower()))


def prepare() -> None:
    """Work out the lengths now."""
    _prefix_sizes()
    _shortest()


@lru_cache(maxsize=4096)
def _least_of(words: bytes) -> int:
    """The length of the shortest secret of the issuers that a name speaks of."""
    if _CHOSEN.search(words):
        return 0
    return min((length for word, length in _shortest().items() if word in words), default=0)


@cache
def _prefix_sizes() -> frozenset[int]:
    return frozenset(map(len, _prefixes()))


@cache
def _shortest() -> Mapping[bytes, int]:
    return shortest_by_word(rules.load())


@cache
def _prefixes() -> Mapping[bytes, int]:
    found: dict[bytes, int] = {}
    for rule in rules.load():
        for prefix in rule.prefixes if not rule.context and rule.shortest else ():
            if len(prefix) >= _SHORTEST_PREFIX:
                found[prefix.encode()] = min(found.get(prefix.encode(), rule.shortest), rule.shortest)
    return found


def shortest_by_word(known: Iterable[SecretRule]) -> Mapping[bytes, int]:
    """The length of the shortest secret, for each word by which rules or people name an issuer."""
    found: dict[bytes, int] = {}
    for rule in known:
        if rule.issuer == _ANYBODY or not rule.shortest:
            continue
        for name in (*rule.context, rule.issuer):
            word = _JOINTS.sub(b"", name.lower().encode())
            if len(word) >= _SHORTEST_WORD and _names(rule, word):
                found[word] = min(found.get(word, rule.shortest), rule.shortest)
    return found


def _names(rule: SecretRule, word: bytes) -> bool:
    """Whether a word is the issuer's name, and none of many such as `private_key`."""
    slug = _JOINTS.sub(b"", rule.id.partition("-")[0].encode())
    return slug in word or word in slug or word == _JOINTS.sub(b"", rule.issuer.lower().encode())
