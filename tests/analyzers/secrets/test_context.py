"""Secrets whose shape says nothing: their issuer's name must stand before them."""

import pytest

from leakguard.analyzers.secrets import _context
from leakguard.analyzers.secrets._issuers import is_too_short
from tests.analyzers.secrets.search import found, rules
from tests.builders import token

HEX, LOWER = "0123456789abcdef", "k7q2x9vwz4jh5npt8rbc3mdfgyls6"
KEY = token("", 48, LOWER)


@pytest.mark.parametrize(
    "text",
    [
        "CLOCKIFY_API_KEY={}",
        'clockifyKey: "{}"',
        "clockify SECRET {}",
        "<clockifyToken>\n    {}\n</clockifyToken>",
        'System.setProperty("CLOCKIFY_TOKEN", "{}")',
        '"clockify": {{\n  "apiKey": "{}"\n}}',
        "clockify-key-{}",
        "clockify:\n  token: {}\n",
    ],
)
def test_issuers_name_announces_its_key(text: str) -> None:
    """As a variable, in words, as an element, an argument or a section."""
    assert ["secret/clockify-key"] == rules(text.format(KEY))


@pytest.mark.parametrize(
    "text",
    [
        'clockify_url = "https://acme.io/{}"',
        "clockify_id = {}",
        "clockifyIntegrity: {}",
        "import clockify; const x = '{}'",
        "clockify {}",
        "clockify_api_key = {}x",
        "clockify_api_key = ${{CLOCKIFY_API_KEY}}",
        "clockify_api_key = clockifyapikeyofthecompanythatshouldbereplacedsoon",
    ],
)
def test_without_a_telling_word_or_shape_it_is_silent(text: str) -> None:
    """Addresses, ids, digests, another statement, other lengths, templates and words are no keys."""
    assert "secret/clockify-key" not in rules(text.format(KEY), path="package/src/a.ts")


def test_word_of_every_day_needs_a_telling_one() -> None:
    """`float` alone announces nothing."""
    assert "float key" in [one.pattern.replace("\\", "") for one in _context.anchors("float*")]
    assert [one.pattern for one in _context.anchors("clockify")] == ["clockify"]


def test_picture_of_a_build_is_no_leak() -> None:
    """The token in a badge's address is public by design."""
    assert rules(f"[![build](https://circleci.com/gh/a/b.svg?style=svg&circle-token={token('', 40, HEX)})]") == []


@pytest.mark.parametrize(
    ("name", "length", "short"),
    [("GITHUB_TOKEN", 22, True), ("GITHUB_TOKEN", 40, False), ("ACME_TOKEN", 22, False), ("GITHUB_WEBHOOK_SECRET", 22, False)],
)
def test_secret_is_never_shorter_than_its_issuers_shortest(name: str, length: int, *, short: bool) -> None:
    """A value under an issuer's name that is too short for any of its secrets is a sample; what users choose is exempt."""
    assert is_too_short(name.encode(), token("", length).encode()) is short


def test_among_tests_a_key_is_less_certain() -> None:
    """A path that says test or documentation lowers confidence."""
    assert ["medium"] == [one.confidence for one in found(f"CLOCKIFY_API_KEY={KEY}\n")]
    assert ["low"] == [one.confidence for one in found(f"CLOCKIFY_API_KEY={KEY}\n", path="package/test/fixtures/a.env")]
