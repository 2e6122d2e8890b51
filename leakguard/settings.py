"""What to look for: the half of a policy that steers the analyzers. What to do about it is `leakguard.policy`."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leakguard.model import Openness

if TYPE_CHECKING:
    from leakguard.checkout import Checkout

COMMIT_PRAGMAS = ("detect-secrets", "leakguard")
"""Tools whose inline pragmas count in what is staged, whatever the policy says: nobody but the committer wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """Which of the outermost entries may, must not and must be there; patterns have git's semantics."""

    allow: tuple[str, ...] | None = None
    """`None`: everything that is not denied. Otherwise an entry that no pattern names is `file/not-allowed`."""
    deny: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRules:
    """Upper bounds; `None` is unbounded."""

    artifact: int | None = None
    """Bytes of the artifact as published."""
    entry: int | None = None
    """Bytes of the largest outermost entry, uncompressed."""
    files: int | None = None
    """Number of outermost files."""
    growth: float | None = None
    """Share by which the artifact may grow over the approved or previous one: 0.5 is 50 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings:
    """How secrets are searched."""

    packs: tuple[Path, ...] = ()
    """Extra rule files."""
    environment: tuple[str, ...] = ()
    """Names of variables whose values must not occur anywhere."""
    second_opinion: bool = False
    """Ask `detect-secrets` too."""
    baseline: Path | None = None
    """A `.secrets.baseline` of `detect-secrets`."""
    pragmas: tuple[str, ...] = ()
    """Tools whose inline pragmas are honoured."""
    plugins: tuple[Path, ...] = ()
    """Plug-ins of `detect-secrets` whose code may run: only ever what somebody names on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an analyzer may know about the policy."""

    openness: Openness | None = None
    """As the policy states it; `None`: as the package declares it."""
    files: FileRules = field(default_factory=FileRules)
    size: SizeRules = field(default_factory=SizeRules)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    checkout: "Checkout | None" = None
    """What git knows about the project around the working directory; no part of the policy, and given to the general part only."""
    publishable: bool = True
    """False for what merely lies beside packages: never judged by `files`, `size` or the lock."""

    def for_commits(self) -> "Settings":
        """The same for what is staged, whose author may say that a secret is meant to stand there."""
        own = [tool for tool in COMMIT_PRAGMAS if tool not in self.secrets.pragmas]
        return replace(self, secrets=replace(self.secrets, pragmas=(*self.secrets.pragmas, *own)))
