"""`leakguard verify`: whether these bytes may be published, by what somebody else attested."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakguard.cli import _streams
from leakguard.cli._gate import BLOCKED, PASS
from leakguard.cli._options import SETTINGS, option
from leakguard.errors import UsageError
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.attestation import Opened

DEFAULT_AGE = "24h"

_AGE = re.compile(r"([0-9]{1,6})\s*(s|m|h|d|w|)")
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DIGEST = re.compile("(?:sha256:)?([0-9a-fA-F]{64})")

EPILOG = """\b
  leakguard verify dist/ --attestation attestation.json --key release.pub

\b
Exit codes:
  0    every file has a passing, fresh statement, by the policy and the key
       that were asked for
  1    at least one has not
  2    usage: arguments or the key are wrong
  3    incomplete: a file could not be found or opened

Between this check and an upload the files can still be changed by whoever
can write to them: `leakguard publish` sends what it has inspected.
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("artifacts", nargs=-1, required=True, metavar="ARTIFACT...")
@click.option("--attestation", "file", required=True, metavar="FILE", help="What `leakguard attest` wrote.")
@option("--policy-digest", metavar="D", help="The policy that must have decided, as a report shows it. Default: any.")
@option("--max-age", default=DEFAULT_AGE, metavar="T", help=f"How old it may be: 90s, 30m, 12h, 7d. Default: {DEFAULT_AGE}.")
@option("--key", metavar="PEM", help="The key that must have signed it: a public one, or the private one.")
@click.option("--identity", metavar="WHO", help="The identity that must have signed it by Sigstore. Uses the network.")
@click.option("--issuer", metavar="URL", help="Who must have proved that identity.")
@click.option("--allow-weakened", is_flag=True, help="Accept that options such as --baseline were in force.")
def command(
    *,
    artifacts: Sequence[str],
    file: str,
    policy_digest: str | None,
    max_age: str,
    key: str | None,
    identity: str | None,
    issuer: str | None,
    allow_weakened: bool,
) -> int:
    """Check that packages are those that passed, by an attestation.

    Nothing is inspected. Anything that is not as expected is refused.
    """
    from leakguard import attestation

    expected = attestation.Expectation(max_age=_age(max_age), policy_digest=_digest(policy_digest), allow_weakened=allow_weakened)
    open_it = _opening(key, identity, issuer)
    files = _digests(artifacts)
    try:
        opened: Opened = open_it(_read(Path(file)))
    except attestation.Malformed as error:
        return _refuse([(f"`{file}` is not accepted: {error}", "")])
    refused = list(attestation.refusals(opened.statement, files, expected, datetime.now(UTC)))
    if refused:
        return _refuse(refused)
    return _accept(opened, len(files))


def _accept(opened: "Opened", count: int) -> int:
    summary = opened.statement.predicate
    by = f"signed by {opened.signed_by}" if opened.signed_by else "unsigned"
    _streams.write_text(
        f"verified: {count} {'artifact' if count == 1 else 'artifacts'} passed at {summary.timeVerified}, {by}; "
        f"policy `{escape(summary.policy.name)}` sha256:{summary.policy.digest.sha256}\n"
    )
    if not opened.signed_by:
        _streams.say("warning", "the statement is not signed: whoever can write the file can have written it")
    return PASS


def _refuse(refused: Sequence[tuple[str, str]]) -> int:
    for message, hint in refused:
        _streams.say("error", message)
        if hint:
            _streams.say("hint", hint)
    _streams.say("refused", "do not publish")
    return BLOCKED


def _opening(key: str | None, identity: str | None, issuer: str | None) -> "Callable[[bytes], Opened]":
    """How the file is believed; a key is read before any work."""
    from leakguard import attestation
    from leakguard.attestation import keyless

    if (identity is None) != (issuer is None):
        raise UsageError("`--identity` and `--issuer` belong together", hint="an identity is worth what proved it")
    if identity is not None and issuer is not None:
        if key is not None:
            raise UsageError("`--key` and `--identity` are two ways to sign", hint="take one of them")
        keyless.require()
        return partial(keyless.opened, identity=identity, issuer=issuer)
    if key is None:
        return partial(attestation.open_file, verifier=None)
    from leakguard.attestation.keys import read_verifier

    return partial(attestation.open_file, verifier=read_verifier(Path(key)))


def _read(path: Path) -> bytes:
    """The file, and one byte more than may be accepted; raises `Malformed` when there is none."""
    from leakguard.attestation import Malformed
    from leakguard.attestation.statement import LARGEST

    try:
        if not path.is_file():
            raise Malformed("there is no such file")
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError):
        raise Malformed("it cannot be read") from None


def _digests(artifacts: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """What the user named, with the name and the digest of each file; raises its error for one that cannot be read."""
    from leakguard import targets as naming

    found: dict[str, tuple[str, str]] = {}
    for target in naming.resolve(artifacts):
        if target.error is not None:
            raise target.error
        if not target.publishable:
            continue
        if target.directory:
            raise UsageError(f"`{escape(target.name)}` is a folder, which has no digest", hint="name the packages, or their folder")
        opened = naming.OpenFile(target)
        opened.close()
        found[escape(target.name)] = (escape(target.path.name), opened.sha256)
    if not found:
        raise UsageError("there is no package to verify", hint="name wheels, sdists, tarballs or their folder")
    return found


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"`--max-age {escape(text)}` is no time", hint="such as `90s`, `30m`, `12h` or `7d`")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _digest(text: str | None) -> str | None:
    if text is None:
        return None
    match = _DIGEST.fullmatch(text.strip())
    if match is None:
        hint = "`sha256:` and 64 hexadecimal digits, as `policy.digest` of a report has it"
        raise UsageError(f"`--policy-digest {escape(text)}` is no digest", hint=hint)
    return match[1].lower()
