"""What stands in documentation, behind the word `example`, or is made of words, is less of a secret or none."""

import hashlib

import pytest

from tests.analyzers.secrets.search import found, made, rules
from tests.builders import token

DOCSTRING = 'def load():\n    """Read it.\n\n    Usage: {}\n    """\n    return 1\n'
COMMENT = "/**\n * Reads it.\n * {}\n */\nexport const a = 1;\n"


def levels(text: str, path: str) -> list[tuple[str, str]]:
    """Rule and confidence of each finding."""
    return [(one.rule, one.confidence) for one in found(text, path=path)]


def assignment() -> str:
    """An assignment that is a finding wherever it counts."""
    return f'api_secret = "{token("", 40)}"'


def test_assignment_in_a_program_is_a_finding() -> None:
    """The control: the same line outside of documentation."""
    for path in ("a/b.py", "a/b.js"):
        assert levels(assignment() + "\n", path) == [("secret/generic", "medium")]


@pytest.mark.parametrize(
    ("frame", "path"),
    [(DOCSTRING, "a/b.py"), (DOCSTRING.replace('"""', "'''"), "a/b.pyi"), (COMMENT, "a/b.mjs"), (COMMENT, "m.map!/src/a.ts")],
)
def test_assignment_in_documentation_is_none(frame: str, path: str) -> None:
    """Docstrings and blocks of comment of programs are full of samples."""
    assert levels(frame.format(assignment()), path) == []


@pytest.mark.parametrize(("frame", "path"), [(DOCSTRING, "a/b.py"), (COMMENT, "a/b.js")])
def test_marked_token_in_documentation_is_one(frame: str, path: str) -> None:
    """A token that its issuer marks, with the right checksum, is one wherever it stands."""
    assert levels(frame.format(made("npm_[0-9A-Za-z]{30}<checksum>")), path) == [("secret/npm-token", "high")]


def test_after_documentation_it_counts_again() -> None:
    """What follows the end of a docstring or of a block is program."""
    assert levels(DOCSTRING.format("x") + assignment(), "a/b.py") == [("secret/generic", "medium")]
    assert levels(COMMENT.format("x") + assignment(), "a/b.js") == [("secret/generic", "medium")]


def test_documentation_is_a_matter_of_programs() -> None:
    """In settings, `/*` and three quotes mean nothing."""
    assert [rule for rule, _ in levels(COMMENT.format(assignment()), "a/settings.conf")] == ["secret/generic"]


def test_example_is_doubtful() -> None:
    """The word before a value makes it a warning; as a part of a name or of an address it says nothing."""
    assert levels("Example: " + assignment(), "a/b.conf") == [("secret/generic", "low")]
    assert levels("me@example.com " + assignment(), "a/b.conf") == [("secret/generic", "medium")]


def test_issuer_does_not_reach_beyond_a_string_of_an_executable() -> None:
    """A NUL ends the thought: what follows belongs to another name."""
    value = token("", 40).lower()
    assert "secret/netlify-named-key" in rules(f"netlify_token {value}")
    assert "secret/netlify-named-key" not in rules(f"netlify_token\0{value}")


def test_commit_in_an_address_is_no_key() -> None:
    """An issuer's repository on a forge is followed by the digest of a commit."""
    digest = hashlib.sha1(token("", 9).encode(), usedforsecurity=False).hexdigest()
    assert rules(f"// see netlify/open-api/blob/{digest}/swagger.yml for the api token", path="a/b.js") == []


def test_symbol_with_numbers_is_no_token() -> None:
    """A marked beginning followed by words is a name of a program."""
    assert rules("prf_attributes_11039_closure_of_parser") == []


@pytest.mark.parametrize("amount", ["2.5e-07", "128000", "-1", "0.000012", "1e9"])
def test_amount_is_no_secret(amount: str) -> None:
    """`max_tokens` and `cost_per_token` are followed by numbers, thousands of times in a list of models."""
    assert rules(f'{{"input_cost_per_token": {amount}, "x": 1}}') == []


def test_bytes_of_a_message_are_no_password() -> None:
    """What is spelled byte by byte is a message of a protocol."""
    spelled = "".join(f"\\x{number:02x}" for number in range(0xA1, 0xC8))
    assert rules(f"respToken = b'{spelled}'", path="a/b.py") == []


@pytest.mark.parametrize("value", ["{{SSHA}}{}", "U2FsdGVkX1{}", "test:$2y$05${}"])
def test_hashed_or_encrypted_password_is_none(value: str) -> None:
    """What a server stores instead of a password is not the password."""
    assert rules(f'userPassword: "{value.format(token("", 32))}"', path="a/b.yml") == []
