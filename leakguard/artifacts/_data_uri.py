"""`data:` URIs (RFC 2397) as they occur in scripts: in comments, and inside strings of scripts that write scripts."""

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from leakguard.artifacts._map_careful import Careful
from leakguard.content import WINDOW, Content
from leakguard.errors import LimitExceeded
from leakguard.limits import Budget
from leakguard.patterns import lazily

MOST_BYTES = 256 * 1024 * 1024
"""Of one decoded URI."""

SHORTEST = 16
"""Characters; a shorter payload is a constant in a tool and no map."""

INTENDED = 64
"""Characters of base64 from which on even bytes that are no JSON count as embedded content."""

_HEADER = lazily(rb"(?:[A-Za-z0-9!#$&^_.+;=:*%/ -]|\\/){0,200}?,")
_BASE64 = lazily(rb"[A-Za-z0-9+/_-]*+")
_ESCAPED_BASE64 = lazily(rb"(?:[A-Za-z0-9+/_-]++|\\/|%2[BbFf]|\\u002[BbFf])*+")
_PERCENT = lazily(rb"""[^\s"`\\<>]*+""")
_LINE = lazily(rb"[^\r\n]*+")
_JSON_BEGIN = lazily(rb"(?:\xef\xbb\xbf)?+\s*+(?:\)\]\}[^\n]{0,16}\n\s*+)?+[{\[]")
_ONE_PERCENT = lazily(rb"%[0-9A-Fa-f]{2}")
_ONE_BACKSLASH = lazily(rb"\\.")


class Payload(Struct, frozen=True):
    """What a URI holds, and where it ends."""

    data: bytes
    """Empty where there is base64 that is nothing of the kind."""
    stop: int
    """Bytes from the start of the content."""


def decode_uri(content: Content, start: int, budget: Budget) -> Payload | None:
    """The JSON of the `data:` URI whose header begins at `start`; `None` for a mere prefix, or when it holds nothing of the kind."""
    header = _HEADER.match(content.read(start, start + 256))
    if header is None:
        return None
    begin = start + header.end()
    if b";base64" in header[0].lower():
        return decode_base64(content, begin, budget)
    return _decode_text(content, begin, budget)


def decode_base64(content: Content, start: int, budget: Budget) -> Payload | None:
    """The base64 (either alphabet, padded or not) that begins at `start`."""
    after = content.read(start, start + 1)
    stop = start + sum(len(piece) for piece in _run(content, start, _BASE64)) if after else start
    following = content.read(stop, stop + 6)
    if re.match(rb"\\/|%2[BbFf]|\\u002[BbFf]", following):
        return _decode_escaped(content, start, budget)
    if stop - start < SHORTEST:
        return None
    data = b"".join(_inflate(content, start, stop, budget))
    padding = len(following) - len(following.lstrip(b"="))
    return _judged(Payload(data, stop + min(padding, 2)), stop - start)


def _inflate(content: Content, start: int, stop: int, budget: Budget) -> Iterator[bytes]:
    step = WINDOW - WINDOW % 4
    for at in range(start, stop, step):
        piece = _from_base64(content.read(at, min(at + step, stop)))
        budget.spend_inflated(len(piece))
        if at - start > MOST_BYTES // 3 * 4:
            raise LimitExceeded(f"an inline source map of more than {MOST_BYTES >> 20} MiB is not read")
        yield piece


def _from_base64(encoded: bytes) -> bytes:
    if b"-" in encoded or b"_" in encoded:
        encoded = encoded.translate(bytes.maketrans(b"-_", b"+/"))
    if rest := len(encoded) % 4:
        encoded = encoded[:-1] if rest == 1 else encoded + b"=" * (4 - rest)
    return binascii.a2b_base64(encoded)


def _decode_escaped(content: Content, start: int, budget: Budget) -> Payload | None:
    encoded = b"".join(_run(content, start, _ESCAPED_BASE64))
    plain = re.sub(rb"\\/|%2[Ff]|\\u002[Ff]", b"/", encoded)
    plain = re.sub(rb"%2[Bb]|\\u002[Bb]", b"+", plain)
    budget.spend_inflated(len(plain))
    return _judged(Payload(_from_base64(plain), start + len(encoded)), len(plain)) if len(plain) >= SHORTEST else None


def _decode_text(content: Content, start: int, budget: Budget) -> Payload | None:
    """Percent-encoded or bare JSON; where it ends, its own brackets say, because quotes may stand in it."""
    head = content.read(start, start + 2)
    bare = head.startswith(b"{")
    shape, one = (_LINE, _ONE_BACKSLASH) if bare else (_PERCENT, _ONE_PERCENT)
    encoded = b"".join(_run(content, start, shape))
    if len(encoded) < SHORTEST:
        return None
    budget.spend_inflated(len(encoded))
    data = encoded if bare else unquote_to_bytes(encoded)
    if head == b"{\\":
        data = _ONE_BACKSLASH.sub(_without_backslash, encoded)
    begin = _JSON_BEGIN.match(data)
    if begin is None:
        return None
    end = Careful(data, begin.end() - 1, budget).find_end()
    if end is None:
        return Payload(data, start + len(encoded)) if b"sourcesContent" in data else None
    if data is encoded:
        return Payload(data[:end], start + end)
    return Payload(data[:end], start + _encoded_length(encoded, one, end))


def _without_backslash(match: re.Match[bytes]) -> bytes:
    return {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(match[0][1:], match[0][1:])


def _encoded_length(encoded: bytes, one: re.Pattern[bytes], decoded_length: int) -> int:
    """How many encoded bytes make so many decoded ones, when each match of `one` stands for a single byte."""
    shrunk = 0
    for match in one.finditer(encoded):
        if match.start() - shrunk >= decoded_length:
            break
        shrunk += len(match[0]) - 1
    return decoded_length + shrunk


def _run(content: Content, start: int, shape: re.Pattern[bytes]) -> Iterator[bytes]:
    """What matches `shape` from `start` on, in pieces; a window's edge inside an escape ends the run of escaped text early at worst."""
    if content.data is not None:
        match = shape.match(content.data, start)
        assert match is not None
        yield match[0]
        return
    while start < content.size:
        piece = content.read(start, start + WINDOW)
        match = shape.match(piece)
        assert match is not None
        yield match[0]
        start += match.end()
        if match.end() < len(piece):
            return


def _judged(payload: Payload, characters: int) -> Payload:
    """JSON, or something so long that it was meant; a sample of JSON that breaks off before any text is neither."""
    data = payload.data
    whole = data.rstrip()[-1:] in (b"}", b"]") or b"sourcesContent" in data
    meant = whole if _JSON_BEGIN.match(data) else characters >= INTENDED
    return payload if meant else Payload(b"", payload.stop)
