"""What the manifest of a package says, read from hostile bytes: bounded, never raising, odd types tolerated.

A value of the wrong type counts as absent.
"""

import configparser
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leakguard.patterns import lazily

LONGEST = 4 * 1024 * 1024
"""Bytes of a manifest in JSON or headers that are read."""

LONGEST_TOML = 256 * 1024
"""Bytes of a manifest in TOML or INI; longer ones count as empty."""

MOST_DOTS = 1000
"""Dots in a line of TOML: reading a dotted key takes time with the square of its parts."""

LONGEST_VALUE = 500
"""Characters of a name or version."""

PACKERS = {
    "setuptools": "setuptools",
    "bdist_wheel": "setuptools",
    "hatchling": "hatchling",
    "flit": "flit",
    "flit_core": "flit",
    "poetry": "poetry",
    "poetry-core": "poetry",
    "pdm": "pdm",
    "pdm-backend": "pdm",
    "pdm-pep517": "pdm",
    "uv": "uv",
    "uv_build": "uv",
    "maturin": "maturin",
    "meson": "meson-python",
    "mesonpy": "meson-python",
    "scikit_build_core": "scikit-build-core",
    "scikit-build-core": "scikit-build-core",
    "skbuild": "setuptools",
    "jupyter_packaging": "setuptools",
    "whey": "whey",
    "sipbuild": "sip",
    "enscons": "enscons",
}
"""First word of a wheel's `Generator`, or first part of a `build-backend` → the tool that packs."""

_WORD = lazily(r"[A-Za-z][A-Za-z0-9_-]*")
_FROM_FILE = lazily(r"see licen[cs]e in\s+(\S.{0,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest declares."""

    name: str | None = None
    version: str | None = None
    licences: Sequence[str] = ()
    classifiers: Sequence[str] = ()
    private: bool = False
    licence_file: str = ""
    """The file that the licence is said to be in; empty when none is named."""


def package_json(data: bytes) -> Manifest | None:
    """A `package.json`; `None` when it is no JSON object."""
    body = json_object(data)
    if body is None:
        return None
    licences = tuple(_npm_licences(body))
    named = next((match[1].strip() for one in licences if (match := _FROM_FILE.match(one.strip()))), "")
    return Manifest(
        name=_value(body.get("name")),
        version=_value(body.get("version")),
        licences=licences,
        private=body.get("private") in (True, "true"),
        licence_file=named.removeprefix("./"),
    )


def core_metadata(data: bytes) -> Manifest:
    """A `METADATA` or `PKG-INFO`."""
    fields = headers(data)
    classifiers = tuple(fields.get("classifier", ()))
    return Manifest(
        name=_value(_first(fields, "name")),
        version=_value(_first(fields, "version")),
        licences=tuple(one for key in ("license-expression", "license") for one in fields.get(key, ()) if one.strip()),
        classifiers=classifiers,
        private=_is_private(classifiers),
    )


def pyproject(data: bytes) -> Manifest | None:
    """A `pyproject.toml`; `None` when it names no project."""
    body = toml_table(data)
    project, poetry = _table(body, "project"), _table(_table(body, "tool"), "poetry")
    if not project and not poetry:
        return None
    licence = project.get("license", poetry.get("license"))
    classifiers = tuple(_strings(project.get("classifiers", poetry.get("classifiers"))))
    return Manifest(
        name=_value(project.get("name", poetry.get("name"))),
        version=_value(project.get("version", poetry.get("version"))),
        licences=tuple(_strings([licence, _table(project, "license").get("text")])),
        classifiers=classifiers,
        private=_is_private(classifiers),
        licence_file=_value(_table(project, "license").get("file")) or "",
    )


def setup_cfg(data: bytes) -> Manifest | None:
    """A `setup.cfg`; `None` when it has no `[metadata]`."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(data[:LONGEST_TOML].decode("utf-8", "replace"))
    except configparser.Error:
        return None
    if not parser.has_section("metadata"):
        return None
    section = parser["metadata"]
    classifiers = tuple(line.strip() for line in section.get("classifiers", section.get("classifier", "")).split("\n") if line.strip())
    licence = section.get("license", "")
    return Manifest(
        name=_value(section.get("name")),
        version=_value(section.get("version")),
        licences=(licence,) if licence else (),
        classifiers=classifiers,
        private=_is_private(classifiers),
    )


def wheel_packer(data: bytes) -> str:
    """The tool that made a wheel, from its `WHEEL` file."""
    word = _WORD.match(_first(headers(data), "generator") or "")
    return PACKERS.get(word[0].lower(), word[0].lower()[:40]) if word else ""


def backend_packer(data: bytes) -> str:
    """The tool that packs a project, from its `pyproject.toml`: setuptools where no backend is named (PEP 517)."""
    backend = _table(toml_table(data), "build-system").get("build-backend", "setuptools")
    word = _WORD.match(backend) if isinstance(backend, str) else None
    return PACKERS.get(word[0].lower(), word[0].lower()[:40]) if word else ""


def json_object(data: bytes) -> dict[str, Any] | None:
    """A JSON object; `None` when it is none, or longer or deeper than a manifest can be."""
    if len(data) > LONGEST:
        return None
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def json_list(data: bytes) -> list[Any]:
    """A JSON list; empty when it is none, or longer or deeper than a manifest can be."""
    body = json_object(b'{"list":' + data + b"}") or {}
    return found if isinstance(found := body.get("list"), list) else []


def toml_table(data: bytes) -> dict[str, Any]:
    """A TOML document; empty when it is none, or longer or denser than a manifest can be."""
    if len(data) > LONGEST_TOML or any(line.count(b".") > MOST_DOTS for line in data.split(b"\n")):
        return {}
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}


def headers(data: bytes) -> Mapping[str, Sequence[str]]:
    """The header fields of core metadata by lower-case name, up to the first blank line; folded lines are joined by newlines."""
    fields: dict[str, list[str]] = {}
    pending: list[str] = []
    for raw in data[:LONGEST].decode("utf-8", "replace").removeprefix("\ufeff").split("\n"):
        line = raw.removesuffix("\r")
        if not line:
            break
        if line[0] in " \t":
            pending.append(line.strip().removeprefix("|"))
            continue
        _add_field(fields, pending)
        pending = [line]
    _add_field(fields, pending)
    return fields


def _add_field(fields: dict[str, list[str]], lines: Sequence[str]) -> None:
    key, colon, value = lines[0].partition(":") if lines else ("", "", "")
    if colon:
        fields.setdefault(key.strip().lower(), []).append("\n".join((value.strip(), *lines[1:])).strip())


def _npm_licences(body: Mapping[str, Any]) -> Iterable[str]:
    """`license` as it is and as it was: a string, an object with `type`, or a list of either, also under `licenses`."""
    for key in ("license", "licence", "licenses"):
        value = body.get(key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                one = one.get("type") or one.get("name")  # noqa: PLW2901
            if isinstance(one, str) and one.strip():
                yield one


def _is_private(classifiers: Sequence[str]) -> bool:
    """PyPI refuses every classifier of this family."""
    return any(one.startswith("Private ::") for one in classifiers)


def _table(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> Iterable[str]:
    return (one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _first(fields: Mapping[str, Sequence[str]], key: str) -> str | None:
    return next(iter(fields.get(key, ())), None)


def _value(value: object) -> str | None:
    """A name or version: a string that is not blank, bounded."""
    return value.strip()[:LONGEST_VALUE] if isinstance(value, str) and value.strip() else None
