"""Packages whose files do not arrive where the archive says: what npm's client strips, merges and drops."""

from collections.abc import Iterator

from leakguard.model import Artifact, Kind


def describe_layout(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """Say, path by path, what about an npm package its client changes on installing."""
    if artifact.identity.format != "npm":
        return
    roots: dict[str, str] = {}
    for one in artifact.listing:
        if one.kind is Kind.LINK:
            yield one.path, "a link in an npm package: the registry refuses hard links, and the client drops all others without a word"
        if one.kind is not Kind.DIRECTORY:
            roots.setdefault(_root_of(one.path), one.path)
    for path in list(roots.values())[1:]:
        yield path, "the npm package has several top folders: the client strips the first of each path, so that they become one"


def _root_of(path: str) -> str:
    """The top folder; a file that lies beside it has its own name for one: the client puts it where nobody looks for it."""
    return path.removeprefix("./").partition("/")[0]
