"""What every test may ask for: leakguard as a person starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""Variables that a subprocess gets: none that steers leakguard, and no token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a command ended and what it said."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        """Standard output as the report that `--format json` writes."""
        content: dict[str, Any] = json.loads(self.stdout)
        return content

    @property
    def output(self) -> str:
        """All that a person sees."""
        return self.stdout + self.stderr


Cli = Callable[..., Run]
"""`cli(*arguments, cwd=None, **environment)`."""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `python -m leakguard` in the test's own folder, with a home of its own, warnings as errors and no colour."""
    home = tmp_path / ".home"
    own = {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "80"}

    def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> Run:
        home.mkdir(exist_ok=True)
        clean = {name: os.environ[name] for name in KEPT if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "leakguard", *map(str, arguments)],
            cwd=cwd or tmp_path,
            env=clean | own | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        return Run(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    return run
