"""An in-toto Statement v1 with the predicate "SLSA Verification Summary" v1, read as strictly as it is written."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec

from leakguard.errors import UsageError
from leakguard.model import Report, Verdict
from leakguard.version import VERSION

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://slsa.dev/verification_summary/v1"
VERIFIER: Final = "pkg:pypi/leakguard"

LARGEST = 4 << 20
"""Bytes of a file that is read as an attestation."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

_Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Short = Annotated[str, msgspec.Meta(max_length=4096)]
_Count = Annotated[int, msgspec.Meta(ge=0)]

_PURL_TYPES = {"wheel": "pypi", "sdist": "pypi", "npm": "npm", "crate": "cargo", "gem": "gem", "nupkg": "nuget", "conda": "conda"}


class Malformed(Exception):
    """A file is no attestation of ours, or not as it was written; the message is one lower-case sentence."""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Digest(_Strict, frozen=True):
    """A DigestSet with the one digest that is used."""

    sha256: _Hex


class Coverage(_Strict, frozen=True):
    """How much of an artifact was looked at, in bytes, uncompressed."""

    entries: _Count
    bytes: _Count
    inspected: _Count
    opaque: _Count
    unreadable: _Count


class Inspected(_Strict, frozen=True):
    """What leakguard says of one artifact."""

    verdict: Literal["pass", "warn"]
    format: _Short
    size: _Count
    coverage: Coverage


class Subject(_Strict, frozen=True):
    """An artifact: its file name and its bytes."""

    name: _Short
    digest: Digest
    annotations: Inspected


class Circumstances(_Strict, frozen=True):
    """What was in force beside the policy."""

    weakened_by: tuple[_Short, ...]


class PolicyReference(_Strict, frozen=True):
    """The policy that was decided by."""

    name: _Short
    digest: Digest
    annotations: Circumstances


class Verifier(_Strict, frozen=True):
    """Who decided."""

    id: Literal["pkg:pypi/leakguard"]
    version: dict[Literal["leakguard"], _Short]


class Summary(_Strict, frozen=True):
    """The predicate."""

    verifier: Verifier
    timeVerified: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]  # noqa: N815 - SLSA's
    resourceUri: _Short  # noqa: N815 - SLSA's
    policy: PolicyReference
    verificationResult: Literal["PASSED", "FAILED"]  # noqa: N815 - SLSA's
    verifiedLevels: tuple[_Short, ...]  # noqa: N815 - SLSA's

    @property
    def time(self) -> datetime:
        """When it was decided."""
        try:
            return datetime.strptime(self.timeVerified, TIME_FORMAT).replace(tzinfo=UTC)
        except ValueError:
            raise Malformed("`timeVerified` is no time") from None


class Statement(_Strict, frozen=True):
    """The whole."""

    type: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    subject: Annotated[tuple[Subject, ...], msgspec.Meta(min_length=1)]
    predicateType: Literal["https://slsa.dev/verification_summary/v1"]  # noqa: N815 - in-toto's
    predicate: Summary


def make(report: Report, now: datetime) -> Statement:
    """The statement that a report's artifacts passed; raises `UsageError` for one that has no digest."""
    return Statement(
        type=STATEMENT,
        subject=tuple(_subject(verdict) for verdict in report.verdicts),
        predicateType=PREDICATE,
        predicate=Summary(
            verifier=Verifier(id=VERIFIER, version={"leakguard": VERSION}),
            timeVerified=now.strftime(TIME_FORMAT),
            resourceUri=_resource(report.verdicts),
            policy=PolicyReference(
                name=report.policy_name,
                digest=Digest(sha256=report.policy_digest.removeprefix("sha256:")),
                annotations=Circumstances(weakened_by=tuple(report.weakened_by)),
            ),
            verificationResult="PASSED",
            verifiedLevels=(f"LEAKGUARD_{report.outcome.value.upper()}",),
        ),
    )


def payload(statement: Statement) -> bytes:
    """The statement as it is signed: JSON without white space."""
    return msgspec.json.encode(statement)


def unsigned(statement: Statement) -> bytes:
    """The statement as a file of its own, for people to read too."""
    return msgspec.json.format(payload(statement), indent=2) + b"\n"


def read(data: bytes) -> Statement:
    """A statement from its `payload` or from a file of its own; raises `Malformed` for anything that was not written so."""
    try:
        statement = msgspec.json.decode(data, type=Statement)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"it is no statement of leakguard{_where(error)}") from None
    # Written anew it must be the same: no key twice, no other order, no other spelling.
    if data not in (payload(statement), unsigned(statement)):
        raise Malformed("it is not as leakguard writes it")
    return statement


def _where(error: Exception) -> str:
    """The place in the document, which msgspec gives as a path of keys; never the value."""
    path = str(error).rpartition(" - at `")[2].rstrip("`")
    return f": see `{path}`" if path.startswith("$.") and path.isascii() and path.isprintable() else ""


def _subject(verdict: Verdict) -> Subject:
    artifact = verdict.artifact
    if artifact.sha256 is None:
        raise UsageError(f"`{artifact.target}` has no digest", hint="an attestation speaks of files, such as wheels and tarballs")
    coverage = artifact.coverage
    return Subject(
        name=artifact.target.replace("\\", "/").rpartition("/")[2],
        digest=Digest(sha256=artifact.sha256),
        annotations=Inspected(
            verdict="pass" if verdict.outcome.value == "pass" else "warn",
            format=artifact.identity.format,
            size=artifact.size or 0,
            coverage=Coverage(
                entries=coverage.entries,
                bytes=coverage.bytes,
                inspected=coverage.inspected,
                opaque=coverage.opaque,
                unreadable=coverage.unreadable,
            ),
        ),
    )


def _resource(verdicts: Sequence[Verdict]) -> str:
    """The package URL of a release; several packages at once are named by the digest of their digests."""
    urls = {_package_url(verdict) for verdict in verdicts}
    if len(urls) == 1 and (url := urls.pop()):
        return url
    listed = "\n".join(sorted(verdict.artifact.sha256 or "" for verdict in verdicts))
    return f"urn:leakguard:artifacts:sha256:{hashlib.sha256(listed.encode()).hexdigest()}"


def _package_url(verdict: Verdict) -> str:
    identity = verdict.artifact.identity
    kind = _PURL_TYPES.get(identity.format)
    if not kind or not identity.name or not identity.version:
        return ""
    name = identity.name.lower().replace("_", "-") if kind == "pypi" else identity.name
    return f"pkg:{kind}/{quote(name, safe='/')}@{quote(identity.version, safe='')}"
