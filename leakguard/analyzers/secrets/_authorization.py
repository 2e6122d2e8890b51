"""`Authorization` headers."""

import base64
import binascii
import re

from leakguard.analyzers.secrets._checks import is_famous, is_placeholder, reads_as_words
from leakguard.analyzers.secrets._places import Place, place_of
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.analyzers.secrets._values import Nature, nature_of
from leakguard.model import Confidence
from leakguard.patterns import lazily

_PAIR = lazily(r"([^:\x00-\x1f]{0,64}):([^\x00-\x1f]{4,128})")
_TALK = lazily(r"(?:user(?:name)?|admin|test|foo|aladdin|guest|root|login|\w{0,12}user|name)\d{0,3}", re.IGNORECASE)


def of_basic(sight: Sight, opinion: Opinion) -> Opinion | None:
    """It must decode to a user and a password that is not the documentation's."""
    try:
        pair = _PAIR.fullmatch(base64.b64decode(sight.secret, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        return None
    if pair is None or _TALK.fullmatch(pair[1]) or pair[1] == pair[2] or is_placeholder(pair[2].encode()):
        return None
    if is_famous(sight.secret) or place_of(sight.path, sight.before) is Place.SHOW:
        return None
    weak = reads_as_words(pair[2].encode())
    return opinion.but(confidence=Confidence.LOW) if weak else opinion


def of_bearer(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A value that could be any identifier is none."""
    value = sight.secret
    nature = nature_of(value)
    if nature not in (Nature.RANDOM, Nature.DIGITS, Nature.UUID) or place_of(sight.path, sight.before) is Place.SHOW:
        return None
    return opinion.but(confidence=Confidence.LOW) if nature is Nature.UUID else opinion
