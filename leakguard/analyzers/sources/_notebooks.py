"""Notebooks with the results of their cells (nbformat 3 and 4)."""

from collections.abc import Iterator, Sequence

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_third_party
from leakguard.analyzers.sources._rules import NOTEBOOK_OUTPUT
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.plugins import Anchor, Hit

ANCHORS = (Anchor(r"\"nbformat\": ?[0-9]"),)


class _Output(msgspec.Struct):
    output_type: str = ""
    data: dict[str, msgspec.Raw] = {}


class _Cell(msgspec.Struct):
    outputs: list[_Output] = []


class _Worksheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    nbformat: int
    cells: list[_Cell] = []
    worksheets: list[_Worksheet] = []


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:  # noqa: ARG001 - the shape says all
    """One finding for a notebook that was run and not cleared."""
    if entry.opaque or is_third_party(entry.path) or (notebook := _shape.decode(content, _Notebook)) is None:
        return
    cells = [*notebook.cells, *(cell for sheet in notebook.worksheets for cell in sheet.cells)]
    outputs = [output for cell in cells for output in cell.outputs]
    if not outputs:
        return
    errors = sum(output.output_type in ("error", "pyerr") for output in outputs)
    images = sum(any(kind.startswith("image/") for kind in output.data) for output in outputs)
    message = f"notebook with {counted(len(outputs), 'output')}" + (f", {counted(errors, 'traceback')} among them" if errors else "")
    yield about(NOTEBOOK_OUTPUT, entry.path, message, cells=len(cells), outputs=len(outputs), tracebacks=errors, images=images)
