"""What `tsc` remembers between builds: `.tsbuildinfo`, whatever it is called."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_third_party, places, samples
from leakguard.analyzers.sources._rules import BUILD_STATE
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.plugins import Anchor, Hit

ANCHORS = (Anchor(r"\"fileInfos\":"),)
SUFFIX = ".tsbuildinfo"


class _Program(msgspec.Struct):
    fileNames: list[str] = []  # noqa: N815 - TypeScript's name
    fileInfos: list[msgspec.Raw] | dict[str, msgspec.Raw] | None = None  # noqa: N815 - TypeScript's name


class _State(_Program):
    version: str = ""
    program: _Program | None = None
    root: list[msgspec.Raw] = []


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:  # noqa: ARG001 - the shape says all
    """One finding for a state, under any name but its own."""
    if not entry.opaque and not entry.name.endswith(SUFFIX):
        yield from _judged(entry, content, named=False)


def judge_named(entry: Entry, content: Content) -> Iterator[Finding]:
    """One finding for a state under its own name: that of a build without `incremental` lists nothing but its roots."""
    if not entry.opaque:
        yield from _judged(entry, content, named=True)


def _judged(entry: Entry, content: Content, *, named: bool) -> Iterator[Finding]:
    if is_third_party(entry.path) or not _shape.opens_json(content) or (state := _shape.decode(content, _State)) is None:
        return
    program = state.program or state
    names = program.fileNames or (list(program.fileInfos) if isinstance(program.fileInfos, dict) else [])
    if not names and named:
        names = [name for name in map(_shape.text_of, state.root) if name]
    if not state.version or not names:
        return
    own = [name for name in names if not is_third_party(name) and "/typescript/lib/lib." not in name and not name.startswith("lib.")]
    message = f"state of the TypeScript compiler: names {counted(len(own), 'source file')}"
    outside = sum(name.startswith("../../") for name in own)
    evidence: dict[str, Any] = {"files": len(names), "first_party": len(own), "outside": outside, "samples": samples(own), **places(own)}
    yield about(BUILD_STATE, entry.path, message, **evidence)
