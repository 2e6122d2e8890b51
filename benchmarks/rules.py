"""Where the time of the secret rules goes: the share that each has of a whole inspection, over real packages.

    PYTHONPATH=. python benchmarks/rules.py [COUNT]     COUNT packages of `corpus.tsv` from the cache, evenly chosen; 30 by default

A rule's time is all that is done for its hits: the glance, the window, its expression and what judges the value. The one search for the
anchors of all rules is no rule's own and is counted in the total alone. Exit code 1 when a rule has more than `MOST`.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import corpus

from leakguard import database, policy, targets
from leakguard.analyzers.secrets import _hunt
from leakguard.rules import SecretRule
from leakguard.scan import scan

COUNT = 30
MOST = 0.05
"""Share of the time of an inspection that a rule may take."""
SHOWN = 10
NOBODY = "(pairs and overlaps)"


class Clock:
    """Adds the time between two switches to whoever had it."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.hits: Counter[str] = Counter()
        self._owner: str | None = None
        self._since = 0.0

    def give_to(self, owner: str | None) -> None:
        """From now on the time is somebody else's, or nobody's."""
        now = time.perf_counter()
        if self._owner is not None:
            self.spent[self._owner] += now - self._since
        if owner is not None:
            self.hits[owner] += 1
        self._owner, self._since = owner, time.perf_counter()


class TimedRules(tuple[SecretRule, ...]):
    """The rules of a hunter; who is asked for one works for it until the next is asked for."""

    __slots__ = ()
    clock: ClassVar[Clock]

    def __getitem__(self, number: Any) -> Any:
        rule = super().__getitem__(number)
        self.clock.give_to(rule.id)
        return rule


def watch(clock: Clock) -> None:
    """Put the clock into every hunter that is made from now on."""
    TimedRules.clock = clock
    made, candidates = _hunt.Hunter.__init__, _hunt.Hunter.candidates

    def init(self: _hunt.Hunter, rules: Sequence[SecretRule]) -> None:
        made(self, rules)
        self._rules = TimedRules(self._rules)

    def timed(self: _hunt.Hunter, *arguments: Any) -> Any:
        try:
            return candidates(self, *arguments)
        finally:
            clock.give_to(None)

    def pairing(found: Any, paired: Callable[[Any], Any] = _hunt.settled) -> Any:
        clock.give_to(NOBODY)
        return paired(found)

    _hunt.Hunter.__init__ = init  # type: ignore[method-assign]
    _hunt.Hunter.candidates = timed  # type: ignore[method-assign,assignment]
    _hunt.settled = pairing  # type: ignore[assignment]


def chosen(count: int) -> list[Path]:
    """Packages of the cache, evenly over the corpus."""
    there = sorted(path for path in corpus.CACHE.glob("*/*") if path.is_file())
    return there[:: max(1, len(there) // count)][:count]


def main(arguments: Sequence[str]) -> int:
    """Inspect, and print who took how long."""
    paths = chosen(int(arguments[0]) if arguments else COUNT)
    if not paths:
        sys.stderr.write("there is no corpus: `python benchmarks/run.py` fetches it\n")
        return 2
    clock = Clock()
    watch(clock)
    roles, anchors = policy.load("default"), database.built_in()
    start = time.perf_counter()
    for target in targets.resolve(paths, as_is=False):
        scan(target, roles, anchors)
    total = time.perf_counter() - start
    own = sum(clock.spent.values())
    print(f"{len(paths)} packages, {total:.1f} s; {own:.1f} s ({own / total:.1%}) in {len(clock.spent)} rules")
    for rule, spent in sorted(clock.spent.items(), key=lambda one: -one[1])[:SHOWN]:
        print(f"{spent / total:7.2%}  {spent:7.3f} s  {clock.hits[rule]:9,} looks  {rule}")
    return int(any(spent > MOST * total for rule, spent in clock.spent.items() if rule != NOBODY))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
