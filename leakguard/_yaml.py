"""Strict YAML: a small tree that knows the line and column of every key and value.

Refused, each with its place: duplicate keys, anchors, aliases, tags, several documents, what is not UTF-8, more than `MOST_BYTES`,
nesting deeper than `DEEPEST`. No message quotes a value. Nothing is converted here: `no`, `1e3` and `2027-06-30` stay text until
somebody who knows what belongs there asks (`value_of` gives the YAML 1.2 core types).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakguard.errors import Fault, FaultyFile
from leakguard.model import Json
from leakguard.patterns import lazily

if TYPE_CHECKING:
    from yaml import Event, MarkedYAMLError

MOST_BYTES = 1_000_000
"""Largest file, bytes."""

DEEPEST = 32
"""Lists and mappings inside each other."""

_UNPRINTABLE = lazily("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY_TO_SHOW = lazily(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = lazily(r"[-+]?[0-9]{1,18}")
_FLOAT = lazily(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as text; `plain` if it stands there without quotes. Lines and columns are 1-based and count code points."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def null(self) -> bool:
        """Whether nothing was given."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: "tuple[Node, ...]"
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file; keys are unique."""

    pairs: "tuple[tuple[Scalar, Node], ...]"
    line: int
    column: int


Node = Scalar | Items | Table


def load(data: bytes, path: str) -> Node:
    """Read one document; raises `FaultyFile` with everything that is wrong. `path` is what faults call the file."""
    faults: list[Fault] = []
    node = parse(data, path, faults)
    if faults or node is None:
        raise FaultyFile(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return node


def parse(data: bytes, path: str, faults: list[Fault], *, most: int = MOST_BYTES) -> Node | None:
    """Read one document and append what is wrong to `faults`; `None` when too much is wrong to go on.

    An empty document is an empty plain scalar. More than `most` bytes are refused.
    """
    builder = _Builder(path, faults)
    text = _decode(data, builder, most)
    if text is None:
        return None
    from yaml import CSafeLoader, MarkedYAMLError, YAMLError

    loader = CSafeLoader(text)
    try:
        while event := loader.get_event():
            if not builder.take(event):
                return None
    except MarkedYAMLError as error:
        builder.refuse_syntax(error)
        return None
    except YAMLError:
        builder.refuse(1, 1, "not readable as YAML")
        return None
    finally:
        loader.dispose()
    return builder.root if builder.root is not None else Scalar("", plain=True, line=1, column=1)


def value_of(node: Node) -> Json:
    """Plain Python values: null, booleans, integers and floats as YAML 1.2's core schema has them, everything else text."""
    if isinstance(node, Table):
        return {key.text: value_of(value) for key, value in node.pairs}
    if isinstance(node, Items):
        return [value_of(item) for item in node.items]
    return _plain_value(node.text) if node.plain else node.text


def named(key: str) -> str:
    """How a message names a key that the user wrote: a key that does not look like one may be content, and is left out."""
    return f'key "{key}"' if _KEY_TO_SHOW.fullmatch(key) else "key"


def _plain_value(text: str) -> Json:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _decode(data: bytes, builder: "_Builder", most: int) -> str | None:
    if len(data) > most:
        builder.refuse(0, 0, f"larger than {most} bytes")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        builder.refuse(line, 0, "not UTF-8")
        return None
    bad = _UNPRINTABLE.search(text)
    if bad is None:
        return text
    start = text.rfind("\n", 0, bad.start()) + 1
    builder.refuse(text.count("\n", 0, start) + 1, bad.start() - start + 1, f"control character U+{ord(bad[0]):04X}")
    return None


@dataclass(slots=True)
class _Open:
    """A list or mapping that is not closed yet."""

    table: bool
    line: int
    column: int
    items: "list[Node]"
    pairs: "list[tuple[Scalar, Node]]"
    seen: dict[str, int]
    key: Scalar | None = None
    drop: bool = False


class _Builder:
    """Makes the tree from the parser's events, without recursion."""

    def __init__(self, path: str, faults: list[Fault]) -> None:
        self.root: Node | None = None
        self._path = path
        self._faults = faults
        self._open: list[_Open] = []
        self._documents = 0
        self._handlers: dict[str, Callable[[Event, int, int], bool]] = {
            "ScalarEvent": self._scalar,
            "MappingStartEvent": self._begin,
            "SequenceStartEvent": self._begin,
            "MappingEndEvent": self._end,
            "SequenceEndEvent": self._end,
            "AliasEvent": self._alias,
            "DocumentStartEvent": self._document,
        }

    def take(self, event: "Event") -> bool:
        """Take one event; false when there is no point in going on."""
        handler = self._handlers.get(type(event).__name__)
        mark = event.start_mark
        return handler is None or mark is None or handler(event, mark.line + 1, mark.column + 1)

    def refuse(self, line: int, column: int, message: str, hint: str = "") -> None:
        """Note a fault."""
        self._faults.append(Fault(path=self._path, line=line, column=column, message=message, hint=hint))

    def refuse_syntax(self, error: "MarkedYAMLError") -> None:
        """Note what the parser stumbled over; libyaml's messages are fixed texts."""
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = " ".join(part for part in (error.problem, error.context) if part)
        star = "alias" in problem or "anchor" in problem
        self.refuse(line, column, f"not valid YAML: {problem}", "quote a text that begins with `*` or `&`" if star else "")

    def _document(self, _event: "Event", line: int, column: int) -> bool:
        self._documents += 1
        if self._documents > 1:
            self.refuse(line, column, "a second document begins here", "keep one document in the file")
        return self._documents == 1

    def _alias(self, _event: "Event", line: int, column: int) -> bool:
        self.refuse(line, column, "YAML aliases are refused", "write the value out; quote a text that begins with `*`")
        self._add(Scalar("", plain=False, line=line, column=column), usable=False)
        return True

    def _scalar(self, event: "Event", line: int, column: int) -> bool:
        self._check_properties(event, line, column)
        self._add(Scalar(event.value, plain=event.implicit[0], line=line, column=column))  # type: ignore[attr-defined]
        return True

    def _begin(self, event: "Event", line: int, column: int) -> bool:
        self._check_properties(event, line, column)
        if len(self._open) >= DEEPEST:
            self.refuse(line, column, f"nested deeper than {DEEPEST} levels")
            return False
        self._open.append(_Open(type(event).__name__ == "MappingStartEvent", line, column, [], [], {}))
        return True

    def _end(self, _event: "Event", _line: int, _column: int) -> bool:
        done = self._open.pop()
        here = (done.line, done.column)
        self._add(Table(tuple(done.pairs), *here) if done.table else Items(tuple(done.items), *here))
        return True

    def _check_properties(self, event: "Event", line: int, column: int) -> None:
        if event.anchor is not None:  # type: ignore[attr-defined]
            self.refuse(line, column, "YAML anchors are refused", "quote a text that begins with `&`")
        if event.tag is not None:  # type: ignore[attr-defined]
            self.refuse(line, column, "YAML tags are refused", "quote a text that begins with `!`")

    def _add(self, node: Node, *, usable: bool = True) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if not parent.table:
            if usable:
                parent.items.append(node)
        elif parent.key is None:
            self._add_key(parent, node, usable=usable)
        else:
            if usable and not parent.drop:
                parent.pairs.append((parent.key, node))
            parent.key, parent.drop = None, False

    def _add_key(self, parent: _Open, node: Node, *, usable: bool) -> None:
        parent.key = node if isinstance(node, Scalar) else Scalar("", plain=False, line=node.line, column=node.column)
        parent.drop = not usable
        if not isinstance(node, Scalar):
            parent.drop = True
            self.refuse(node.line, node.column, "a key must be a single word or text")
        elif usable and node.text in parent.seen:
            parent.drop = True
            self.refuse(node.line, node.column, f"duplicate {named(node.text)}", f"it is first given in line {parent.seen[node.text]}")
        elif usable:
            parent.seen[node.text] = node.line
