"""Private keys in PEM: what lies between the lines must have the shape of a key."""

import base64
import binascii
import re

from leakguard.analyzers.secrets._checks import entropy
from leakguard.analyzers.secrets._places import is_for_show
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence

_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,24})PRIVATE KEY")
_ESCAPED = re.compile(rb"\\{1,4}[nrt]|\\{1,4}u000[adAD]|&#1[03];|%0[AaDd]|<br ?/?>")
_JOINT = re.compile(rb"""["'`]\s{0,40}[+,.\\]?\s{0,40}["'`]""")
_HEADER = re.compile(rb"[A-Za-z-]{3,20}: [^\n]{0,120}\n")
_MARGIN = re.compile(rb"\n[\t ]{0,40}(?:(?://|[#*>|]{1,3})[\t ]{1,8})?")
_NOISE = re.compile(rb"""[\s"'`\\,;]""")
_BODY = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")
_PGP_CHECKSUM = re.compile(rb"=[A-Za-z0-9+/]{4}\Z")

_ALPHABET = 20
"""Different characters of base64 that the shortest key has."""
_SHORTEST_GUESS = 300
_RANDOM = 5.0
_SEQUENCE = 0x30
_SHORT_FORM = 0x80
_OPENSSH = b"openssh-key-v1\0"


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A key that parses is certain; one that is base64 but nothing known is a guess; anything else is talk about keys."""
    label = _LABEL.search(sight.secret)
    kind = label[1].decode().strip().lower() if label else ""
    shape = shape_of(sight.secret)
    if shape is None:
        return None
    opinion = opinion.but(kind=kind or "pkcs8", encrypted=shape == "encrypted")
    if shape == "unknown":
        opinion = opinion.but(confidence=Confidence.LOW, note="its body is no key that can be parsed")
    elif shape == "encrypted":
        opinion = opinion.but(confidence=Confidence.MEDIUM, note="encrypted")
    return opinion.but(confidence=Confidence.LOW, note="among tests or documentation") if is_for_show(sight.path) else opinion


def shape_of(block: bytes) -> str | None:
    """`key`, `encrypted`, `unknown` (base64 of some length) or `None` for a block that holds no key."""
    first, last = block.find(b"-----", 11), block.rfind(b"-----END")
    text = _ESCAPED.sub(b"\n", block[first + 5 : last if last > first else None])
    text = _MARGIN.sub(b"\n", _JOINT.sub(b"", text))
    locked = b"ENCRYPTED" in block
    body = _PGP_CHECKSUM.sub(b"", _NOISE.sub(b"", _HEADER.sub(b"", text.lstrip() + b"\n")))
    if not _BODY.fullmatch(body) or len(set(body)) < _ALPHABET:
        return None
    try:
        data = base64.b64decode(body.rstrip(b"=") + b"=" * (-len(body.rstrip(b"=")) % 4))
    except binascii.Error:
        return None
    if data.startswith(_OPENSSH):
        return "key" if data[19:23] == b"none" else "encrypted"
    if _is_sequence(data) or b"PGP" in block[:16]:
        return "encrypted" if locked else "key"
    if locked and not len(data) % 8:
        return "encrypted"
    return "unknown" if len(body) >= _SHORTEST_GUESS and entropy(body) >= _RANDOM else None


def _is_sequence(data: bytes) -> bool:
    """Whether it is one DER sequence that ends where the data end."""
    if len(data) < 4 or data[0] != _SEQUENCE:
        return False
    if data[1] < _SHORT_FORM:
        return data[1] + 2 == len(data)
    octets = data[1] & 0x7F
    return octets <= 4 and int.from_bytes(data[2 : 2 + octets], "big") + 2 + octets == len(data)
