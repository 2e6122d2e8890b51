"""Runs the real command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

STEERING = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of this process without those that steer the command, and with `extra`."""
    kept = {name: value for name, value in os.environ.items() if name not in STEERING and not name.startswith("LEAKGUARD_")}
    return {**kept, "PYTHONPATH": str(ROOT), **(extra or {})}


def leakguard(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `leakguard` with these arguments."""
    return python("-m", "leakguard", *arguments, cwd=cwd, env=env)


def python(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run this interpreter with these arguments."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
