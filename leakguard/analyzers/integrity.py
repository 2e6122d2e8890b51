"""Whether the artifact could be read at all, and whether everybody who unpacks it gets the same files in the same places.

Formats find damage and names; this is where they become findings of the `artifact/*` family.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from leakguard.analyzers._integrity_layout import describe_layout
from leakguard.analyzers._integrity_names import describe_link, describe_name, is_ordinary, leads_to_ancestor
from leakguard.analyzers._integrity_places import AMBIGUOUS, PATH_ESCAPE, Clash, Places, fold, tidy
from leakguard.analyzers._integrity_rules import RULES
from leakguard.analyzers._integrity_systems import Systems
from leakguard.content import WINDOW, Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, RuleId, Severity
from leakguard.plugins import Anchor, Hit
from leakguard.redact import fingerprint_of_place
from leakguard.settings import Settings

__all__ = ["ANCHORS", "RULES", "Integrity", "start"]

ANCHORS: Sequence[Anchor] = ()

UNPACKED = frozenset(("zip", "tar", "ar", "deb", "cpio", "rpm", "7z", "asar", "conda", "oci"))
"""Containers whose names become paths when somebody unpacks them."""

ON_DISK = "directory"
"""Its names come from a disk: they are paths already, but another disk may take two of them for one."""

MOST_TWINS = 1000
"""Places of which it is worth finding out whether the members that share one have the same content."""

_PACKAGES = frozenset(("ar", "rpm"))

_PLACED = UNPACKED | {ON_DISK}


@dataclass(slots=True)
class _Twins:
    """Members that share a place, and the digests of those that were seen again."""

    path: str
    reason: str
    count: int = 2
    digests: list[bytes] = field(default_factory=list)


class Integrity:
    """Sees every entry of one artifact."""

    def __init__(self) -> None:
        self._rooms: list[tuple[Entry | None, str, Places]] = []
        self._twins: dict[str, _Twins] = {}
        self._systems = Systems()
        self._folder = ""
        """Of the last ordinary name, with its final slash: the next name is often in the same."""

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Report damage, names and links that lead elsewhere, and names that fall on each other."""
        if entry.container in _PACKAGES:
            self._systems.note(entry)
        if entry.damage is None:
            if entry.container not in _PLACED:
                return ()
            if entry.kind is Kind.FILE and is_ordinary(entry.name, self._folder):
                self._folder = entry.name[: entry.name.rfind("/") + 1]
                clash = self._places(entry.parent, entry.container).take_ordinary(entry.name)
                return () if clash is None else tuple(self._clash(entry, clash))
        return tuple(self._judge(entry))

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:  # noqa: ARG002 - the contract's shape
        """Nothing: there are no anchors."""
        return ()

    def wants_second_pass(self) -> bool:
        """Only if two members share a place: some builders pack the same file twice, which does no harm."""
        return bool(self._twins)

    def revisit(self, entry: Entry) -> None:
        """Note the digest of a member that shares its place with another."""
        twins = self._twins.get(fold(tidy(entry.path)))
        if twins is not None and entry.content is not None and len(twins.digests) <= twins.count:
            digest = hashlib.sha256()
            for start in range(0, entry.content.size, WINDOW):
                digest.update(entry.content.read(start, start + WINDOW))
            twins.digests.append(digest.digest())

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - the contract's shape
        """Report members that share a place, unless all of them were seen to have the same content, and layouts that installers change."""
        for path, reason in describe_layout(artifact):
            yield _finding(AMBIGUOUS, path, reason)
        for twins in self._twins.values():
            if len(twins.digests) != twins.count or len(set(twins.digests)) > 1:
                yield _finding(AMBIGUOUS, twins.path, twins.reason)

    def _judge(self, entry: Entry) -> Iterator[Finding]:
        damage, container = entry.damage, entry.container
        if damage is not None:
            yield _finding(damage.rule, entry.path, damage.reason, offset=damage.offset)
        if entry.kind is Kind.DAMAGE or container not in _PLACED:
            return
        for reason in _describe(entry) if container in UNPACKED else _describe_link_on_disk(entry):
            if container in UNPACKED and self._systems.tolerates(entry, reason):
                continue
            yield _finding(PATH_ESCAPE, entry.path, reason)
        yield from self._place(entry)

    def _place(self, entry: Entry) -> Iterator[Finding]:
        places = self._places(entry.parent, entry.container)
        if entry.link is not None and entry.facts.get("hard") and not places.holds(entry.link):
            yield _finding(AMBIGUOUS, entry.path, "a hard link leads to no earlier file")
        if (clash := places.take(entry.name, entry.kind)) is not None:
            yield from self._clash(entry, clash)

    def _clash(self, entry: Entry, clash: Clash) -> Iterator[Finding]:
        if (entry.damage is not None and entry.damage.rule == clash.rule) or self._systems.tolerates(entry, clash.reason):
            return
        if clash.twins and entry.kind is Kind.FILE and len(self._twins) < MOST_TWINS:
            key = fold(tidy(entry.path))
            if key in self._twins:
                self._twins[key].count += 1
            else:
                self._twins[key] = _Twins(entry.path, clash.reason)
            return
        yield _finding(clash.rule, entry.path, clash.reason)

    def _places(self, parent: Entry | None, container: str) -> Places:
        """The names seen so far in a container: the walk is depth first, so those of finished containers go."""
        rooms = self._rooms
        if rooms and rooms[-1][0] is parent and rooms[-1][1] == container:
            return rooms[-1][2]
        for index in range(len(rooms) - 1, -1, -1):
            if rooms[index][0] is parent and rooms[index][1] == container:
                del rooms[index + 1 :]
                return rooms[index][2]
        rooms.append((parent, container, Places()))
        return rooms[-1][2]


def start(settings: Settings) -> Integrity:  # noqa: ARG001 - the contract's shape
    """Make the analyzer for one artifact."""
    return Integrity()


def _describe(entry: Entry) -> Iterator[str]:
    if not is_ordinary(entry.name):
        yield from describe_name(entry.name, entry.kind)
    if entry.link is not None and (reason := describe_link(entry.name, entry.link, hard=bool(entry.facts.get("hard")))):
        yield reason


def _describe_link_on_disk(entry: Entry) -> Iterator[str]:
    """A link that stays inside the folder leads to what is inspected anyway; any other gives whoever follows it more than that."""
    if entry.link is None:
        return
    if reason := describe_link(entry.name, entry.link, hard=False):
        yield reason
    elif leads_to_ancestor(entry.name, entry.link):
        yield "the target of a link is a folder that the link lies in"


def _finding(rule: RuleId, path: str, reason: str, *, offset: int | None = None) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        location=Location(path=path, offset=offset),
        message=reason,
        fingerprint=fingerprint_of_place(rule, path, reason.encode("utf-8", "surrogateescape")),
    )
