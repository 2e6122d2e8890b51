"""What the doctor says of one thing."""

import enum
from dataclasses import dataclass


class State(enum.StrEnum):
    """How one check ended."""

    OK = "ok"
    FAILED = "failed"
    """The gate would let something through, or would not be asked."""
    ALLOWED = "allowed"
    """What was planted may ship, because the policy says so."""
    ABSENT = "absent"
    """There is nothing to check: nobody asked for this part of the gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the table."""

    about: str
    """`canary`, `hook`, `pipeline` or `policy`."""
    name: str
    """What was checked; unescaped."""
    state: State
    detail: str
    hint: str = ""
