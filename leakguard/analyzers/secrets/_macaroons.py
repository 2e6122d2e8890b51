"""PyPI's API tokens are macaroons (libmacaroons binary format, version 2)."""

import base64
import binascii
from collections.abc import Iterator

from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence

_PREFIX = b"pypi-"
_VERSION = 2
_END, _IDENTIFIER, _SIGNATURE = 0, 2, 6
_SIGNATURE_BYTES = 32
_LONGEST_NUMBER = 35
"""Bits of the longest length that is read."""


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """One that parses to its signature is certain; its caveats say what it may do."""
    text = sight.secret.removeprefix(_PREFIX)
    try:
        fields = list(_fields(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))))
    except (binascii.Error, ValueError, IndexError):
        fields = []
    if not fields or fields[-1][0] != _SIGNATURE or len(fields[-1][1]) != _SIGNATURE_BYTES:
        return opinion.but(confidence=Confidence.MEDIUM, note="its structure is not complete", structure="invalid")
    caveats = [data for kind, data in fields if kind == _IDENTIFIER][1:]
    whole_account = not any(b"project" in one or one.startswith((b"[1", b"[2")) for one in caveats)
    return opinion.but(structure="valid", scope="account" if whole_account else "projects")


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    if data[0] != _VERSION:
        raise ValueError
    at = 1
    while at < len(data):
        kind, at = data[at], at + 1
        if kind == _END:
            continue
        size, shift = 0, 0
        while True:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > _LONGEST_NUMBER:
                break
        if at + size > len(data):
            raise ValueError
        yield kind, data[at : at + size]
        at += size
