"""Signed and unsigned statements as files: whatever is changed in them is refused."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from leakguard.attestation import Malformed, open_file, payload, sealed, unsigned
from leakguard.attestation.keys import read_signer, read_verifier
from leakguard.errors import UsageError
from tests.attestation import samples
from tests.attestation.samples import statement

FIELDS = [
    ("_type",),
    ("subject", 0, "name"),
    ("subject", 0, "digest", "sha256"),
    ("subject", 0, "annotations", "verdict"),
    ("subject", 0, "annotations", "coverage", "inspected"),
    ("predicateType",),
    ("predicate", "verifier", "id"),
    ("predicate", "verifier", "version", "leakguard"),
    ("predicate", "timeVerified"),
    ("predicate", "resourceUri"),
    ("predicate", "policy", "name"),
    ("predicate", "policy", "digest", "sha256"),
    ("predicate", "policy", "annotations", "weakened_by"),
    ("predicate", "verificationResult"),
    ("predicate", "verifiedLevels"),
]


@pytest.mark.parametrize("kind", samples.KEYS)
def test_what_was_signed_is_read_back(tmp_path: Path, kind: str) -> None:
    """With the public key, and with the private one."""
    private, public = samples.key_pair(tmp_path, kind)
    data = sealed(statement(), read_signer(private))
    for key in (public, private):
        opened = open_file(data, read_verifier(key))
        assert (statement(), read_verifier(public).keyid) == (opened.statement, opened.signed_by)


def test_what_was_not_signed_is_read_back() -> None:
    """And says that nobody signed it."""
    assert (statement(), "") == ((opened := open_file(unsigned(statement()), None)).statement, opened.signed_by)


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_no_byte_of_an_envelope_can_be_changed(tmp_path: Path, kind: str) -> None:
    """Not one, in three ways each: keys, white space and the key's id among them."""
    private, public = samples.key_pair(tmp_path, kind)
    data, verifier = sealed(statement(), read_signer(private)), read_verifier(public)
    accepted = []
    for index, other in samples.flipped(data):
        try:
            open_file(other, verifier)
        except Malformed:
            continue
        accepted.append(index)
    assert accepted == []


def test_no_part_of_an_envelope_can_be_left_out_or_added(tmp_path: Path) -> None:
    """Cut at every byte, and with something behind it."""
    private, public = samples.key_pair(tmp_path)
    data, verifier = sealed(statement(), read_signer(private)), read_verifier(public)
    for other in [data[:end] for end in range(len(data))] + [data + b" ", b"\n" + data, data + data, b"\xef\xbb\xbf" + data]:
        with pytest.raises(Malformed):
            open_file(other, verifier)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: ".".join(map(str, field)))
def test_no_field_of_a_signed_statement_can_be_changed(tmp_path: Path, field: tuple[Any, ...]) -> None:
    """A new payload under the old signature."""
    private, public = samples.key_pair(tmp_path)
    envelope = json.loads(sealed(statement(), read_signer(private)))
    body = json.loads(base64.b64decode(envelope["payload"]))
    holder = body
    for key in field[:-1]:
        holder = holder[key]
    holder[field[-1]] = {str: lambda value: value[::-1], int: lambda value: value + 1, list: lambda value: [*value, "x"]}[
        type(holder[field[-1]])
    ](holder[field[-1]])
    envelope["payload"] = base64.b64encode(compact(body)).decode()
    with pytest.raises(Malformed):
        open_file(compact(envelope) + b"\n", read_verifier(public))


def test_another_key_is_another_signer(tmp_path: Path) -> None:
    """Whether the envelope names its own key or ours."""
    (tmp_path / "other").mkdir()
    ours, theirs = samples.key_pair(tmp_path), samples.key_pair(tmp_path / "other")
    data, verifier = sealed(statement(), read_signer(theirs[0])), read_verifier(ours[1])
    renamed = json.loads(data)
    renamed["signatures"][0]["keyid"] = verifier.keyid
    for other in (data, compact(renamed) + b"\n"):
        with pytest.raises(Malformed):
            open_file(other, verifier)


@pytest.mark.parametrize("kind", ["application/vnd.in-toto+json ", "text/plain", ""])
def test_the_type_of_the_payload_is_signed_too(tmp_path: Path, kind: str) -> None:
    """DSSE's reason to be."""
    private, public = samples.key_pair(tmp_path)
    envelope = json.loads(sealed(statement(), read_signer(private)))
    with pytest.raises(Malformed):
        open_file(compact({**envelope, "payloadType": kind}) + b"\n", read_verifier(public))


def test_an_envelope_has_one_signature(tmp_path: Path) -> None:
    """None is none, and a second one proves nothing about the first."""
    private, public = samples.key_pair(tmp_path)
    envelope = json.loads(sealed(statement(), read_signer(private)))
    for signatures in ([], envelope["signatures"] * 2):
        with pytest.raises(Malformed):
            open_file(compact({**envelope, "signatures": signatures}) + b"\n", read_verifier(public))


def test_unsigned_is_not_signed(tmp_path: Path) -> None:
    """Where a key is asked for."""
    _, public = samples.key_pair(tmp_path)
    with pytest.raises(Malformed, match="not signed"):
        open_file(unsigned(statement()), read_verifier(public))


def test_signed_is_not_believed_without_a_key(tmp_path: Path) -> None:
    """A signature that nobody checks is none."""
    private, _ = samples.key_pair(tmp_path)
    with pytest.raises(Malformed, match="needs `--key`"):
        open_file(sealed(statement(), read_signer(private)), None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"not JSON",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{" + b" " * (5 << 20) + b"}",
        b'{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}',
        payload(statement()) + b"\n",
        payload(statement()).replace(b'"_type"', b'"_type":"x","_type"'),
        payload(statement()).replace(b'"subject":[', b'"subject":[{},'),
        payload(statement()).replace(b'"PASSED"', b'"passed"'),
        payload(statement()).replace(b'"PASSED"', b"true"),
        payload(statement()).replace(b'"size":3', b'"size":3.0'),
        payload(statement()).replace(b'"size":3', b'"size":-3'),
        payload(statement()).replace(b'"size":3', b'"size":1e400'),
        payload(statement()).replace(b'"predicate":{', b'"predicate":{"extra":1,'),
        payload(statement()).replace(samples.DIGEST.encode(), samples.DIGEST.upper().encode()),
        payload(statement()).replace(samples.DIGEST.encode(), samples.DIGEST.encode()[:-1]),
        unsigned(statement()).replace(b"\n", b"\r\n"),
        unsigned(statement()).replace(b'"PASSED"', b'"\\u0050ASSED"'),
    ],
    ids=range(23),
)
def test_only_what_leakguard_writes_is_read(data: bytes) -> None:
    """JSON that another reader might take for the same is not."""
    with pytest.raises(Malformed):
        open_file(data, None)


def test_the_signature_is_one_that_openssl_confirms(tmp_path: Path) -> None:
    """DSSE's encoding of what is signed, put together here by hand."""
    private, public = samples.key_pair(tmp_path)
    envelope = json.loads(sealed(statement(), read_signer(private)))
    body = base64.b64decode(envelope["payload"])
    kind = b"application/vnd.in-toto+json"
    (tmp_path / "signed").write_bytes(b" ".join([b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(body), body]))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        public,
        "-rawin",
        "-in",
        tmp_path / "signed",
        "-sigfile",
        tmp_path / "sig",
    ]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    der = subprocess.run(["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"], check=True, capture_output=True).stdout
    assert hashlib.sha256(der).hexdigest() == envelope["signatures"][0]["keyid"]


class TestKeys:
    """PEM files."""

    def test_an_encrypted_key_needs_its_password(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """From the variable, and not otherwise."""
        private, _ = samples.key_pair(tmp_path, password=b"correct horse")
        with pytest.raises(UsageError, match="needs a password"):
            read_signer(private)
        monkeypatch.setenv("LEAKGUARD_KEY_PASSWORD", "wrong")
        with pytest.raises(UsageError, match="cannot be read") as caught:
            read_signer(private)
        assert "wrong" not in f"{caught.value.message}{caught.value.hint}"
        monkeypatch.setenv("LEAKGUARD_KEY_PASSWORD", "correct horse")
        assert read_signer(private).keyid

    def test_a_public_key_does_not_sign(self, tmp_path: Path) -> None:
        """It says so."""
        with pytest.raises(UsageError, match="holds no private key"):
            read_signer(samples.key_pair(tmp_path)[1])

    @pytest.mark.parametrize("algorithm", ["RSA", "X25519", "ED448"])
    def test_other_algorithms_are_refused(self, tmp_path: Path, algorithm: str) -> None:
        """With those that will do."""
        path = tmp_path / "key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, "-out", path], check=True, capture_output=True)
        with pytest.raises(UsageError, match="neither an Ed25519 nor an ECDSA key"):
            read_signer(path)

    @pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    def test_what_is_no_key_is_refused(self, tmp_path: Path, content: bytes) -> None:
        """By both."""
        path = tmp_path / "key.pem"
        path.write_bytes(content)
        for read in (read_signer, read_verifier):
            with pytest.raises(UsageError):
                read(path)

    def test_a_key_that_is_not_there(self, tmp_path: Path) -> None:
        """One line."""
        with pytest.raises(UsageError, match="cannot be read: no such file"):
            read_signer(tmp_path / "absent")


def compact(value: object) -> bytes:
    """JSON as leakguard writes it."""
    return json.dumps(value, separators=(",", ":")).encode()
