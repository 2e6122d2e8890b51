"""Whether a statement says what somebody who publishes needs to hear: a pure function."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leakguard.attestation.statement import Malformed, Statement
from leakguard.redact import escape

SKEW = timedelta(minutes=5)
"""How far ahead the clock of the machine that inspected may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the statement is held against."""

    max_age: timedelta
    policy_digest: str | None = None
    """Hexadecimal; `None`: any policy."""
    allow_weakened: bool = False
    """Whether options that weaken the gate may have been in force."""


def refusals(statement: Statement, files: Mapping[str, tuple[str, str]], expected: Expectation, now: datetime) -> Iterator[tuple[str, str]]:
    """Why the files may not be published, each with a hint; nothing when they may.

    `files` maps what the user named (escaped) to the file's own name (escaped) and its SHA-256.
    """
    yield from _of_the_run(statement, expected, now)
    approved = {(one.digest.sha256, one.name) for one in statement.subject}
    known = {digest for digest, _ in approved}
    for shown, (name, digest) in files.items():
        if digest not in known:
            yield f"no statement speaks of `{shown}` (sha256:{digest})", "inspect and attest this very file"
        elif (digest, name) not in approved:
            yield (
                f"the statement speaks of these bytes under another name than `{shown}`",
                "publish it as it was attested",
            )


def _of_the_run(statement: Statement, expected: Expectation, now: datetime) -> Iterator[tuple[str, str]]:
    summary = statement.predicate
    if summary.verificationResult != "PASSED":
        yield f"the verdict is {summary.verificationResult}", "only what passed is published"
    try:
        age = now - summary.time
    except Malformed as error:
        yield str(error), "the statement was not written by leakguard"
        return
    if age > expected.max_age:
        yield f"the statement is older than it may be: {_spoken(age)}", "inspect and attest again, or say `--max-age`"
    if age < -SKEW:
        yield f"the statement is of a time to come: {summary.timeVerified}", "one of the two clocks is wrong"
    digest = summary.policy.digest.sha256
    if expected.policy_digest is not None and digest != expected.policy_digest:
        yield (
            f"it was decided by another policy, `{escape(summary.policy.name)}` (sha256:{digest})",
            "inspect with the policy whose digest is expected",
        )
    weakened = summary.policy.annotations.weakened_by
    if weakened and not expected.allow_weakened:
        yield f"the gate was weakened by {', '.join(f'`{escape(one)}`' for one in weakened)}", "`--allow-weakened` accepts that"


def _spoken(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours" if hours >= 2 else f"{int(age.total_seconds() // 60)} minutes"
