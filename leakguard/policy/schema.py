"""The policy file, version 1: one table from which the reader and the JSON Schema for editors are made."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakguard._yaml import Node, Scalar, Table
from leakguard.model import Fingerprint, Openness, RuleId
from leakguard.policy import files, quantities
from leakguard.policy.case_shapes import CASE
from leakguard.policy.shapes import Leaf, Many, OneOf, Record, Rules, Schema, Shape, Source, Text

VERSION = 1
DEEPEST = 100
"""Largest `limits.depth`."""

PRAGMAS = ("detect-secrets", "gitleaks", "kingfisher", "leakguard", "secretlint", "trufflehog")
"""Tools whose inline comments can be honoured."""

RULE_PATTERN = r"^[a-z0-9*?-]+(/[a-z0-9*?-]+)?$"

_LOOPBACK = r"(localhost|127\.0\.0\.1|\[::1\])"
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_FROM_ONE = {"type": "integer", "minimum": 1}


@dataclass(frozen=True, slots=True)
class PathShape:
    """A file below the policy's root, named relative to the file that names it; reads as an absolute `Path`."""

    required: bool = True
    """Whether the file must exist."""

    def read(self, node: Node, source: Source) -> Leaf | None:  # noqa: D102
        if not isinstance(node, Scalar) or node.null or "\0" in node.text or not node.text.strip():
            source.refuse(node, "expected the path of a file")
            return None
        path = Path(os.path.normpath(source.folder / node.text))
        problem = (source.fetch(path) if source.fetch else "") or files.refusal(path, root=source.root, owner=source.owner)
        if problem and not (problem == files.MISSING and not self.required):
            source.refuse(node, f"this file {problem}", "name a file of your own in the project, relative to the policy file")
            return None
        return source.leaf(node, path)

    def schema(self) -> Schema:  # noqa: D102
        return {"type": "string", "description": "path of a file, relative to this one"}


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """`detect-secrets`: a mapping that may name a baseline, or whether to ask at all."""

    record: Record

    def read(self, node: Node, source: Source) -> Any:  # noqa: D102
        if isinstance(node, Scalar) and node.plain and node.text in {"true", "false"}:
            return {"use": source.leaf(node, node.text == "true")}
        if not isinstance(node, Table):
            source.refuse(node, "expected a mapping, `true` or `false`", "`{}` asks it without a baseline")
            return None
        found = self.record.read(node, source)
        return None if found is None else {"use": source.leaf(node, value=True), **found}

    def schema(self) -> Schema:  # noqa: D102
        return {"anyOf": [self.record.schema(), {"type": "boolean"}]}


def _pattern(text: str) -> str:
    """Check a git pattern: one that names nothing is a mistake."""
    if text.startswith("#") or not text.strip("!/ "):
        raise ValueError
    return text


def _waiver_path(text: str) -> str:
    if text.startswith("!") or not all(part.strip("/ ") for part in text.split("!/")):
        raise ValueError
    return _pattern(text)


def _least_one(text: str) -> int:
    number = quantities.parse_whole(text)
    if number < 1:
        raise ValueError
    return number


def _depth(text: str) -> int:
    number = _least_one(text)
    if number > DEEPEST:
        raise ValueError
    return number


def _size(text: str) -> int:
    number = quantities.parse_size(text)
    if number < 1:
        raise ValueError
    return number


_SIZE = Text("a size such as `5 MB`", r"^\S[^\n]*$", _size, _FROM_ONE)
_COUNT = Text("a whole number", quantities.WHOLE_PATTERN, quantities.parse_whole, _WHOLE)
_POSITIVE = Text("a whole number above 0", quantities.WHOLE_PATTERN, _least_one, _FROM_ONE)
_GLOB = Text("a git pattern such as `dist/**`", r"^[^\n]+$", _pattern)
_NAME = Text("a glob such as `@acme/*`")
_RULE = Text("the name of a rule, or a glob such as `secret/*`", RULE_PATTERN, RuleId)
_OPENNESS = OneOf(tuple(Openness), Openness)

LIMITS: Mapping[str, Text] = {
    "depth": Text(f"a whole number from 1 to {DEEPEST}", quantities.WHOLE_PATTERN, _depth, _FROM_ONE),
    "entries": _POSITIVE,
    "bytes": _SIZE,
    "ratio": _POSITIVE,
    "seconds": _POSITIVE,
    "memory": _SIZE,
}

WAIVER = Record(
    {
        "rule": _RULE,
        "path": Text("a git pattern inside the package, nested with `!/`", r"^[^\n]+$", _waiver_path),
        "fingerprint": Text("a fingerprint as a report shows it", r"^[0-9a-f]{8,128}$", Fingerprint),
        "reason": Text("a reason", r"\S"),
        "expires": Text("a day such as `2027-06-30`", quantities.DATE_PATTERN, quantities.parse_date),
        "by": Text("a name"),
    },
    required=("rule", "reason", "expires"),
    any_of=("path", "fingerprint"),
)

_JUDGING: Mapping[str, Shape] = {
    "openness": _OPENNESS,
    "rules": Rules(RULE_PATTERN),
    "files": Record({"allow": Many(_GLOB), "deny": Many(_GLOB), "require": Many(_GLOB), "allowlist": OneOf(("required", "optional"))}),
    "size": Record(
        {
            "artifact": _SIZE,
            "entry": _SIZE,
            "files": _COUNT,
            "growth": Text("a percentage such as `50%`", quantities.SHARE_PATTERN, quantities.parse_share),
        }
    ),
    "waivers": Many(WAIVER),
}
"""What the policy as a whole and each role may say."""

MATCH = Record(
    {
        "format": Many(Text("a format such as `npm` or `wheel`", r"^[a-z0-9][a-z0-9-]*$"), alone=True),
        "name": Many(_NAME, alone=True),
        "target": Many(Text("a glob such as `dist/*.whl`"), alone=True),
    },
    any_of=("format", "name", "target"),
)

POLICY = Record(
    {
        "version": Text(f"`{VERSION}`", rf"^{VERSION}$", int, {"const": VERSION}),
        "extends": Many(Text("a preset or a path relative to this file"), alone=True),
        **_JUDGING,
        "artifacts": Many(Record({"match": MATCH, **_JUDGING}, required=("match",))),
        "secrets": Record(
            {
                "rules": Many(PathShape()),
                "environment": Many(Text("the name of an environment variable", r"^[A-Za-z_][A-Za-z0-9_]*$")),
                "detect-secrets": SecondOpinion(Record({"baseline": PathShape()})),
                "pragmas": Many(OneOf(PRAGMAS)),
            }
        ),
        "limits": Record(LIMITS),
        "lock": PathShape(required=False),
        "tests": Many(CASE),
        "publish": Record(
            {"registry": Text("an `https` address without credentials", rf"^(https://[^\s@/]+|http://{_LOOPBACK}(:[0-9]+)?)(/[^\s@]*)?$")}
        ),
    },
    required=("version",),
)


def read(node: Node, source: Source) -> dict[str, Any] | None:
    """Read a policy file's document; everything that is wrong is in `source.faults`."""
    if not isinstance(node, Table):
        source.refuse(node, "not a policy", f"it begins with `version: {VERSION}`")
        return None
    for key, value in node.pairs:
        if key.text == "version" and isinstance(value, Scalar) and re.fullmatch("[0-9.]{1,9}", value.text) and value.text != str(VERSION):
            source.refuse(value, f"a policy of another version than {VERSION}", f"this leakguard reads version {VERSION} only")
            return None
    return POLICY.read(node, source)


def json_schema() -> Schema:
    """The JSON Schema (2020-12) of a policy file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "leakguard policy, version 1", **POLICY.schema()}
