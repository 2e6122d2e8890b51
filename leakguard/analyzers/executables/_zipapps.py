"""Python applications in a zip behind a `#!` line (zipapp, pex, shiv): their modules ship as they were written."""

from collections.abc import Iterator

from msgspec import Struct, field

from leakguard.analyzers.executables._findings import MOST_SAMPLES, count, finding
from leakguard.content import Entry
from leakguard.model import Finding, RuleId, Severity
from leakguard.redact import escape

ORIGINAL = RuleId("source/original")

START = "__main__.py"
BOOTSTRAPS = (".bootstrap/", "_bootstrap/", "__pex__/")
"""What pex and shiv put in front of an application."""


class Zipapp(Struct):
    """One of them: its modules, but for those that start it."""

    modules: int = 0
    size: int = 0
    samples: list[str] = field(default_factory=list)


class Zipapps:
    """All of one artifact, by the path of the file; the artifact itself has none."""

    def __init__(self) -> None:
        self._found: dict[str, Zipapp] = {}

    def add(self, entry: Entry) -> None:
        """Count a member of a zip; the format leaves the line in front of it with the first one."""
        owner = entry.parent.path if entry.parent is not None else ""
        if entry.text.startswith(b"#!"):
            self._found[owner] = Zipapp()
        app = self._found.get(owner)
        if app is None or not entry.name.endswith(".py") or entry.name == START or entry.name.startswith(BOOTSTRAPS):
            return
        app.modules += 1
        app.size += entry.content.size if entry.content is not None else entry.size
        if len(app.samples) < MOST_SAMPLES:
            app.samples.append(escape(entry.name))

    def judge(self, artifact: str) -> Iterator[Finding]:
        """One finding for each; `artifact` is the path of the artifact itself."""
        for path, app in self._found.items():
            if app.modules:
                message = f"a Python application in a zip holds {count(app.modules, 'module')} as written ({app.size} bytes)"
                evidence = {"kind": "zipapp", "modules": app.modules, "bytes": app.size, "samples": app.samples}
                yield finding(ORIGINAL, Severity.HIGH, path or artifact, message, evidence)
