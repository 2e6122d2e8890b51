"""What the search hands to a judge, and what a judge answers."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from leakguard.model import Confidence, Json, Severity
from leakguard.rules import SecretRule

NEAR = 400
"""Bytes on each side that a judge may look at."""


class Sight(Struct, frozen=True, kw_only=True):
    """A match of a rule's expression, and the bytes around it. It holds the secret: it never leaves the search."""

    rule: SecretRule
    secret: bytes
    around: bytes
    """The window in which it was found."""
    at: int
    """Where `secret` begins in `around`."""
    path: str
    """Escaped, of the entry."""

    @property
    def before(self) -> bytes:
        """What precedes the secret in the window."""
        return self.around[: self.at]

    @property
    def after(self) -> bytes:
        """What follows the secret in the window."""
        return self.around[self.at + len(self.secret) :]

    @property
    def prefix(self) -> bytes:
        """The longest public beginning of the secret, or nothing."""
        return prefix_of(self.rule, self.secret)


class Opinion(Struct, frozen=True, kw_only=True):
    """What a closer look says of a match that is a finding."""

    severity: Severity
    confidence: Confidence
    note: str = ""
    """A clause for the message."""
    evidence: Mapping[str, Json] = field(default_factory=dict)

    def but(self, *, confidence: Confidence | None = None, severity: Severity | None = None, note: str = "", **evidence: Json) -> "Opinion":
        """The same with these differences; notes and evidence add up."""
        return replace(
            self,
            confidence=confidence or self.confidence,
            severity=severity or self.severity,
            note=", ".join(filter(None, (self.note, note))),
            evidence={**self.evidence, **evidence},
        )


class Candidate(Struct, frozen=True, kw_only=True):
    """A finding to be, unless a more specific rule claims the same bytes. It no longer holds the secret."""

    rule: SecretRule
    start: int
    """Offset in the content, bytes; `end` is that of the byte after it."""
    end: int
    prefix: str
    fingerprint: str
    opinion: Opinion

    @property
    def weight(self) -> tuple[int, int]:
        """Of two candidates on the same bytes the heavier stays."""
        return self.rule.rank, self.end - self.start


def prefix_of(rule: SecretRule, secret: bytes) -> bytes:
    """The longest public beginning of the secret, or nothing."""
    return max((one.encode() for one in rule.prefixes if secret.startswith(one.encode())), key=len, default=b"") if rule.prefixes else b""
