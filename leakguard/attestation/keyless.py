"""Keyless signatures by Sigstore: the identity that a CI system proves stands where a key would."""

from leakguard.attestation.envelope import PAYLOAD_TYPE, Opened
from leakguard.attestation.statement import Malformed, Statement, payload, read
from leakguard.errors import LeakguardError, UsageError
from leakguard.redact import escape

_PERMISSION = "run it in CI with permission to request an identity (`id-token: write`), or sign with `--key`"


class SigningFailed(LeakguardError):
    """Sigstore could not sign; nothing was written."""

    exit_code = 3


def require() -> None:
    """See that Sigstore's client is there."""
    from importlib.util import find_spec

    if find_spec("sigstore") is None:
        hint = "`pip install 'leakguard[sigstore]'` brings it"
        raise UsageError("keyless signatures need `sigstore`, which is not installed", hint=hint)


def sealed(statement: Statement) -> bytes:
    """The statement in a Sigstore bundle, signed as whoever the CI system says that it is; needs the network."""
    require()
    from sigstore import dsse, models, oidc, sign

    try:
        token = oidc.detect_credential()
    except Exception as error:  # noqa: BLE001 - its message could hold a token
        raise SigningFailed(f"the identity cannot be proved: {type(error).__name__}", hint=_PERMISSION) from None
    if token is None:
        raise SigningFailed("there is no identity to sign as", hint=_PERMISSION)
    try:
        context = sign.SigningContext.from_trust_config(models.ClientTrustConfig.production())
        with context.signer(oidc.IdentityToken(token)) as signer:
            bundle = signer.sign_dsse(dsse.Statement(payload(statement)))
        return str(bundle.to_json()).encode() + b"\n"
    except Exception as error:  # noqa: BLE001 - its message could hold a token
        raise SigningFailed(f"Sigstore could not sign: {type(error).__name__}", hint="check the network, then try again") from None


def opened(data: bytes, *, identity: str, issuer: str) -> Opened:
    """What a bundle says, if that identity has signed it; raises `Malformed` otherwise."""
    require()
    from sigstore import models, verify

    try:
        bundle = models.Bundle.from_json(data)
        expected = verify.policy.Identity(identity=identity, issuer=issuer)
        kind, body = verify.Verifier.production().verify_dsse(bundle, expected)
    except Exception as error:  # noqa: BLE001 - whatever it is, the signature is not proven
        raise Malformed(f"Sigstore does not confirm its signature: {type(error).__name__}") from None
    if kind != PAYLOAD_TYPE:
        raise Malformed("it is signed, but no statement")
    return Opened(statement=read(body), signed_by=escape(identity))
