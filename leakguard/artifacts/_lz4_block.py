"""One block of LZ4 (literals and matches, by turns), and the digest (xxHash32) of a short header."""

from leakguard.artifacts import _pieces
from leakguard.errors import Malformed

_MASK = 0xFFFFFFFF
_PRIMES = (2654435761, 2246822519, 3266489917, 668265263, 374761393)


def decoded(block: bytes, history: bytes, most: int, offset: int) -> bytes:  # noqa: C901 - one loop, for speed
    """What a block holds, at most `most` bytes; `history` is what came before it."""
    made = bytearray(history)
    begin, stop, at = len(history), len(block), 0
    try:
        while at < stop:
            token = block[at]
            at += 1
            length = token >> 4
            if length == 15:
                while (more := block[at]) == 255:
                    length += 255
                    at += 1
                length += more
                at += 1
            if at + length > stop:
                raise _damaged(offset)
            made += block[at : at + length]
            at += length
            if at == stop:
                break
            distance = block[at] | block[at + 1] << 8
            at += 2
            length = (token & 15) + 4
            if length == 19:
                while (more := block[at]) == 255:
                    length += 255
                    at += 1
                length += more
                at += 1
            start = len(made) - distance
            if not distance or start < 0 or len(made) - begin + length > most:
                raise _damaged(offset)
            made += (made[start:] * (length // distance + 1))[:length] if distance < length else made[start : start + length]
    except IndexError:
        raise _damaged(offset) from None
    if len(made) - begin > most:
        raise _damaged(offset)
    return bytes(made[begin:])


def digest(data: bytes) -> int:
    """xxHash32 of fewer than 16 bytes, with the seed 0."""
    value = _PRIMES[4] + len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        value = _turn(value + int.from_bytes(data[at : at + 4], "little") * _PRIMES[2], 17) * _PRIMES[3] & _MASK
    for byte in data[whole:]:
        value = _turn(value + byte * _PRIMES[4], 11) * _PRIMES[0] & _MASK
    value = (value ^ value >> 15) * _PRIMES[1] & _MASK
    value = (value ^ value >> 13) * _PRIMES[2] & _MASK
    return value ^ value >> 16


def _turn(value: int, by: int) -> int:
    value &= _MASK
    return (value << by | value >> 32 - by) & _MASK


def _damaged(offset: int) -> Malformed:
    return Malformed("compressed data is damaged", rule=_pieces.UNREADABLE, offset=offset)
