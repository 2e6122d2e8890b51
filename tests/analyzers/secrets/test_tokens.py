"""Tokens with a format of their own: boundaries, checksums, examples, positions, overlaps and numbers."""

import base64

import pytest

from leakguard.content import Content, Entry
from leakguard.model import Kind
from leakguard.redact import fingerprint_of_secret
from tests.analyzers.secrets.search import found, judged, made, rules
from tests.builders import token

GITHUB = "ghp_[0-9A-Za-z]{30}<checksum>"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def test_valid_checksum_is_certain() -> None:
    """A token whose checksum fits is found with high confidence, which the evidence explains."""
    (finding,) = found(made(GITHUB))
    assert ("high", "valid", 40) == (finding.confidence, finding.evidence["checksum"], finding.evidence["length"])


def test_invalid_checksum_lowers_confidence_and_says_so() -> None:
    """A token whose checksum does not fit is found with less confidence."""
    (finding,) = found(token("npm_", 36))
    assert ("medium", "invalid") == (finding.confidence, finding.evidence["checksum"])
    assert "checksum does not fit" in finding.message


def test_message_names_the_issuer_prefix_and_length() -> None:
    """The preview is the public prefix and the number of characters."""
    (finding,) = found(made("npm_[0-9A-Za-z]{30}<checksum>"))
    assert finding.message == "npm access token npm_… (40 characters)"
    assert finding.hint.startswith("revoke it (https://www.npmjs.com")


def test_random_token_is_fingerprinted_by_itself() -> None:
    """The fingerprint of a token with enough random bits is the same in every file."""
    text = made(GITHUB)
    assert (
        found(text)[0].fingerprint
        == found(f"a\nb = {text}", path="other")[0].fingerprint
        == fingerprint_of_secret("secret/github-token", text.encode())
    )


def test_guessable_secret_is_fingerprinted_by_its_place() -> None:
    """The fingerprint of a password says nothing about the password: another one in the same place has the same."""
    first, second = (found(f'password = "{value}"')[0] for value in ("Kx7#mQ2w!Zp", "Rt5!vB8n#Wd"))
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "x" * 36,
        "ghp_" + "a" * 36,
        "ghp_" + "abcdefghij" * 4,
        token("ghp_", 20),
        token("npm_", 37) + "z",
        "npm_config_registry_url_of_the_mirror_here",
    ],
)
def test_placeholders_and_other_lengths_are_no_tokens(text: str) -> None:
    """Runs of one character, keyboard rows, short ones, long ones and words are not reported."""
    assert rules(f"token is {text} here") == []


@pytest.mark.parametrize(
    "around",
    ["{}", "'{}'", '"{}"', "https://x.io/{}/y", "a={}&b", r"line\n{}\n", "%3D{}%0A", r"\u0022{}\u0022", "({})", "<a>{}</a>", "{}\n"],
)
def test_token_ends_where_a_word_ends(around: str) -> None:
    """Quotes, addresses, escapes, markup and line ends delimit a token."""
    assert rules(around.format(token("npm_", 36))) == ["secret/npm-token"]


@pytest.mark.parametrize("around", ["abc{}", "{}abc", "1{}", "{}-9", "+{}", "_{}"])
def test_piece_of_something_longer_is_no_token(around: str) -> None:
    """Letters and digits that touch it say that it is a piece of an encoded run."""
    assert rules(around.format(token("npm_", 36))) == []


def test_encoded_runs_hold_no_tokens() -> None:
    """A megabyte of base64 is silent."""
    assert rules(base64.b64encode(token("", 700_000).encode())) == []


def test_documentation_examples_are_silent() -> None:
    """The key ids that end in EXAMPLE are nobody's."""
    assert rules("AKIA" + token("", 9, BASE64) + "EXAMPLE") == []


def test_aws_key_id_alone_is_less_certain_than_with_its_secret() -> None:
    """A secret in the neighbourhood makes a pair of the key id, and one finding critical."""
    identifier, secret = "AKIA" + token("", 16, BASE64), token("", 40)
    alone = found(f"id = {identifier}")
    pair = found(f"aws_access_key_id = {identifier}\naws_secret_access_key = {secret}\n")
    assert [("secret/aws-access-key", "medium")] == [(one.rule, one.confidence) for one in alone]
    assert [("secret/aws-access-key", "high")] == [(one.rule, one.confidence) for one in pair]
    assert ["secret/aws-access-key", "secret/aws-secret-key"] == pair[0].evidence["parts"]


def test_test_mode_is_of_little_weight() -> None:
    """A Stripe key of the test mode moves no money; one of the live mode does."""
    assert [("low", "low"), ("critical", "high")] == [
        (one.severity, one.confidence) for mode in ("test", "live") for one in found(token(f"sk_{mode}_", 24))
    ]


def test_most_specific_rule_wins() -> None:
    """A token in an assignment, a header or an address is reported once, by its own rule."""
    text = made(GITHUB)
    for line in (f'api_token = "{text}"', f"Authorization: Bearer {text}", f"https://x-access-token:{text}@github.com/a/b.git"):
        assert rules(line) == ["secret/github-token"]


def test_context_names_the_issuer() -> None:
    """A value without a format of its own belongs to the issuer whose name stands by it."""
    key = token("", 32, "0123456789abcdef")
    assert rules(f"DATADOG_API_KEY={key}\n") == ["secret/datadog-key"]
    assert rules(f"ACME_API_KEY={key}\n") == ["secret/generic"]


def test_position_counts_lines_and_code_points() -> None:
    """Line and column are 1-based, and a column is a code point."""
    findings = found(f"é\nééé {made(GITHUB, 1)} ü {made(GITHUB, 2)}\n{made(GITHUB, 3)}")
    assert [(2, 5), (2, 48), (3, 1)] == [(one.location.line, one.location.column) for one in findings]


def test_binary_location_is_an_offset() -> None:
    """In opaque content the offset in bytes is reported and no line."""
    (finding,) = found(b"\0\1\n" + made(GITHUB).encode() + b"\0", opaque="native code")
    assert (None, None, 3) == (finding.location.line, finding.location.column, finding.location.offset)


def test_at_most_a_hundred_of_a_rule() -> None:
    """Of more than a hundred findings the last says how many were left out."""
    findings = found("\n".join(made(GITHUB, seed) for seed in range(130)))
    assert (100, 30) == (len(findings), findings[-1].evidence["omitted"])
    assert not any("omitted" in one.evidence for one in findings[:-1])


def test_name_and_text_of_an_entry_are_searched() -> None:
    """A token in a file name, or in what the archive says of the entry, is found at the entry."""
    key = made(GITHUB)
    for entry in (
        Entry(path="p", name=f"{key}.txt", kind=Kind.FILE, depth=1, size=0),
        Entry(path="p", name="a", kind=Kind.LINK, depth=1, size=0, text=key.encode()),
    ):
        assert [("secret/github-token", "p", None)] == [(one.rule, one.location.path, one.location.line) for one in judged(entry)]


@pytest.mark.parametrize(
    "name", ["main.3f2a1b9c8d7e6f5a4b3c2d1e0f.js", "src/components/very-long-component-name/index.test.tsx", "\udcff\udcfe", ""]
)
def test_usual_names_are_silent(name: str) -> None:
    """Hashes, long words and bytes that are no text are not secrets."""
    assert judged(Entry(path="p", name=name, kind=Kind.FILE, depth=1, size=0, content=Content(b""))) == []


def test_pypi_token_is_parsed() -> None:
    """A macaroon that is cut off is less certain than a whole one, whose caveats are told."""
    whole = b"\x02\x01\x08pypi.org\x02\x24" + token("", 36).encode() + b'\x00\x02\x08[3, "a"]\x00\x00\x06\x20' + token("", 32).encode()
    texts = ["pypi-" + base64.urlsafe_b64encode(data).decode().rstrip("=") for data in (whole, whole[:-9])]
    assert [("high", "valid"), ("medium", "invalid")] == [
        (one.confidence, one.evidence["structure"]) for text in texts for one in found(text)
    ]


def test_hits_without_a_token_are_cheap() -> None:
    """A hundred thousand prefixes without tokens give no finding, in reasonable time."""
    assert rules("ghp_ npm_ " * 50_000) == []
