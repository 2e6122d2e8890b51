"""Assignments such as `password = "…"`: judged by what the name promises, by what the value is, and by where it stands."""

import re

from leakguard.analyzers.secrets._issuers import is_too_short
from leakguard.analyzers.secrets._names import Promise, name_of, promise_of
from leakguard.analyzers.secrets._places import Place, place_of
from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.analyzers.secrets._values import Nature, nature_of
from leakguard.model import Confidence

_CODE = re.compile(
    rb"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[\w$\[\]]+)+;?|[\w.$]*\(|[\w.$:-]+\[|[!&*]?[A-Za-z_$][\w$]*[,;)]|[A-Za-z_]\w*\{"
    rb"|(?:new|await|typeof|null|none|true|false|undefined|required|optional|string|number|function|async|this|self)\b",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(rb"[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*[!?]?")
_RESOURCE = re.compile(rb"""(?:arn:[^\s"']{0,160}|(?:badge|\.svg)[^\s"']{0,60})\Z""")
"""Names of resources, and pictures whose `token` is public by design."""
_QUOTES = (b'"', b"'", b"`")
_ENTITY = b"&quot;"
_ENDS = (b"", b"\n", b"\r", b" ", b"\t", b"\\", b"&", b";", b",", b'"', b"'", b"<", b")", b"}", b"]", b"|", b"`")
_VARIABLE = re.compile(rb"\$[A-Za-z_]")
_LONG = 24
_LONGEST_GUESS = 200
_CERTAIN_CHANCE = 10.0
"""Odds in bits above which a password in a program is more than a sample."""


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A random value under a telling name is likely a secret, a mixed one perhaps, anything that people or programs write none."""
    value = sight.secret.rstrip(b"\\")
    quoted = sight.before[-1:] in _QUOTES or sight.before.endswith(_ENTITY)
    place = place_of(sight.path, sight.before)
    whole = _is_closed(sight) if quoted else sight.after[:1] in _ENDS and not _is_code(value, place) and _may_be_bare(sight, place)
    if not whole or _RESOURCE.search(sight.before):
        return None
    name = name_of(sight.before, sight.after)
    promise = promise_of(name)
    if promise in (Promise.HARMLESS, Promise.DIGEST) or is_too_short(name, value) or (not quoted and _VARIABLE.search(value)):
        return None
    confidence = confidence_of(promise, value, place, opinion.confidence, quoted=quoted)
    return opinion.but(confidence=confidence) if confidence else None


def of_password(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A value that stands where a command or a statement expects a password."""
    value, place = sight.secret.rstrip(b"\\"), place_of(sight.path, sight.before)
    quoted = sight.before[-1:] in _QUOTES
    if quoted and not _is_closed(sight):
        return None
    confidence = confidence_of(Promise.PASSWORD, value, place, opinion.confidence, quoted=quoted)
    return opinion.but(confidence=confidence) if confidence else None


def confidence_of(promise: Promise, value: bytes, place: Place, usual: Confidence, *, quoted: bool) -> Confidence | None:
    """How sure it is that `value`, under a name that promises so much, at such a place, is a secret; `None` if it is not."""
    nature = nature_of(value)
    if nature is Nature.WRITTEN or len(value) > _LONGEST_GUESS or place is Place.SHOW:
        return None
    if promise is Promise.PASSWORD:
        return _of_password(nature, value, place, usual, quoted=quoted)
    if promise is Promise.SECRET:
        return _of_secret(nature, value, place, usual, quoted=quoted)
    random, long = nature in (Nature.RANDOM, Nature.DIGITS), len(value) >= _LONG
    if place is Place.PROGRAM:
        sure = promise is Promise.KEY and nature is Nature.RANDOM and quoted and long
    else:
        sure = random and (promise is Promise.KEY or (quoted and long))
    return Confidence.LOW if sure else None


def _of_password(nature: Nature, value: bytes, place: Place, usual: Confidence, *, quoted: bool) -> Confidence | None:
    if nature is Nature.UUID and place is Place.PROGRAM:
        return Confidence.LOW if quoted else None
    if nature in (Nature.RANDOM, Nature.DIGITS, Nature.UUID):
        return usual if place is Place.SETTINGS or quoted else None
    if place is Place.SETTINGS:
        return usual if nature is Nature.STRONG and quoted else Confidence.LOW
    return Confidence.LOW if nature is Nature.STRONG and quoted and surprise(value) >= _CERTAIN_CHANCE else None


def _of_secret(nature: Nature, value: bytes, place: Place, usual: Confidence, *, quoted: bool) -> Confidence | None:
    if nature in (Nature.RANDOM, Nature.DIGITS):
        return usual
    if nature is Nature.UUID:
        return Confidence.LOW if quoted or place is Place.SETTINGS else None
    if place is Place.SETTINGS:
        return Confidence.LOW if nature is Nature.STRONG or surprise(value) > 0 else None
    return None


def _is_code(value: bytes, place: Place) -> bool:
    """Whether a value without quotes is an expression: in a program every word is one."""
    if _CODE.match(value) or value.endswith((b"(", b".")):
        return True
    return place is Place.PROGRAM and _IDENTIFIER.fullmatch(value) is not None


def _may_be_bare(sight: Sight, place: Place) -> bool:
    """Whether a value may stand without quotes: in a program only inside of a string, on a line that has the string's quotes."""
    if place is not Place.PROGRAM:
        return True
    line = sight.before.rpartition(b"\n")[2] + sight.after.partition(b"\n")[0]
    return any(quote in line for quote in _QUOTES)


def _is_closed(sight: Sight) -> bool:
    """Whether the quote that opens before the value closes after it, plainly or behind a backslash."""
    if sight.before.endswith(_ENTITY):
        return sight.after.startswith(_ENTITY)
    return sight.after[:1] == sight.before[-1:] or sight.secret.endswith(b"\\")
