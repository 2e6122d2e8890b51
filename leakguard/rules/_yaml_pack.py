"""A rule pack in leakguard's own YAML: the shape of the files in this folder, with the place of everything that is wrong."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from leakguard import _yaml
from leakguard._yaml import Items, Node, Table
from leakguard.errors import Fault, FaultyFile
from leakguard.redact import escape
from leakguard.rules import SecretRule
from leakguard.rules._sources import IssuerSource, RuleSource, compiled

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_STEP = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]")
_VALUE = re.compile(r" - at `([^`]*)`$")


def read(path: Path, data: bytes, wrong_with: Callable[[str], str]) -> tuple[SecretRule, ...]:
    """The rules of a file; raises `FaultyFile` with everything that is wrong."""
    issuer, node = source_of(path, data)
    faults: list[Fault] = []
    rules, seen = [], set[str]()
    for number, rule in enumerate(issuer.rules):
        wrong = _wrong(rule, seen, wrong_with)
        seen.add(rule.id)
        if not wrong:
            try:
                rules.append(compiled(issuer, rule))
            except (ValueError, re.error) as error:
                wrong = f"the expression cannot be used: {escape(str(error).partition(' at position')[0])}"
        if wrong:
            line, column = _place(node, f"$.rules[{number}].{'id' if '`id`' in wrong else 'pattern'}")
            faults.append(Fault(path=escape(path.name), line=line, column=column, message=wrong))
    if faults:
        raise FaultyFile(faults)
    return tuple(rules)


def source_of(path: Path, data: bytes) -> tuple[IssuerSource, Node]:
    """A file as it is written, and its tree; raises `FaultyFile`."""
    shown = escape(path.name)
    node = _yaml.load(data, shown)
    try:
        return msgspec.convert(_yaml.value_of(node), IssuerSource), node
    except msgspec.ValidationError as error:
        message = str(error)
        where = _VALUE.search(message)
        line, column = _place(node, where[1] if where else "$")
        raise FaultyFile([Fault(path=shown, line=line, column=column, message=_spoken(message, where))]) from None


def _wrong(rule: RuleSource, seen: set[str], wrong_with: Callable[[str], str]) -> str:
    if not _SLUG.fullmatch(rule.id):
        return "an `id` is kebab case: letters, digits and hyphens"
    if rule.id in seen:
        return "this `id` stands twice"
    wrong = wrong_with(rule.pattern)
    return f"the expression cannot be used: {wrong}; those of packs are RE2's, without look-around and back references" if wrong else ""


def _spoken(message: str, where: "re.Match[str] | None") -> str:
    text = message[: where.start()] if where else message
    return escape(text[:1].lower() + text[1:])


def _place(node: Node, path: str) -> tuple[int, int]:
    """Line and column of what a path such as `$.rules[0].pattern` names, as far as it exists."""
    for key, index in _STEP.findall(path):
        if key and isinstance(node, Table):
            found = next(((name, value) for name, value in node.pairs if name.text == key), None)
            if found is None:
                break
            node = found[1]
        elif index and isinstance(node, Items) and int(index) < len(node.items):
            node = node.items[int(index)]
        else:
            break
    return node.line, node.column
