"""Credentials of clouds that come in parts."""

from leakguard.analyzers.secrets._checks import is_placeholder
from leakguard.analyzers.secrets._keys import shape_of
from leakguard.analyzers.secrets._places import Place, is_for_show, place_of
from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence, Severity
from leakguard.patterns import lazily

_AWS_SECRET = lazily(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])")
_BASE32 = lazily(rb"[A-Z2-7]{16}")
_RANDOM = 15.0
"""Odds in bits."""
_TEMPORARY = b"ASIA"


def of_aws_key(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A key id alone opens nothing: its secret in the neighbourhood makes it certain."""
    if sight.secret.endswith(b"EXAMPLE"):
        return None
    wellformed = _BASE32.fullmatch(sight.secret[4:]) is not None
    around = sight.before + b"\n" + sight.after
    pair = any(surprise(one) >= _RANDOM and not is_placeholder(one) and not one.islower() for one in _AWS_SECRET.findall(around))
    if pair:
        sure = Confidence.HIGH if wellformed and not is_for_show(sight.path) else Confidence.LOW
        return opinion.but(confidence=sure, severity=Severity.CRITICAL, note="with its secret beside it", pair="complete")
    if not wellformed:
        return None
    weak = sight.secret.startswith(_TEMPORARY) or is_for_show(sight.path)
    return opinion.but(confidence=Confidence.LOW if weak else opinion.confidence, pair="key id only")


def of_service_account(sight: Sight, opinion: Opinion) -> Opinion | None:
    """The key inside must be one."""
    if shape_of(sight.secret) not in ("key", "unknown"):
        return None
    around = sight.before + sight.after
    complete = all(name in around for name in (b'"client_email"', b'"private_key_id"'))
    weak = is_for_show(sight.path) or shape_of(sight.secret) == "unknown"
    return opinion.but(confidence=Confidence.LOW if weak else opinion.confidence, complete=complete)


def of_signed_address(sight: Sight, opinion: Opinion) -> Opinion | None:
    """One in documentation is a sample; so is one with the escapes of HTML inside a program, where only documentation has them."""
    place = place_of(sight.path, sight.before)
    if place is Place.SHOW or (place is Place.PROGRAM and sight.before.rpartition(b"\n")[2].rfind(b"&amp;") >= 0):
        return None
    return opinion
