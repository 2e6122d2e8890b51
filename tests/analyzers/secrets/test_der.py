"""What a private key in DER says of itself."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leakguard.analyzers.secrets import _der, _keys
from tests.analyzers.secrets.search import found, rules

RSA = rsa.generate_private_key(65537, 2048)
FORMS = (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)


@pytest.mark.parametrize("form", FORMS)
def test_size_of_an_rsa_key_is_that_of_its_modulus(form: PrivateFormat) -> None:
    """In PKCS #1 and in PKCS #8."""
    shape = _der.shape_of(RSA.private_bytes(Encoding.DER, form, NoEncryption()))
    assert ("rsa", 2048, RSA.public_key().public_numbers().n) == (shape.algorithm, shape.bits, int.from_bytes(shape.modulus, "big"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()])
def test_size_of_a_curve_is_known_by_its_name(form: PrivateFormat, curve: ec.EllipticCurve) -> None:
    """In SEC 1 and in PKCS #8."""
    data = ec.generate_private_key(curve).private_bytes(Encoding.DER, form, NoEncryption())
    assert ("ec", curve.key_size) == _der.shape_of(data)[:2]


def test_edwards_curve_is_known() -> None:
    """RFC 8410."""
    data = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert ("ed25519", 255) == _der.shape_of(data)[:2]


@pytest.mark.parametrize("data", [b"", b"0", b"0\x80", b"0\x84\xff\xff\xff\xff", b"\x02\x01\x00", b"0\x03\x02\x01\x00", b"0" * 300])
def test_what_is_no_key_is_none(data: bytes) -> None:
    """Truncated, oversized and other structures say nothing, and do no harm."""
    assert _der.shape_of(data) == ("", 0, b"")


def test_depth_is_bounded() -> None:
    """Octets in sequences in octets, a thousand times."""
    data = b""
    for _ in range(1000):
        inner = b"\x04\x82" + len(data).to_bytes(2, "big") + data
        data = b"0\x82" + len(inner).to_bytes(2, "big") + inner if len(inner) < 60_000 else data
    assert _der.shape_of(data).bits == 0


def test_report_tells_algorithm_and_size() -> None:
    """So that its owner knows which key it is."""
    (finding,) = found(RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert ("rsa", 2048) == (finding.evidence["algorithm"], finding.evidence["bits"])


def test_key_that_everybody_has_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of demonstrations and of test servers protect nothing."""
    modulus = RSA.public_key().public_numbers().n.to_bytes(256, "big")
    monkeypatch.setattr(_keys, "_FAMOUS", frozenset({hashlib.sha256(modulus).hexdigest()}))
    assert rules(RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())) == []
