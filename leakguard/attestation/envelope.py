"""DSSE, the envelope that in-toto signs with: what the file on disk holds, and whether its signature stands.

Of the many ways in which JSON can say the same, one is accepted: the file must be byte for byte what leakguard writes. So no byte of
it can be changed unnoticed, not even one that the signature does not cover.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from leakguard.attestation.statement import LARGEST, Malformed, Statement, payload, read

if TYPE_CHECKING:
    from leakguard.attestation.keys import Signer, Verifier

_SIGSTORE = b"application/vnd.dev.sigstore.bundle"

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payload: str
    payloadType: Literal["application/vnd.in-toto+json"]  # noqa: N815 - DSSE's
    signatures: tuple[_Signature]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A statement with what is known of who made it."""

    statement: Statement
    signed_by: str
    """The id of the key that was asked for and has signed it; empty for an unsigned statement."""


def sealed(statement: Statement, signer: "Signer") -> bytes:
    """The statement in an envelope, signed."""
    body = payload(statement)
    signature = _Signature(keyid=signer.keyid, sig=_encode(signer.sign(_to_be_signed(body))))
    return msgspec.json.encode(_Envelope(payload=_encode(body), payloadType=PAYLOAD_TYPE, signatures=(signature,))) + b"\n"


def open_file(data: bytes, verifier: "Verifier | None") -> Opened:
    """What a file says, if its signature is that of `verifier`; without one, only what is not signed.

    Raises `Malformed` for everything else, an unsigned statement where a signature is expected among it.
    """
    if len(data) > LARGEST:
        raise Malformed("it is too large to be an attestation")
    if _SIGSTORE in data:
        raise Malformed("it is signed by Sigstore, so it needs `--identity` and `--issuer` to be believed")
    if not _is_envelope(data):
        statement = read(data)
        if verifier is not None:
            raise Malformed("it is not signed")
        return Opened(statement=statement, signed_by="")
    if verifier is None:
        raise Malformed("it is signed, so it needs `--key` to be believed")
    return Opened(statement=_unsealed(data, verifier), signed_by=verifier.keyid)


def _is_envelope(data: bytes) -> bool:
    return data.startswith(b'{"payload":')


def _unsealed(data: bytes, verifier: "Verifier") -> Statement:
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Malformed("it is no envelope of leakguard") from None
    if msgspec.json.encode(envelope) + b"\n" != data:
        raise Malformed("it is not as leakguard writes it")
    body, signature = _decode(envelope.payload), _decode(envelope.signatures[0].sig)
    if envelope.signatures[0].keyid != verifier.keyid:
        raise Malformed("it is signed with another key")
    if not verifier.accepts(_to_be_signed(body), signature):
        raise Malformed("its signature does not fit")
    return read(body)


def _to_be_signed(body: bytes) -> bytes:
    """DSSE's pre-authentication encoding, which covers the type of the payload too."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(body), body)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    """Base64 in its one canonical spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("it holds what is no base64") from None
    if _encode(data) != text:
        raise Malformed("it is not as leakguard writes it")
    return data
