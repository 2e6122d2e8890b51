"""Many paths → few patterns, as people would write them, and none wider than what was seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leakguard.patterns import lazily

ENOUGH = 4
"""Files of one suffix below one folder that make a pattern; fewer are named one by one."""

SPREAD = 3
"""Folders of files of one suffix that are still named one by one; more make a `**`."""

MANY_PLAIN = 12
"""Files without a suffix below one folder that make a pattern for names without a dot."""

ROOT_ENOUGH = 13
"""Files of one suffix at the top that make a pattern."""

TOPS = 12
"""Folders at the top with files of one suffix that are still told one by one."""

DEPTHS = 3
"""Depths of such files that get a pattern each; more make a `**`."""

_DOUBLE = (".d.ts", ".d.mts", ".d.cts", ".js.map", ".mjs.map", ".cjs.map", ".css.map", ".d.ts.map", ".d.mts.map", ".d.cts.map", ".tar.gz")
_TOP_INFO = lazily(r"/[^/]+\.dist-info(?:/.*)?")
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
        if base.startswith(".") or suffix is None or _TOP_INFO.fullmatch(folder) or not (folder or suffix):
            alone.append(pattern)
        else:
            groups[_top(folder), suffix].append(pattern)
    found = {pattern: patterns[pattern] for pattern in alone}
    for suffix in sorted({suffix for _, suffix in groups}):
        _add_suffix(found, suffix, {top: members for (top, of), members in groups.items() if of == suffix}, patterns)
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


def _add_suffix(found: dict[str, int], suffix: str, tops: Mapping[str, Sequence[str]], counts: Mapping[str, int]) -> None:
    """The patterns of one suffix: folder by folder at the top, or for all of them where there are many."""
    at_root = tops.get("", ())
    if len(at_root) >= ROOT_ENOUGH:
        found[f"/*{suffix}"] = sum(counts[one] for one in at_root)
    else:
        found.update({one: counts[one] for one in at_root})
    folders = {top: members for top, members in tops.items() if top}
    told: dict[str, int] = {}
    for members in folders.values():
        _add(told, suffix, members, counts)
    if suffix and len(folders) > TOPS and len(told) > 2 * TOPS:
        told = _by_depth(suffix, [one for members in folders.values() for one in members], counts)
    found.update(told)


def _by_depth(suffix: str, members: Sequence[str], counts: Mapping[str, int]) -> dict[str, int]:
    depths: dict[int, int] = defaultdict(int)
    for one in members:
        depths[one.count("/")] += counts[one]
    if len(depths) > DEPTHS:
        return {f"/*/**/*{suffix}": sum(depths.values())}
    return {f"{'/*' * (depth - 1)}/*{suffix}": count for depth, count in sorted(depths.items())}


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
    return folder.split("/", 2)[1] if folder else ""


def _common(members: Sequence[str]) -> str:
    """The deepest folder that all of them are in."""
    split = [one.split("/")[:-1] for one in members]
    shared = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


def _order(text: str) -> tuple[int, str, str]:
    """Files at the top first, then what an exclusion takes from, and the exclusion, then folder by folder."""
    plain = text.removeprefix("!")
    rank = 0 if "/" not in plain[1:] else 1 if text.endswith("/**") or text != plain else 2
    return rank, plain.lower(), text
