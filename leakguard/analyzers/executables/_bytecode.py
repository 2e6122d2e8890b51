"""Compiled Python modules that ship without the source that they were made from."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from leakguard.analyzers.executables import _rules
from leakguard.analyzers.executables._findings import MOST_SAMPLES, count, finding
from leakguard.content import Entry
from leakguard.model import Finding, Severity
from leakguard.patterns import lazily
from leakguard.redact import escape_name

MOST_MODULES = 200_000
"""Modules and sources that are kept in mind."""

_CACHED = lazily(r"(?P<folder>(?:.*/)?)__pycache__/(?P<name>[^/]+?)\.[\w-]+?(?:\.opt-\w+)?\.py[co]\Z", re.DOTALL)


class Module(Struct, frozen=True):
    """A compiled module, and where its source would be."""

    path: str
    source: str
    size: int | None
    """Of the source, as the module says; not all do."""
    version: str
    functions: int


class Bytecode:
    """All of one artifact."""

    def __init__(self) -> None:
        self._modules: dict[str, list[Module]] = {}
        self._sources: dict[int, int] = {}
        self._kept = 0

    def note_source(self, entry: Entry) -> None:
        """Keep the size of a source."""
        if len(self._sources) < MOST_MODULES and entry.content is not None:
            self._sources[hash(entry.path)] = entry.content.size

    def add(self, entry: Entry, summary: dict[str, Any]) -> None:
        """Note a module by its entry and the summary that the format made."""
        if entry.inside("pyinstaller", "pyz") or self._kept >= MOST_MODULES:
            return
        self._kept += 1
        prefix = entry.path.removesuffix(escape_name(entry.name))
        source = prefix + escape_name(_source_of(entry.name))
        group = prefix or "."
        self._modules.setdefault(group, []).append(
            Module(entry.path, source, summary["source_size"] or None, summary["version"], summary["functions"])
        )

    def judge(self) -> Iterator[Finding]:
        """One finding for each container, at its first module that gives something away."""
        for modules in self._modules.values():
            alone = [one for one in modules if hash(one.source) not in self._sources]
            stale = [
                one for one in modules if one.size is not None and self._sources.get(hash(one.source), one.size) & 0xFFFFFFFF != one.size
            ]
            telling = sorted([*alone, *stale], key=lambda one: one.path)
            if not telling:
                continue
            what = f"{count(len(alone), 'module')} as bytecode without source" if alone else ""
            older = f"{count(len(stale), 'module')} compiled from another state of the source than the one that ships" if stale else ""
            evidence = {
                "modules": len(telling),
                "without_source": len(alone),
                "stale": len(stale),
                "functions": sum(one.functions for one in telling),
                "versions": sorted({one.version for one in telling}),
                "samples": [one.path for one in telling[:MOST_SAMPLES]],
            }
            message = "ships " + " and ".join(part for part in (what, older) if part)
            yield finding(_rules.BYTECODE, Severity.MEDIUM, telling[0].path, message, evidence)


def _source_of(name: str) -> str:
    """Where the source of a compiled module would be (PEP 3147)."""
    found = _CACHED.match(name)
    return f"{found['folder']}{found['name']}.py" if found else f"{name.removesuffix('c').removesuffix('o')}"
