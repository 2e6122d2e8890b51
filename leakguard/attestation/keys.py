"""Signing keys in PEM files: Ed25519, or ECDSA over the curves of NIST."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from leakguard.errors import UsageError
from leakguard.redact import escape

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurve, EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    Private = Ed25519PrivateKey | EllipticCurvePrivateKey
    Public = Ed25519PublicKey | EllipticCurvePublicKey

PASSWORD = "LEAKGUARD_KEY_PASSWORD"  # noqa: S105 - the name of a variable
"""The variable that holds the password of an encrypted key."""

LARGEST = 64 * 1024
"""Bytes of a file that is read as a key."""

_CURVES = {"secp256r1": "SHA256", "secp384r1": "SHA384", "secp521r1": "SHA512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key."""

    key: "Private"
    keyid: str

    def sign(self, data: bytes) -> bytes:
        """The signature of `data`."""
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

        if isinstance(self.key, EllipticCurvePrivateKey):
            return self.key.sign(data, _scheme(self.key.curve))
        return self.key.sign(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A public key."""

    key: "Public"
    keyid: str
    """SHA-256 of the key (its SubjectPublicKeyInfo), hexadecimal."""

    def accepts(self, data: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, of this data."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

        try:
            if isinstance(self.key, EllipticCurvePublicKey):
                self.key.verify(signature, data, _scheme(self.key.curve))
            else:
                self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


def read_signer(path: Path) -> Signer:
    """The private key of a PEM file; raises `UsageError`."""
    data = _read(path)
    key = _private(path, data)
    if key is None:
        raise UsageError(f"`{escape(str(path))}` holds no private key", hint=_MAKE)
    return Signer(key=key, keyid=_keyid(key.public_key()))


def read_verifier(path: Path) -> Verifier:
    """The public key of a PEM file, which may also be in it as a private one; raises `UsageError`."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = _read(path)
    private = _private(path, data)
    if private is not None:
        key = private.public_key()
    else:
        try:
            loaded = load_pem_public_key(data)
        except Exception:  # noqa: BLE001 - its message could hold what is in the file
            raise UsageError(f"`{escape(str(path))}` holds no key in PEM", hint=_MAKE) from None
        key = _checked(path, loaded)
    return Verifier(key=key, keyid=_keyid(key))


_MAKE = "`openssl genpkey -algorithm ed25519 -out key.pem` makes one; `openssl pkey -in key.pem -pubout` prints its public half"


def _read(path: Path) -> bytes:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        hint = "`pip install 'leakguard[sign]'` brings it"
        raise UsageError("keys need `cryptography`, which is not installed", hint=hint) from None
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except (OSError, ValueError) as error:
        reason = os.strerror(getattr(error, "errno", 0) or 0).lower()
        raise UsageError(f"the key `{escape(str(path))}` cannot be read: {reason}") from None


def _private(path: Path, data: bytes) -> "Private | None":
    """The private key; `None` when there is none in the file."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"PRIVATE KEY-----" not in data:
        return None
    password = os.environ.get(PASSWORD)
    try:
        key = load_pem_private_key(data, password.encode() if password else None)
    except TypeError:
        hint = f"the variable {PASSWORD} holds the password; it is set only for a key that has one"
        raise UsageError(f"the key `{escape(str(path))}` needs a password, or has none", hint=hint) from None
    except Exception:  # noqa: BLE001 - its message could hold what is in the file
        raise UsageError(f"the key `{escape(str(path))}` cannot be read", hint=_MAKE) from None
    _checked(path, key.public_key())
    return cast("Private", key)


def _checked(path: Path, key: object) -> "Public":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if isinstance(key, Ed25519PublicKey) or (isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES):
        return key
    raise UsageError(f"`{escape(str(path))}` is neither an Ed25519 nor an ECDSA key of P-256, P-384 or P-521", hint=_MAKE)


def _scheme(curve: "EllipticCurve") -> "ECDSA":
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    return ECDSA(getattr(hashes, _CURVES[curve.name])())


def _keyid(key: "Public") -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
