"""What may stand in a policy file: each shape reads a node, notes what is wrong with it, and knows its JSON Schema.

A value that was read is a `Leaf` (with its place), a tuple (a list) or a dict (a mapping); `None` means that a fault was noted.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from leakguard import _yaml
from leakguard._yaml import Items, Node, Scalar, Table
from leakguard.errors import Fault
from leakguard.model import Action, Confidence, Openness
from leakguard.policy.actions import CASES, Choice

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value with the place where it was written."""

    value: Any
    label: str
    """Of the file: its path relative to the policy's root, or a preset's file name."""
    line: int
    column: int

    @property
    def origin(self) -> str:
        """`file:line`."""
        return f"{self.label}:{self.line}"


@dataclass(slots=True, kw_only=True)
class Source:
    """The file that is being read."""

    shown: str
    """What faults call it."""
    label: str
    folder: Path
    """Against which its paths are resolved."""
    root: Path
    """Below which its paths must stay."""
    owner: int | None = None
    """User id whose files are as good as one's own: of the owner of a policy that was named on the command line."""
    fetch: Callable[[Path], str] | None = None
    """Brings a file that is about to be read to its place; why it must not be used, or nothing."""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, node: Node, message: str, hint: str = "") -> None:
        """Note a fault at the place of `node`."""
        self.faults.append(Fault(path=self.shown, line=node.line, column=node.column, message=message, hint=hint))

    def leaf(self, node: Node, value: object) -> Leaf:
        """The value that `node` stands for."""
        return Leaf(value, self.label, node.line, node.column)


class Shape(Protocol):
    """What may stand in one place of a policy file."""

    def read(self, node: Node, source: Source) -> Any: ...  # noqa: D102
    def schema(self) -> Schema: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a certain form."""

    what: str
    pattern: str = r"^[^\n]*\S[^\n]*$"
    convert: Callable[[str], object] = str
    """Raises `ValueError` if the text is none."""
    also: Schema | None = None
    """Another JSON type that spells the same, such as an integer."""

    def read(self, node: Node, source: Source) -> Leaf | None:  # noqa: D102
        if isinstance(node, Scalar) and not node.null and re.search(self.pattern, node.text):
            try:
                return source.leaf(node, self.convert(node.text))
            except ValueError:
                pass
        source.refuse(node, f"expected {self.what}")
        return None

    def schema(self) -> Schema:  # noqa: D102
        text: Schema = {"type": "string", "description": self.what, "pattern": self.pattern}
        return {"anyOf": [text, self.also]} if self.also else text


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of a fixed set."""

    words: tuple[str, ...]
    convert: Callable[[str], object] = str

    def read(self, node: Node, source: Source) -> Leaf | None:  # noqa: D102
        if isinstance(node, Scalar) and node.text in self.words:
            return source.leaf(node, self.convert(node.text))
        source.refuse(node, f"expected {spoken(self.words)}", suggestion(node.text, self.words) if isinstance(node, Scalar) else "")
        return None

    def schema(self) -> Schema:  # noqa: D102
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Many:
    """A list; where `alone` is set, a single item may stand without brackets."""

    item: Shape
    alone: bool = False

    def read(self, node: Node, source: Source) -> tuple[Any, ...] | None:  # noqa: D102
        if isinstance(node, Items):
            values = [self.item.read(one, source) for one in node.items]
        elif self.alone:
            values = [self.item.read(node, source)]
        else:
            source.refuse(node, "expected a list", "`[]` is an empty one")
            return None
        return tuple(value for value in values if value is not None)

    def schema(self) -> Schema:  # noqa: D102
        many: Schema = {"type": "array", "items": self.item.schema()}
        return {"anyOf": [self.item.schema(), many]} if self.alone else many


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys."""

    keys: Mapping[str, Shape]
    required: Collection[str] = ()
    any_of: Collection[str] = ()
    """Of these at least one must be there."""

    def read(self, node: Node, source: Source) -> dict[str, Any] | None:  # noqa: D102
        if not isinstance(node, Table):
            source.refuse(node, "expected a mapping", f"its keys are {spoken(self.keys)}")
            return None
        given = {key.text: value for key, value in node.pairs}
        for key, _ in node.pairs:
            if key.text not in self.keys:
                hint = suggestion(key.text, self.keys) or f"known here: {spoken(self.keys)}"
                source.refuse(key, f"unknown {_yaml.named(key.text)}", hint)
        for missing in (key for key in self.required if key not in given):
            source.refuse(node, f"`{missing}` is missing")
        if self.any_of and not any(key in given for key in self.any_of):
            source.refuse(node, f"needs {spoken(self.any_of)}")
        values = {key: self.keys[key].read(value, source) for key, value in given.items() if key in self.keys}
        return {key: value for key, value in values.items() if value is not None}

    def schema(self) -> Schema:  # noqa: D102
        out: Schema = {"type": "object", "additionalProperties": False, "properties": {key: one.schema() for key, one in self.keys.items()}}
        if self.required:
            out["required"] = list(self.required)
        if self.any_of:
            out["anyOf"] = [{"required": [key]} for key in self.any_of]
        return out


@dataclass(frozen=True, slots=True)
class Rules:
    """Rule id or glob → an action, or a mapping over open/closed, high/medium/low, or both nested."""

    pattern: str

    def read(self, node: Node, source: Source) -> dict[str, Leaf] | None:  # noqa: D102
        if not isinstance(node, Table):
            source.refuse(node, "expected a mapping from rules to actions", "for example `file/litter: warn`")
            return None
        found = {}
        for key, value in node.pairs:
            if not re.search(self.pattern, key.text):
                source.refuse(key, "not the name of a rule", "rules are named `family/slug`; `*` stands for any part of a name")
            actions = _actions(value, source)
            if actions is not None:
                found[key.text] = source.leaf(key, Choice(tuple(actions.get(case) for case in CASES)))
        return found

    def schema(self) -> Schema:  # noqa: D102
        action: Schema = {"enum": [str(one) for one in Action]}

        def over(words: Collection[str], inner: Schema) -> Schema:
            return {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": dict.fromkeys(words, inner)}

        kinds = (tuple(map(str, Openness)), tuple(map(str, Confidence)))
        nested = [over(outer, {"anyOf": [action, over(inner, action)]}) for outer, inner in (kinds, kinds[::-1])]
        return {"type": "object", "propertyNames": {"pattern": self.pattern}, "additionalProperties": {"anyOf": [action, *nested]}}


def spoken(words: Collection[str]) -> str:
    """`a`, `b` or `c`."""
    *most, last = (f"`{word}`" for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def suggestion(word: str, known: Collection[str]) -> str:
    """A hint that names what was probably meant, or nothing."""
    import difflib

    close = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


def _actions(node: Node, source: Source, done: frozenset[type] = frozenset()) -> dict[tuple[Openness, Confidence], Action] | None:
    """The action of every case that `node` speaks of; `done` are the dimensions that enclosing mappings have decided."""
    if not isinstance(node, Table):
        leaf = OneOf(tuple(Action), Action).read(node, source)
        return None if leaf is None else dict.fromkeys(CASES, leaf.value)
    kinds = [kind for kind in (Openness, Confidence) if kind not in done]
    kind = next((kind for kind in kinds if node.pairs and node.pairs[0][0].text in tuple(kind)), None)
    if kind is None:
        at = node.pairs[0][0] if node.pairs else node
        source.refuse(at, f"expected {' or '.join(spoken(tuple(one)) for one in kinds)}" if kinds else "expected an action")
        return None
    found = {}
    for key, value in node.pairs:
        if key.text not in tuple(kind):
            source.refuse(key, f"expected {spoken(tuple(kind))}", suggestion(key.text, tuple(kind)))
            continue
        inner = _actions(value, source, done | {kind})
        found.update({case: action for case, action in (inner or {}).items() if key.text in case})
    return found
