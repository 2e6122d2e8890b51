"""What shipped before: a file, a folder, a lock, or a published package, opened so that what ships now can be compared with it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leakguard import inspector
from leakguard.errors import Incomplete, UsageError
from leakguard.model import Artifact, Report, Verdict
from leakguard.policy import Lock, Policy, Reference, read_lock
from leakguard.redact import escape
from leakguard.registries import Published, fetch, is_published, parse
from leakguard.shape import Shapes, role_of, shapes_of

PREVIOUS = "previous"
"""The latest published version of the same name."""

_LOCK_ENDING = ".lock"
_REGISTRY_OF = {"npm": "npm", "wheel": "pypi", "sdist": "pypi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison."""

    label: str
    """Escaped."""
    shapes: Shapes
    """By class where it is a lock, else exact."""
    verdicts: tuple[Verdict, ...] = ()
    """What an inspection with a survey says of it; nothing of a lock."""
    lock: Lock | None = None
    report: Report | None = field(default=None, repr=False)


def check(spec: str) -> None:
    """Refuse, before any work, what cannot be compared with; raises `UsageError`."""
    if is_published(spec):
        parse(spec, latest=True)


def opened(spec: str, *, policy: Policy | str | None = None, like: Sequence[str] = (), as_is: bool = False) -> Side:
    """A side of a comparison; raises `UsageError` or `Incomplete`."""
    if is_published(spec):
        with _fetched(parse(spec), like) as paths:
            return _surveyed(spec, paths, policy, as_is=False)
    if spec.endswith(_LOCK_ENDING) and Path(spec).is_file():
        lock = read_lock(Path(spec))
        return Side(label=escape(spec), shapes=lock.shapes, lock=lock)
    return _surveyed(spec, [spec], policy, as_is=as_is)


def reference(spec: str, artifacts: Sequence[Artifact]) -> Reference:
    """What `--against` names, as something to compare these artifacts with. Raises `UsageError` or `Incomplete`."""
    names = [_base(one) for one in artifacts]
    if spec == PREVIOUS:
        shapes = {role: shape for side in _previous(artifacts) for role, shape in side.shapes.items()}
        return Reference(label=PREVIOUS, shapes=shapes)
    if is_published(spec):
        with _fetched(parse(spec, latest=True), names) as paths:
            side = _surveyed(spec, paths, None, as_is=False)
    else:
        side = opened(spec)
    return Reference.of_lock(side.lock) if side.lock else Reference(label=side.label, shapes=side.shapes)


def _previous(artifacts: Sequence[Artifact]) -> Iterator[Side]:
    """The latest published version of each package, once, in the files that are like those at hand."""
    wanted: dict[Published, list[str]] = {}
    for artifact in artifacts:
        registry = _REGISTRY_OF.get(artifact.identity.format)
        if registry is None or not artifact.identity.name:
            hint = "name what to compare with: `--against FILE`"
            raise UsageError(f"`{role_of(artifact)}` is in no registry that `--against previous` could ask", hint=hint)
        wanted.setdefault(parse(f"{registry}:{artifact.identity.name}", latest=True), []).append(_base(artifact))
    for package, like in wanted.items():
        with _fetched(package, like) as paths:
            yield _surveyed(str(package), paths, None, as_is=False)


@contextlib.contextmanager
def _fetched(package: Published, like: Sequence[str]) -> Iterator[list[str]]:
    """The files of a published package, there until the block ends."""
    with tempfile.TemporaryDirectory(prefix="leakguard-") as folder:
        yield [str(path) for path in fetch(package, Path(folder), like=like)]


def _surveyed(spec: str, paths: Sequence[str], policy: Policy | str | None, *, as_is: bool) -> Side:
    report = inspector.inspect(paths, policy=policy or "default", as_is=as_is, survey=True)
    for error in report.errors:
        raise Incomplete(error.message.replace(escape(paths[0]), escape(spec)), hint=error.hint)
    verdicts = tuple(one for one in report.verdicts if inspector.is_published(one))
    shapes = shapes_of((one.artifact for one in verdicts), exact=True)
    return Side(label=escape(spec), shapes=shapes, verdicts=verdicts, report=report)


def _base(artifact: Artifact) -> str:
    return os.path.basename(artifact.target.rstrip("/"))  # noqa: PTH119 - the name alone counts
