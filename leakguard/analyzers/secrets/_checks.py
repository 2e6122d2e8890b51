"""What can be said of a value by looking at it alone: entropy, placeholders, words, checksums."""

import hashlib
import math
import re
import zlib
from collections import Counter

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRC_LENGTH = 6

_EXAMPLES = frozenset(
    {
        "0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059",
        "1a5d44a2dca19669d72edf4c4f1c27c4c1ca4b4408fbb17f6ce4ad452d78ddb3",
        "2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326",
        "7e8de44ea9ecf6d53415c90f5b249a8591f7abafbf7d65a2c0d855afeca3ec09",
        "aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615",
        "f2d6ca16515033e5dce14eba840b979d27b5cbae24bb3e5bf484339667f86397",
    }
)
"""SHA-256 of what documentation has made famous: Stripe's first keys, the emulators of Azure Storage and Cosmos DB.

Digests, so that nothing here looks like a secret.
"""

_PLACEHOLDER = re.compile(
    rb"example|placeholder|change.?me|redacted|replace.?(?:me|this|with)|insert.?your|your.?(?:api|own|access|secret|token|key|pass)"
    rb"|dummy|foobar|lorem|not.?(?:a.?)?real|(?:0123456789|1234567890)(?:0123|1234|abcd)|0123456789abcdef|abcdefghij|qwertyui|deadbeef"
    rb"|(.)\1{5}|(?:\*|\.|x){4}",
    re.IGNORECASE,
)
_WORDS = re.compile(rb"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_DIGIT = re.compile(rb"[0-9]")
_ONE_CASE = re.compile(rb"[a-z_.:/ -]*|[A-Z_.:/ -]*")
_WORDY = 3.4
"""Letters a word, on average: identifiers have more, random letters in both cases about two."""


def entropy(value: bytes) -> float:
    """Shannon's, in bits a character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values()) if size else 0.0


def is_placeholder(value: bytes) -> bool:
    """Whether people write such a value where a secret belongs: `your-token`, `xxxx`, a keyboard row, a run of one character."""
    return _PLACEHOLDER.search(value) is not None or len(set(value)) < min(6, len(value) / 2)


def is_famous(value: bytes) -> bool:
    """Whether it is a documentation's own example."""
    return hashlib.sha256(value).hexdigest() in _EXAMPLES


def reads_as_words(value: bytes) -> bool:
    """Whether it is made of words, as identifiers, slugs and sentences are, and not of random letters."""
    if _DIGIT.search(value):
        return False
    if _ONE_CASE.fullmatch(value):
        return True
    words = _WORDS.findall(value)
    return not words or sum(map(len, words)) / len(words) >= _WORDY


def checksum_of(kind: str, secret: bytes) -> bool | None:
    """Whether the checksum inside `secret` is right; `None` when its format has none.

    `crc32-base62`: the last six characters are the CRC-32 of those between the prefix and them, as GitHub has described its tokens.
    """
    if kind != "crc32-base62":
        return None
    body = secret.rpartition(b"_")[2]
    return body[-_CRC_LENGTH:] == crc32_base62(body[:-_CRC_LENGTH])


def crc32_base62(body: bytes) -> bytes:
    """The six characters that follow `body`."""
    number, out = zlib.crc32(body), bytearray()
    for _ in range(_CRC_LENGTH):
        number, digit = divmod(number, 62)
        out.append(_BASE62[digit])
    return bytes(reversed(out))
