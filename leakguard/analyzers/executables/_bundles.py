"""What executables and application containers carry, counted while the walk goes through it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from leakguard.analyzers.executables import _rules
from leakguard.analyzers.executables._findings import MOST_SAMPLES, count, finding
from leakguard.content import Entry
from leakguard.model import Finding, Kind, Severity
from leakguard.redact import escape

KINDS = {
    "bun": "a Bun executable",
    "sea": "a Node.js single executable application",
    "pkg": "an executable made by pkg",
    "nexe": "an executable made by nexe",
    "pyinstaller": "a PyInstaller executable",
    "pyz": "an archive of Python modules",
    "asar": "the archive of an Electron application",
}
"""Format → what a message says."""

_INSIDE = {"pyz": "pyinstaller"}
"""A format that belongs to a bundle of another one."""

_MODULES = frozenset(("js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "pyc", "py", "pyo", "vue", "svelte", "snapshot", "jsc"))


class Bundle(Struct):
    """One of them."""

    kind: str
    modules: int = 0
    third_party: int = 0
    size: int = 0
    assets: int = 0
    maps: int = 0
    bytecode: int = 0
    samples: list[str] = field(default_factory=list)


class Bundles:
    """All of one artifact, by the path of the file; the artifact itself has none."""

    def __init__(self) -> None:
        self._found: dict[str, Bundle] = {}

    def add(self, entry: Entry) -> None:
        """Count a member."""
        if entry.kind is not Kind.FILE or entry.container not in KINDS:
            return
        owner, kind = entry.parent, entry.container
        if kind in _INSIDE and owner is not None and owner.container == _INSIDE[kind]:
            owner, kind = owner.parent, _INSIDE[kind]
        bundle = self._found.setdefault(owner.path if owner is not None else "", Bundle(kind))
        base = entry.name[entry.name.rfind("/") + 1 :]
        suffix = base[base.rfind(".") + 1 :].lower() if "." in base else ""
        if suffix == "map":
            bundle.maps += 1
        elif suffix in _MODULES or (kind == "bun" and not suffix):
            self._module(bundle, entry)
        else:
            bundle.assets += 1

    def judge(self, artifact: str) -> Iterator[Finding]:
        """One finding for each; `artifact` is the path of the artifact itself."""
        for path, bundle in self._found.items():
            if not bundle.modules:
                continue
            what = f"{KINDS[bundle.kind]} holds {count(bundle.modules, 'module')} ({bundle.size} bytes) that anyone can take out"
            if bundle.kind in ("pyinstaller", "pyz"):
                what += ", as bytecode"
            evidence: dict[str, Any] = {
                "kind": bundle.kind,
                "modules": bundle.modules,
                "third_party": bundle.third_party,
                "bytes": bundle.size,
                "assets": bundle.assets,
                "maps": bundle.maps,
                "bytecode": bundle.bytecode,
                "samples": bundle.samples,
            }
            yield finding(_rules.BUNDLED_MODULES, Severity.MEDIUM, path or artifact, what, evidence)

    @staticmethod
    def _module(bundle: Bundle, entry: Entry) -> None:
        size = entry.content.size if entry.content is not None else entry.size
        bundle.modules += 1
        bundle.size += size
        bundle.bytecode += bool(entry.facts.get("bytecode"))
        third_party = "node_modules/" in entry.name
        bundle.third_party += third_party
        if not third_party and len(bundle.samples) < MOST_SAMPLES:
            bundle.samples.append(escape(entry.name))
