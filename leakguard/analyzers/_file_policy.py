"""What a policy says about the outermost files: which may, must not and must be there, and how large they may be."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from leakguard.model import Artifact, Confidence, Finding, Kind, Listed, Location, RuleId, Severity
from leakguard.redact import escape, fingerprint_of_place
from leakguard.settings import FileRules, SizeRules

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LONGEST = 4096
"""Characters of a path that patterns are matched against; of a longer one, its end."""

_WILDCARDS = frozenset("*?[!\\")


def judge_files(artifact: Artifact, rules: FileRules) -> Iterator[Finding]:
    """`file/not-allowed`, `file/denied` and `file/missing`."""
    if rules.allow is None and not rules.deny and not rules.require:
        return
    files = [one for one in artifact.listing if one.kind in (Kind.FILE, Kind.LINK)]
    if rules.allow is not None:
        allowed = _compiled(rules.allow)
        for one in files:
            if len(one.inner) > LONGEST or not allowed.match_file(one.inner):
                yield _finding("file/not-allowed", Severity.MEDIUM, one.path, f"`{_shown(one)}` is not named under `files: allow:`")
    if rules.deny:
        denied = _compiled(rules.deny)
        for one in files:
            if denied.match_file(one.inner[-LONGEST:]):
                yield _finding("file/denied", Severity.HIGH, one.path, f"`{_shown(one)}` is named under `files: deny:`")
    for pattern in rules.require:
        required = _compiled((pattern,))
        if not any(required.match_file(one.inner[-LONGEST:]) for one in files):
            message = f"no file matches `{escape(pattern)}`, which `files: require:` demands"
            yield _finding("file/missing", Severity.MEDIUM, "", message, extra=pattern)


def judge_sizes(artifact: Artifact, rules: SizeRules) -> Iterator[Finding]:
    """`size/artifact`, `size/entry` and `size/files`."""
    if rules.artifact is not None and artifact.size is not None and artifact.size > rules.artifact:
        message = f"the artifact has {artifact.size} bytes, more than the {rules.artifact} that `size: artifact:` allows"
        yield _finding("size/artifact", Severity.MEDIUM, "", message, bytes=artifact.size, limit=rules.artifact)
    files = [one for one in artifact.listing if one.kind is Kind.FILE]
    if rules.entry is not None:
        for one in files:
            if one.size > rules.entry:
                message = f"`{_shown(one)}` has {one.size} bytes, more than the {rules.entry} that `size: entry:` allows"
                yield _finding("size/entry", Severity.MEDIUM, one.path, message, bytes=one.size, limit=rules.entry)
    if rules.files is not None and len(files) > rules.files:
        message = f"the artifact has {len(files)} files, more than the {rules.files} that `size: files:` allows"
        yield _finding("size/files", Severity.MEDIUM, "", message, files=len(files), limit=rules.files)


def named_literally(patterns: Sequence[str] | None) -> frozenset[str]:
    """Inner paths that a list of patterns names without a wildcard, folders without their slash."""
    return frozenset(one.strip("/") for one in patterns or () if one.strip("/") and not _WILDCARDS.intersection(one))


def _compiled(patterns: Iterable[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # it takes 60 ms to import, and most runs have no patterns

    return GitIgnoreSpec.from_lines(patterns)


def _finding(rule: str, severity: Severity, path: str, message: str, extra: str = "", **evidence: int) -> Finding:
    return Finding(
        rule=RuleId(rule),
        severity=severity,
        confidence=Confidence.HIGH,
        location=Location(path=path),
        message=message,
        fingerprint=fingerprint_of_place(rule, path, extra.encode("utf-8", "surrogatepass")),
        evidence=evidence,
    )


def _shown(one: Listed) -> str:
    return one.inner if len(one.inner) <= 200 else f"…{one.inner[-200:]}"
