"""A policy after loading and merging: frozen, and ready to judge."""

import fnmatch
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import Struct

from leakguard.limits import Limits
from leakguard.model import Identity
from leakguard.policy.actions import RuleTable
from leakguard.policy.waivers import Waiver
from leakguard.settings import Settings

_PYTHON_FORMATS = frozenset({"wheel", "sdist"})


class FilePattern(Struct, frozen=True):
    """A pattern of `files`, with its place."""

    kind: str
    """`allow`, `deny` or `require`."""
    text: str
    label: str
    line: int


class Match(Struct, frozen=True, kw_only=True):
    """Which artifacts a role is for: every condition that is given must hold, by any of its alternatives."""

    formats: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def accepts(self, target: str, identity: Identity) -> bool:
        """Whether an artifact is one of these. Name and target are globs in which `*` crosses `/`."""
        path = os.path.normpath(target).replace("\\", "/")
        name = identity.name or ""
        return (
            (not self.formats or identity.format in self.formats)
            and (not self.names or any(_same_name(name, one, identity.format) for one in self.names))
            and (not self.targets or any(fnmatch.fnmatchcase(path, one.removeprefix("./")) for one in self.targets))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What the policy says to one kind of artifact: its general part, with the role laid over it."""

    settings: Settings
    rules: RuleTable
    waivers: tuple[Waiver, ...] = ()
    patterns: tuple[FilePattern, ...] = ()
    allowlist_required: bool = False
    name: str = ""
    """`artifacts[0]` and so on; empty for the general part."""
    index: int | None = None
    """Position among the roles; `None` for the general part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What to look for and what to do about it. Made by `leakguard.policy.load`."""

    name: str
    """A preset's name, or the policy file's path below its root."""
    digest: str
    """`sha256:` and the digest of the merged policy with its packs, baseline and lock."""
    limits: Limits
    lock: Path | None
    publish_registry: str | None
    settings: Settings
    """Of the general part, before it is known what an artifact is."""
    general: Role
    roles: tuple[tuple[Match, Role], ...] = ()
    place: tuple[str, int] = ("", 0)
    """File and line of `artifacts`, where roles are declared; of the policy otherwise."""
    tree: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def role_for(self, target: str, identity: Identity) -> Role:
        """The first role that matches, else the general part."""
        return next((role for match, role in self.roles if match.accepts(target, identity)), self.general)

    def merged(self) -> Mapping[str, Any]:
        """The merged policy as nested mappings and tuples.

        Every leaf has `value` and `origin` (`file:line`). Rules stand in the order in which they are tried.
        """
        from leakguard.policy.merging import shown

        return shown(self.tree)


def _same_name(name: str, glob: str, form: str) -> bool:
    if fnmatch.fnmatchcase(name, glob):
        return True
    return form in _PYTHON_FORMATS and "[" not in glob and fnmatch.fnmatchcase(_normal(name), _normal(glob))


def _normal(name: str) -> str:
    """As the core metadata compares names of Python projects."""
    return re.sub(r"[-_.]+", "-", name).lower()
