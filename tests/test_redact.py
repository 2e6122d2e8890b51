"""Nothing hostile and nothing secret leaves through a name, a preview or a fingerprint."""

import pytest

from leakguard.redact import escape, escape_name, fingerprint_of_place, fingerprint_of_secret, preview
from tests.builders import token


@pytest.mark.parametrize("hostile", ["\n", "\r", "\x1b[2J", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\udcff"])
def test_hostile_characters_are_written_out(hostile: str) -> None:
    """No control, bidi or invisible character, and no lone surrogate, survives either escape."""
    for escaped in (escape(f"a{hostile}b"), escape_name(f"a{hostile}b")):
        assert not set(hostile) & (set(escaped) - set("[2J"))
        assert "\x1b" not in escaped
        escaped.encode()


def test_ordinary_names_stay() -> None:
    """What people write is not changed."""
    for name in ("src/app.ts", "Grüße.md", "日本語.txt", "a b.js", "@scope/x"):
        assert name == escape_name(name)
        assert name == escape(name)


def test_names_are_unambiguous() -> None:
    """A literal separator, percent sign or foreign byte cannot be mistaken for leakguard's own."""
    assert "a%21/b" == escape_name("a!/b")
    assert "100%25" == escape_name("100%")
    assert "a%FF" == escape_name("a\udcff")
    assert escape_name("a\udcff") != escape_name("a%FF")


def test_preview_shows_prefix_and_length_only() -> None:
    """A preview holds the issuer's prefix and the length."""
    assert "ghp_… (40 characters)" == preview("ghp_", 40)


def test_fingerprint_of_a_secret_survives_a_move() -> None:
    """It depends on rule and secret alone."""
    secret = token("x_", 36).encode()
    assert fingerprint_of_secret("secret/x", secret) == fingerprint_of_secret("secret/x", secret)
    assert fingerprint_of_secret("secret/x", secret) != fingerprint_of_secret("secret/y", secret)


def test_fingerprint_of_a_place_is_no_oracle() -> None:
    """The value is masked: two values on the same line give the same fingerprint."""
    first, second = b'password = "hunter2"', b'password = "letmein"'
    assert fingerprint_of_place("r", "p", first, 12, 19) == fingerprint_of_place("r", "p", second, 12, 19)
    assert fingerprint_of_place("r", "p", first, 12, 19) != fingerprint_of_place("r", "q", first, 12, 19)


def test_fingerprint_of_a_place_ignores_other_lines_and_spacing() -> None:
    """Only the line counts, with its white space folded."""
    near, far = b'x\na  =  "1"\ny', b'zzz\na = "1"\n'
    at, other = near.index(b"1"), far.index(b"1")
    assert fingerprint_of_place("r", "p", near, at, at + 1) == fingerprint_of_place("r", "p", far, other, other + 1)
