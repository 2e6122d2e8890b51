"""What an attack is, and the bytes that many of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.builders import token

GITHUB = token("ghp_", 36)
SECRET = f'token = "{GITHUB}"\n'.encode()
"""What the attacker wants to get out; the line is found wherever it is looked at."""

AMBIGUOUS, UNREADABLE, UNSUPPORTED = "artifact/ambiguous", "artifact/unreadable", "artifact/unsupported"
ESCAPE, LIMIT, MISMATCH, TRUNCATED = "artifact/path-escape", "artifact/limit-exceeded", "artifact/mismatch", "artifact/truncated"
TOKEN = "secret/github-token"


@dataclass(frozen=True, slots=True)
class Attack:
    """One file that somebody would hand to the gate."""

    name: str
    """Of the file."""
    build: Callable[[], bytes]
    rules: tuple[str, ...]
    """Findings that must block, all of them; none: the artifact is sound, and must be read to its end."""
    limits: Mapping[str, str] | None = None


Attacks = Mapping[str, Attack]
"""By `ID` or `ID what is special`, where the ID is that of the list of attacks."""


def attack(name: str, build: Callable[[], bytes] | bytes, *rules: str) -> Attack:
    """An attack that these rules must block."""
    if isinstance(build, bytes):
        data = build
        return Attack(name, lambda: data, rules)
    return Attack(name, build, rules)
