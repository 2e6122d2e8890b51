"""What a loose file or a plain folder is: the nearest manifest in or above it says so."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from leakguard.model import Identity
from leakguard.openness._decision import Declared, decide, is_licence_file
from leakguard.openness.manifests import LONGEST, Manifest, backend_packer, package_json, pyproject, setup_cfg

MOST_LEVELS = 64
"""Folders that are looked into, upward."""

MOST_LICENCES = 8
"""Licence files that are read beside a manifest."""

_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def of_folder(path: Path, stop: Path | None = None) -> Identity | None:
    """Name, version, packer and openness from the nearest manifest in or above the folder `path`; `None` when there is none.

    The search ends at `stop`, at the git root, or below the home folder. Links are not followed, and a manifest that cannot be read
    counts as absent.
    """
    for folder in _upward(path, stop):
        found = _read(folder)
        if found is not None:
            manifest, packer = found
            openness, reason = decide(
                Declared(
                    licences=manifest.licences,
                    classifiers=manifest.classifiers,
                    private=manifest.private,
                    npm=packer == "npm",
                    texts=_texts(folder, manifest.licence_file),
                )
            )
            return Identity(
                format="directory",
                name=manifest.name,
                version=manifest.version,
                packer=packer,
                openness=openness,
                openness_reason=reason,
                private=manifest.private,
            )
    return None


def _upward(path: Path, stop: Path | None) -> Iterator[Path]:
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - `Path.home` raises where there is none
    for level, folder in enumerate((path, *path.parents)):
        if level == MOST_LEVELS or (level and folder == home):
            return
        yield folder
        if folder == stop or os.path.lexists(folder / ".git"):
            return


def _read(folder: Path) -> tuple[Manifest, str] | None:
    """The first manifest of a folder that can be read, and the tool that packs what it describes."""
    if (data := _content(folder / "package.json")) is not None and (manifest := package_json(data)) is not None:
        return manifest, "npm"
    if (data := _content(folder / "pyproject.toml")) is not None and (manifest := pyproject(data)) is not None:
        return manifest, backend_packer(data)
    if (data := _content(folder / "setup.cfg")) is not None and (manifest := setup_cfg(data)) is not None:
        return manifest, "setuptools"
    return None


def _texts(folder: Path, named: str) -> Mapping[str, bytes]:
    """The licence files of a folder."""
    try:
        with os.scandir(folder) as listing:
            names = sorted(one.name for one in listing if one.name == named or is_licence_file(one.name))
    except OSError:
        return {}
    found = {name: _content(folder / name) for name in names[:MOST_LICENCES]}
    return {name: data for name, data in found.items() if data is not None}


def _content(path: Path) -> bytes | None:
    """The first bytes of a regular file; neither a link nor a pipe is opened."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        with open(descriptor, "rb") as file:  # noqa: PTH123 - the descriptor is what was checked
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            return file.read(LONGEST)
    except OSError:
        return None
