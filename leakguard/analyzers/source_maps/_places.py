"""What a path in a map, or a reference to one, says about where it is."""

import re
from urllib.parse import urlsplit

from leakguard.patterns import lazily

MOST_SAMPLES = 10

_PLACEHOLDER = lazily(r"[{}\[\]<>\"'`|]|%\(|\$\w|^(?:\.\.\.|…)$")
_REMOTE = lazily(r"(?:(?:https?|wss?|ftps?|sftp|s3|gs|r2|az|abfss?|ssh|git(?:\+\w+)?)://|//)(?=[\w\[])", re.IGNORECASE)
_LOCAL_ROOTS = (
    "home|Users|root|var|private|tmp|opt|usr|mnt|media|srv|data|Volumes|cygdrive|nix|workspaces?|builds?|github|codebuild|__w|runner|"
    "vercel|drone|app|usr2|export|scratch|projects?|go"
)
_ABSOLUTE = lazily(
    rf"""(?:file:/{{2,3}}|[a-z][\w.+-]*://[^/]*//|webpack:///(?=/)|(?=/|[A-Za-z]:|\\\\))
        (?:/?(?:{_LOCAL_ROOTS})/[^/]+/ | /?[A-Za-z]:[\\/](?![\\/]) | \\\\[\w.-]+\\)""",
    re.VERBOSE,
)
_USER = lazily(r"(?:^|[/\\:])(?:home|Users|Documents and Settings)[\\/]([^/\\]{1,64})[\\/]")
_NOBODY = frozenset(
    (
        "runner",
        "runneradmin",
        "ubuntu",
        "root",
        "circleci",
        "travis",
        "jenkins",
        "builder",
        "build",
        "vsts",
        "node",
        "user",
        "appveyor",
        "ci",
    )
)
"""Accounts of build machines, not of people."""


def is_placeholder(url: str) -> bool:
    """Whether a tool would fill it in: part of a template, not a reference."""
    return not url or _PLACEHOLDER.search(url) is not None


def is_remote(url: str) -> bool:
    """Whether it names another host."""
    return _REMOTE.match(url) is not None


def host_of(url: str) -> str:
    """The host of a remote URL, without credentials and port."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_local_absolute(path: str) -> bool:
    """Whether it is an absolute path of some machine; `/src/x.js` as development servers write it is none."""
    return _ABSOLUTE.match(path) is not None


def user_of(path: str) -> str:
    """The person in whose home an absolute path lies, or nothing."""
    found = _USER.search(path)
    return found[1] if found and found[1].lower() not in _NOBODY else ""
