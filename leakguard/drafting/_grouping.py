"""Many paths → few patterns, as people would write them, and none wider than what was seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ENOUGH = 4
"""Files of one suffix below one folder that make a pattern; fewer are named one by one."""

SPREAD = 3
"""Folders of files of one suffix that are still named one by one; more make a `**`."""

MANY_PLAIN = 12
"""Files without a suffix below one folder that make a pattern for names without a dot."""

_DOUBLE = (".d.ts", ".d.mts", ".d.cts", ".js.map", ".mjs.map", ".cjs.map", ".css.map", ".d.ts.map", ".d.mts.map", ".d.cts.map", ".tar.gz")
_SPECIAL = frozenset("\\*?[]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of the draft."""

    text: str
    count: int
    """Files that it stands for."""


def grouped(patterns: Mapping[str, int]) -> list[Pattern]:
    """Patterns of single files (as `shape` makes them, with how many files each stands for) → patterns of groups, sorted."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    alone: list[str] = []
    for pattern in patterns:
        folder, _, base = pattern.rpartition("/")
        suffix = suffix_of(base)
        if not folder or base.startswith(".") or suffix is None or ".dist-info" in folder:
            alone.append(pattern)
        else:
            groups[_top(folder), suffix].append(pattern)
    found = {pattern: patterns[pattern] for pattern in alone}
    for (_, suffix), members in groups.items():
        _add(found, suffix, members, patterns)
    return [Pattern(text, count) for text, count in sorted(_without_covered(found).items(), key=lambda item: _order(item[0]))]


def suffix_of(base: str) -> str | None:
    """The suffix that a group shares: empty for a name without a dot, `None` for one that no pattern should be made of."""
    lower = base.lower()
    for double in _DOUBLE:
        if lower.endswith(double) and len(base) > len(double):
            return base[-len(double) :]
    stem, dot, suffix = base.rpartition(".")
    if not dot:
        return ""
    return f".{suffix}" if stem and not _SPECIAL.intersection(suffix) and suffix.isalnum() and not suffix.isdigit() else None


def _add(found: dict[str, int], suffix: str, members: Sequence[str], counts: Mapping[str, int]) -> None:
    total = sum(counts[one] for one in members)
    if not suffix:
        if len(members) > MANY_PLAIN and (base := _common(members)):
            found[f"{base}/**"] = total
            found[f"!{base}/**/*.*"] = 0
        else:
            found.update({one: counts[one] for one in members})
        return
    folders: dict[str, list[str]] = defaultdict(list)
    for one in members:
        folders[one.rpartition("/")[0]].append(one)
    if len(members) >= ENOUGH and len(folders) > SPREAD:
        base = _common(members)
        found[f"{base}/**/*{suffix}"] = total
        return
    for folder, inside in folders.items():
        if len(inside) >= ENOUGH:
            found[f"{folder}/*{suffix}"] = sum(counts[one] for one in inside)
        else:
            found.update({one: counts[one] for one in inside})


def matched(patterns: Iterable[str], paths: Iterable[str]) -> set[str]:
    """The paths that these patterns let through, by git's own rules: the last one that matches decides."""
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(patterns)
    return {path for path in paths if spec.match_file(path)}


def _without_covered(found: Mapping[str, int]) -> dict[str, int]:
    """Without those that another one of the same folder covers: `*.d.ts` beside `*.ts`."""
    kept = dict(found)
    for text in found:
        folder, _, last = text.rpartition("/")
        if last.startswith("*.") and last.count(".") > 1:
            wider = f"{folder}/*.{last.rpartition('.')[2]}"
            if wider in kept and wider != text:
                kept[wider] += kept.pop(text)
    return kept


def _top(folder: str) -> str:
    return folder.split("/", 2)[1]


def _common(members: Sequence[str]) -> str:
    """The deepest folder that all of them are in."""
    split = [one.split("/")[:-1] for one in members]
    shared = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


def _order(text: str) -> tuple[bool, str, str]:
    """Files at the top first, then folder by folder; an exclusion after what it excludes from."""
    plain = text.removeprefix("!")
    return "/" in plain[1:], plain.lower(), text
