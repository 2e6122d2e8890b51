"""The package as a whole: source beside what was made of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leakguard.analyzers.sources._finding import about, counted, is_third_party, samples
from leakguard.analyzers.sources._rules import ORIGINAL
from leakguard.model import Artifact, Finding, Kind, Listed, Openness
from leakguard.openness.manifests import json_object
from leakguard.patterns import lazily

MANIFEST = "package.json"
ENTRY_FIELDS = (
    "main",
    "module",
    "browser",
    "bin",
    "exports",
    "react-native",
    "svelte",
    "style",
    "unpkg",
    "jsdelivr",
    "jsnext:main",
    "imports",
)
"""Fields of a `package.json` that name what users load."""

_SOURCE_FOLDER = lazily(r"(?:src|source|sources)/")
_BUILD_FOLDER = lazily(r"(?:dist|build|built|out|lib|es|esm|cjs|umd|bundle|bundles|output|bin|release)[^/]*/")
_DECLARATION = lazily(r"\.d\.[mc]?tsx?$|\.d\.\w+\.ts$")
_TYPED = lazily(r"\.(?:[mc]?ts|tsx|jsx|vue|svelte|coffee)$")
_SCRIPT = lazily(r"\.(?:[mc]?[jt]s|[jt]sx|vue|svelte|coffee)$")
_BUILT = lazily(r"\.[mc]?js$")
_COMPILED = lazily(r"^(.+?)\.(?:[\w-]+\.)?(?:so|pyd)$")
_NATIVE_SOURCE = lazily(r"\.(?:c|cc|cpp|cxx|rs|go|zig|f90|f|m|mm|cu|swift|pyx|pxi)$", re.IGNORECASE)
_HEAVY_BACKENDS = ("maturin", "scikit-build-core", "meson-python")


def judge(artifact: Artifact, manifest: bytes | None) -> Iterator[Finding]:
    """Findings about a closed package; an open one gives its source away on purpose."""
    if artifact.identity.openness is not Openness.CLOSED:
        return
    files = [one for one in artifact.listing if one.kind is Kind.FILE and one.size and not is_third_party(one.inner)]
    if artifact.identity.format == "wheel":
        yield from _beside_compiled(files)
    elif artifact.identity.format == "sdist":
        yield from _native_sdist(artifact, files)
    elif manifest is not None:
        yield from _beside_bundle(files, json_object(manifest) or {})
        yield from _beside_script(files)


def _beside_compiled(files: Sequence[Listed]) -> Iterator[Finding]:
    """`core.py` beside `core.cpython-312-x86_64-linux-gnu.so`, and the C or Rust that such modules were made of."""
    by_name = {one.inner: one for one in files}
    compiled = {found[1] for name in by_name if (found := _COMPILED.match(name))}
    for stem in sorted(compiled):
        if (source := by_name.get(f"{stem}.py")) is not None:
            message = "module ships beside what it was compiled to"
            yield about(ORIGINAL, source.path, message, kind="beside-compiled", files=1, bytes=source.size)
    native = [one for one in files if _NATIVE_SOURCE.search(one.inner) and not one.inner.endswith((".pyx", ".pxi"))] if compiled else []
    if native:
        yield _several(native, "source of compiled modules ships with them", "native-source")


def _native_sdist(artifact: Artifact, files: Sequence[Listed]) -> Iterator[Finding]:
    """The sdist of a closed project that compiles: what the wheel leaves out is what it holds."""
    native = [one for one in files if _NATIVE_SOURCE.search(one.inner)]
    if native and artifact.identity.packer in (*_HEAVY_BACKENDS, "setuptools", "hatchling", "poetry", "pdm"):
        yield _several(native, "sdist of a closed project that compiles", "sdist")


def _beside_bundle(files: Sequence[Listed], manifest: Mapping[str, object]) -> Iterator[Finding]:
    """`src/` beside the folder that it was bundled into, unless users load it from there."""
    entries = [name.removeprefix("./") for field in ENTRY_FIELDS for name in _strings(manifest.get(field))]
    if any(_SOURCE_FOLDER.match(name) for name in entries):
        return
    bundled = [one for one in files if _BUILT.search(one.inner) and _BUILD_FOLDER.match(one.inner)]
    entered = {f"{name}{suffix}" for name in entries for suffix in ("", ".js", ".cjs", ".mjs", "/index.js")}
    alone = [one for one in files if "/" not in one.inner and one.inner in entered and _BUILT.search(one.inner)]
    pattern = _SCRIPT if any(one.inner in entered for one in bundled) else _TYPED
    sources = [one for one in files if _SOURCE_FOLDER.match(one.inner) and pattern.search(one.inner) and not _DECLARATION.search(one.inner)]
    if sources and (bundled or alone):
        yield _several(sources, f"`{sources[0].inner.partition('/')[0]}/` ships beside its bundle", "beside-bundle", folder=True)


def _beside_script(files: Sequence[Listed]) -> Iterator[Finding]:
    """`a.ts` beside the `a.js` that was made of it, outside of `src/`."""
    names = {one.inner for one in files}
    typed = [
        one for one in files if _TYPED.search(one.inner) and not _DECLARATION.search(one.inner) and not _SOURCE_FOLDER.match(one.inner)
    ]
    pairs = [one for one in typed if any(re.sub(r"\.[^./]+$", suffix, one.inner) in names for suffix in (".js", ".mjs", ".cjs"))]
    if pairs:
        yield _several(pairs, "source ships beside the JavaScript that was made of it", "beside-script")


def _several(files: Sequence[Listed], what: str, kind: str, *, folder: bool = False) -> Finding:
    """One finding for many files, at their folder or at the first of them."""
    size = sum(one.size for one in files)
    first = files[0].path
    path = first[: len(first) - len(files[0].inner)] + files[0].inner.partition("/")[0] + "/" if folder else first
    evidence: dict[str, Any] = {"files": len(files), "bytes": size, "samples": samples(one.inner for one in files)}
    return about(ORIGINAL, path, f"{what}: {counted(len(files), 'file')}, {size} bytes", kind=kind, **evidence)


def _strings(value: object) -> Iterator[str]:
    """Every string in a value, however it is nested; bounded."""
    left, waiting = 10_000, [value]
    while waiting and left:
        left -= 1
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
