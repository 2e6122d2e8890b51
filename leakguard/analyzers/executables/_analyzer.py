"""One artifact: what is seen of each binary, and what is known of its bundles at the end."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from leakguard.analyzers.executables import _rules
from leakguard.analyzers.executables._bundles import Bundles
from leakguard.analyzers.executables._bytecode import Bytecode
from leakguard.analyzers.executables._debug import debug_information, exact_parts, program_database, wasm_information
from leakguard.analyzers.executables._findings import MOST_SAMPLES, count, finding, shown
from leakguard.analyzers.executables._paths import paths_in, user_of
from leakguard.analyzers.executables._sections import image_of
from leakguard.analyzers.executables._zipapps import Zipapps
from leakguard.content import Entry
from leakguard.model import Artifact, Finding, Kind, Severity
from leakguard.plugins import Hit
from leakguard.settings import Settings

_NATIVE, _WASM, _HERMES = "native code", "WebAssembly", "Hermes bytecode"
_DATABASE = b"Microsoft C/C++ MSF 7.00\r\n"
_PORTABLE_DATABASE = b"BSJB"


class Executables:
    """What `leakguard.plugins.Analyzer` describes."""

    def __init__(self) -> None:
        self._bundles, self._bytecode, self._zipapps = Bundles(), Bytecode(), Zipapps()
        self._unpacked: dict[str, list[str]] = {}
        self._beside: set[int] = set()
        self._exact: tuple[str, Sequence[tuple[int, int]]] = ("", ())
        self._folders: dict[str, str] = {}
        """Binary → the folder in a home that its (perhaps compressed) debug information says it was compiled in."""

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Read the section table of a binary; count what a bundle holds."""
        if entry.container == "zip":
            self._zipapps.add(entry)
        if entry.kind is Kind.DIRECTORY and entry.facts:
            return tuple(self._summary(entry))
        if entry.kind is not Kind.FILE:
            return ()
        if "unpacked" in entry.facts:
            self._note_unpacked(entry)
        self._bundles.add(entry)
        if ".unpacked/" in entry.path:
            self._beside.add(hash(entry.path))
        if entry.opaque == _HERMES and entry.content is not None:
            return (_hermes(entry),)
        if entry.name.endswith(".py"):
            self._bytecode.note_source(entry)
        return tuple(self._binary(entry)) if entry.opaque in (_NATIVE, "binary") and entry.content is not None else ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterator[Finding]:
        """Judge the paths in compiled code."""
        if entry.content is None or entry.opaque not in (_NATIVE, _WASM):
            return
        exact = self._exact[1] if self._exact[0] == entry.path else ()
        found = list(paths_in(entry.content, hits, exact))
        if (folder := self._folders.pop(entry.path, "")) and (user := user_of(folder)):
            found.append((user, folder))
        yield from _paths(entry.path, found)

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - the contract's
        """Bundles, bytecode, and files that a container says lie beside it."""
        own = artifact.target.rpartition("/")[2]
        for path, folder in self._folders.items():
            yield from _paths(path, [(user_of(folder), folder)])
        yield from self._bundles.judge(own)
        yield from self._bytecode.judge()
        yield from self._zipapps.judge(own)
        for archive, names in self._unpacked.items():
            absent = [one for one in names if hash(one) not in self._beside]
            if absent:
                folder = shown(f"{(archive or own).rpartition('/')[2]}.unpacked/")
                message = (
                    f"{count(len(absent), 'file')} of the index should lie in `{folder}` beside the archive, but the artifact has none"
                )
                samples = [one if archive else own + one for one in absent[:MOST_SAMPLES]]
                evidence = {"absent": len(absent), "samples": samples}
                yield finding(_rules.ABSENT_FILE, Severity.HIGH, archive or own, message, evidence)

    def _summary(self, entry: Entry) -> Iterator[Finding]:
        """What a format says about a whole file, which is the parent of this entry."""
        owner, facts = entry.parent, entry.facts
        if owner is None:
            return
        if "pyc" in facts:
            self._bytecode.add(owner, facts["pyc"])
            named = ((user_of(path), path) for path in facts["pyc"]["filenames"])
            yield from _paths(owner.path, [(user, path) for user, path in named if user])
        elif "wasm" in facts and owner.content is not None:
            yield from wasm_information(owner.path, owner.content, facts["wasm"])

    def _note_unpacked(self, entry: Entry) -> None:
        archive = entry.parent.path if entry.parent is not None else ""
        name = entry.path.removeprefix(f"{archive}!/")
        self._unpacked.setdefault(archive, []).append(f"{archive}.unpacked/{name}")

    def _binary(self, entry: Entry) -> Iterator[Finding]:
        content = entry.content
        assert content is not None
        if entry.opaque != _NATIVE:
            head = content.read(0, len(_DATABASE))
            if head == _DATABASE or head.startswith(_PORTABLE_DATABASE):
                yield program_database(entry.path, content)
            return
        image = image_of(content)
        if image is None:
            return
        self._exact = (entry.path, exact_parts(image))
        for one in debug_information(entry.path, content, image):
            if user_of(folder := one.evidence.get("folder", "")):
                self._folders[entry.path] = folder
            yield one


def _hermes(entry: Entry) -> Finding:
    """The header has the version, a digest of the source, the size, and the numbers of functions and strings behind them."""
    assert entry.content is not None
    head = entry.content.read(0, 64).ljust(64, b"\0")
    version, functions, strings = (int.from_bytes(head[at : at + 4], "little") for at in (8, 40, 52))
    evidence = {"kind": "hermes", "version": version, "functions": functions, "strings": strings, "bytes": entry.content.size}
    message = f"ships a bundle as bytecode of Hermes: {count(functions, 'function')}, {count(strings, 'string')}"
    return finding(_rules.BYTECODE, Severity.MEDIUM, entry.path, message, evidence)


def _paths(path: str, found: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    if not found:
        return
    users = list(dict.fromkeys(shown(user) for user, _ in found))
    samples = list(dict.fromkeys(shown(one) for _, one in found))
    evidence: dict[str, Any] = {"paths": len(samples), "users": users[:MOST_SAMPLES], "samples": samples[:MOST_SAMPLES]}
    message = f"names {count(len(samples), 'path')} in the home folder of `{users[0]}`" + (" and others" if len(users) > 1 else "")
    yield finding(_rules.BUILD_PATHS, Severity.LOW, path, message, evidence)
