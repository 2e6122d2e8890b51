"""Where a secret in a bundle comes from: the original file and line, through a map that ships in the same artifact.

Maps are not kept in memory for this. Only if there is such a secret, and a map of its file, are the bytes walked once more.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from leakguard.artifacts._data_uri import decode_uri
from leakguard.artifacts._map_positions import MOST_BYTES, original_positions
from leakguard.content import Content, Entry
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Finding
from leakguard.paths import safe_path
from leakguard.walk import Hits, Sink

MOST_TRACED = 200
"""Findings of one file whose origin is looked up."""

_URI = b"sourceMappingURL="
_LAST = 64 * 1024 * 1024
"""Bytes at the end of a bundle in which the last inline map is looked for."""

Place = tuple[int, int]


def traced(findings: Sequence[Finding], maps: Collection[str], walk: Callable[[Sink], object], budget: Budget) -> list[Finding]:
    """The same findings; those of secrets in bundles with a map have `evidence["original"]`, such as `src/auth.ts:42`.

    `maps` has the paths of all maps; `walk` shows a sink every entry once more, without opening maps.
    """
    wanted = _wanted(findings, maps)
    if not wanted:
        return list(findings)
    reading = _Reading(wanted, budget)
    walk(reading)
    return [_with_origin(one, reading.origins.get(one.location.path, {})) for one in findings]


def _wanted(findings: Sequence[Finding], maps: Collection[str]) -> dict[str, tuple[str, list[Place]]]:
    """Path of the entry that is or holds the map → the bundle, and the places in it."""
    places: dict[str, list[Place]] = defaultdict(list)
    for one in findings:
        at = one.location
        if one.rule.startswith("secret/") and at.line is not None and len(places[at.path]) < MOST_TRACED:
            places[at.path].append((at.line, at.column or 1))
    wanted = {}
    for path, own in places.items():
        if f"{path}.map" in maps:
            wanted[f"{path}.map"] = (path, own)
        elif f"{path}!/inline-0.map" in maps:
            wanted[path] = (path, own)
    return wanted


def _with_origin(finding: Finding, origins: Mapping[Place, str]) -> Finding:
    at = finding.location
    origin = origins.get((at.line or 0, at.column or 1)) if finding.rule.startswith("secret/") else None
    return replace(finding, evidence={**finding.evidence, "original": origin}) if origin else finding


class _Reading:
    """The sink of the extra walk: looks the places up as their map comes by."""

    def __init__(self, wanted: Mapping[str, tuple[str, list[Place]]], budget: Budget) -> None:
        self._wanted, self._budget = wanted, budget
        self.origins: dict[str, dict[Place, str]] = {}

    def enter(self, entry: Entry) -> None:
        """Read a map, or the last one inside its bundle."""
        if entry.content is None or (found := self._wanted.get(entry.path)) is None:
            return
        bundle, places = found
        text = _inline(entry.content, self._budget) if bundle == entry.path else entry.content.read(0, min(entry.content.size, MOST_BYTES))
        positions = original_positions(text, places)
        self.origins[bundle] = {place: f"{safe_path(source)}:{line}" for place, (source, line, _) in positions.items()}

    def found(self, entry: Entry, hits: Hits) -> None:
        """Nothing is searched in this walk."""


def _inline(content: Content, budget: Budget) -> bytes:
    """The last map that the text carries in a comment, decoded; empty if it cannot be."""
    data = content.data if content.data is not None else content.read(content.size - _LAST, content.size)
    at = data.rfind(_URI + b"data:")
    if at < 0:
        return b""
    try:
        payload = decode_uri(Content(data), at + len(_URI) + len(b"data:"), budget)
    except Malformed:
        return b""
    return payload.data if payload else b""
