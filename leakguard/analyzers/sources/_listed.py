"""Lists that tools write: of a repository's files, and of what lay in a folder when the Finder looked at it."""

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, samples
from leakguard.analyzers.sources._rules import FILE_LIST
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Finding
from leakguard.patterns import lazily
from leakguard.redact import escape_name

LONGEST = 4 * 1024 * 1024
LONGEST_NAME = 4096
MOST_NAMES = 100_000
MOST_RECORDS = 5000
MOST_FOLDERS = 8
"""Leading folders of a listed path that the package may have dropped."""

_FINDER_RECORD = lazily(
    rb"(?:Iloc|icvp|icvl|lsv[CoptPu]|vSrn|lg1S|ph1S|logS|phyS|mo[dD]D|dilc|cmmt|extn|bwsp|dscl|ptb[LN])(?:bool|long|shor|type|comp|dutc|blob|ustr)"
)


class _List(msgspec.Struct):
    files: list[str]


def names_of(entry: Entry, content: Content) -> tuple[str, list[str]] | None:
    """What a list is, and the paths that it names; `None` for what is no list."""
    base = entry.name.rpartition("/")[2]
    if base == "scm_file_list.json":
        listed = _shape.decode(content, _List)
        return ("setuptools-scm's list of the files in the repository", _bounded(listed.files)) if listed else None
    if base == "SOURCES.txt" and ".egg-info/" in entry.name:
        lines = content.read(0, LONGEST).decode("utf-8", "replace").splitlines()
        return "setuptools' list of source files", _bounded([line.replace("\\", "/") for line in lines if line])
    if base == ".DS_Store" and content.read(0, 8) == b"\0\0\0\1Bud1":
        folder = entry.name.removesuffix(base)
        return "the Finder's view of a folder", [folder + name for name in _finder_names(content.read(0, LONGEST))]
    if base.startswith("._") and len(base) > 2 and content.read(0, 4) == b"\0\x05\x16\x07":
        return "the Finder's metadata of another file", [entry.name.removesuffix(base) + base[2:]]
    return None


def judge(artifact: Artifact, lists: Mapping[str, tuple[str, list[str]]]) -> Iterator[Finding]:
    """One finding for each list that names what is not there."""
    if not lists:
        return
    root = artifact.identity.root
    shipped = {one.inner.rstrip("/") for one in artifact.listing}
    shipped |= {
        "/".join(parts[:count])
        for one in artifact.listing
        if len(one.inner) <= LONGEST_NAME
        for parts in [one.inner.split("/")]
        for count in range(1, len(parts))
    }
    for path, (what, names) in lists.items():
        absent = [name for name in names if not _ships(name.removeprefix(root).removeprefix("./"), shipped)]
        if absent:
            message = f"{what} names {counted(len(absent), 'file')} not in the package"
            evidence: dict[str, Any] = {"listed": len(names), "absent": len(absent), "samples": samples(absent)}
            yield about(FILE_LIST, path, message, **evidence)


def _ships(name: str, shipped: Collection[str]) -> bool:
    """Whether a path is there, perhaps without the folders that it has in the repository only (`src/`)."""
    name = name if name.isascii() and "%" not in name else escape_name(name)
    parts = name.split("/", MOST_FOLDERS)
    return any("/".join(parts[index:]) in shipped for index in range(len(parts)))


def _bounded(names: Sequence[str]) -> list[str]:
    return [name for name in names[:MOST_NAMES] if len(name) <= LONGEST_NAME]


def _finder_names(data: bytes) -> list[str]:
    """File names of a `.DS_Store`: each record is a length, that many UTF-16 code units (big endian), a property and a type."""
    names: dict[str, None] = {}
    for found in islice(_FINDER_RECORD.finditer(data), MOST_RECORDS):
        stop = found.start()
        for length in range(1, 256):
            start = stop - 2 * length
            if start < 4:
                break
            if struct.unpack_from(">I", data, start - 4)[0] == length:
                names[data[start:stop].decode("utf-16-be", "replace")] = None
                break
    return [name for name in names if name not in (".", "..")]
