"""What a draft says of the artifacts of one kind: allowed, denied, undecided, required, and how large."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leakguard.declared import ENTRY_POINTS
from leakguard.declared import files_of as files_named
from leakguard.drafting._doubts import TEST_FOLDERS, Doubt, doubts_of
from leakguard.drafting._grouping import SPREAD, Pattern, grouped, matched
from leakguard.model import Artifact, Kind, Listed, Verdict
from leakguard.openness import is_licence_file
from leakguard.patterns import lazily
from leakguard.shape import FLOOR, Generaliser, size_class

MOST_REQUIRED = 24
"""Files that a draft requires; those of the manifest come first."""

MOST_NAMED = 40
"""Doubtful files of one reason that are named one by one where no group fits."""

_LICENCE_PLACE = lazily(r"(?:[^/]+\.dist-info/(?:licenses/|license_files/)?)?[^/]+")
_MANIFESTS = ("package.json", "METADATA", "RECORD", "WHEEL", "PKG-INFO", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Undecided:
    """Doubtful files of one reason."""

    reason: str
    patterns: tuple[str, ...]
    count: int
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One role of the draft."""

    allow: tuple[Pattern, ...]
    exclude: tuple[str, ...]
    """Patterns that take the doubtful out of `allow` again."""
    undecided: tuple[Undecided, ...]
    require: tuple[str, ...]
    size: Mapping[str, int] = field(default_factory=dict)
    """`artifact` and `entry` in bytes, `files`."""


def part_of(verdicts: Sequence[Verdict]) -> Part:
    """What the artifacts of one role come to together."""
    patterns: dict[str, int] = {}
    plain: set[str] = set()
    doubtful: dict[str, tuple[str, Doubt]] = {}
    required: list[list[str]] = []
    for verdict in verdicts:
        files = _files(verdict.artifact)
        doubts = doubts_of(verdict, files)
        general = Generaliser((one.inner for one in files), verdict.artifact.identity.version)
        named = {one.inner: general.pattern(one.inner) for one in files}
        for inner, pattern in named.items():
            if inner in doubts:
                doubtful[inner] = pattern, doubts[inner]
            else:
                patterns[pattern] = patterns.get(pattern, 0) + 1
                plain.add(inner)
        required.append([named[one] for one in _needed(verdict.artifact, files) if one not in doubts])
    allow = grouped(patterns)
    undecided = [*_undecided(doubtful, plain)]
    through = matched([one.text for one in allow], doubtful)
    exclude = [pattern for one in undecided for pattern in one.patterns if matched([pattern], through)]
    return Part(
        allow=tuple(allow),
        exclude=tuple(dict.fromkeys(exclude)),
        undecided=tuple(undecided),
        require=_in_all(required),
        size=_sizes([verdict.artifact for verdict in verdicts]),
    )


def _undecided(doubtful: Mapping[str, tuple[str, Doubt]], plain: set[str]) -> Iterable[Undecided]:
    by_reason: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for inner, (_, doubt) in doubtful.items():
        by_reason[doubt.denied, _without_name(doubt.reason, inner)].append(inner)
    for (denied, reason), inners in sorted(by_reason.items()):
        counts: dict[str, int] = {}
        for inner in inners:
            counts[doubtful[inner][0]] = counts.get(doubtful[inner][0], 0) + 1
        folders, rest = _test_folders(counts)
        texts = [*folders, *(one.text for one in grouped(rest) if not one.text.startswith("!"))]
        if matched(texts, plain):
            texts = sorted(counts)[:MOST_NAMED]
        yield Undecided(reason, tuple(texts), len(inners), denied)


def _test_folders(counts: Mapping[str, int]) -> tuple[list[str], dict[str, int]]:
    """Folders of tests as a whole, and the patterns that are in none."""
    roots: dict[str, set[str]] = defaultdict(set)
    rest: dict[str, int] = {}
    for pattern, count in counts.items():
        parts = pattern.split("/")
        at = next((index for index, part in enumerate(parts[:-1]) if part.lower() in TEST_FOLDERS), 0)
        if at:
            roots[f"{parts[1]}/{parts[at]}" if at > 1 else parts[at]].add("/".join(parts[: at + 1]))
        else:
            rest[pattern] = count
    found: list[str] = []
    for key, members in sorted(roots.items()):
        top, _, name = key.partition("/")
        found += [f"/{top}/**/{name}/**"] if len(members) > SPREAD else [f"{one}/**" for one in sorted(members)]
    return found, rest


def _without_name(reason: str, inner: str) -> str:
    """The same for every file of a kind: `\\`a.map\\` is …` → `… is …`."""
    base = inner.rpartition("/")[2]
    return reason.removeprefix(f"`{base}` is ").removeprefix("ships ")


def _needed(artifact: Artifact, files: Sequence[Listed]) -> list[str]:
    """What users of the package rely on: manifest, licence, entry points."""
    there = {one.inner for one in files}
    named = files_named((artifact.declared or {}).get(ENTRY_POINTS, {})) if artifact.identity.format in ("npm", "directory") else []
    points = [path for one in named for path in (one, f"{one}.js", f"{one}/index.js", f"{one.rstrip('/')}/index.js") if path in there]
    manifests = [one.inner for one in files if _is_manifest(one.inner, artifact.identity.format)]
    licences = [one for one in there if is_licence_file(one.rpartition("/")[2]) and _LICENCE_PLACE.fullmatch(one)]
    typed = [one for one in there if one.count("/") == 1 and one.endswith(("/__init__.py", "/py.typed", "/__init__.pyi"))]
    wheel = artifact.identity.format == "wheel"
    page = ["index.html"] if artifact.identity.format == "directory" and "index.html" in there else []
    return [*manifests, *sorted(licences)[:4], *dict.fromkeys(points), *page, *(sorted(typed)[:8] if wheel else ())][:MOST_REQUIRED]


def _is_manifest(inner: str, form: str) -> bool:
    folder, _, base = inner.rpartition("/")
    if form == "wheel":
        return base in _MANIFESTS[1:4] and folder.endswith(".dist-info")
    return not folder and base in _MANIFESTS and base not in _MANIFESTS[1:4]


def _in_all(required: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What every artifact of the role has, in the order of the first."""
    return tuple(dict.fromkeys(one for one in required[0] if all(one in other for other in required)))


def _sizes(artifacts: Sequence[Artifact]) -> dict[str, int]:
    """Limits with room for a quarter more, and never for the double."""
    size = max((one.size or 0 for one in artifacts), default=0)
    files = [_files(one) for one in artifacts]
    entry = max((one.size for listed in files for one in listed), default=0)
    count = max((len(listed) for listed in files), default=0)
    limits = {"artifact": size_class(size * 5 // 4, FLOOR)} if size else {}
    return {**limits, "entry": size_class(entry * 5 // 4, FLOOR), "files": size_class(count * 5 // 4 + 1) if count >= 8 else count + 2}


def _files(artifact: Artifact) -> list[Listed]:
    return [one for one in artifact.listing if one.kind in (Kind.FILE, Kind.LINK)]
