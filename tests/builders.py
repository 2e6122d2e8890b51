"""Artifacts made in the test: each builder takes the files and returns the bytes that a packing tool would write."""

import base64
import csv
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

Files = Mapping[str, str | bytes]

MIT_TEXT = """MIT License

Copyright (c) 2026 The Example Authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def zip_of(files: Files, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as `zipfile` writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, _bytes(content))
    return out.getvalue()


def tar_of(files: Files, *, form: int = tarfile.PAX_FORMAT) -> bytes:
    """An uncompressed tar as `tarfile` writes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in files.items():
            data = _bytes(content)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def npm(files: Files, *, name: str = "example", version: str = "1.0.0", manifest: Mapping[str, object] | None = None) -> bytes:
    """An npm tarball: `files` below `package/`, with a `package.json` made from the arguments unless `files` has one."""
    listed = dict(files)
    listed.setdefault("package.json", json.dumps({"name": name, "version": version, **(manifest or {})}))
    return gzip.compress(tar_of({f"package/{path}": content for path, content in listed.items()}), mtime=0)


def wheel(
    files: Files,
    *,
    name: str = "example",
    version: str = "1.0",
    metadata: str = "",
    generator: str = "hatchling 1.27.0",
    record: bool = True,
) -> bytes:
    """A pure wheel with `METADATA`, `WHEEL` and a correct `RECORD`; `metadata` is appended to the core metadata's headers."""
    info = f"{name}-{version}.dist-info"
    listed = dict(files)
    listed.setdefault(f"{info}/METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}")
    listed.setdefault(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: {generator}\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    if record:
        listed.setdefault(f"{info}/RECORD", _record(listed, f"{info}/RECORD"))
    return zip_of(listed)


def sdist(files: Files, *, name: str = "example", version: str = "1.0", metadata: str = "", backend: str = "hatchling.build") -> bytes:
    """An sdist: `files` below `NAME-VERSION/`, with `PKG-INFO` and `pyproject.toml` unless `files` has them."""
    listed = dict(files)
    listed.setdefault("PKG-INFO", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}")
    listed.setdefault("pyproject.toml", f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n')
    return gzip.compress(tar_of({f"{name}-{version}/{path}": content for path, content in listed.items()}), mtime=0)


def source_map(sources: Mapping[str, str | None], *, content: bool = True, **fields: object) -> str:
    """A flat source map (ECMA-426 §9) of these sources; `content=False` leaves `sourcesContent` out."""
    body: dict[str, object] = {"version": 3, "sources": list(sources)}
    if content:
        body["sourcesContent"] = list(sources.values())
    return json.dumps({**body, "names": [], "mappings": "AAAA" if sources else "", **fields})


def inline_base64(map_text: str, *, charset: str = "") -> str:
    """The `data:` URI of a map, in base64."""
    return f"data:application/json{charset};base64,{base64.b64encode(map_text.encode()).decode()}"


def inline_percent(map_text: str) -> str:
    """The `data:` URI of a map, percent-encoded as sass writes it."""
    return f"data:application/json;charset=utf-8,{quote(map_text)}"


def code(lines: int, *, label: str = "module") -> str:
    """TypeScript-like source of so many distinct lines, each long enough to count as novel."""
    return "".join(f"export const {label}_{number} = computeSomething({number}, '{label}');\n" for number in range(lines))


def token(
    prefix: str, length: int, alphabet: str = "kX9vTq2LmWz8RbYc4NfHs6JgPd1UaEo7Qi3ZtVxB5rKn0GyMwFjDhSlCpIuAeO", *, seed: int = 7
) -> str:
    """A fake secret made at run time: `prefix` and so many pseudo-random characters of `alphabet`."""
    state, out = seed, []
    for _ in range(length):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(alphabet[(state >> 33) % len(alphabet)])
    return prefix + "".join(out)


def _record(files: Files, own: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, content in files.items():
        if PurePosixPath(name).name in {"RECORD.jws", "RECORD.p7s"}:
            continue
        data = _bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(data)])
    writer.writerow([own, "", ""])
    return out.getvalue()


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()
