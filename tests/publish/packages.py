"""Packages to publish: clean ones, and those of the two founding incidents."""

import hashlib
import json
from pathlib import Path

from tests import builders

OPEN = "License-Expression: MIT\n"


def wheel(folder: Path, name: str, **files: str) -> Path:
    """A clean wheel in `folder`."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    path.write_bytes(builders.wheel({f"{name}/__init__.py": "answer = 42\n", **files}, name=name, metadata=OPEN))
    return path


def sdist(folder: Path, name: str) -> Path:
    """A clean sdist in `folder`."""
    path = folder / f"{name}-1.0.tar.gz"
    path.write_bytes(builders.sdist({f"{name}/__init__.py": "answer = 42\n"}, name=name, metadata=OPEN))
    return path


def leaking_wheel(folder: Path, name: str) -> Path:
    """A wheel with a token in it."""
    token = builders.token("ghp_", 36)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    path.write_bytes(builders.wheel({f"{name}/__init__.py": f"token = '{token}'\n"}, name=name, metadata=OPEN))
    return path


def tarball(folder: Path, name: str, version: str = "1.0.0", **manifest: object) -> Path:
    """A clean npm tarball in `folder`."""
    path = folder / f"{name.replace('@', '').replace('/', '-')}-{version}.tgz"
    files = {"index.js": "module.exports = 42;\n"}
    path.write_bytes(builders.npm(files, name=name, version=version, manifest={"license": "MIT", **manifest}))
    return path


def with_map(folder: Path, name: str) -> Path:
    """The incident of March 2026: the map beside the bundle."""
    return _incident(folder, name, {"cli.js": "export{};\n//# sourceMappingURL=cli.js.map\n", "cli.js.map": _map()})


def with_inline_map(folder: Path, name: str) -> Path:
    """The incident thirteen months earlier: the same inside the bundle."""
    return _incident(folder, name, {"cli.mjs": f"export{{}};\n//# sourceMappingURL={builders.inline_base64(_map())}\n"})


def incident_files() -> dict[str, dict[str, str]]:
    """The files of both incidents, for a project that npm packs itself."""
    return {
        "beside": {"cli.js": "export{};\n//# sourceMappingURL=cli.js.map\n", "cli.js.map": _map()},
        "inside": {"cli.mjs": f"export{{}};\n//# sourceMappingURL={builders.inline_base64(_map())}\n"},
    }


def sha256(path: Path) -> str:
    """Digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _incident(folder: Path, name: str, files: dict[str, str]) -> Path:
    path = folder / f"{name}-1.0.0.tgz"
    path.write_bytes(builders.npm(files, name=name, manifest={"license": "SEE LICENSE IN README.md"}))
    return path


def _map() -> str:
    return builders.source_map({f"../src/{label}.ts": builders.code(40, label=label) for label in ("cli", "agent", "tools")})


def project(folder: Path, name: str, files: dict[str, str], /, **manifest: object) -> Path:
    """A folder that npm can pack."""
    folder.mkdir()
    for path, content in files.items():
        (folder / path).write_text(content, encoding="utf-8")
    body = {"name": name, "version": "1.0.0", "license": "SEE LICENSE IN README.md", **manifest}
    (folder / "package.json").write_text(json.dumps(body), encoding="utf-8")
    return folder
