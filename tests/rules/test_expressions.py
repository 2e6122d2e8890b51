"""The expressions of rules are safe by construction."""

import random
import re

import pytest

from leakguard.rules._expressions import check, text_of, width_of


@pytest.mark.parametrize("pattern", ["(?P<secret>(?:a+){9,20})", "(?P<secret>(?:ab{2,40}c){10,30})", "(?P<secret>(?:x{0,99}){0,99})"])
def test_nested_repetition_is_refused(pattern: str) -> None:
    """A repetition inside a long repetition could take exponential time."""
    with pytest.raises(ValueError, match=r"repetition|bounded"):
        check(pattern)


@pytest.mark.parametrize("pattern", ["(?P<secret>a+)", "x.*(?P<secret>a)", "(?P<secret>a{5,})"])
def test_unbounded_expression_is_refused(pattern: str) -> None:
    """An expression without an upper bound has no window that it fits in."""
    with pytest.raises(ValueError, match="bounded"):
        check(pattern)


@pytest.mark.parametrize("pattern", ["abc", "(a)(?P<secret>b)", "(?P<key>a)", "(?P<secret>a)(?P<other>b)"])
def test_another_set_of_groups_is_refused(pattern: str) -> None:
    """Exactly one group stands in an expression, and it is the secret."""
    with pytest.raises(ValueError, match="group"):
        check(pattern)


def test_width_is_the_longest_match() -> None:
    """The width of an expression counts its longest alternative and repetition."""
    assert width_of("a{2,5}(?:bc|d)") == 7


@pytest.mark.parametrize("pattern", ["ghp_[0-9A-Za-z]{36}", r"(?:live|test)_\d{4,9}[^a]\.", r"a(?P<secret>[\w-]{3})b?"])
def test_texts_match_their_pattern(pattern: str) -> None:
    """A text made from a pattern is one that the pattern matches."""
    assert all(re.fullmatch(pattern, text_of(pattern, random.Random(seed))) for seed in range(20))


def test_texts_differ_by_seed_and_repeat_by_seed() -> None:
    """The same seed gives the same text, another seed another."""
    pattern = "[0-9A-Za-z]{30}"
    assert text_of(pattern, random.Random(1)) == text_of(pattern, random.Random(1)) != text_of(pattern, random.Random(2))
