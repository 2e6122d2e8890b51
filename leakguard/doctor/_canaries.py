"""The canaries: what is planted into a copy of an artifact, so that nothing but the plant is new in it."""

import base64
import csv
import gzip
import hashlib
import io
import json
import secrets
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LARGEST = 256 * 1024 * 1024
"""Bytes of an artifact, and of what it holds: a larger one is not copied."""

LINES = 60
"""Lines of made-up source that a planted map holds."""

STEM = "leakguard_canary"

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class NotPlantable(Exception):
    """Nothing can be planted into this artifact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One plant and what must happen to it."""

    name: str
    """What a person calls it."""
    file: str
    """Its name, below the package's own top folder; empty when the artifact itself is changed."""
    make: Callable[[], bytes]
    rules: Sequence[str]
    """Beginnings of the rules of which one must block it."""


def canaries() -> Sequence[Canary]:
    """The plants, made anew: the token is drawn when it is planted."""
    return (
        Canary(name="source map", file=f"{STEM}.js.map", make=lambda: source_map().encode(), rules=("source-map/",)),
        Canary(name="source map in a comment", file=f"{STEM}.mjs", make=_inline, rules=("source-map/",)),
        Canary(name="token", file=f"{STEM}.py", make=_token, rules=("secret/",)),
        Canary(
            name="unlisted file",
            file=f"{STEM}.txt",
            make=lambda: b"nobody listed this file\n",
            rules=("file/not-allowed", "file/denied", "change/"),
        ),
    )


def source_map() -> str:
    """A map that holds source which ships nowhere."""
    lines = "".join(f"export const canary_{number} = computeSomethingOfOurOwn({number}, 'canary');\n" for number in range(LINES))
    body = {"version": 3, "sources": ["../src/leakguard_canary.ts"], "sourcesContent": [lines], "names": [], "mappings": "AAAA"}
    return json.dumps(body)


def planted(data: bytes, file: str, content: bytes) -> bytes:
    """The artifact with one more file; raises `NotPlantable` for what is no zip and no tar."""
    if len(data) > LARGEST:
        raise NotPlantable("it is too large to copy")
    try:
        return _into_zip(data, file, content) if data.startswith(b"PK") else _into_tar(data, file, content)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, ValueError, zlib.error, NotImplementedError) as error:
        raise NotPlantable("it cannot be opened") from error


def truncated(data: bytes) -> bytes:
    """A copy that ends too early, as a broken upload or build leaves it."""
    return data[: max(1, len(data) * 2 // 3)]


def _inline() -> bytes:
    encoded = base64.b64encode(source_map().encode()).decode()
    return f"export const canary = 1;\n//# sourceMappingURL=data:application/json;base64,{encoded}\n".encode()


def _token() -> bytes:
    """A line with a made-up token: the shape and the checksum of GitHub's; it opens nothing."""
    body = "".join(secrets.choice(_BASE62) for _ in range(30))
    checksum, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        checksum, digit = divmod(checksum, 62)
        digits = _BASE62[digit] + digits
    return f'TOKEN = "ghp_{body}{digits}"\n'.encode()


def _into_zip(data: bytes, file: str, content: bytes) -> bytes:
    """Append to the archive; the RECORD of a wheel is written anew, with a line for the plant."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    record = next((one for one in names if one.endswith(".dist-info/RECORD") and one.count("/") == 1), None)
    out = io.BytesIO(data if record is None else _without(data, record))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file, content)
        if record is not None:
            with zipfile.ZipFile(io.BytesIO(data)) as before:
                archive.writestr(record, _record(before.read(record), file, content))
    return out.getvalue()


def _without(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after:
        for info in before.infolist():
            total += info.file_size
            if total > LARGEST:
                raise NotPlantable("it holds too much to copy")
            if info.filename != name:
                after.writestr(info, before.read(info), compresslevel=1)
    return out.getvalue()


def _record(before: bytes, file: str, content: bytes) -> bytes:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([file, f"sha256={digest}", len(content)])
    return out.getvalue().encode() + before


def _into_tar(data: bytes, file: str, content: bytes) -> bytes:
    compressed = data.startswith(b"\x1f\x8b")
    plain = io.BytesIO(_inflated(data) if compressed else data)
    with tarfile.open(fileobj=plain, mode="r:") as archive:
        first = archive.next()
    if first is None:
        raise NotPlantable("it is empty")
    plain.seek(0)
    with tarfile.open(fileobj=plain, mode="a:") as archive:
        info = tarfile.TarInfo(f"{first.name.partition('/')[0]}/{file}")
        info.size, info.mode = len(content), 0o644
        archive.addfile(info, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), 1, mtime=0) if compressed else plain.getvalue()


def _inflated(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        plain = file.read(LARGEST + 1)
    if len(plain) > LARGEST:
        raise NotPlantable("it holds too much to copy")
    return plain
