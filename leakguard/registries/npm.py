"""npm's registry, through the user's own `npm`: its addresses, scopes, certificates and tokens stay where they are."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from leakguard.errors import Incomplete
from leakguard.patterns import lazily
from leakguard.redact import escape

SECONDS = 300
"""Time for one call of npm."""

_VERSION = lazily(r"[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]{0,100}")
_CODE = lazily(r"(?m)^npm (?:ERR!|error) code (E[A-Z0-9]{2,40})\s*$")
_REASONS = {
    "E404": "the registry knows no such version",
    "ETARGET": "the registry knows no such version",
    "E401": "the registry wants to know who asks",
    "E403": "the registry refuses",
    "ENOTFOUND": "the registry cannot be reached",
    "ECONNREFUSED": "the registry cannot be reached",
    "ETIMEDOUT": "the registry does not answer",
    "EINTEGRITY": "the file is not the one that the registry's digest is of",
}


def fetch(name: str, version: str, folder: Path) -> Path:
    """The tarball of a version (or of the latest) in `folder`; `name` and `version` are checked already. Raises `Incomplete`."""
    shown = f"npm:{name}@{version}" if version else f"npm:{name}"
    exact = version or latest(name)
    _npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder.absolute()), f"{name}@{exact}"], shown)
    found = [path for path in folder.iterdir() if path.suffix == ".tgz" and not path.is_symlink()]
    if len(found) != 1:
        raise Incomplete(f"`{shown}` cannot be fetched: npm wrote no tarball")
    return found[0]


def latest(name: str) -> str:
    """The version that the tag `latest` points to; raises `Incomplete`."""
    shown = f"npm:{name}"
    said = _npm(["view", "--silent", f"{name}@latest", "version"], shown).strip()
    if not _VERSION.fullmatch(said):
        raise Incomplete(f"`{shown}` has no latest version", hint="before the first release there is nothing to compare with")
    return said


def _npm(arguments: Sequence[str], shown: str) -> str:
    """What npm prints. Nothing that it says is quoted: it may hold an address with a password."""
    npm = shutil.which("npm")
    if npm is None:
        raise Incomplete(f"`{shown}` cannot be fetched: there is no `npm` on the path", hint="install Node.js, or name a file")
    environment = {**os.environ, "npm_config_ignore_scripts": "true", "npm_config_update_notifier": "false", "npm_config_fund": "false"}
    loud = [one for one in arguments if one != "--silent"]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own npm, with checked words
            [npm, *loud, "--loglevel=error"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise Incomplete(f"`{shown}` cannot be fetched: npm took longer than {SECONDS} seconds") from None
    except OSError as error:
        raise Incomplete(f"`{shown}` cannot be fetched: npm cannot be started ({os.strerror(error.errno or 0).lower()})") from None
    if done.returncode:
        code = _CODE.search(done.stderr)
        reason = _REASONS.get(code[1], f"npm says {code[1]}") if code else f"npm ended with code {done.returncode}"
        raise Incomplete(f"`{shown}` cannot be fetched: {reason}", hint=f"try `npm view {escape(shown.removeprefix('npm:'))}`")
    return done.stdout
