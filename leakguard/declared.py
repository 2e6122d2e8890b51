"""What a manifest declares beyond the package's name: entry points, scripts, dependencies; read from hostile bytes, bounded."""

import configparser
from collections.abc import Iterator, Mapping

from leakguard.openness.manifests import LONGEST_TOML, headers, json_object, toml_table
from leakguard.patterns import lazily

MOST = 2000
"""Declarations of one kind that are kept."""

LONGEST = 500
"""Characters of a name or value that are kept."""

DEEPEST = 8
"""Conditions inside each other in `exports`."""

ENTRY_POINTS, SCRIPTS, DEPENDENCIES = "entry points", "scripts", "dependencies"
KINDS = (ENTRY_POINTS, SCRIPTS, DEPENDENCIES)

_POINTS = ("main", "module", "browser", "types", "typings", "bin", "exports", "imports")
_NEEDED = ("dependencies", "optionalDependencies", "peerDependencies")
_REQUIREMENT = lazily(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(.*)", 16)

Pairs = Iterator[tuple[str, str]]


def declarations(form: str, root: str, manifests: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """By kind and name; `manifests` are the outermost ones by path, `root` is the archive's own top folder."""
    found: dict[str, Pairs] = {}
    if form in ("npm", "directory") and (manifest := manifests.get(f"{root}package.json")) is not None:
        body = json_object(manifest) or {}
        found = {
            ENTRY_POINTS: _points(body),
            SCRIPTS: _strings(body.get("scripts"), ""),
            DEPENDENCIES: (pair for field in _NEEDED for pair in _strings(body.get(field), "")),
        }
    elif form in ("wheel", "sdist"):
        by_base = {path.rpartition("/")[2]: data for path, data in manifests.items()}
        core = headers(by_base.get("METADATA", by_base.get("PKG-INFO", b"")))
        found = {
            ENTRY_POINTS: _entry_points(by_base.get("entry_points.txt", b""), by_base.get("pyproject.toml", b"")),
            DEPENDENCIES: _requirements(core),
        }
    return {kind: _bounded(pairs) for kind, pairs in found.items()}


def files_of(entry_points: Mapping[str, str]) -> list[str]:
    """The files that the entry points of a `package.json` name, as paths inside the package; once each."""
    plain = (value.removeprefix("./").lstrip("/") for name, value in entry_points.items() if name.partition(" ")[0] in _POINTS)
    return list(dict.fromkeys(value for value in plain if value and "*" not in value))


def _points(body: Mapping[str, object]) -> Pairs:
    for field in _POINTS:
        yield from _leaves(body.get(field), field, DEEPEST)


def _leaves(value: object, name: str, deeper: int) -> Pairs:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping) and deeper:
        for key, one in value.items():
            yield from _leaves(one, f"{name} {key}", deeper - 1)
    elif isinstance(value, list) and deeper:
        for one in value:
            yield from _leaves(one, name, deeper - 1)


def _strings(table: object, prefix: str) -> Pairs:
    if isinstance(table, Mapping):
        yield from ((f"{prefix}{name}", value) for name, value in table.items() if isinstance(value, str))


def _entry_points(installed: bytes, project: bytes) -> Pairs:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(installed[:LONGEST_TOML].decode("utf-8", "replace"))
    except configparser.Error:
        return
    for group in parser.sections():
        yield from ((f"{group} {name}", value or "") for name, value in parser.items(group))
    table = toml_table(project).get("project")
    if isinstance(table, Mapping):
        yield from _strings(table.get("scripts"), "console_scripts ")
        yield from _strings(table.get("gui-scripts"), "gui_scripts ")


def _requirements(core: Mapping[str, object]) -> Pairs:
    listed = core.get("requires-dist")
    for one in listed if isinstance(listed, list) else ():
        if (match := _REQUIREMENT.fullmatch(one)) is not None:
            yield match[1].lower(), match[2]


def _bounded(pairs: Pairs) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in pairs:
        if len(kept) >= MOST:
            break
        kept.setdefault(name[:LONGEST], value[:LONGEST])
    return kept
