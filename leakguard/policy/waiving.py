"""One more waiver in the text of a policy: nothing else of the file changes, neither comments nor order nor line ends.

The place is found by the parser, the text is put in, and the result is read again: it must be the old policy with one waiver more.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leakguard import _yaml
from leakguard._yaml import Items, Table
from leakguard.errors import FaultyFile, UsageError
from leakguard.policy import schema
from leakguard.policy.merging import bare
from leakguard.policy.shapes import Source, Text
from leakguard.redact import escape

NEW = "version: 1\n"
"""Of a policy that does nothing but hold waivers."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_EMPTY_LIST = re.compile(r"\[[ \t]*\]")
_HINT = "write it by hand; `leakguard policy check` says whether it is right"


def with_waiver(data: bytes, waiver: Mapping[str, str], path: Path, shown: str) -> bytes:
    """The bytes of a policy with one more waiver, last in its list.

    `waiver` has the keys of a waiver; `path` is where the policy is, `shown` what faults call it. Raises `FaultyFile` when the policy
    is faulty, `UsageError` when it is written in a way that cannot be added to, or when it holds that very waiver.
    """
    before = _read(data, path, shown)
    if any({key: leaf.value for key, leaf in one.items()} == _values(waiver) for one in before.get("waivers", ())):
        raise UsageError(f"`{shown}` holds this waiver already")
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data.removeprefix(mark).decode()
    ends = "\r\n" if "\r\n" in text else "\n"
    node = _yaml.load(data, shown)
    assert isinstance(node, Table)
    written = mark + ends.join(_inserted(text.replace("\r\n", "\n"), node, waiver, shown).split("\n")).encode()
    try:
        after = _read(written, path, shown)
    except FaultyFile:
        after = {}
    if not _is_one_more(before, after, waiver):
        raise UsageError(f"the waiver cannot be put into `{shown}` without changing something else", hint=_HINT)
    return written


def checked(waiver: Mapping[str, str]) -> None:
    """Refuse values that a policy would refuse, each by the name of its option."""
    for key, text in waiver.items():
        shape = schema.WAIVER.keys[key]
        assert isinstance(shape, Text)
        source = Source(shown="", label="", folder=Path(), root=Path())
        if shape.read(_yaml.Scalar(text, plain=False, line=1, column=1), source) is None:
            raise UsageError(f"`{key}` is not right: expected {shape.what}")


def _read(data: bytes, path: Path, shown: str) -> dict[str, Any]:
    faults = Source(shown=shown, label="", folder=path.parent, root=Path(path.anchor))
    node = _yaml.parse(data, shown, faults.faults)
    # NOTE: whether its other files may be read was asked when the policy was loaded; here only the text counts.
    tree = schema.read(node, faults) if node is not None else None
    if tree is None or faults.faults:
        raise FaultyFile(sorted(faults.faults, key=lambda fault: (fault.line, fault.column)))
    return tree


def _is_one_more(before: Mapping[str, Any], after: Mapping[str, Any], waiver: Mapping[str, str]) -> bool:
    *old, new = [bare(one) for one in after.get("waivers", ())] or [None]
    same = {key: bare(value) for key, value in before.items() if key != "waivers"}
    rest = {key: bare(value) for key, value in after.items() if key != "waivers"}
    return new == _values(waiver) and old == [bare(one) for one in before.get("waivers", ())] and same == rest


def _values(waiver: Mapping[str, str]) -> dict[str, object]:
    return {key: schema.WAIVER.keys[key].convert(text) for key, text in waiver.items()}  # type: ignore[attr-defined]


def _inserted(text: str, node: Table, waiver: Mapping[str, str], shown: str) -> str:
    if text.lstrip("\n\t ").startswith("{"):
        message = f"`{shown}` is written in braces, where nothing can be added without changing its look"
        raise UsageError(message, hint=f"put it into the list under `waivers` by hand: {_flow(waiver)}")
    lines = text.split("\n")
    found = next(((key, value) for key, value in node.pairs if key.text == "waivers"), None)
    if found is None:
        while lines and not lines[-1].strip():
            lines.pop()
        return "\n".join((*lines, "", "waivers:", *_block(waiver, 2), ""))
    key, value = found
    assert isinstance(value, Items)
    if lines[value.line - 1][value.column - 1 : value.column] == "[":
        return _after_bracket(lines, value, waiver, shown)
    at = _end_of_list(lines, key.line, value.column - 1)
    return "\n".join((*lines[:at], *_block(waiver, value.column - 1), *lines[at:]))


def _after_bracket(lines: list[str], value: Items, waiver: Mapping[str, str], shown: str) -> str:
    """An empty list in brackets becomes one that is written in lines."""
    line, column = value.line - 1, value.column - 1
    empty = _EMPTY_LIST.match(lines[line], column)
    if value.items or empty is None:
        message = (
            f"`{shown}:{value.line}:{value.column}`: the waivers are a list in brackets, where none can be added without changing its look"
        )
        hint = "put it before the closing bracket by hand, behind a comma (or write the list with a dash for each waiver, and ask again)"
        raise UsageError(message, hint=f"{hint}: {_flow(waiver)}")
    opened = (lines[line][:column].rstrip() + lines[line][empty.end() :]).rstrip()
    return "\n".join((*lines[:line], opened, *_block(waiver, 2), *lines[line + 1 :]))


def _end_of_list(lines: list[str], key_line: int, indent: int) -> int:
    """The index of the line before which a list's next item goes: after its last one, before what is said about the next key."""
    last = at = key_line
    while at < len(lines):
        line = lines[at]
        inside = line.startswith(" ") or (indent == 0 and line.startswith("-"))
        if line.strip() and not inside and not line.startswith("#"):
            break
        at += 1
        last = at if line.strip() and inside else last
    return last


def _block(waiver: Mapping[str, str], indent: int) -> list[str]:
    pairs = [f"{key}: {_spelled(key, text)}" for key, text in waiver.items()]
    return [f"{' ' * indent}{'- ' if number == 0 else '  '}{pair}" for number, pair in enumerate(pairs)]


def _flow(waiver: Mapping[str, str]) -> str:
    """The waiver as it stands in brackets."""
    return escape(f"{{{', '.join(f'{key}: {_spelled(key, text)}' for key, text in waiver.items())}}}")


def _spelled(key: str, text: str) -> str:
    plain = key in ("rule", "expires", "reason", "by") and _PLAIN.fullmatch(text) and text not in _NOT_TEXT
    return text if plain or key == "expires" else json.dumps(text, ensure_ascii=False)
