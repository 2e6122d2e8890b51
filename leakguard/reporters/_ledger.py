"""The ledger of an artifact as sentences and a tree: what anyone could rebuild from its maps."""

from collections.abc import Mapping, Sequence
from typing import Any

from leakguard.reporters._page import Page, count, size

FEWEST_MAPS = 2
"""Maps from which on the tree is shown: the finding of a single map shows its paths itself."""


def show(ledger: Mapping[str, Any], page: Page, *, indent: int) -> None:
    """How much there is in all maps together; nothing where no map holds any text."""
    files, maps = _number(ledger, "files"), _number(ledger, "maps")
    if not files:
        return
    held = f"{count(_number(ledger, 'lines'), 'line')}, {size(_number(ledger, 'bytes'))}"
    page.prose(f"{count(files, 'file')} can be rebuilt from {count(maps, 'map')}: {held}; {_whose(ledger)}", indent=indent)
    users = ledger.get("users")
    if _number(ledger, "absolute_paths"):
        whose = f", of {', '.join(f'`{user}`' for user in users)}" if isinstance(users, Sequence) and users else ""
        page.prose(f"they name {count(_number(ledger, 'absolute_paths'), 'absolute local path')}{whose}", indent=indent)
    if maps >= FEWEST_MAPS and _number(ledger, "novel_lines"):
        _tree(ledger.get("tree"), page, indent=indent + 2)


def _whose(ledger: Mapping[str, Any]) -> str:
    own, foreign, novel = ledger["first_party"], ledger["third_party"], _number(ledger, "novel_lines")
    if not _number(own, "files"):
        return "all of it is third-party"
    said = f"{_number(own, 'files'):,} first-party, {count(novel, 'line')} of which {'ships' if novel == 1 else 'ship'} nowhere else"
    return f"{said}; {_number(foreign, 'files'):,} third-party" if _number(foreign, "files") else said


def _tree(tree: Any, page: Page, *, indent: int) -> None:
    if not isinstance(tree, Sequence):
        return
    for branch in tree:
        path, files, lines = str(branch["path"]), _number(branch, "files"), count(_number(branch, "lines"), "line")
        held = f"{count(files, 'file')}, {lines}" if path.endswith(("/", "…")) else lines
        page.name("- ", path, indent=indent, tail=f" ({held})")


def _number(values: Mapping[str, Any], key: str) -> int:
    value = values.get(key)
    return value if isinstance(value, int) else 0
