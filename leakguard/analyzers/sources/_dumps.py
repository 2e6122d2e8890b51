"""Memory: heap snapshots and node reports by their JSON, core and crash dumps by their first bytes."""

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, samples, shown
from leakguard.analyzers.sources._rules import MEMORY_DUMP
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.plugins import Anchor, Hit

ANCHORS = (Anchor(r"\"node_fields\": ?\["), Anchor(r"\"reportVersion\": ?[0-9]"))

_ET_CORE = 4
_MH_CORE = 4
_MAGICS = (
    (b"MDMP\x93\xa7", "a minidump of Windows"),
    (b"PAGEDU64", "a crash dump of the Windows kernel"),
    (b"PAGEDUMP", "a crash dump of the Windows kernel"),
    (b"JAVA PROFILE 1.0.", "a heap dump of a Java VM"),
    (b"go1.7 heap dump\n", "a heap dump of a Go program"),
)


class _Header(msgspec.Struct):
    reportVersion: int  # noqa: N815 - Node's name
    cwd: str = ""
    host: str = ""
    commandLine: list[str] = []  # noqa: N815 - Node's name


class _Report(msgspec.Struct):
    header: _Header
    environmentVariables: dict[str, msgspec.Raw] = {}  # noqa: N815 - Node's name


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """A heap snapshot of V8 or a report of Node.js."""
    if entry.opaque or is_prose(entry) or not _shape.opens_json(content):
        return
    head = content.read(0, 4096)
    if any(hit.anchor == 0 for hit in hits) and b'"snapshot"' in head and b'"meta"' in head and b'"node_types"' in head:
        message = f"heap snapshot of V8 ({content.size} bytes): every string and script of the process"
        yield about(MEMORY_DUMP, entry.path, message, kind="heap snapshot", bytes=content.size)
    elif any(hit.anchor == 1 for hit in hits) and (report := _shape.decode(content, _Report)) is not None:
        names = sorted(report.environmentVariables)
        message = f"report of Node.js with {counted(len(names), 'environment variable')} and the command line of the process"
        evidence: dict[str, Any] = {
            "variables": len(names),
            "names": [shown(name) for name in names[:100]],
            "samples": samples(filter(None, [report.header.cwd])),
        }
        yield about(MEMORY_DUMP, entry.path, message, kind="node report", **evidence)


def judge_binary(entry: Entry, content: Content) -> Iterator[Finding]:
    """A dump by its first bytes."""
    head = content.read(0, 32)
    what = _core(head) or next((what for magic, what in _MAGICS if head.startswith(magic)), "")
    if what:
        yield about(
            MEMORY_DUMP, entry.path, f"`{shown(entry.name.rpartition('/')[2])}` is {what}", kind=what.partition(" ")[2], bytes=content.size
        )


def _core(head: bytes) -> str:
    """System V ABI, ELF header: `e_type` at 16 in the byte order of byte 5; Mach-O: `filetype` at 12."""
    if len(head) < 20:
        return ""
    if head.startswith(b"\x7fELF") and head[5] in (1, 2):
        return "a core dump" if struct.unpack_from("<H" if head[5] == 1 else ">H", head, 16)[0] == _ET_CORE else ""
    order = {b"\xcf\xfa\xed\xfe": "<", b"\xce\xfa\xed\xfe": "<", b"\xfe\xed\xfa\xcf": ">", b"\xfe\xed\xfa\xce": ">"}.get(head[:4])
    return "a core dump of macOS" if order and struct.unpack_from(f"{order}I", head, 12)[0] == _MH_CORE else ""
