"""What a private key in DER says of itself: algorithm, size, and the number that everybody may know.

PKCS #1 (RFC 8017 A.1.2), SEC 1 (RFC 5915) and PKCS #8 (RFC 5208, 5958), as far as that needs; nothing is verified.
"""

from collections.abc import Iterator
from typing import NamedTuple

_SEQUENCE, _INTEGER, _OCTETS, _OBJECT, _PARAMETERS = 0x30, 0x02, 0x04, 0x06, 0xA0
_LONG = 0x80
_DEEPEST = 4
_BYTE = 8

_RSA = bytes.fromhex("2a864886f70d010101")
_NAMED = {
    bytes.fromhex("2a8648ce3d030107"): ("ec", 256),
    bytes.fromhex("2b81040022"): ("ec", 384),
    bytes.fromhex("2b81040023"): ("ec", 521),
    bytes.fromhex("2b8104000a"): ("ec", 256),
    bytes.fromhex("2b656e"): ("x25519", 255),
    bytes.fromhex("2b656f"): ("x448", 448),
    bytes.fromhex("2b6570"): ("ed25519", 255),
    bytes.fromhex("2b6571"): ("ed448", 448),
}


class Shape(NamedTuple):
    """Of a key."""

    algorithm: str
    """`rsa`, `ec`, `ed25519` …; empty when it is another."""
    bits: int
    """Of the modulus or the curve; 0 when unknown."""
    modulus: bytes
    """Of RSA: what the public key shows as well."""


def shape_of(data: bytes) -> Shape:
    """What the structure says; never raises."""
    try:
        return _shape(data, _DEEPEST) or Shape("", 0, b"")
    except IndexError:
        return Shape("", 0, b"")


def _shape(data: bytes, depth: int) -> Shape | None:
    top = list(_values(data))
    if not depth or len(top) != 1 or top[0][0] != _SEQUENCE:
        return None
    parts = list(_values(top[0][1]))
    for tag, value in parts:
        if tag in (_SEQUENCE, _PARAMETERS):
            named = [_NAMED[inner] for kind, inner in _values(value) if kind == _OBJECT and inner in _NAMED]
            if named:
                return Shape(*named[0], b"")
        if tag == _OCTETS and (inside := _shape(value, depth - 1)) is not None:
            return inside
    numbers = [value for tag, value in parts if tag == _INTEGER]
    if len(numbers) < 3:
        return None
    modulus = numbers[1].lstrip(b"\0")
    return Shape("rsa", len(modulus) * _BYTE, modulus)


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents side by side; ends early where a length runs over."""
    at = 0
    while at + 1 < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size >= _LONG:
            octets = size - _LONG
            size, at = int.from_bytes(data[at : at + octets], "big"), at + octets
        if at + size > len(data):
            return
        yield tag, data[at : at + size]
        at += size
