"""Debug information in binaries of every kind, told by their tables of sections and never by a search."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leakguard.analyzers.executables import _rules
from leakguard.analyzers.executables._dwarf import Unit, first_unit
from leakguard.analyzers.executables._findings import count, finding, shown
from leakguard.analyzers.executables._sections import Image, Section, bytes_of
from leakguard.content import WINDOW, Content
from leakguard.model import Finding, Severity

EMBEDDED_SOURCE = bytes.fromhex("1b578a0e26696e46b4ad8ab04611f5fe")
"""The GUID of source text in a portable program database."""
MOST_SEARCHED = 64 * 1024 * 1024
"""Bytes of a program database that are searched for it."""
NAMES_THAT_TELL = 20
"""Function names from which on a WebAssembly module counts as unstripped; linkers leave a few."""


def exact_parts(image: Image) -> Sequence[tuple[int, int]]:
    """The parts of a binary that hold nothing but strings: there a path needs no suffix to be one."""
    names = (".dynstr", ".debug_str", ".debug_line_str", "__DWARF,__debug_str", "__DWARF,__debug_line_str")
    return tuple((one.start, one.stop) for one in image.sections if one.name in names and not one.packed)


def debug_information(path: str, content: Content, image: Image) -> Iterator[Finding]:
    """DWARF sections, or the path of a program database."""
    sections = {plain: one for one in image.sections if (plain := _plain_name(one.name))}
    if "info" in sections or "line" in sections:
        unit = first_unit(lambda name: bytes_of(content, sections[name], image.order) if name in sections else b"", image.order)
        yield _dwarf(path, image.kind, sections, unit)
    if "\\" in image.database or "/" in image.database:
        message = f"names its program database, `{shown(image.database)}`"
        yield finding(_rules.DEBUG_INFO, Severity.INFO, path, message, {"kind": "pdb-path", "database": shown(image.database)})


def wasm_information(path: str, content: Content, summary: Mapping[str, Any]) -> Iterator[Finding]:
    """DWARF, function names, or the address of debug information, in a WebAssembly module."""
    sections = {plain: Section(name, start, stop) for name, start, stop in summary["sections"] if (plain := _plain_name(name))}
    names, urls = summary["function_names"], [url for name, url in summary["urls"] if name == "external_debug_info"]
    if "info" in sections or "line" in sections:
        unit = first_unit(lambda name: bytes_of(content, sections[name], "<") if name in sections else b"", "<")
        yield _dwarf(path, "wasm", sections, unit)
    elif urls:
        evidence = {"kind": "wasm-external", "url": shown(urls[0].partition("?")[0])}
        yield finding(_rules.DEBUG_INFO, Severity.LOW, path, f"names where its debug information is, `{evidence['url']}`", evidence)
    elif names >= NAMES_THAT_TELL:
        evidence = {"kind": "wasm-names", "functions": names}
        yield finding(_rules.DEBUG_INFO, Severity.INFO, path, f"keeps the names of {count(names, 'function')}", evidence)


def program_database(path: str, content: Content) -> Finding:
    """A `.pdb`, perhaps with the source in it."""
    tail, embedded = b"", False
    for at in range(0, min(content.size, MOST_SEARCHED), WINDOW):
        piece = tail + content.read(at, at + WINDOW)
        embedded = embedded or EMBEDDED_SOURCE in piece
        tail = piece[-len(EMBEDDED_SOURCE) :]
    message = "a program database" + (" with the source in it" if embedded else "")
    severity = Severity.HIGH if embedded else Severity.MEDIUM
    return finding(_rules.DEBUG_INFO, severity, path, message, {"kind": "pdb", "bytes": content.size, "embedded_source": embedded})


def _plain_name(name: str) -> str:
    """`info` for `.debug_info`, `.zdebug_info`, `.debug_info.dwo` and `__DWARF,__debug_info`; nothing for other sections."""
    for prefix in (".debug_", ".zdebug_", "__DWARF,__debug_", "__DWARF,__zdebug_"):
        if name.startswith(prefix):
            plain = name.removeprefix(prefix).removesuffix(".dwo")
            return {"str_offs": "str_offsets"}.get(plain, plain)
    return ""


def _dwarf(path: str, kind: str, sections: Mapping[str, Section], unit: Unit) -> Finding:
    size = sum(one.stop - one.start for one in sections.values())
    evidence = {
        "kind": "dwarf",
        "binary": kind,
        "sections": sorted(one.name for one in sections.values()),
        "bytes": size,
        "unit": shown(unit.name),
        "folder": shown(unit.folder),
        "producer": shown(unit.producer),
    }
    where = f", compiled in `{shown(unit.folder)}`" if unit.folder else ""
    return finding(_rules.DEBUG_INFO, Severity.LOW, path, f"holds {size} bytes of DWARF debug information{where}", evidence)
