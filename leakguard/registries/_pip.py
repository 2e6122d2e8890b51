"""Where the user's own `pip` looks for packages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from leakguard.errors import Incomplete
from leakguard.patterns import lazily

SECONDS = 60
"""Time for `pip config list`."""

DEFAULT = "https://pypi.org/simple"
"""Where pip looks when nobody says otherwise."""

_SETTING = lazily(r"(?m)^(?:global|install|download|:env:)\.(index-url|extra-index-url|no-index|cert)='(.*)'$")


def index_urls() -> list[str]:
    """The addresses, the main one first; they may hold a password, so that no message may quote them."""
    settings = _settings()
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        raise Incomplete("pip is set up to use no index", hint="name a file")
    extra = settings.get("extra-index-url", "").replace("\\n", " ").split()
    return [settings.get("index-url") or DEFAULT, *extra]


def certificates() -> str:
    """The file of certificates that pip trusts; empty where the system's are good enough."""
    return _settings().get("cert", "")


@cache
def _settings() -> Mapping[str, str]:
    """What pip's files say, and above them what its environment variables say."""
    found: dict[str, str] = {}
    for command in _pips():
        try:
            done = subprocess.run(  # noqa: S603 - the user's own pip
                [*command, "config", "list"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                encoding="utf-8",
                errors="replace",
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            found = {match[1]: match[2] for match in _SETTING.finditer(done.stdout)}
            break
    for name in ("index-url", "extra-index-url", "no-index", "cert"):
        if value := os.environ.get(f"PIP_{name.replace('-', '_').upper()}"):
            found[name] = value
    return found


def _pips() -> Iterator[Sequence[str]]:
    """The pip on the path, which is what people configure; else that of this interpreter."""
    if (pip := shutil.which("pip")) is not None:
        yield [pip]
    yield [sys.executable, "-m", "pip"]
