"""What is wrong with a run is an exception; what is wrong with an artifact is a finding.

    LeakguardError            base: every expected failure, with `exit_code` and `hint`
    ├── UsageError            2   arguments, policy, rule, lock or baseline file are wrong
    │   └── FaultyFile        2   … with every fault of the file, each with line and column
    └── Incomplete            3   a target could not be found, opened, or changed while it was read

    Malformed                 inside the walk only: a container is damaged; becomes a `damage` entry, never reaches the user
    └── LimitExceeded         … because a limit was reached

Typical use:

    try:
        report = leakguard.inspect(["dist/"])
    except leakguard.LeakguardError as error:
        sys.exit(error.exit_code)
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from leakguard.model import RuleId

OWN_FOLDER = Path(__file__).parent
"""The folder of the package, by which frames of our own are recognised."""


class LeakguardError(Exception):
    """An expected failure of a run; `str()` is one line without content of any file."""

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(LeakguardError):
    """What the user asked for cannot be done as asked."""

    exit_code = 2


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that is wrong in a file that the user wrote."""

    path: str
    line: int
    """1-based; 0 when the file as a whole is meant."""
    column: int
    """1-based; 0 when the line as a whole is meant."""
    message: str
    hint: str = ""


class FaultyFile(UsageError):
    """A policy, rule, lock or baseline file is wrong; `faults` lists everything that is, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(f"{first.path}:{first.line}:{first.column}: {first.message}", hint=first.hint)


class Incomplete(LeakguardError):
    """Nothing can be said of a target."""

    exit_code = 3


class Malformed(Exception):
    """A container, or a member of one, is damaged; the walker turns it into a damage entry.

    `reason` is one lower-case sentence with names escaped; `offset` is in bytes from the start of the container.
    """

    def __init__(self, reason: str, *, rule: str = "artifact/unreadable", offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rule = RuleId(rule)
        self.offset = offset


class LimitExceeded(Malformed):
    """A limit of the run was reached; what lies beyond was not looked at."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, rule="artifact/limit-exceeded")


def place_of(error: BaseException) -> str:
    """Type of an exception and the innermost line of our own that it passed; never its message, which could hold a secret."""
    about = f" of `{error.name}`" if isinstance(error, ImportError) and error.name and error.name.replace(".", "").isidentifier() else ""
    place, trace = "", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(OWN_FOLDER):
            place = f" at leakguard/{path.relative_to(OWN_FOLDER).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"{name}{about}{place}"
