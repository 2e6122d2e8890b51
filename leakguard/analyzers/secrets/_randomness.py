"""How unlike words, identifiers and numbers a value is: the odds, in bits, that chance made it rather than a person.

Names, words and messages of popular packages have the pairs of characters of language; what a generator of secrets makes has not.
"""

import math
from itertools import pairwise

_COSTS = (
    b"sXTWshXtbvhRVRvVzQTObggealvbgVj"  # a
    b"QghhQmgsUWkOjlSguWWfQsr2X1pXcNm"  # b
    b"SqdlRosRZoUUjrMk1WcQYswxe8rYdVq"  # c
    b"RfdXLeemQmoafiUetZXaXklofysNXQk"  # d
    b"WgVUdZemftoUXRhbePQTkcfVguwQYOj"  # e
    b"TrilTVpuMxuWlePkyUaYXurxe7oVeJo"  # f
    b"YieiKiaVS1sXbXZgxTWWYooxmsxPXOk"  # g
    b"OlgjOktpMwqgejShnabUWonzg5tRWRh"  # h
    b"ZaVWXbWzq2nVXNRaraQSoa3f6b0gjWw"  # i
    b"VtpqMt0rd3ytrpTXcpIrWoptw/watRp"  # j
    b"WeccJfaiRurbfacbreTcckdujvwMUNh"  # k
    b"RghXMVlpP0nUjnRf0kYWVfo0b1xSXRn"  # l
    b"NZjgMmnuTnrcWeRRykYiaptuhvvTZQn"  # m
    b"TlURSYSnXpefhcVctiSObcpymxxRXQk"  # n
    b"dbXUoddvdmcUTNZV4OZVUbYiss7XeXs"  # o
    b"PmgbOnocX3nTllRWzQZTWntxZ7xVZTi"  # p
    b"imhrmrtso1qTlmrsrgefFtmy1zsViRt"  # q
    b"RkYbMhapS2eeZbRhuXUUccnna4wSYPm"  # r
    b"alWjOgoXTyfegiXYkgUOYkiqe2uQYId"  # s
    b"SjagOhnRQwrffjTdxUVZbljqWvuOVOg"  # t
    b"ZWabRdbyXwuQUQjT/RSPtq3p6xrjgZy"  # u
    b"MpjjJqgyO+mqjfbe/neloszwt6jWcTp"  # v
    b"RhdfQilYNwodfUSdwTSepkcsuxuOVOm"  # w
    b"bjWjThrjUcjcdndN1idLpmmhdxgOTMc"  # x
    b"bcZaYefkbunVYVZLsbUUlgdxtitLTLf"  # y
    b"TolpHoxiW0yfioOo/hgmevoxbgvWXQk"  # z
    b"ddebfdprmwynolskzmjoqowgswQRSHc"  # 0
    b"VYSVWVabUifXVXXUlVSTaZbmomjS2bq"  # _
    b"VWSWWVbbVikXXaYUnWSVbcZfooandfg"  # -
    b"UZRVXXWaVbhXWaZUlVSVabdjlnjM7eg"  # .
    b"XbYZWbXeaZnZXbdXwXWTgehcpVWamQO"  # $
    b"VZTWTYXcWhiYXXYVlVRQacchll/P//a"  # ^
)
"""For each character (letters without case, a digit, `_`, `-`, one of `.:/`, any other, the beginning) how unlikely each next one is in
the words and identifiers of popular packages, and how likely by chance: the quarter bits of the odds, plus six bits, in base 64."""

_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BITS = tuple(_DIGITS.index(digit) / 4 - 6 for digit in _COSTS)
_ROW = 31
_BEGINNING = 31
_SWITCH, _STAY = math.log2(0.5 / 0.2), math.log2(0.5 / 0.8)
"""Case changes from letter to letter: half of the time by chance, at every fifth letter where words begin."""


def _symbol(byte: int) -> int:
    character = chr(byte).lower()
    if "a" <= character <= "z":
        return ord(character) - ord("a")
    if "0" <= character <= "9":
        return 26
    return {"_": 27, "-": 28, ".": 29, ":": 29, "/": 29}.get(character, 30)


_SYMBOLS = bytes(map(_symbol, range(256)))
_CASES = bytes(
    2 if chr(byte).isascii() and chr(byte).isupper() else 1 if chr(byte).isascii() and chr(byte).islower() else 0 for byte in range(256)
)
_SWITCHES, _STAYS = {(1, 2), (2, 1)}, {(1, 1), (2, 2)}


def surprise(value: bytes) -> float:
    """The odds in bits: above zero chance is the better explanation, below it a person is."""
    total, last = 0.0, _BEGINNING
    for symbol in value.translate(_SYMBOLS):
        total += _BITS[last * _ROW + symbol]
        last = symbol
    if value.islower() or value.isupper():
        return total
    cases = value.translate(_CASES)
    for pair in pairwise(cases):
        if pair in _SWITCHES:
            total += _SWITCH
        elif pair in _STAYS:
            total += _STAY
    return total
