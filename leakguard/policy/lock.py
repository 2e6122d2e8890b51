"""The lock: the reviewed shape of what ships, one pattern a line, sorted, so that two branches that change it merge.

    version: 1
    artifacts:
      npm @acme/cli:
        size: 800 KB
        files:
          /README.md: text 10 KB
          /dist/chunk-*.js: script 64 KB

It is strict YAML. It holds no digest and no version: a rebuild of the same source leaves it as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leakguard import _yaml
from leakguard._yaml import Node, Scalar, Table
from leakguard.errors import Fault, FaultyFile, UsageError
from leakguard.patterns import lazily
from leakguard.policy import files
from leakguard.policy.quantities import parse_size
from leakguard.redact import escape
from leakguard.shape import Line, Shape, Shapes, spelled_size

FILE_NAME = "leakguard.lock"
VERSION = 1

MOST_BYTES = 16_000_000
"""Largest file."""

HEAD = """\
# The reviewed shape of what ships: patterns, kinds and sizes. `leakguard approve` writes it, `leakguard inspect` compares with it.
# Review a change of it like code: a new line is a new file in what the world downloads.
"""

_KIND = r"[.a-z0-9][a-z0-9-]{0,40}"
_LINE = lazily(rf"({_KIND}) ([0-9][0-9.]{{0,20}}(?: ?[kKMGT]i?B)?)")
_ROLE = lazily(r"[^\x00-\x1f]{1,500}")
_PATTERN = lazily(r"/[^\n]{0,20000}")
_PLAIN = lazily(r"[A-Za-z0-9/@_.][A-Za-z0-9/@_.*+~()=,$ -]*")

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What was approved."""

    label: str = FILE_NAME
    """The file, as messages call it."""
    shapes: Shapes = field(default_factory=dict)
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Role and pattern → 1-based line; an empty pattern is the role's own."""


def read(path: Path, label: str = "") -> Lock:
    """Read a lock; raises `UsageError` when it cannot be read, `FaultyFile` with everything that is wrong in it."""
    shown = label or escape(str(path))
    try:
        data = files.read(path, MOST_BYTES)
    except OSError as error:
        hint = "`leakguard approve ARTIFACT…` writes one"
        raise UsageError(f"the lock `{shown}` cannot be read: {(error.strerror or '').lower()}", hint=hint) from None
    return parse(data, shown)


def parse(data: bytes, shown: str = FILE_NAME) -> Lock:
    """The lock that these bytes are; raises `FaultyFile`."""
    faults: list[Fault] = []
    node = _yaml.parse(data, shown, faults, most=MOST_BYTES)
    reader = _Reader(shown, faults)
    if node is not None:
        reader.take(node)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return Lock(label=shown, shapes=dict(sorted(reader.shapes.items())), places=reader.places)


def text(shapes: Shapes) -> bytes:
    """The file of these shapes."""
    lines = [HEAD, f"version: {VERSION}\n", "artifacts:\n" if shapes else "artifacts: {}\n"]
    for role, shape in sorted(shapes.items()):
        lines.append(f"  {_key(role)}:\n")
        if shape.size:
            lines.append(f"    size: {spelled_size(shape.size)}\n")
        lines.append("    files:\n" if shape.lines else "    files: {}\n")
        lines += [f"      {_key(pattern)}: {line.kind} {spelled_size(line.size)}\n" for pattern, line in sorted(shape.lines.items())]
    return "".join(lines).encode()


def renewed(before: Shapes, now: Shapes) -> dict[str, Shape]:
    """What to write once `now` is approved: its roles replace those of `before`; others, and sizes that still fit, stay."""
    return dict(sorted({**before, **{role: _kept_sizes(before.get(role), shape) for role, shape in now.items()}}.items()))


def json_schema() -> Schema:
    """The JSON Schema (2020-12) of a lock, for editors."""
    sized = {"type": ["string", "integer"], "description": "bytes of the published artifact, by class", "pattern": r"^[0-9]"}
    files = {
        "type": "object",
        "description": "pattern: kind and largest size",
        "propertyNames": {"pattern": "^/"},
        "additionalProperties": {"type": "string", "pattern": f"^{_LINE.pattern}$"},
    }
    artifact = {"type": "object", "additionalProperties": False, "properties": {"size": sized, "files": files}, "required": ["files"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"leakguard lock, version {VERSION}",
        "type": "object",
        "additionalProperties": False,
        "properties": {"version": {"const": VERSION}, "artifacts": {"type": "object", "additionalProperties": artifact}},
        "required": ["version", "artifacts"],
    }


def _kept_sizes(before: Shape | None, now: Shape) -> Shape:
    if before is None:
        return now
    lines = {
        pattern: Line(line.kind, _kept(old.size if (old := before.lines.get(pattern)) else 0, line.size))
        for pattern, line in now.lines.items()
    }
    return Shape(size=_kept(before.size, now.size), lines=lines)


def _kept(before: int, now: int) -> int:
    """The old class while the file fits it and has not shrunk to less than half: a build that varies must not change the lock."""
    return before if now <= before < 2 * now else now


def _key(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and not text.endswith(" ") else json.dumps(text, ensure_ascii=False)


class _Reader:
    """Takes the tree apart and notes everything that is wrong."""

    def __init__(self, shown: str, faults: list[Fault]) -> None:
        self.shapes: dict[str, Shape] = {}
        self.places: dict[tuple[str, str], int] = {}
        self._shown, self._faults = shown, faults

    def take(self, node: Node) -> None:
        """Read the document."""
        if not isinstance(node, Table):
            self._refuse(node, "not a lock", f"it begins with `version: {VERSION}`; `leakguard approve` writes it")
            return
        given = self._keys(node, ("version", "artifacts"))
        version = given.get("version")
        if version is not None and not (isinstance(version, Scalar) and version.text == str(VERSION)):
            self._refuse(version, f"a lock of another version than {VERSION}", f"this leakguard reads version {VERSION} only")
        artifacts = given.get("artifacts")
        if isinstance(artifacts, Table):
            for role, body in artifacts.pairs:
                self._artifact(role, body)
        elif artifacts is not None:
            self._refuse(artifacts, "expected a mapping from artifacts to their files")

    def _artifact(self, role: Scalar, body: Node) -> None:
        if not _ROLE.fullmatch(role.text) or not isinstance(body, Table):
            self._refuse(role, "expected an artifact with `files`", "such as `npm @acme/cli:`")
            return
        given = self._keys(body, ("size", "files"), required=("files",))
        size = self._size(given["size"]) if "size" in given else 0
        files = given.get("files")
        lines = {}
        if isinstance(files, Table):
            for key, value in files.pairs:
                line = self._line(key, value)
                if line is not None:
                    lines[key.text] = line
                    self.places[role.text, key.text] = key.line
        elif files is not None:
            self._refuse(files, "expected a mapping from patterns to kind and size")
        self.places[role.text, ""] = role.line
        self.shapes[role.text] = Shape(size=size, lines=dict(sorted(lines.items())))

    def _line(self, key: Scalar, value: Node) -> Line | None:
        if not _PATTERN.fullmatch(key.text):
            self._refuse(key, "a pattern begins with `/`", "paths are those inside the package")
            return None
        match = _LINE.fullmatch(value.text) if isinstance(value, Scalar) else None
        if match is None:
            self._refuse(value, "expected a kind and a size such as `script 64 KB`")
            return None
        try:
            return Line(match[1], parse_size(match[2]))
        except ValueError:
            self._refuse(value, "expected a size such as `64 KB`")
            return None

    def _size(self, node: Node) -> int:
        try:
            return parse_size(node.text) if isinstance(node, Scalar) else self._refuse(node, "expected a size such as `2 MB`")
        except ValueError:
            return self._refuse(node, "expected a size such as `2 MB`")

    def _keys(self, table: Table, known: Sequence[str], required: Sequence[str] | None = None) -> dict[str, Node]:
        given = {key.text: value for key, value in table.pairs}
        for key, _ in table.pairs:
            if key.text not in known:
                self._refuse(key, f"unknown {_yaml.named(key.text)}", f"known here: {', '.join(f'`{one}`' for one in known)}")
        for missing in (one for one in (known if required is None else required) if one not in given):
            self._refuse(table, f"`{missing}` is missing")
        return given

    def _refuse(self, node: Node, message: str, hint: str = "") -> int:
        self._faults.append(Fault(path=self._shown, line=node.line, column=node.column, message=message, hint=hint))
        return 0
