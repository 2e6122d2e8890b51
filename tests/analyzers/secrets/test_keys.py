"""Private keys: a body that has the shape of a key, or silence."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.analyzers.secrets.search import found, rules


def pem(form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8, *, password: bytes = b"") -> str:
    """A fresh elliptic-curve key."""
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(serialization.Encoding.PEM, form, lock).decode()


def openssh() -> str:
    """A fresh OpenSSH key."""
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()).decode()


@pytest.mark.parametrize("text", [pem(), pem(serialization.PrivateFormat.TraditionalOpenSSL), openssh()], ids=["pkcs8", "sec1", "openssh"])
def test_key_is_certain(text: str) -> None:
    """A key that parses is found with high confidence."""
    assert [("secret/private-key", "high")] == [(one.rule, one.confidence) for one in found(text)]


@pytest.mark.parametrize("how", ['"{}"', "`{}`", "'{}'", '{{"k": "{}"}}'])
def test_key_in_one_line_is_found(how: str) -> None:
    """Line ends written as escapes, as in JSON and source, are line ends."""
    assert rules(how.format(pem().replace("\n", "\\n"))) == ["secret/private-key"]


def test_key_joined_from_strings_is_found() -> None:
    """A key written as one string a line, joined by the program, is a key."""
    text = " +\n  ".join(f'"{line}\\n"' for line in pem().splitlines())
    assert rules(f"const key = {text};") == ["secret/private-key"]


@pytest.mark.parametrize("margin", ["    ", "# ", " * ", "> ", "// "])
def test_key_behind_a_margin_is_found(margin: str) -> None:
    """Indentation and comment marks are no part of the body."""
    assert rules("".join(f"{margin}{line}\n" for line in pem().splitlines())) == ["secret/private-key"]


def test_encrypted_key_is_less_certain() -> None:
    """An encrypted key needs its password as well."""
    (finding,) = found(pem(password=b"a long password"))
    assert ("medium", True) == (finding.confidence, finding.evidence["encrypted"])


@pytest.mark.parametrize("path", ["package/test/key.js", "pkg-1.0/docs/tls.md", "package/a/__tests__/k.pem", "p/fixtures/a!/k.pem"])
def test_key_among_tests_is_of_low_confidence(path: str) -> None:
    """A key under tests or documentation is most likely made for it."""
    assert ["low"] == [one.confidence for one in found(pem(), path=path)]


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC...\n-----END PRIVATE KEY-----",
        "if (text.startsWith('-----BEGIN PRIVATE KEY-----') && text.endsWith('-----END PRIVATE KEY-----')) { return parse(text, 'pem'); }",
        "-----BEGIN RSA PRIVATE KEY-----\n" + "your private key goes right here, all of it " * 4 + "\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n" + "A" * 400 + "\n-----END PRIVATE KEY-----",
    ],
)
def test_talk_about_keys_is_silent(text: str) -> None:
    """Headers without a body, and bodies that are examples, are no findings."""
    assert rules(text) == []


def test_truncated_key_is_silent() -> None:
    """Half a key is none."""
    lines = pem().splitlines()
    assert rules("\n".join([lines[0], lines[1], lines[-1]])) == []


def test_public_key_is_silent() -> None:
    """What everybody may know is no secret."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert rules(key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)) == []
