"""What may stand under `tests:` of a policy: made-up artifacts, and what the policy is to make of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leakguard._yaml import Node, Table
from leakguard.model import Confidence, Kind, Openness, Outcome, RuleId
from leakguard.policy import quantities
from leakguard.policy.shapes import Many, OneOf, Record, Schema, Shape, Source, Text

RULE_PATTERN = r"^[a-z0-9-]+/[a-z0-9-]+$"

_SIZE = Text("a size such as `5 MB`", r"^\S[^\n]*$", quantities.parse_size, {"type": "integer", "minimum": 0})
_RULE = Text("the name of a rule, such as `file/litter`", RULE_PATTERN, RuleId)


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A mapping, for which its most important value may stand alone."""

    key: str
    record: Record

    def read(self, node: Node, source: Source) -> dict[str, Any] | None:  # noqa: D102
        if isinstance(node, Table):
            return self.record.read(node, source)
        value = self.record.keys[self.key].read(node, source)
        return None if value is None else {self.key: value}

    def schema(self) -> Schema:  # noqa: D102
        return {"anyOf": [self.record.keys[self.key].schema(), self.record.schema()]}


_FILE: Mapping[str, Shape] = {
    "path": Text("a path inside the package"),
    "size": _SIZE,
    "kind": OneOf((Kind.FILE, Kind.LINK), Kind),
}
_FINDING: Mapping[str, Shape] = {
    "rule": _RULE,
    "path": Text("a path inside the package, nested with `!/`"),
    "confidence": OneOf(tuple(Confidence), Confidence),
    "fingerprint": Text("a fingerprint as a report shows it", r"^[0-9a-f]{8,128}$"),
}

CASE = Record(
    {
        "name": Text("a claim, such as `maps do not ship`"),
        "artifact": Record(
            {
                "format": Text("a format such as `npm` or `wheel`", r"^[a-z0-9][a-z0-9-]*$"),
                "name": Text("the name of a package"),
                "target": Text("a path such as `dist/x.whl`"),
                "size": _SIZE,
                "openness": OneOf(tuple(Openness), Openness),
            }
        ),
        "files": Many(Shorthand("path", Record(_FILE, required=("path",)))),
        "findings": Many(Shorthand("rule", Record(_FINDING, required=("rule",)))),
        "lock": OneOf(("compare",), str),
        "today": Text("a day such as `2027-06-30`", quantities.DATE_PATTERN, quantities.parse_date),
        "expect": OneOf(tuple(Outcome), Outcome),
        "because": Many(_RULE, alone=True),
    },
    required=("name", "expect"),
)


def rules_of(case: Mapping[str, Any]) -> list[Any]:
    """The rules that a case names, as they were read."""
    return [*(one["rule"] for one in case.get("findings", ()) if "rule" in one), *case.get("because", ())]
