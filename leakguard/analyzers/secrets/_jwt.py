"""JSON Web Tokens (RFC 7519), decoded without a key."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

import msgspec

from leakguard.analyzers.secrets._places import is_for_show
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence, Severity

_DEMO_SUBJECTS = frozenset({"1234567890", "1234567", "123456789", "test", "user123"})
_DEMO_NAMES = frozenset({"John Doe", "Jane Doe", "Shawn Wildermuth"})
_SHORTEST_SIGNATURE = 20
_LAST_SECOND = 253_402_300_799
"""Of the year 9999."""


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """Three parts of which the first two are JSON; what they say decides."""
    first, second, signature = sight.secret.split(b".", 2)
    header, claims = _decoded(first), _decoded(second)
    if header is None or claims is None or not isinstance(header.get("alg", header.get("typ")), str):
        return None
    if str(claims.get("sub")) in _DEMO_SUBJECTS or claims.get("name") in _DEMO_NAMES or not claims:
        return None
    algorithm = str(header.get("alg", ""))[:10]
    opinion = opinion.but(algorithm=algorithm if algorithm.isalnum() else "", expires=_expiry(claims.get("exp")))
    if algorithm.lower() == "none" or len(signature) < _SHORTEST_SIGNATURE:
        return opinion.but(confidence=Confidence.LOW, note="unsigned")
    if claims.get("role") == "anon":
        return opinion.but(confidence=Confidence.LOW, severity=Severity.LOW, note="of the anonymous role")
    if claims.get("role") == "service_role":
        return opinion.but(confidence=Confidence.HIGH, severity=Severity.CRITICAL, note="of the service role")
    return opinion.but(confidence=Confidence.LOW) if is_for_show(sight.path) else opinion


def _decoded(part: bytes) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _expiry(value: object) -> str | None:
    if not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(value, UTC).date().isoformat()
