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

import hyperscan
from isal import igzip, isal_zlib

from leakguard import plugins

WINDOW = 8 * 1024 * 1024


def _database() -> hyperscan.Database:
    flat = [anchor for one in plugins.formats() for anchor in one.ANCHORS]
    flat += [anchor for one in plugins.analyzers() for anchor in one.ANCHORS]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[one.pattern.encode("latin-1") for one in flat],
        ids=list(range(len(flat))),
        elements=len(flat),
        flags=[hyperscan.HS_FLAG_CASELESS if one.caseless else 0 for one in flat],
    )
    return database


def _pieces(path: Path) -> Iterator[bytes]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            for info in archive.infolist():
                file.seek(info.header_offset + 26)
                name, extra = struct.unpack("<HH", file.read(4))
                file.seek(name + extra, os.SEEK_CUR)
                data = file.read(info.compress_size)
                yield isal_zlib.decompress(data, -15) if info.compress_type else data
    else:
        with igzip.open(path, "rb") as stream, tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[no-untyped-call]
            for member in archive:
                content = archive.extractfile(member)
                while content is not None and (piece := content.read(WINDOW)):
                    yield piece


def _pass(path: Path) -> int:
    total, hits = 0, 0

    def note(*_match: object) -> None:
        nonlocal hits
        hits += 1

    for piece in _pieces(path):
        total += len(piece)
        DATABASE.scan(piece, match_event_handler=note)
    return total


if __name__ == "__main__":
    DATABASE = _database()
    paths = sorted(map(Path, sys.argv[1:]), key=lambda path: -path.stat().st_size)
    with get_context("fork").Pool(min(2, len(os.sched_getaffinity(0)))) as pool:
        print(sum(pool.imap_unordered(_pass, paths)), "bytes")
