"""Statements, keys and tampering for the tests of attestations."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat

from leakguard.attestation.statement import (
    Circumstances,
    Coverage,
    Digest,
    Inspected,
    PolicyReference,
    Statement,
    Subject,
    Summary,
    Verifier,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DIGEST = "ab" * 32
POLICY = "cd" * 32
FILES = {"dist/a.whl": ("a.whl", DIGEST)}

KEYS = {"ed25519": None, "p256": SECP256R1(), "p384": SECP384R1(), "p521": SECP521R1()}


def statement(**changes: Any) -> Statement:
    """A statement that passes, with some of its fields changed: `digest`, `name`, `time`, `policy`, `result`, `weakened_by`."""
    said = {
        "digest": DIGEST,
        "name": "a.whl",
        "time": "2026-07-01T11:00:00Z",
        "policy": POLICY,
        "result": "PASSED",
        "weakened_by": (),
        **changes,
    }
    coverage = Coverage(entries=1, bytes=2, inspected=2, opaque=0, unreadable=0)
    inspected = Inspected(verdict="pass", format="wheel", size=3, coverage=coverage)
    policy = PolicyReference(
        name="default", digest=Digest(sha256=said["policy"]), annotations=Circumstances(weakened_by=said["weakened_by"])
    )
    return Statement(
        type="https://in-toto.io/Statement/v1",
        subject=(Subject(name=said["name"], digest=Digest(sha256=said["digest"]), annotations=inspected),),
        predicateType="https://slsa.dev/verification_summary/v1",
        predicate=Summary(
            verifier=Verifier(id="pkg:pypi/leakguard", version={"leakguard": "1"}),
            timeVerified=said["time"],
            resourceUri="pkg:pypi/a@1",
            policy=policy,
            verificationResult=said["result"],
            verifiedLevels=("LEAKGUARD_PASS",),
        ),
    )


def key_pair(folder: Path, kind: str = "ed25519", password: bytes | None = None) -> tuple[Path, Path]:
    """A private key and its public half in PEM files, made now."""
    curve = KEYS[kind]
    key = make_ec(curve) if curve else Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    private, public = folder / f"{kind}.pem", folder / f"{kind}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def flipped(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The data with each byte changed in turn: its lowest bit, its case, and into a space."""
    for index, byte in enumerate(data):
        for other in {byte ^ 1, byte ^ 0x20, 0x20} - {byte}:
            yield index, data[:index] + bytes([other]) + data[index + 1 :]
