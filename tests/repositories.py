"""Real git repositories, made by the real git in the test."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from examples.run import make_token

ROOT = Path(__file__).resolve().parent.parent

IDENTITY = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com"}


def leak() -> str:
    """A line with a token made up now."""
    return f'token = "{make_token()}"\n'


def git(folder: Path, *arguments: str) -> str:
    """What a real git says."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str]) -> None:
    """Commit these files on the branch `main`."""
    git(folder, "init", "-q")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended and what it said, on both streams."""

    code: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A work tree of its own, with a home of its own."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Repo":
        """An empty repository."""
        root.mkdir(parents=True, exist_ok=True)
        (root.parent / ".home").mkdir(exist_ok=True)
        repo = cls(root=root)
        repo.git("init", "-q", "-b", "main", ".")
        return repo

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables of a person with a fresh account, in whose path `leakguard` stands."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
        own = {
            "HOME": str(self.root.parent / ".home"),
            "PYTHONPATH": str(ROOT),
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        return {**kept, **own, **IDENTITY, **(extra or {})}

    def run(self, *command: str, given: str = "", env: Mapping[str, str] | None = None) -> Done:
        """Run a command in it."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(env),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=300,
            check=False,
        )
        return Done(code=done.returncode, output=done.stdout)

    def git(self, *arguments: str, code: int | None = 0) -> str:
        """What git says; it must end as expected."""
        done = self.run("git", "-c", "protocol.file.allow=always", *arguments)
        assert code is None or done.code == code, done.output
        return done.output

    def leakguard(self, *arguments: str, given: str = "", env: Mapping[str, str] | None = None) -> Done:
        """Run the command of this checkout."""
        return self.run(sys.executable, "-m", "leakguard", *arguments, given=given, env=env)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file below it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def stage(self, name: str, content: str | bytes) -> Path:
        """Write a file and stage it."""
        path = self.write(name, content)
        self.git("add", "-f", "--", name)
        return path

    def commit(self, message: str = "x") -> None:
        """Commit what is staged."""
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
