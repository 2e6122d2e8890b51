"""The floor: read, inflate, and one pass with the product's own database, in a bare loop over the packages named.

What any inspector that looks at every byte must at least do; nothing is recognised, judged or reported. One process a package,
two at a time, the largest first, as the product does it.

    python benchmarks/floor.py FILE…
"""

import os
import struct
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from isal import igzip, isal_zlib

from leakguard import database
from leakguard.anchors import kind_of
from leakguard.text import classify

WINDOW = 8 * 1024 * 1024
HEAD = 64 * 1024


def _pieces(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name of the file and a piece of it."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            for info in archive.infolist():
                file.seek(info.header_offset + 26)
                name, extra = struct.unpack("<HH", file.read(4))
                file.seek(name + extra, os.SEEK_CUR)
                data = file.read(info.compress_size)
                yield info.filename, isal_zlib.decompress(data, -15) if info.compress_type else data
    else:
        with igzip.open(path, "rb") as stream, tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[no-untyped-call]
            for member in archive:
                content = archive.extractfile(member)
                while content is not None and (piece := content.read(WINDOW)):
                    yield member.name, piece


def _pass(path: Path) -> int:
    total, hits = 0, 0

    def note(*_match: object) -> None:
        nonlocal hits
        hits += 1

    for name, piece in _pieces(path):
        total += len(piece)
        for one in DATABASES[kind_of(name, classify(piece[:HEAD]), len(piece))]:
            one.scan([piece], match_event_handler=note)
    return total


if __name__ == "__main__":
    ANCHORS = database.built_in()
    DATABASES = {kind: ANCHORS.databases(kind) for kind in ("text", "prose", "binary")}
    paths = sorted(map(Path, sys.argv[1:]), key=lambda path: -path.stat().st_size)
    with get_context("fork").Pool(min(2, len(os.sched_getaffinity(0)))) as pool:
        print(sum(pool.imap_unordered(_pass, paths)), "bytes")
