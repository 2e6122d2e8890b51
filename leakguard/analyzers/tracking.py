"""Files that ship and that git does not track: nobody reviewed them, and mostly nobody meant to publish them.

Only where the artifact is of a project of the working directory's own repository. By content first, then by the path below the project's
folder; build output is not judged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leakguard.checkout import Checkout, Place, State
from leakguard.content import WINDOW, Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, Rule, RuleId, Severity
from leakguard.plugins import Anchor, Hit
from leakguard.redact import fingerprint_of_place
from leakguard.settings import Settings

UNTRACKED = RuleId("file/untracked")
FORMATS = ("npm", "wheel", "sdist")
MOST_PATHS = 10
"""Modified files that are named; the others are counted."""

RULES = (
    Rule(
        id=UNTRACKED,
        title="File that git does not track",
        severity=Severity.MEDIUM,
        description="A file of the package lies in the project's working tree, but git does not track it, or ignores it beside tracked "
        "files, and it is not build output.",
        impact="What only one machine has and nobody reviewed: notes, dumps, local settings, exports with real data.",
        fixes={
            "npm": 'if it is meant to ship, commit it; if not, name what ships in "files" of package.json, or add "!{path}" at its end',
            "*": "if it is meant to ship, commit it; if not, leave `{path}` out of what is packed, and build in a fresh checkout",
        },
    ),
)
ANCHORS: Sequence[Anchor] = ()


def start(settings: Settings) -> "Tracking":
    """An analyzer for one artifact."""
    return Tracking(settings.checkout)


class Tracking:
    """Keeps the ids that git would give to the outermost files; does nothing without a checkout."""

    def __init__(self, checkout: Checkout | None) -> None:
        self._checkout = checkout
        self._ids: dict[str, frozenset[str]] = {}
        self._states: dict[State, int] | None = None
        self._modified: list[str] = []

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Compute the id of an outermost file."""
        if self._checkout is not None and entry.parent is None and entry.kind is Kind.FILE:
            self._ids[entry.path] = frozenset(_ids(entry, self._checkout))
        return ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:  # noqa: ARG002 - there are no anchors
        """Never asked for."""
        return ()

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:
        """Compare the package with the checkout of its project."""
        folders = self._checkout.folders_of(artifact.identity.name) if self._checkout is not None else ()
        if self._checkout is None or not folders or artifact.identity.format not in FORMATS or not settings.publishable:
            return
        units: dict[tuple[str, State], list[tuple[str, str]]] = {}
        self._states = dict.fromkeys(State, 0)
        for one in artifact.listing:
            if one.kind is not Kind.FILE:
                continue
            place = self._place(one.inner, self._ids.get(one.path, frozenset()), folders)
            self._states[place.state] += 1
            if place.state is State.MODIFIED:
                self._modified.append(one.path)
            if place.state in (State.UNTRACKED, State.IGNORED) and not place.build_output and one.size:
                units.setdefault((place.unit, place.state), []).append((one.path, one.inner))
        for (unit, state), files in units.items():
            yield _finding(unit, state, files)

    def compared(self) -> Mapping[str, Any] | None:
        """How many files are in which state, and which are modified; `None` where nothing was compared."""
        if self._states is None:
            return None
        return {**{str(state): number for state, number in self._states.items()}, "modified_paths": self._modified[:MOST_PATHS]}

    def _place(self, inner: str, ids: frozenset[str], folders: Sequence[str]) -> Place:
        """As the folder says in which it is known best."""
        assert self._checkout is not None
        places = [self._checkout.place_of(inner, ids, folder) for folder in folders]
        return min(places, key=lambda place: list(State).index(place.state))


def _ids(entry: Entry, checkout: Checkout) -> Iterator[str]:
    content = entry.content
    if content is None or content.encoding not in ("", "utf-8") or content.size > WINDOW:
        return
    data = content.read(0, content.size)
    yield checkout.id_of(data)
    if b"\r\n" in data:
        yield checkout.id_of(data.replace(b"\r\n", b"\n"))


def _finding(unit: str, state: State, files: Sequence[tuple[str, str]]) -> Finding:
    """One for a file, or one for a folder that is untracked as a whole."""
    path, inner = files[0]
    root = path.removesuffix(inner)
    if unit.endswith("/") and len(files) > 1:
        folder = f"/{unit.rstrip('/').rpartition('/')[2]}/"
        head, found, _ = f"/{inner}".partition(folder)
        inner = f"{head}{found}".removeprefix("/") or inner
        path = f"{root}{inner}"
    what = f"`{inner}` ships" if len(files) == 1 else f"`{inner}` ships with {len(files)} files"
    said = "git does not track" if state is State.UNTRACKED else "git ignores, beside files that it tracks"
    return Finding(
        rule=UNTRACKED,
        severity=RULES[0].severity,
        confidence=Confidence.HIGH if state is State.UNTRACKED else Confidence.MEDIUM,
        location=Location(path=path),
        message=f"{what}, which {said}",
        fingerprint=fingerprint_of_place(UNTRACKED, path),
        evidence={"state": str(state), "files": len(files)},
    )
