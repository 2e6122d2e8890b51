"""Where a finding is, as the tools that read reports want to be told."""

import hashlib
from urllib.parse import quote

from leakguard.model import Action, Finding, Judgement, Verdict
from leakguard.patterns import lazily
from leakguard.redact import escape
from leakguard.reporters._waivers import inner

COMMITTED = "git:"
"""Targets whose paths are those of the repository."""

_COMMIT = lazily(r"^[0-9a-f]{12}:")
"""What stands before the path of an earlier version."""

ORDER = (Action.BLOCK, Action.WARN, Action.ALLOW)


def file_of(verdict: Verdict, finding: Finding) -> str:
    """The file on disk that a finding is in: below the repository for what is staged, else the artifact itself; escaped."""
    target = verdict.artifact.target
    outermost = finding.location.path.partition("!/")[0]
    if target.startswith(COMMITTED):
        return _COMMIT.sub("", outermost)
    if verdict.artifact.identity.format == "directory" and outermost:
        return f"{target.rstrip('/')}/{outermost}"
    return target


def nested(verdict: Verdict, finding: Finding) -> str:
    """Target and path in one, as one would read it aloud: `dist/x.tgz!/package/cli.js.map`."""
    target, path = verdict.artifact.target, finding.location.path
    if target.startswith(COMMITTED):
        return path
    joint = "/" if verdict.artifact.identity.format == "directory" else "!/"
    return f"{target.rstrip('/') if joint == '/' else target}{joint}{path}" if path else target


def at(finding: Finding) -> str:
    """`:line:column`, or the byte, or nothing."""
    place = finding.location
    if place.line is not None:
        return f":{place.line}:{place.column or 1}"
    return "" if place.offset is None else f" at byte {place.offset}"


def uri(path: str) -> str:
    """A relative reference of RFC 3986: nothing in it is a scheme, a host, a query or a fragment."""
    return quote(escape(path).replace("\\", "/"), safe="/!@~._-").lstrip("/") or "."


def stable_digest(verdict: Verdict, finding: Finding) -> str:
    """What stays the same from run to run and from version to version: rule, path inside the package, fingerprint."""
    path = inner(finding.location.path, verdict.artifact.identity)
    text = "\0".join((verdict.artifact.identity.name or "", path, finding.rule, finding.fingerprint))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def by_action(verdict: Verdict) -> list[Judgement]:
    """The judgements, those that block first; otherwise in the order of the report."""
    return sorted(verdict.judgements, key=lambda one: ORDER.index(one.action))
