"""Private keys in PEM: what lies between the lines must have the shape of a key."""

import base64
import binascii
import hashlib

from leakguard.analyzers.secrets import _der
from leakguard.analyzers.secrets._checks import entropy
from leakguard.analyzers.secrets._places import Place, is_for_show, place_of
from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence
from leakguard.patterns import lazily

_LABEL = lazily(rb"-----BEGIN ([A-Z0-9 ]{0,24})PRIVATE KEY")
_ESCAPED = lazily(rb"\\{1,4}[nrt]|\\{1,4}u000[adAD]|&#1[03];|%0[AaDd]|<br ?/?>")
_JOINT = lazily(rb"""["'`]\s{0,40}[+,.\\]?\s{0,40}["'`]""")
_HEADER = lazily(rb"[A-Za-z-]{3,20}: [^\n]{0,120}\n")
_MARGIN = lazily(rb"\n[\t ]{0,40}(?:(?://|[#*>|]{1,3})[\t ]{1,8})?")
_NOISE = lazily(rb"""[\s"'`\\,;]""")
_BODY = lazily(rb"[A-Za-z0-9+/]{64,}={0,2}")
_LINE = lazily(rb"[A-Za-z0-9+/=]{16,}")
_SHORTEST_LINES, _MOST_LINES, _MOST_READ, _CHANCE = 120, 4, 400, 40.0
_PGP_CHECKSUM = lazily(rb"=[A-Za-z0-9+/]{4}\Z")

_ALPHABET = 20
"""Different characters of base64 that the shortest key has."""
_SHORTEST_GUESS = 300
_RANDOM = 5.0
_SEQUENCE = 0x30
_SHORT_FORM = 0x80
_OPENSSH = b"openssh-key-v1\0"
_NONE = _der.Shape("", 0, b"")

_FAMOUS = frozenset(
    {
        "2da8a492573f9cd453d9a68d7a24c62b4c2c8bd0c3497283ff438b606f65e0d3",
        "4fd9973c9cc206ef5f736fb578800da4b443aea2b15c6ed77de5ee895369d071",
        "544fdd519498def7b9c1778c026df9489915b576863cf407437b2d88b6147745",
    }
)
"""SHA-256 of the moduli of keys that everybody has: the demonstration of JSON Web Tokens, Vagrant's insecure key, the test server of Go."""


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A key that parses is certain; one that is base64 but nothing known is a guess; anything else is talk about keys."""
    label = _LABEL.search(sight.secret)
    kind = label[1].decode().strip().lower() if label else ""
    shape, key = _read(sight.secret)
    if shape is None or (shape == "unknown" and place_of(sight.path, sight.before) is not Place.SETTINGS):
        return None
    if key.modulus and hashlib.sha256(key.modulus).hexdigest() in _FAMOUS:
        return None
    opinion = opinion.but(kind=kind or "pkcs8", encrypted=shape == "encrypted")
    if key.algorithm:
        opinion = opinion.but(algorithm=key.algorithm, bits=key.bits)
    if shape == "unknown":
        opinion = opinion.but(confidence=Confidence.LOW, note="its body is no key that can be parsed")
    elif shape == "encrypted":
        opinion = opinion.but(confidence=Confidence.MEDIUM, note="encrypted")
    return opinion.but(confidence=Confidence.LOW, note="among tests or documentation") if is_for_show(sight.path) else opinion


def shape_of(block: bytes) -> str | None:
    """`key`, `encrypted`, `unknown` (base64 of some length) or `None` for a block that holds no key."""
    return _read(block)[0]


def _read(block: bytes) -> tuple[str | None, _der.Shape]:
    text, body = _text_and_body(block)
    guess = "unknown" if _has_lines_of_a_key(text) else None
    data = _decoded(body)
    if data is None:
        return guess, _NONE
    if data.startswith(_OPENSSH):
        return "key" if data[19:23] == b"none" else "encrypted", _NONE
    locked = b"ENCRYPTED" in block
    if _is_sequence(data) or b"PGP" in block[:16]:
        return ("encrypted", _NONE) if locked else ("key", _der.shape_of(data))
    if locked and not len(data) % 8:
        return "encrypted", _NONE
    return ("unknown" if len(body) >= _SHORTEST_GUESS and entropy(body) >= _RANDOM else guess), _NONE


def _text_and_body(block: bytes) -> tuple[bytes, bytes]:
    """What stands between the lines, and its base64 without headers, margins, quotes and escapes."""
    first, last = block.find(b"-----", 11), block.rfind(b"-----END")
    text = _ESCAPED.sub(b"\n", block[first + 5 : last if last > first else None])
    text = _MARGIN.sub(b"\n", _JOINT.sub(b"", text))
    return text, _PGP_CHECKSUM.sub(b"", _NOISE.sub(b"", _HEADER.sub(b"", text.lstrip() + b"\n")))


def _decoded(body: bytes) -> bytes | None:
    if not _BODY.fullmatch(body) or len(set(body)) < _ALPHABET:
        return None
    bare = body.rstrip(b"=")
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4))
    except binascii.Error:
        return None


def _has_lines_of_a_key(text: bytes) -> bool:
    """Whether lines of base64 stand in it, whatever stands around them: time stamps, marks of comments, a line that was cut."""
    lines = _LINE.findall(text)
    if len(set(b"".join(lines[:_MOST_LINES]))) < _ALPHABET:
        return False
    return sum(map(len, lines)) >= _SHORTEST_LINES and surprise(b"".join(lines[:_MOST_LINES])[:_MOST_READ]) > _CHANCE


def _is_sequence(data: bytes) -> bool:
    """Whether it is one DER sequence that ends where the data end."""
    if len(data) < 4 or data[0] != _SEQUENCE:
        return False
    if data[1] < _SHORT_FORM:
        return data[1] + 2 == len(data)
    octets = data[1] & 0x7F
    return octets <= 4 and int.from_bytes(data[2 : 2 + octets], "big") + 2 + octets == len(data)
