"""Shapes: what a lock holds, and what an artifact is compared by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leakguard.model import Artifact, Kind, Listed
from leakguard.patterns import lazily
from leakguard.shape._kinds import kind_of
from leakguard.shape._names import Generaliser
from leakguard.shape._sizes import FLOOR, size_class

_VERSIONED = lazily(r"[-_.]v?\d+(?:\.\w+)+.*$")
_PLATFORM = lazily(r"((?:many|musl)?linux|macosx|win)(?:_?\d+)*(?:_|$)")
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Line:
    """One pattern of what ships."""

    kind: str
    size: int
    """Bytes that its largest file may have: a class in a lock, exact where an artifact is compared with another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What ships in one role."""

    size: int
    """Bytes of the artifact as published; 0 where there is none, as for a folder."""
    lines: Mapping[str, Line]
    """By pattern, in the order of the patterns."""


Shapes = Mapping[str, Shape]
"""By role."""


def role_of(artifact: Artifact) -> str:
    """What an artifact is, whatever its version: `npm @acme/cli`, `wheel acme (linux_x86_64)`."""
    identity = artifact.identity
    base = artifact.target.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = identity.name or _VERSIONED.sub("", base) or base
    platform = _platform(base) if identity.format == "wheel" else ""
    return " ".join(f"{identity.format} {name}".split()) + (f" ({platform})" if platform else "")


def files_of(artifact: Artifact) -> Sequence[Listed]:
    """The outermost files and links."""
    return [one for one in artifact.listing if one.kind in (Kind.FILE, Kind.LINK)]


def kind_of_listed(one: Listed) -> str:
    """The kind of an outermost file."""
    return "link" if one.kind is Kind.LINK else kind_of(one.inner, one.form)


def shape_of(artifact: Artifact, *, exact: bool = False) -> Shape:
    """The shape of an artifact, with classes of size, or exact sizes."""
    files = files_of(artifact)
    general = Generaliser((one.inner for one in files), artifact.identity.version)
    lines: dict[str, Line] = {}
    for one in files:
        pattern, size = general.pattern(one.inner), one.size if exact else size_class(one.size, FLOOR)
        before = lines.get(pattern)
        kind = kind_of_listed(one)
        lines[pattern] = Line(kind if before is None else min(kind, before.kind), size if before is None else max(size, before.size))
    size = artifact.size or 0
    return Shape(size=size if exact or not size else size_class(size, FLOOR), lines=dict(sorted(lines.items())))


def shapes_of(artifacts: Iterable[Artifact], *, exact: bool = False) -> dict[str, Shape]:
    """The shapes of several artifacts by role; those of one role together."""
    found: dict[str, Shape] = {}
    for artifact in artifacts:
        role, shape = role_of(artifact), shape_of(artifact, exact=exact)
        found[role] = together(found[role], shape) if role in found else shape
    return dict(sorted(found.items()))


def together(one: Shape, other: Shape) -> Shape:
    """What ships in either; the larger size counts."""
    lines = dict(one.lines)
    for pattern, line in other.lines.items():
        before = lines.get(pattern)
        lines[pattern] = line if before is None else Line(line.kind, max(line.size, before.size))
    return Shape(size=max(one.size, other.size), lines=dict(sorted(lines.items())))


def platform_of(tags: str) -> str:
    """A wheel's platform without versions: `linux_x86_64` of `manylinux_2_17_x86_64.manylinux2014_x86_64`; empty for `any`."""
    tag = tags.partition(".")[0].lower()
    match = _PLATFORM.match(tag)
    if match is None:
        return "" if tag == _ANY else tag
    family = match[1].removeprefix("many")
    architecture = tag[match.end() :]
    return f"{family}_{architecture}" if architecture else family


def _platform(base: str) -> str:
    """Of a wheel's file name."""
    return platform_of(base.removesuffix(".whl").rpartition("-")[2]) if base.endswith(".whl") and "-" in base else ""
