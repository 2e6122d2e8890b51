"""Sizes, shares and dates as people write them in a policy or on the command line."""

import re
from datetime import date

from leakguard.patterns import lazily

SIZE_PATTERN = r"^[0-9]{1,15}(\.[0-9]{1,6})? ?([kKMGT]i?)?B?$"
SHARE_PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,6})? ?%$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WHOLE_PATTERN = r"^[0-9]{1,15}$"

_SIZE = lazily(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?(?:([kmgt])(i?))?b?", re.IGNORECASE)
_SHARE = lazily(SHARE_PATTERN)
_DATE = lazily(DATE_PATTERN)
_WHOLE = lazily(WHOLE_PATTERN)


def parse_size(text: str) -> int:
    """Bytes of `5 MB`, `1.5GB`, `512 KiB` or `1000`: units are decimal unless they have an `i`. `ValueError` if it is no size."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError
    number, unit, binary = match.groups()
    factor = (1024 if binary else 1000) ** (1 + "kmgt".index(unit.lower())) if unit else 1
    if number.isdecimal():
        return int(number) * factor
    from fractions import Fraction

    return int(Fraction(number) * factor)


def parse_share(text: str) -> float:
    """0.5 of `50%`. `ValueError` if it is no percentage."""
    if not _SHARE.fullmatch(text):
        raise ValueError
    from fractions import Fraction

    return float(Fraction(text.rstrip("% ")) / 100)


def parse_date(text: str) -> date:
    """The day of `2027-06-30`. `ValueError` if there is no such day."""
    if not _DATE.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def parse_whole(text: str) -> int:
    """A whole number from 0. `ValueError` otherwise."""
    if not _WHOLE.fullmatch(text):
        raise ValueError
    return int(text)
