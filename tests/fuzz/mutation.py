"""Mutations of sound inputs, the same for the same number: a failure is found again by its number alone."""

import random
from collections.abc import Callable, Sequence

MOST = 1 << 16
"""Bytes of an input."""

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)
WORDS = (
    *(b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\10", b"\x1f\x8b\x08", b"ustar\x0000", b"ustar  \0", b"\0" * 512),
    *(b"-1", b"1e999", b"NaN", b"null", b"[[[[", b'{"', b"\\u0000", b"\\ud800", b'"sourcesContent"', b'"sections"', b"../", b"/", b"\\"),
    *(
        b"99999999999999999999",
        b"77777777777\0",
        b"\x80" + b"\xff" * 11,
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"&a ",
        b"*a",
        b"!!python/none ",
        b"\n- ",
    ),
)

Change = Callable[[random.Random, bytearray], None]


def mutated(seeds: Sequence[bytes], number: int) -> bytes:
    """The input of this number: a seed with one to eight changes, sometimes with a part of another seed in it."""
    chance = random.Random(number)
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        chance.choice(CHANGES)(chance, data)
        if chance.random() < 0.05:
            other = chance.choice(seeds)
            at, start = chance.randint(0, len(data)), chance.randint(0, len(other))
            data[at:at] = other[start : start + chance.randint(1, 600)]
    return bytes(data[:MOST])


def _at(chance: random.Random, data: bytearray) -> int:
    return chance.randrange(len(data)) if data else 0


def _flip(chance: random.Random, data: bytearray) -> None:
    if data:
        data[_at(chance, data)] ^= 1 << chance.randrange(8)


def _set(chance: random.Random, data: bytearray) -> None:
    if data:
        data[_at(chance, data)] = chance.choice((0, 1, 0x20, 0x2F, 0x7F, 0x80, 0xFF, chance.randrange(256)))


def _number(chance: random.Random, data: bytearray) -> None:
    width, at = chance.choice((1, 2, 4, 8)), _at(chance, data)
    value = chance.choice((*NUMBERS, len(data), at, chance.randrange(1 << 16))) & ((1 << 8 * width) - 1)
    data[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))


def _word(chance: random.Random, data: bytearray) -> None:
    word, at = chance.choice(WORDS), _at(chance, data)
    data[at : at + (len(word) if chance.random() < 0.5 else 0)] = word


def _cut(chance: random.Random, data: bytearray) -> None:
    at = _at(chance, data)
    del data[at : at + chance.choice((1, 2, 4, 16, 100, 512, len(data)))]


def _double(chance: random.Random, data: bytearray) -> None:
    at = _at(chance, data)
    piece = data[at : at + chance.choice((1, 4, 30, 46, 512, 2000))]
    data[at:at] = piece * chance.choice((1, 1, 2, 20))


def _move(chance: random.Random, data: bytearray) -> None:
    at = _at(chance, data)
    piece = data[at : at + chance.choice((1, 4, 30, 46, 512))]
    del data[at : at + len(piece)]
    to = _at(chance, data)
    data[to:to] = piece


CHANGES: Sequence[Change] = (_flip, _flip, _set, _number, _number, _word, _cut, _double, _move)
