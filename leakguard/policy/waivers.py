"""Waivers: findings that somebody has looked at and accepted until a day."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

from leakguard.model import Finding, Fingerprint, RuleId
from leakguard.policy.actions import names_rule
from leakguard.redact import pattern_of

LONGEST_PATH = 4096
"""Longer paths (characters) match no pattern: the time that a pattern takes grows faster than the path."""

NEST = "!/"

_OWN = "policy/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A rule, a place or a fingerprint, a reason, and a last day."""

    rule: RuleId
    """Id or glob."""
    path: str | None = None
    """Git pattern of the path inside the package; each part between `!/` is a pattern for one layer."""
    fingerprint: Fingerprint | None = None
    reason: str
    expires: date
    """The last day (UTC) on which it holds."""
    by: str = ""
    label: str = ""
    """Of the file that it is in."""
    line: int = 0

    def covers(self, finding: Finding, root: str = "") -> bool:
        """Whether it speaks of this finding, expired or not. `root` is the archive's own top folder.

        What is wrong with the policy itself is accepted by its exact name only: no broad waiver hides that it is broad.
        """
        return (
            (names_rule(self.rule, finding.rule) if not finding.rule.startswith(_OWN) else self.rule == finding.rule)
            and (self.fingerprint is None or self.fingerprint == finding.fingerprint)
            and (self.path is None or matches_nested(self.path, inner_path(finding, root)))
            and not (self.path is None and self.fingerprint is None)
        )

    def names_exactly(self, finding: Finding, root: str = "") -> bool:
        """Whether it names the rule and the whole path of this finding without any wildcard."""
        inner = inner_path(finding, root)
        return (
            self.rule == finding.rule
            and self.path is not None
            and self.path in {inner, f"/{inner}", pattern_of(inner), pattern_of(inner).removeprefix("/")}
        )

    def names_everything(self) -> bool:
        """Whether it leaves open which rule, or where: nobody can have looked at what it accepts."""
        return self.fingerprint is None and (
            not self.rule.strip("*?/") or (self.path is not None and not self.path.replace(NEST, "").strip("*/"))
        )

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires


def inner_path(finding: Finding, root: str) -> str:
    """The path of a finding inside the package, nested with `!/`."""
    return finding.location.path.removeprefix(root)


def matches_nested(pattern: str, path: str) -> bool:
    """Whether a pattern matches a nested path, layer by layer; a last part `**` stands for all deeper layers.

    A pattern without `!/` matches what the package itself holds, and nothing inside of that.
    """
    if len(path) > LONGEST_PATH:
        return False
    wanted, given = pattern.split(NEST), path.split(NEST)
    if wanted[-1] == "**" and len(wanted) > 1:
        given = [*given[: len(wanted) - 1], NEST.join(given[len(wanted) - 1 :])] if len(given) >= len(wanted) else given
    return len(wanted) == len(given) and all(git_match(one, part) for one, part in zip(wanted, given, strict=True))


def git_match(pattern: str, path: str) -> bool:
    """Whether one git pattern, taken by itself, matches a path; a leading `!` changes nothing."""
    return len(path) <= LONGEST_PATH and bool(_compiled(pattern.removeprefix("!")).match_file(path))


class _Pattern(Protocol):
    def match_file(self, file: str) -> object: ...


@cache
def _compiled(pattern: str) -> _Pattern:
    from pathspec import GitIgnoreSpec  # not its pattern alone, which Python's `re` would match: `*a*a*a*a*` could take forever

    return GitIgnoreSpec.from_lines([pattern], backend="re2")
