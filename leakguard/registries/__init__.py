"""Published packages as plain files, from the index that the user's own `npm` or `pip` is configured for.

Nothing of a package is run: `npm pack NAME@VERSION` downloads a tarball of the registry and runs no script of it (a name and an exact
version are all that is ever passed: a folder, a git address or a URL, for which npm would run `prepare`, is refused), and files of a
Python index are fetched by this module itself, since `pip download` builds what is no wheel. Everything is bounded in bytes and time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leakguard.errors import UsageError
from leakguard.patterns import lazily
from leakguard.redact import escape

LARGEST = 2 * 10**9
"""Bytes of a package."""

PREFIXES = ("npm:", "pypi:")

_NPM = lazily(
    r"(?P<name>(?:@[a-z0-9~-][a-z0-9._~-]{0,100}/)?[a-zA-Z0-9~-][a-zA-Z0-9._~-]{0,213})"
    r"(?:@(?P<version>[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]{0,100}))?"
)
_PYPI = lazily(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?)"
    r"(?:==(?P<version>[0-9A-Za-z][0-9A-Za-z.!+_-]{0,100}))?"
)
_FORMS = {"npm": "npm:NAME@VERSION", "pypi": "pypi:NAME==VERSION"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A package of a registry."""

    registry: str
    """`npm` or `pypi`."""
    name: str
    version: str = ""
    """Empty: the latest."""

    def __str__(self) -> str:
        mark = "@" if self.registry == "npm" else "=="
        return f"{self.registry}:{self.name}" + (f"{mark}{self.version}" if self.version else "")


def is_published(spec: str) -> bool:
    """Whether what the user named is a package of a registry."""
    return spec.startswith(PREFIXES)


def parse(spec: str, *, latest: bool = False) -> Published:
    """`npm:NAME@VERSION` or `pypi:NAME==VERSION`; without a version only where `latest` is allowed. Raises `UsageError`."""
    registry, _, rest = spec.partition(":")
    match = (_NPM if registry == "npm" else _PYPI).fullmatch(rest)
    if match is None or (not match["version"] and not latest):
        raise UsageError(f"`{escape(spec)}` names no published package", hint=f"such as `{_FORMS.get(registry, _FORMS['npm'])}`")
    return Published(registry=registry, name=match["name"], version=match["version"] or "")


def fetch(package: Published, folder: Path, *, like: Sequence[str] = ()) -> list[Path]:
    """Download a package into an empty folder; raises `Incomplete` when it cannot be had.

    Of a Python release that has several files, those are taken that look like the file names `like` (same kind, same platform), else
    its wheel for any platform, else its sdist, else the first.
    """
    if package.registry == "npm":
        from leakguard.registries import npm

        return [npm.fetch(package.name, package.version, folder)]
    from leakguard.registries import pypi

    return pypi.fetch(package.name, package.version, folder, like)
