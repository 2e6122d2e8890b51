"""The real command in a process of its own, with an engine of the test's own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.cli.command import python

PRELUDE = """
import sys, types
from dataclasses import replace
from leakguard.model import Action
from tests.reporters.reports import judgement, report, unread, verdict

def inspect(targets, **options):
{body}

engine = types.ModuleType("leakguard.inspector")
engine.inspect = inspect
sys.modules["leakguard.inspector"] = engine
from leakguard.cli import main
sys.exit(main())
"""


def with_engine(body: str, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `leakguard` with an `inspect(targets, **options)` whose body is `body`."""
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    return python("-c", PRELUDE.format(body=indented), *arguments, cwd=cwd, env=env)
