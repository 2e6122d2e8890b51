"""`leakguard attest`: write down, for a job that did not see it, that these bytes passed."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leakguard.cli import _streams
from leakguard.cli._inspection import Inspection, inspecting
from leakguard.cli._options import SETTINGS, option
from leakguard.cli._outputs import Output, check, replace_file
from leakguard.errors import UsageError
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.targets import Target

EPILOG = """\b
  leakguard attest dist/ -o attestation.json --key release.pem
  leakguard verify dist/ --attestation attestation.json --key release.pub

The attestation is an in-toto Statement with the predicate of a SLSA
verification summary. With --key it is signed (DSSE; Ed25519, or ECDSA of
P-256, P-384 or P-521; the variable LEAKGUARD_KEY_PASSWORD holds the
password of an encrypted key), with --keyless by Sigstore. Unsigned it
proves nothing to somebody who does not trust where it was kept.

What is blocked gets no attestation, and FILE is not touched.
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("artifacts", nargs=-1, required=True, metavar="ARTIFACT...")
@click.option("-o", "--output", required=True, metavar="FILE", help="The attestation.")
@option("--key", metavar="PEM", help="Sign with this private key.")
@option("--keyless", is_flag=True, help="Sign with Sigstore, as the identity that CI proves. Uses the network.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@inspecting
def command(*, artifacts: Sequence[str], output: str, key: str | None, keyless: bool, force: bool, **options: Any) -> int:
    """Inspect packages, and write a statement that they passed.

    It binds the digest of each package, the digest of the policy and the
    verdict.
    """
    from leakguard import attestation

    if key and keyless:
        raise UsageError("`--key` and `--keyless` are two ways to sign", hint="take one of them")
    path = Path(output)
    inspection = Inspection(**options)
    policy = inspection.load_policy()
    seal = _sealing(key, keyless=keyless)
    targets = _files(artifacts)
    check([Output(reporter="attestation", path=path)], [target.name for target in targets])
    if os.path.lexists(path) and not force:
        raise UsageError(f"`{escape(output)}` exists", hint="`--force` replaces it")
    report, code = inspection.run(targets, policy)
    if code:
        _streams.say("error", "no attestation was written")
        return code
    statement = attestation.make(report, datetime.now(UTC))
    replace_file(path, seal(statement), "the attestation")
    kept = "" if key or keyless else ", unsigned"
    _streams.say("note", f"attested {len(report.verdicts)} in `{output}`{kept}; policy digest {report.policy_digest}")
    return 0


def _sealing(key: str | None, *, keyless: bool) -> Any:
    """How the statement becomes a file; a key is read before any work."""
    from leakguard import attestation

    if keyless:
        from leakguard.attestation import keyless as sigstore

        sigstore.require()
        return sigstore.sealed
    if key is None:
        return attestation.unsigned
    from leakguard.attestation.keys import read_signer

    signer = read_signer(Path(key))
    return lambda statement: attestation.sealed(statement, signer)


def _files(artifacts: Sequence[str]) -> "list[Target]":
    from leakguard import targets as naming

    found = [one for one in naming.resolve(artifacts) if one.publishable]
    for one in found:
        if one.directory:
            hint = "an attestation speaks of packages: build it, and attest what came of it"
            raise UsageError(f"`{escape(one.name)}` is a folder, which has no digest", hint=hint)
    if not found:
        raise UsageError("there is no package to attest", hint="name wheels, sdists, tarballs or their folder")
    return found
