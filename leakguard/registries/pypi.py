"""A Python package index (PEP 503, PEP 691), asked directly: the address is that of the user's own `pip`, no code of a package is run."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from leakguard.errors import Incomplete
from leakguard.patterns import lazily
from leakguard.registries import _http, _simple
from leakguard.registries._pip import index_urls
from leakguard.shape import platform_of

_WHEEL = lazily(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-(?P<platform>[^-]+)\.whl", re.IGNORECASE)
_SDIST = lazily(r"(?P<stem>.+)(?:\.tar\.gz|\.zip|\.tar\.bz2|\.tar\.xz)", re.IGNORECASE)
_RELEASE = lazily(r"(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(?P<pre>a|b|c|rc|alpha|beta|pre|preview|dev)[-_.]?\d*)?.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A file of an index, taken apart."""

    link: _simple.Link
    version: str
    platform: str
    """`any` and the like; empty for an sdist."""


def fetch(name: str, version: str, folder: Path, like: Sequence[str]) -> list[Path]:
    """The files of a version (or of the latest) that are like the named ones, in `folder`; raises `Incomplete`."""
    shown = f"pypi:{name}=={version}" if version else f"pypi:{name}"
    listed = [one for url in index_urls() for one in _listed(url, name, shown)]
    wanted = _same(version) if version else _latest(listed, shown)
    files = [one for one in listed if _same(one.version) == wanted]
    if not files:
        raise Incomplete(f"`{shown}` cannot be fetched: the index knows no such version")
    return [_download(one.link, folder, shown) for one in _chosen(files, like)]


def _listed(url: str, name: str, shown: str) -> list[_Choice]:
    normal = re.sub(r"[-_.]+", "-", name).lower()
    address = f"{url.rstrip('/')}/{normal}/"
    page = _http.get(address, shown, accept=_simple.ACCEPT, most=_simple.LARGEST)
    found = []
    for plain in _simple.links(page.body, page.kind, page.address) if page is not None else ():
        link = replace(plain, address=_http.with_login(plain.address, url))
        if match := _WHEEL.fullmatch(link.name):
            found.append(_Choice(link, match["version"], match["platform"].lower()))
        elif match := _SDIST.fullmatch(link.name):
            stem, cut = match["stem"], len(normal) + 1
            if re.sub(r"[-_.]+", "-", stem[: cut - 1]).lower() == normal and stem[cut - 1 : cut] == "-":
                found.append(_Choice(link, stem[cut:], ""))
    return found


def _latest(listed: Sequence[_Choice], shown: str) -> str:
    """The highest version that is neither yanked nor a pre-release, unless there are only such."""
    for strict in (True, False):
        versions = {_same(one.version) for one in listed if not (strict and (one.link.yanked or _is_pre(one.version)))}
        if versions:
            return max(versions, key=_sortable)
    raise Incomplete(f"`{shown}` has no published version", hint="before the first release there is nothing to compare with")


def _chosen(files: Sequence[_Choice], like: Sequence[str]) -> list[_Choice]:
    alike = []
    for name in like:
        match = _WHEEL.fullmatch(name)
        platform = platform_of(match["platform"]) if match else ""
        alike += [one for one in files if platform_of(one.platform) == platform and _tags(one.link.name, name)][:1]
    if alike:
        return list(dict.fromkeys(alike))
    ranked = sorted(files, key=lambda one: (one.platform != "any", bool(one.platform), one.link.name))
    return ranked[:1]


def _tags(name: str, other: str) -> bool:
    """Whether two wheels are for the same Python; sdists always are."""
    if not name.endswith(".whl"):
        return True
    return name.split("-")[-3:-1] == other.split("-")[-3:-1]


def _download(link: _simple.Link, folder: Path, shown: str) -> Path:
    path = folder / link.name
    digests = {name: hashlib.new(name) for name in link.digests}
    with path.open("xb") as file:
        for piece in _http.pieces(link.address, shown):
            file.write(piece)
            for digest in digests.values():
                digest.update(piece)
    if any(digest.hexdigest() != link.digests[name] for name, digest in digests.items()):
        path.unlink()
        raise Incomplete(f"`{shown}` cannot be fetched: the file is not the one that the index's digest is of")
    return path


def _same(version: str) -> str:
    """Versions that mean the same are spelt the same, as far as file names need it."""
    plain = version.lower().replace("_", "-").replace("-", ".").removeprefix("v")
    return re.sub(r"(?:\.0+)+(?=\.?[a-z+]|$)", "", plain)


def _is_pre(version: str) -> bool:
    match = _RELEASE.fullmatch(version)
    return match is None or match["pre"] is not None


def _sortable(version: str) -> tuple[int, tuple[int, ...], bool, str]:
    match = _RELEASE.fullmatch(version)
    if match is None:
        return -1, (), False, version
    return int(match[1] or 0), tuple(map(int, match[2].split("."))), match["pre"] is None, version
