"""Sizes, shares and days are read as people write them, and nothing else is."""

from datetime import date

import pytest

from leakguard.policy.quantities import parse_date, parse_share, parse_size, parse_whole


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("5 MB", 5000000),
        ("5MB", 5000000),
        ("1.5 GB", 1500000000),
        ("8 GiB", 8 * 2**30),
        ("512 KiB", 2**19),
        ("1000", 1000),
        ("1 kB", 1000),
        ("2 k", 2000),
        ("3 mb", 3000000),
        ("7 B", 7),
        ("0.1 MB", 100000),
        ("1 TB", 10**12),
    ],
)
def test_sizes_are_decimal_unless_they_have_an_i(text: str, size: int) -> None:
    """MB is 10^6 and MiB is 2^20."""
    assert size == parse_size(text)


@pytest.mark.parametrize(
    "text",
    ["", "MB", "-5 MB", "5 XB", "5 M B", "5,0 MB", "1e6", "5 MBit", "\u0665 MB", "5  MB", " 5 MB", "5 MB\n", "9" * 40, "0x10", "5 %"],
)
def test_what_is_no_size_is_refused(text: str) -> None:
    """No sign, no exponent, no foreign digit, no other unit."""
    with pytest.raises(ValueError, match=r"^$"):
        parse_size(text)


def test_a_share_is_a_percentage() -> None:
    """50 % is 0.5."""
    assert 0.5 == parse_share("50%")
    assert 0.125 == parse_share("12.5 %")


@pytest.mark.parametrize("text", ["50", "0.5", "%", "-5%", "5%%", "5 %\n", "a%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    """A bare number could mean two things."""
    with pytest.raises(ValueError, match=r"^$"):
        parse_share(text)


def test_a_day_is_year_month_day() -> None:
    """ISO 8601, the long form."""
    assert date(2027, 6, 30) == parse_date("2027-06-30")


@pytest.mark.parametrize(
    "text", ["20270630", "2027-W01-1", "2027-02-30", "27-06-30", "2027-6-3", "tomorrow", "2027-06-30T00:00", "2027-06-30\n"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    """A day that does not exist is none."""
    with pytest.raises(ValueError):  # noqa: PT011 - the caller knows what it asked for
        parse_date(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1_000", "1e3", "\u0665", "1\n"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    """Digits only."""
    with pytest.raises(ValueError, match=r"^$"):
        parse_whole(text)
