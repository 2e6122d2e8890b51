"""How much work one entry may make: counted, not timed, so that two runs over the same bytes give the same report.

A hostile file can look like secrets everywhere. When what it is allowed is used up, the entry is reported as not inspected: never is
the rest left out in silence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leakguard.analyzers.secrets._hunt import Hunter
from leakguard.analyzers.secrets._sight import Candidate
from leakguard.content import Content
from leakguard.plugins import Hit
from leakguard.rules import SecretRule

MOST_WORK = 1_500_000
"""Units for one entry, each about a microsecond; the busiest entry of popular packages needs a thirteenth."""

MOST_WORK_FOR_A_RULE = 1_200_000
"""Units for one rule in it, so that one that is hit everywhere leaves something for the others."""

MOST_DECODED = 32 * 1024 * 1024
"""Bytes decoded of one entry, over all rounds."""

_BYTES_FOR_A_UNIT = 32
"""Of the entry: so many of them allow one unit more."""
_EVALUATION, _JUDGEMENT = 2, 150
_BYTES_A_UNIT = 30
"""Bytes of a window that an expression passes in one unit, in the worst case."""

_TOO_MANY = "holds so many things that look like secrets that not all of them could be looked at"
_TOO_MUCH = "holds more encoded data than are decoded"


@dataclass(slots=True)
class Allowance:
    """What is left of it for one entry."""

    left: int = MOST_WORK
    decoded_left: int = MOST_DECODED
    spent: dict[str, int] = field(default_factory=dict)
    """By rule."""
    size: int = 0
    """Of the entry, bytes."""
    exceeded: str = ""
    """What was too much, for a message; empty while nothing was."""

    @classmethod
    def of(cls, size: int) -> "Allowance":
        """What an entry of so many bytes is allowed: a large one may hold more of everything."""
        return cls(left=MOST_WORK + size // _BYTES_FOR_A_UNIT, size=size)

    def exceed(self, reason: str) -> None:
        """Note that something was left out; the first reason counts."""
        self.exceeded = self.exceeded or reason

    def spend(self, units: int) -> bool:
        """Whether there is as much left; takes it."""
        self.left -= units
        if self.left < 0:
            self.exceed(_TOO_MANY)
        return self.left >= 0

    def spend_for(self, rule: str, units: int) -> bool:
        """The same for one rule."""
        spent = self.spent[rule] = self.spent.get(rule, 0) + units
        if spent > MOST_WORK_FOR_A_RULE + self.size // _BYTES_FOR_A_UNIT:
            self.exceed(_TOO_MANY)
            return False
        return self.spend(units)

    def spend_decoded(self, count: int) -> bool:
        """Whether so many decoded bytes are still allowed; takes them."""
        self.decoded_left -= count
        if self.decoded_left < 0:
            self.exceed(_TOO_MUCH)
        return self.decoded_left >= 0


class BoundedHunter(Hunter):
    """A hunter that stops when an entry has used up what it is allowed."""

    _allowance = Allowance()

    def search(self, content: Content, path: str, hits: Iterable[Hit], allowance: Allowance) -> tuple[list[Candidate], dict[str, int]]:
        """The candidates, and the numbers of those left out of each rule, as far as the allowance goes."""
        self._allowance = allowance
        return self.candidates(content, path, self._while_affordable(hits))

    def _while_affordable(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        for hit in hits:
            if not self._allowance.spend(1):
                return
            yield hit

    def _search(self, rule: SecretRule, window: bytes, end: int) -> re.Match[bytes] | None:
        affordable = self._allowance.spend_for(rule.id, _EVALUATION + len(window) // _BYTES_A_UNIT)
        return super()._search(rule, window, end) if affordable else None

    def _near(self, rule: SecretRule, window: bytes, end: int) -> re.Match[bytes] | None:
        affordable = self._allowance.spend_for(rule.id, _EVALUATION + len(window) // _BYTES_A_UNIT)
        return super()._near(rule, window, end) if affordable else None

    def _judge(self, rule: SecretRule, content: Content, path: str, start: int, end: int) -> Candidate | None:
        return super()._judge(rule, content, path, start, end) if self._allowance.spend_for(rule.id, _JUDGEMENT) else None
