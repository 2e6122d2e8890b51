"""Detector rules as data: one YAML file an issuer, the source of truth, and `index.json`, which is made of them.

Every commit pays for loading the rules once, and YAML takes ten times as long as the JSON: `python -m leakguard.rules` writes the
index, and a test fails when it is stale. The index leaves the examples out: they are patterns from which the tests make tokens, so
that no live-looking token stands in the repository.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from leakguard.model import Confidence, Severity

INDEX = "index.json"
"""Name of the generated file, beside the YAML files."""

NEARBY = 72
"""Bytes that may lie between a word of a rule's context and the value."""

Checksum = Literal["", "crc32-base62"]
Judge = Literal[
    "",
    "aws-key",
    "assignment",
    "basic-authorization",
    "bearer",
    "comparison",
    "for-show",
    "jwt",
    "kubernetes",
    "mode",
    "password",
    "private-key",
    "pypi",
    "service-account",
    "signed-address",
    "url",
]


class AnchorRow(msgspec.Struct, frozen=True, array_like=True):
    """An anchor in Vectorscan's dialect, with the most bytes that it can span."""

    pattern: str
    caseless: bool
    width: int


class SecretRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the secret of one issuer is recognised, and what a report says about it."""

    id: str
    """The slug: findings name `secret/<id>`."""
    title: str
    issuer: str
    description: str
    impact: str
    """What somebody who finds it gains."""
    revoke: str = ""
    """Where its owner makes it worthless; plain text or an address."""
    severity: Severity = Severity.CRITICAL
    confidence: Confidence = Confidence.HIGH
    anchors: tuple[AnchorRow, ...] = ()
    """What announces it; empty for a rule that judges assignments only (see `context`)."""
    pattern: str
    """An expression with exactly one group, `secret`; safe by construction: no repetition inside a repetition."""
    longest: int
    """Bytes that a match may span from the anchor's end on."""
    reach: int
    """Bytes before the anchor's end at which a match may begin."""
    shortest: int = 0
    """Bytes of the shortest secret of this shape."""
    prefixes: tuple[str, ...] = ()
    """What a report may show: public beginnings of the secret, the same for everybody."""
    bits: int = 0
    """Random bits that the format guarantees."""
    entropy: float = 3.0
    """Least Shannon entropy, bits a character, of what follows the prefix."""
    rank: int = 3
    """Of two findings on the same bytes the higher stays.

    4 a format with its issuer's name, 3 a format of its own, 2 a value with context, 1 a shape, 0 a guess.
    """
    checksum: Checksum = ""
    judge: Judge = ""
    """A closer look, see `leakguard.analyzers.secrets`."""
    context: tuple[str, ...] = ()
    """With no anchors: lower-case words, one of which must stand before the value, by at most `NEARBY` bytes.

    One that ends in `*` is a word of every day and counts only with a word such as `key` or `token` directly after it.
    """
    partners: tuple[str, ...] = ()
    """Of a key id: the rules whose secret, when it stands near, makes a pair of it; no `secret/` before them."""
    wordless: bool = True
    """Whether a value that reads as words is refused; false where a random value of the format has no digit too often."""
    embedded: bool = False
    """Whether letters and digits may touch it."""


@cache
def load() -> tuple[SecretRule, ...]:
    """Every built-in rule, by id."""
    return msgspec.json.decode(Path(__file__).with_name(INDEX).read_bytes(), type=tuple[SecretRule, ...])
