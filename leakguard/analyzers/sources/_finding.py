"""How a finding is made here, and how messages say numbers and names."""

import re
from collections.abc import Iterable
from typing import Any

from leakguard.analyzers.sources._rules import SEVERITY
from leakguard.content import Content, Entry
from leakguard.model import Confidence, Finding, Location, RuleId, Severity
from leakguard.patterns import lazily
from leakguard.redact import escape, fingerprint_of_place

MOST_SAMPLES = 10

_PROSE = lazily(
    r"(?:\.(?:md|mdx|markdown|rst|txt|adoc|pod|d\.[mc]?ts|po)|(?:^|/)(?:README|CHANGE|HISTORY|LICEN[CS]E)[^/]{0,40})$", re.IGNORECASE
)
_THIRD_PARTY = lazily(r"(?:^|[/\\])(?:node_modules|bower_components|jspm_packages|site-packages|dist-packages|\.pnpm|\.yarn)[/\\]")
_ABSOLUTE = lazily(
    r"(?:file://)?/?(?:/(?:home|Users|root|var|private|tmp|opt|usr|mnt|media|srv|builds?|workspaces?|__w|app|data)/|[A-Za-z]:[\\/])"
)
_USER = lazily(r"(?:^|[/\\:])(?:home|Users|Documents and Settings)[\\/]{1,2}([^/\\\"']{1,64})(?=[/\\\"']|$)")

NOBODY = frozenset(
    (
        "root",
        "runner",
        "runneradmin",
        "ubuntu",
        "debian",
        "circleci",
        "travis",
        "jenkins",
        "builder",
        "build",
        "vsts",
        "vsts_azpcontainer",
        "node",
        "user",
        "users",
        "appveyor",
        "ci",
        "gitpod",
        "vscode",
        "codespace",
        "admin",
        "administrator",
        "docker",
        "app",
        "web",
        "web_user",
        "vagrant",
        "ec2-user",
        "conda",
        "nonroot",
        "worker",
        "agent",
        "buildkite-agent",
        "gitlab-runner",
        "runneruser",
        "cloudbuild",
        "sandbox",
        "test",
        "dev",
        "you",
        "me",
        "username",
        "user-name",
        "your-username",
        "yourname",
        "name",
        "example",
        "foo",
        "public",
        "shared",
        "default",
    )
)
"""Accounts of build machines and of examples, not of people."""


def about(
    rule: RuleId,
    path: str,
    message: str,
    *,
    content: Content | None = None,
    at: int | None = None,
    severity: Severity | None = None,
    **evidence: Any,
) -> Finding:
    """One finding; `at` is an offset in `content`, shown as line and column of a text and as it is of anything else."""
    line = column = None
    if at is not None and content is not None and content.encoding:
        line, column = content.position(at)
        at = None
    return Finding(
        rule=rule,
        severity=severity or SEVERITY[rule],
        confidence=Confidence.HIGH,
        location=Location(path=path, line=line, column=column, offset=at),
        message=message,
        fingerprint=fingerprint_of_place(rule, path),
        evidence=evidence,
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun[:-1]}ies" if noun.endswith("ry") else f"{number} {noun}s"


def shown(name: str) -> str:
    """A name from the artifact as a message or sample may show it."""
    return escape(name if len(name) <= 200 else f"…{name[-200:]}").replace("`", "'")


def samples(names: Iterable[str]) -> list[str]:
    """The first few names, each once."""
    kept: dict[str, None] = {}
    for name in names:
        kept[shown(name)] = None
        if len(kept) == MOST_SAMPLES:
            break
    return list(kept)


def is_prose(entry: Entry) -> bool:
    """Whether the name says that people wrote it for people, so that examples in it prove nothing."""
    return _PROSE.search(entry.name) is not None


def is_third_party(path: str) -> bool:
    """Whether a path lies in a folder of dependencies, or names what a bundler brings along."""
    return _THIRD_PARTY.search(path) is not None or path.startswith(("(webpack)", "webpack/", "external ", "\0", "(disabled)", "ignored|"))


def is_absolute(path: str) -> bool:
    """Whether it is an absolute path of some machine."""
    return _ABSOLUTE.match(path) is not None


def users_in(paths: Iterable[str]) -> list[str]:
    """The people in whose homes some paths lie."""
    found = (match[1] for path in paths if (match := _USER.search(path)))
    return list(dict.fromkeys(shown(user) for user in found if user.lower() not in NOBODY))[:MOST_SAMPLES]


def places(paths: Iterable[str]) -> dict[str, Any]:
    """Evidence about absolute paths, if there are any."""
    local = [path for path in paths if is_absolute(path)]
    return {"absolute_paths": len(local), "users": users_in(local)} if local else {}
