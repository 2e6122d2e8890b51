"""Which action a rule leads to: patterns in layers, the latest layer first, in a layer the most specific pattern first."""

import fnmatch
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from leakguard.model import Action, Confidence, Openness

CASES = tuple((openness, confidence) for openness in Openness for confidence in Confidence)
"""What an action may depend on, in the order of `Choice.actions`."""


class Choice(Struct, frozen=True):
    """The action for each of `CASES`; `None` leaves the case to a less specific pattern or an earlier layer."""

    actions: tuple[Action | None, ...]

    @classmethod
    def always(cls, action: Action) -> "Choice":
        """The same action in every case."""
        return cls((action,) * len(CASES))

    def at(self, openness: Openness, confidence: Confidence) -> Action | None:
        """The action in one case."""
        return self.actions[CASES.index((openness, confidence))]

    def over(self, earlier: "Choice") -> "Choice":
        """This choice, with `earlier` where it leaves a case open."""
        return Choice(tuple(own or other for own, other in zip(self.actions, earlier.actions, strict=True)))

    def plain(self) -> str | dict[str, object]:
        """As a policy file would spell it, in the shortest way."""
        if len(set(self.actions)) == 1:
            return str(self.actions[0])
        by_openness = {one: [self.at(one, confidence) for confidence in Confidence] for one in Openness}
        if all(len(set(actions)) == 1 for actions in by_openness.values()):
            return {str(one): str(actions[0]) for one, actions in by_openness.items() if actions[0]}
        first, *others = by_openness.values()
        if all(first == other for other in others):
            return _by_confidence(first)
        return {str(one): _by_confidence(actions) for one, actions in by_openness.items() if any(actions)}


def is_glob(pattern: str) -> bool:
    """Whether a rule pattern may name several rules."""
    return "*" in pattern or "?" in pattern


def names_rule(pattern: str, rule: str) -> bool:
    """Whether a rule pattern names a rule; `*` crosses `/`."""
    return fnmatch.fnmatchcase(rule, pattern) if is_glob(pattern) else rule == pattern


def specificity(glob: str) -> tuple[int, int]:
    """Characters before the first wildcard, then characters that are none: of two globs the one with more is more specific."""
    beginning = min((at for at in (glob.find("*"), glob.find("?")) if at >= 0), default=len(glob))
    return beginning, len(glob) - glob.count("*") - glob.count("?")


class RuleTable(Struct, frozen=True):
    """The rule patterns of all layers; the first layer is the earliest, and the weakest."""

    layers: tuple[tuple[tuple[str, Choice], ...], ...]
    """Each with exact ids first, then the most specific glob, and among equals the one that the file gives last."""

    @classmethod
    def of(cls, layers: Sequence[Mapping[str, Choice]]) -> "RuleTable":
        """Bring every layer into the order in which its patterns are tried."""
        return cls(tuple(tuple(_by_precedence(layer)) for layer in layers))

    def action(self, rule: str, openness: Openness, confidence: Confidence) -> Action:
        """What to do about a finding; block what no pattern speaks of (the presets end with `*`)."""
        for pattern, choice in self:
            if names_rule(pattern, rule):
                action = choice.at(openness, confidence)
                if action is not None:
                    return action
        return Action.BLOCK

    def __iter__(self) -> Iterator[tuple[str, Choice]]:
        """All patterns in the order in which they are tried."""
        for layer in reversed(self.layers):
            yield from layer


def _by_precedence(layer: Mapping[str, Choice]) -> list[tuple[str, Choice]]:
    exact = [item for item in layer.items() if not is_glob(item[0])]
    globs = [item for item in reversed(list(layer.items())) if is_glob(item[0])]
    return exact + sorted(globs, key=lambda item: specificity(item[0]), reverse=True)


def _by_confidence(actions: Sequence[Action | None]) -> dict[str, object]:
    return {str(confidence): str(action) for confidence, action in zip(Confidence, actions, strict=True) if action}
