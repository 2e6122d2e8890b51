"""What can be said of a value by looking at it alone: entropy, placeholders, words, checksums."""

import hashlib
import math
import re
import zlib
from collections import Counter

from leakguard.analyzers.secrets._randomness import surprise
from leakguard.patterns import lazily

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRC_LENGTH = 6

_EXAMPLES = frozenset(
    {
        "0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059",
        "00cf4c781dc37003f7c7dd7d4c9a6ef1e0f4c62d9a291aa8bc398774e3fefd32",
        "0df3a31d8bb54d63c62a7dc44316a4acd08e0437aec0c18fe5007c951fef9015",
        "1a5d44a2dca19669d72edf4c4f1c27c4c1ca4b4408fbb17f6ce4ad452d78ddb3",
        "2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326",
        "53f5da0aaa93d64cd5772c554cbf940f0539e689dddbeb8f923eec3f72c02ea9",
        "649e1f5c769e718ba10d1a702a36499a731441d960b06da91c4c97786bf84595",
        "6c96130f130ab0d6d158397e24d2bcc1c9a5e73ae081f6e983f1c7b545d24a4c",
        "7e8de44ea9ecf6d53415c90f5b249a8591f7abafbf7d65a2c0d855afeca3ec09",
        "8d567eb88afff34f31ab97fbb2731e582703bdeaf3c92b989cf568e0b23cef31",
        "9d03b692e941d5ace207a9f8048834439f6de98e5c6c1590c22c4f4577c88a42",
        "a35b81a7d7927b70ec99270dd2362b88580a28574af812f2c02f56469579186f",
        "aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615",
        "b8e148545b13c78bc74da2f1a7275dd71e56ddece129d7d2f7b3ecc06f7994da",
        "bb9b1163338b2a51495834ad5c65420443d6327381cf0f94ebf92b117f209d72",
        "ca7459e2b26776de081b9a07e40227fd6cff232a1e3233ff6b6aa6d036ca9981",
        "cb87c87e4a138d9a72259d2a01bab15623c9846e568c1509b287721645a6ea53",
        "e9974c507d2a802143f614c878fcbb622a3800e05e6e0d329fee2c5b6b243329",
        "ea9bdfd02c0c412c8cc36ba67f6c17f9b314b2c518e63ff3776077d68245736d",
        "f2d6ca16515033e5dce14eba840b979d27b5cbae24bb3e5bf484339667f86397",
    }
)
"""SHA-256 of what documentation has made famous: the examples of OAuth (RFC 5849, 6749, 6750, 7009), Stripe's first keys, the emulators
of Azure Storage and Cosmos DB.

Digests, so that nothing here looks like a secret.
"""

_PLACEHOLDER = lazily(
    rb"example|string.?here|here\Z|placeholder|change.?me|redacted|replace.?(?:me|this|with)|insert.?your|your.?(?:api|own|access|secret|token|key|pass)"
    rb"|dummy|foobar|lorem|not.?(?:a.?)?real|(?:0123456789|1234567890)(?:0123|1234|abcd)|0123456789abcdef|abcdefghij|qwertyui|deadbeef"
    rb"|(.)\1{5}|(?:\*|\.|x){4}|\][*+]|\]\{\d{1,4}[,}]",
    re.IGNORECASE,
)
_DIGIT = lazily(rb"[0-9]")


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
    return _DIGIT.search(value) is None and surprise(value) <= 0


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
