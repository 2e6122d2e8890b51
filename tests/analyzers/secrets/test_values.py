"""What a value is, judged by itself: chance, choice, digits or words."""

import pytest

from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._values import Nature, is_talk, may_be_secret, nature_of
from tests.builders import token

HEX, LOWER = "0123456789abcdef", "k7q2x9vwz4jh5npt8rbc3mdfgyls6"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("alphabet", [LOWER, LOWER.upper(), "kX9vTq2LmWz8RbYc4NfHs6JgPd1UaEo7Qi3ZtVxB5rKn0GyMwFjDhSlCpIuAeO"])
def test_what_chance_makes_surprises(alphabet: str, seed: int) -> None:
    """Random letters and digits are unlike language, in one case and in both."""
    assert surprise(token("", 24, alphabet, seed=seed).encode()) > 12


@pytest.mark.parametrize(
    "text",
    [
        "getElementsByTagName",
        "access_token",
        "correcthorsebattery",
        "XMLHttpRequest",
        "client_credentials",
        "registryReadWrite",
        "the-next-page",
    ],
)
def test_names_and_words_do_not(text: str) -> None:
    """Identifiers and sentences have the pairs of letters of language."""
    assert surprise(text.encode()) < 0


@pytest.mark.parametrize(
    ("value", "nature"),
    [
        (token("", 24), Nature.RANDOM),
        (token("", 40, LOWER), Nature.RANDOM),
        (token("", 32, HEX), Nature.DIGITS),
        ("3f2a9c41-7b6e-4d05-9e18-2c7d5a6b8f90", Nature.UUID),
        ("Kx7vQ2mZ", Nature.STRONG),
        ("super$ecret", Nature.CHOSEN),
    ],
)
def test_values_have_a_nature(value: str, nature: Nature) -> None:
    """Random, hexadecimal, a UUID, strong or merely chosen."""
    assert nature_of(value.encode()) is nature


@pytest.mark.parametrize(
    "value",
    [
        "password",
        "changeme",
        "${DB_PASSWORD}",
        "{{ vault.secret }}",
        "%(password)s",
        "<your-token>",
        "$DB_PASSWORD",
        "process.env.TOKEN1",
        "https://auth.acme.io/token/1",
        "/run/secrets/db1",
        "abcdef1234567890",
        "a1b2c3d4e5f6g7h8",
        "1234567890abcdef12",
        "welcome!",
        "scram-sha-256",
        "utf8_general_ci",
        "[0-9A-Za-z]{32}",
        "$2b$12$" + "Kx7vQ2mZ" * 6,
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1Olb3zMAFFxXKH",
        "v1.2.3-rc.1",
        "0" * 40,
    ],
)
def test_what_people_and_programs_write_is_none(value: str) -> None:
    """Templates, references, placeholders, sequences, patterns, hashes, public keys and words are no secrets."""
    assert nature_of(value.encode()) is Nature.WRITTEN


def test_a_closed_template_differs_from_a_password_with_braces() -> None:
    """Braces that close around a name are a template; others are characters like any."""
    assert nature_of(b"x${NAME}y1") is Nature.WRITTEN
    assert nature_of(b"m{{h}o)p${e]nob(ody[finds>-_$#thisone}}") is not Nature.WRITTEN


def test_glance_passes_what_the_closer_look_would_take() -> None:
    """The cheap look rejects words only."""
    assert may_be_secret(b'token = "' + token("", 24).encode() + b'"', 7)
    assert not may_be_secret(b'token = "accessTokenOfTheUser"', 7)


@pytest.mark.parametrize(("value", "talk"), [("password1", True), ("testtoken", True), ("Kx7vQ2mZ", False)])
def test_talk_is_recognised(value: str, talk: bool) -> None:  # noqa: FBT001 - a parameter of the case
    """Hardly more than words such as `password` and `test`."""
    assert is_talk(value.encode()) is talk
