"""The values that flow through leakguard, from the bytes of an artifact to the verdict on it.

Everything here is plain data: nothing in this module opens, judges or prints. It imports nothing of ours.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NewType

RuleId = NewType("RuleId", str)
"""`family/slug` in kebab case, such as `source-map/embedded-source`."""

Fingerprint = NewType("Fingerprint", str)
"""Lower-case hexadecimal; identifies a finding across runs without being an oracle for a guessable value."""

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


class Severity(enum.StrEnum):
    """How bad it is if the finding is true; informative, only the policy turns it into an action."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(enum.StrEnum):
    """How sure the analyzer is that the finding is true."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Action(enum.StrEnum):
    """What a policy does about a finding."""

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"


class Outcome(enum.StrEnum):
    """The verdict on an artifact or a run: the strongest action of its findings."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    BLOCK = "block"


class Openness(enum.StrEnum):
    """Whether the package gives its source away on purpose."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a finding is, relative to its target.

    `path` is escaped for display and nested with `!/`. `line` and `column` are 1-based, columns count code points;
    a binary location has `offset` (bytes from the start of the entry) and no line.
    """

    path: str
    line: int | None = None
    column: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named claim that a policy can refer to.

    `fixes` maps the packing tool (`npm`, `hatchling`, `setuptools` …), else a format (`wheel`, `sdist`), else `*`, to the edit that
    repairs the package; `{path}` in it stands for the path inside the package. `weak` lists what the default policy of the
    contract allows, see `leakguard.policy`.
    """

    id: RuleId
    title: str
    severity: Severity
    description: str
    """What the rule means."""
    impact: str
    """What somebody who downloads the artifact gains."""
    fixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule, one location, one message, one fingerprint; never the secret itself."""

    rule: RuleId
    severity: Severity
    confidence: Confidence
    location: Location
    message: str
    """One sentence, lower case, without a final full stop; holds no unescaped name and no secret."""
    fingerprint: Fingerprint
    hint: str = ""
    """The edit that fixes it; empty means that `Rule.fixes` supplies it once the packing tool is known."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """JSON values only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why a finding does not count: it stays in every report."""

    by: str
    """`waiver`, `baseline` or `pragma`."""
    reason: str
    expires: str | None = None
    """ISO 8601 date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A finding with what the policy does about it."""

    finding: Finding
    action: Action
    suppressed: Suppression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Why (part of) a container could not be inspected."""

    rule: RuleId
    """An `artifact/*` rule."""
    reason: str
    """One sentence, lower case; names in it are escaped."""
    offset: int | None = None
    """Bytes from the start of the container, where known."""


class Kind(enum.StrEnum):
    """What a member of a container is."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    DAMAGE = "damage"


@dataclass(slots=True, kw_only=True)
class Member:
    """What a format yields: a name and a way to read the content once, before the next member is asked for."""

    name: str
    """As stored, `/`-separated; a byte that is not UTF-8 is a lone surrogate, as `os.fsdecode` makes it."""
    kind: Kind = Kind.FILE
    size: int | None = None
    """Declared, bytes, uncompressed."""
    open: Callable[[], BinaryIO] | None = None
    """A forward-only stream; raises `errors.Malformed` while being read when the content is damaged."""
    data: bytes | None = None
    """The content itself, instead of `open`, where the format has it in memory anyway."""
    damage: Damage | None = None
    """With `Kind.DAMAGE`: no content. With any other kind: what is wrong beside a readable content."""
    link: str | None = None
    """Target of a link, as stored."""
    text: bytes = b""
    """Text that the container keeps beside the content (comments, owner names, extra fields): searched for secrets."""
    transparent: bool = False
    """The only member of a compressor: when it is a container itself, its members take the compressor's path."""
    span: tuple[int, int] | None = None
    """Start and end (bytes) of the part of the container that this member decodes: hits there belong to the member."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the format knows about the member, for the analyzers that know the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every byte accounted for: `inspected + opaque + unreadable == bytes`."""

    entries: int = 0
    bytes: int = 0
    """Uncompressed size of the leaf entries."""
    inspected: int = 0
    opaque: int = 0
    """Native code, fonts, media: searched for secrets as bytes, not understood."""
    opaque_by: Mapping[str, int] = field(default_factory=dict)
    """What the opaque bytes are (`native code`, `image` …) → how many of them; adds up to `opaque`."""
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An outermost entry as the file rules see it."""

    path: str
    """Escaped path, as in `Location.path`."""
    inner: str
    """Path inside the package: without the archive's own top folder; a byte that is not UTF-8 is `%XX`."""
    kind: Kind
    size: int
    form: str = ""
    """The format or content that the walk recognised (`zip`, `inline-source-map`, `native code`); empty for plain text."""
    digest: str = ""
    """SHA-256, lower-case hexadecimal, where a survey was asked for and the bytes were at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What an artifact is, as its content (not its file name) says."""

    format: str
    """`wheel`, `sdist`, `npm` …, else the container's own name, `directory` or `file`."""
    name: str | None = None
    version: str | None = None
    root: str = ""
    """The archive's own top folder with a final slash (`package/`), or empty."""
    packer: str = ""
    """The tool that packed it or will pack it (`npm`, `hatchling`, `setuptools` …); empty when unknown."""
    openness: Openness = Openness.CLOSED
    openness_reason: str = ""
    """One clause: what was assumed and from what."""
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One publishable file, or the folder that stands for it, after the last entry has been seen."""

    target: str
    """As the user named it; escaped."""
    identity: Identity
    sha256: str | None
    size: int | None
    coverage: Coverage
    listing: tuple[Listed, ...]
    """The outermost entries in stored order."""
    publishable: bool = True
    """False for what merely lies beside packages."""
    declared: Mapping[str, Mapping[str, str]] | None = None
    """What the manifest declares, where a survey was asked for: `entry points`, `scripts` and `dependencies`, by name."""
    ledger: Mapping[str, Any] | None = None
    """What anyone could rebuild from the maps of the artifact: JSON values, names escaped; the report's schema says more."""
    checkout: Mapping[str, Any] | None = None
    """How many files are in which state in the repository of the project, and which are modified; the report's schema says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Pass, warn or block for one artifact, with its reasons."""

    artifact: Artifact
    outcome: Outcome
    judgements: tuple[Judgement, ...]
    """Sorted by path, line, column, offset, rule, fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetError:
    """A target about which nothing can be said."""

    target: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All verdicts of a run, with what governed it."""

    tool_version: str
    policy_name: str
    policy_digest: str
    """`sha256:` and the lower-case hexadecimal digest of the merged policy."""
    weakened_by: tuple[str, ...]
    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    """In the order in which the targets were named."""
    errors: tuple[TargetError, ...] = ()
