"""Packages whose files do not arrive where the archive says: what installers strip, merge and drop."""

from collections.abc import Iterator

from leakguard.model import Artifact, Kind

SDIST_SUFFIX = ".tar.gz"


def describe_layout(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """Say, path by path, what about a package its installer changes."""
    if artifact.identity.format == "npm":
        yield from _describe_npm(artifact)
    elif artifact.identity.format == "tar" and artifact.target.lower().endswith(SDIST_SUFFIX):
        yield from _describe_sdist(artifact)


def _describe_npm(artifact: Artifact) -> Iterator[tuple[str, str]]:
    for one in artifact.listing:
        if one.kind is Kind.LINK:
            yield one.path, "a link in an npm package: the registry refuses hard links, and the client drops all others without a word"
    for path in list(_roots(artifact).values())[1:]:
        yield path, "the npm package has several top folders: the client strips the first of each path, so that they become one"


def _describe_sdist(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """What has a `PKG-INFO` like an sdist, but several top folders, of which each tool takes another for the package."""
    roots = _roots(artifact)
    if len(roots) > 1 and any(one.path.removeprefix("./").partition("/")[2] == "PKG-INFO" for one in artifact.listing):
        for path in list(roots.values())[1:]:
            yield path, "the sdist has several top folders, of which the index and installers expect one"


def _roots(artifact: Artifact) -> dict[str, str]:
    """The first path below each top folder; a file that lies beside them is one by itself."""
    roots: dict[str, str] = {}
    for one in artifact.listing:
        if one.kind is not Kind.DIRECTORY:
            roots.setdefault(one.path.removeprefix("./").partition("/")[0], one.path)
    return roots
