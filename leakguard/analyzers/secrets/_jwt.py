"""JSON Web Tokens (RFC 7519), decoded without a key."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from leakguard.analyzers.secrets._places import Place, place_of
from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence, Severity

_DEMO_SUBJECTS = frozenset({"1234567890", "1234567", "123456789", "test", "user123"})
_DEMO_NAMES = frozenset({"John Doe", "Jane Doe", "Shawn Wildermuth"})
_HEADER = frozenset(
    (
        *("alg", "typ", "enc", "kid", "zip", "cty", "jku", "jwk", "x5u", "x5c", "x5t", "crit", "epk", "apu", "apv", "iv", "tag"),
        *("p2s", "p2c", "use", "key_ops", "b64", "nonce", "iss", "sub", "aud", "svt"),
    )
)
"""Registered names of a header (RFC 7515, 7516, 7797 and their registry)."""

_CLAIMS = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
"""Registered claims (RFC 7519 §4.1): what somebody relies on has one."""

_SHORTEST_SIGNATURE = 20
_CHANCE = 12.0
"""Odds in bits above which a short signature is a piece of one, and no word."""
_LAST_SECOND = 253_402_300_799
"""Of the year 9999."""


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """Three parts of which the first two are JSON; what they say decides."""
    first, second, signature = sight.secret.split(b".", 2)
    header, claims = _decoded(first), _decoded(second)
    if not header or not claims or not _HEADER.intersection(header) or _is_demonstration(claims):
        return None
    algorithm = str(header.get("alg", ""))[:10]
    opinion = opinion.but(algorithm=algorithm if algorithm.isalnum() else "", expires=_expiry(claims.get("exp")))
    if algorithm.lower() == "none" or not signature:
        return opinion.but(confidence=Confidence.LOW, note="unsigned")
    if len(signature) < _SHORTEST_SIGNATURE:
        return opinion.but(confidence=Confidence.LOW, note="cut off in its signature") if surprise(signature) > _CHANCE else None
    if not _CLAIMS.intersection(claims):
        opinion = opinion.but(confidence=Confidence.LOW, note="without a registered claim")
    return _of_role(claims.get("role"), sight, opinion)


def _is_demonstration(claims: Mapping[str, object]) -> bool:
    return str(claims.get("sub")) in _DEMO_SUBJECTS or (claims.get("name") in _DEMO_NAMES and "iss" not in claims)


def _of_role(role: object, sight: Sight, opinion: Opinion) -> Opinion | None:
    if role == "anon":
        return opinion.but(confidence=Confidence.LOW, severity=Severity.LOW, note="of the anonymous role")
    if role == "service_role":
        return opinion.but(confidence=Confidence.HIGH, severity=Severity.CRITICAL, note="of the service role")
    return None if place_of(sight.path) is Place.SHOW else opinion


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
