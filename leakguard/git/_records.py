"""What git's plumbing prints, `-z`, as values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LINK, SUBMODULE = "120000", "160000"
"""Modes."""

RAW = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
"""Options of the commands whose answers `changes` reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path of the index, or of a commit, that differs from what was there before."""

    mode: str
    """Octal: `100644`, `100755`, `LINK`, `SUBMODULE`."""
    digest: str
    path: bytes
    """As stored, below the top of the repository."""
    status: str = "A"
    """`A`, `M`, `T`; `U` for a path with unmerged versions."""
    commit: str = ""
    """Of the commit that brought it; empty for the index."""


class Listed(NamedTuple):
    """A file as a tree has it."""

    mode: str
    """Octal, six digits."""
    blob: str
    """Its content's id."""
    size: int


class Indexed(NamedTuple):
    """A line of the index."""

    mode: str
    digest: str
    stage: str
    """`0`, or that of an unmerged version."""
    path: bytes


def changes(answer: bytes) -> Iterator[Change]:
    """The records of `--raw -z`: `:mode mode digest digest status`, then the path; between them the commits they belong to."""
    commit = ""
    fields = iter(answer.split(b"\0"))
    for head in fields:
        if not head.startswith(b":"):
            commit = head.decode("ascii", "replace").strip() or commit
            continue
        _, mode, _, digest, status = head.decode("ascii", "replace").split(" ")
        path = next(fields)
        if status[0] != "D":
            yield Change(mode=mode, digest=digest, path=path, status=status[0], commit=commit)


def indexed(answer: bytes) -> Iterator[Indexed]:
    """The records of `ls-files --stage -z`."""
    for record in answer.split(b"\0"):
        head, tab, path = record.partition(b"\t")
        if tab:
            mode, digest, stage = head.decode("ascii", "replace").split(" ")
            yield Indexed(mode, digest, stage, path)


def is_digest(text: str) -> bool:
    """Whether it is a full object name, of SHA-1 or SHA-256."""
    return re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text) is not None
