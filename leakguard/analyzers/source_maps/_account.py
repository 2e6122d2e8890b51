"""All maps of an artifact taken together: what anyone could rebuild from it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from leakguard.analyzers.source_maps._ledger import Foreign, Ledger, OwnSource
from leakguard.analyzers.source_maps._places import MOST_SAMPLES, is_local_absolute, user_of
from leakguard.paths import safe_path
from leakguard.redact import escape

MOST_BRANCHES = 12
"""Lines of the tree."""

_OTHERS = "…"

MOST_PATHS = 20_000
"""Paths that the tree is made from, and that are looked through for people."""


def account_of(ledgers: Sequence[Ledger], foreign: Foreign, unshipped: set[int]) -> Mapping[str, Any] | None:
    """The ledger of the report; `None` where no map names any source."""
    named = sum(ledger.summary["sources"] for ledger in ledgers)
    if not named:
        return None
    own = [source for ledger in ledgers for source in ledger.own if not source.again]
    novel = [source.is_novel(unshipped) for source in own]
    local = list(islice(_local_paths(ledgers), MOST_PATHS))
    users = list(dict.fromkeys(escape(user) for path in local if (user := user_of(path))))
    lines, size = sum(source.lines for source in own), sum(source.size for source in own)
    return {
        "maps": len(ledgers),
        "sources": named,
        "files": len(own) + foreign.files,
        "lines": lines + foreign.lines,
        "bytes": size + foreign.size,
        "first_party": {"files": len(own), "lines": lines, "bytes": size, "shipped": novel.count(False)},
        "third_party": {"files": foreign.files, "lines": foreign.lines, "bytes": foreign.size},
        "novel_lines": len(unshipped) + sum(source.lines if source.beyond else not source.hashes for source in own),
        "absolute_paths": len(local),
        "users": users[:MOST_SAMPLES],
        "tree": list(_tree(own)),
    }


def _local_paths(ledgers: Sequence[Ledger]) -> Iterator[str]:
    for ledger in ledgers:
        yield from filter(is_local_absolute, (*ledger.summary["roots"], *ledger.summary["paths"]))


def _tree(sources: Sequence[OwnSource]) -> Iterator[dict[str, Any]]:
    """The top of the recovered tree: folders with what is in them, opened from the largest down until there are enough lines."""
    files = {safe_path(source.path): source.lines for source in sources[:MOST_PATHS]}
    branches = {"": list(files)}
    flat: set[str] = set()
    while len(branches) < MOST_BRANCHES:
        folders = [(len(paths), at) for at, paths in branches.items() if at not in flat and (at.endswith("/") or not at)]
        if not folders:
            break
        prefix = max(folders)[1]
        opened = _opened(prefix, branches[prefix])
        if prefix and len(branches) - 1 + len(opened) > MOST_BRANCHES and not any(name.endswith("/") for name in opened):
            flat.add(prefix)
            continue
        del branches[prefix]
        branches.update(_fitting(opened, prefix, MOST_BRANCHES - len(branches)))
    for prefix, paths in sorted(branches.items()) if files else ():
        yield {"path": escape(prefix), "files": len(paths), "lines": sum(files[path] for path in paths)}


def _fitting(opened: Mapping[str, list[str]], prefix: str, room: int) -> Mapping[str, list[str]]:
    """The largest branches, as many as there is room for; the others are one that is never opened."""
    if len(opened) <= room:
        return opened
    ordered = sorted(opened, key=lambda branch: (-len(opened[branch]), branch))
    rest = [path for branch in ordered[room - 1 :] for path in opened[branch]]
    return {**{branch: opened[branch] for branch in ordered[: room - 1]}, f"{prefix}{_OTHERS}": rest}


def _opened(prefix: str, paths: Sequence[str]) -> dict[str, list[str]]:
    """What lies directly in a folder: its files, and its folders with a final slash."""
    inside: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        name, slash, _ = path[len(prefix) :].partition("/")
        inside[prefix + name + slash].append(path)
    return inside
