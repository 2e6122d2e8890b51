"""A wheel's RECORD against its content, both ways (binary distribution format, "The .dist-info directory")."""

import base64
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from leakguard.content import WINDOW, Content

LONGEST = 32 * 1024 * 1024
"""Bytes of a RECORD that are read."""

STRONG = ("sha256", "sha384", "sha512")
"""Algorithms that the specification allows; the first is the one that everybody writes, and the one that is checked."""

_UNSIGNED = (".dist-info/RECORD", ".dist-info/RECORD.jws", ".dist-info/RECORD.p7s")
_MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0", "utf-32-be": b"\0\0\xfe\xff"}


class Seen(Struct, frozen=True):
    """What is in the archive under a name."""

    path: str
    """As `Location.path`."""
    digests: frozenset[bytes]
    """SHA-256 of what the content may be, stored bytes that were transcoded have several; empty when it was read as a stream."""
    size: int | None


class Mismatch(NamedTuple):
    """A difference, and where to report it."""

    path: str
    line: int | None
    message: str


class _Row(NamedTuple):
    line: int
    algorithm: str
    digest: str
    size: str


def seen(path: str, content: Content | None) -> Seen:
    """Digest the content of an entry."""
    if content is None:
        return Seen(path, frozenset(), None)
    if content.encoding in _MARKS:
        return Seen(path, _digests_of_transcoded(content), None)
    if content.data is not None:
        return Seen(path, frozenset((hashlib.sha256(content.data).digest(),)), content.size)
    digest = hashlib.sha256()
    for start in range(0, content.size, WINDOW):
        digest.update(content.read(start, start + WINDOW))
    return Seen(path, frozenset((digest.digest(),)), content.size)


def compare(record: bytes, record_path: str, files: Mapping[str, Seen]) -> Iterator[Mismatch]:
    """Every difference between RECORD and the files of the archive; names with backslashes count as with slashes."""
    try:
        rows = _rows(record)
    except (csv.Error, UnicodeDecodeError):
        yield Mismatch(record_path, None, "`RECORD` is no CSV in UTF-8")
        return
    for name, one in files.items():
        row = rows.pop(name, None)
        if name.count("/") == 1 and name.endswith(_UNSIGNED):
            continue
        if row is None:
            yield Mismatch(one.path, None, "the file is not listed in `RECORD`")
        elif message := _difference(one, row):
            yield Mismatch(one.path, None, message)
    for row in rows.values():
        yield Mismatch(record_path, row.line, "`RECORD` lists a file that the wheel does not hold")


def _rows(record: bytes) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    reader = csv.reader(io.StringIO(record.decode("utf-8"), newline=""), strict=True)
    for fields in reader:
        if not fields:
            continue
        name, value, size = [*fields, "", ""][:3]
        algorithm, _, digest = value.partition("=")
        name = name.replace("\\", "/").removeprefix("./")
        if not name.endswith("/"):
            rows[name] = _Row(reader.line_num, algorithm.lower(), digest, size)
    return rows


def _difference(one: Seen, row: _Row) -> str:
    if not row.digest:
        return "`RECORD` has no hash of the file"
    if row.algorithm not in STRONG:
        return "`RECORD` has a weak hash of the file"
    if one.size is not None and row.size and row.size != str(one.size):
        return f"the file has {one.size} bytes, `RECORD` says otherwise"
    if row.algorithm == STRONG[0] and one.digests and _decoded(row.digest) not in one.digests:
        return "the file's hash is not the one in `RECORD`"
    return ""


def _decoded(digest: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4))
    except ValueError:
        return b""


def _digests_of_transcoded(content: Content) -> frozenset[bytes]:
    """The content is UTF-8 made from another encoding: digest what it may have been, with and without a mark; nothing if it was lossy."""
    data = content.read(0, content.size) if content.size <= LONGEST else b""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if not text or "\ufffd" in text:
        return frozenset()
    plain = text.encode(content.encoding, "replace")
    return frozenset(hashlib.sha256(one).digest() for one in (plain, _MARKS[content.encoding] + plain))
