"""Objects that a careful reading met and that may be source maps."""

from collections.abc import Iterator

from msgspec import Struct, field

from leakguard.artifacts._map_model import Part, Text, string_of

_MOST_DIGITS = 7


class Draft(Struct):
    """An object that has at least one key of a map."""

    depth: int
    kinds: dict[str, str] = field(default_factory=dict)
    """Key → the first character of its value, of the last one if it is repeated."""
    scalars: dict[str, bytes] = field(default_factory=dict)
    sources: list[str | None] = field(default_factory=list)
    texts: list[Text | None] = field(default_factory=list)
    ignored: set[int] = field(default_factory=set)
    names: int = 0
    generated_lines: int = 0
    sections: int = 0
    """Elements of `sections` that look like sections."""
    placed_sections: int = 0
    """Those of them that say where they begin, too: nothing but an index map has these."""
    repeated: bool = False
    odd: bool = False
    """Whether a list holds something that it must not."""


def take_element(owner: Draft, key: str, mark: str, literal: bytes) -> None:
    """Note one element of the list that stands under `key`."""
    if key == "names":
        owner.names += 1
    elif key == "sources":
        owner.sources.append(string_of(literal) if mark == '"' else None)
        owner.odd |= mark not in ('"', "n")
    elif key == "sourcesContent":
        owner.odd = True
    elif key in ("ignoreList", "x_google_ignoreList") and literal.isdigit() and len(literal) <= _MOST_DIGITS:
        owner.ignored.add(int(literal))


def _is_version_3(draft: Draft) -> bool:
    return draft.scalars.get("version") in (b"3", b'"3"')


def is_flat(draft: Draft) -> bool:
    """Whether it is a map with sources of its own, valid or not."""
    if any(draft.texts):
        return draft.depth == 1 or bool({"sources", "mappings"} & draft.kinds.keys())
    return draft.kinds.get("mappings") == '"' and (draft.kinds.get("sources") == "[" or _is_version_3(draft))


def is_index(draft: Draft) -> bool:
    """Whether it is an index map, valid or not."""
    if draft.kinds.get("sections") == "[":
        return draft.placed_sections > 0 or (draft.sections > 0 and _is_version_3(draft))
    return draft.kinds.get("sections", "n") != "n" and _is_version_3(draft)


def faults_of(draft: Draft) -> Iterator[str]:
    """What the outermost object of a map lacks."""
    if draft.kinds.get("version", "n") != "n" and not _is_version_3(draft):
        yield "`version` is not 3"
    if draft.sections:
        return
    if draft.kinds.get("mappings") != '"':
        yield "`mappings` is missing or no string"
    if draft.kinds.get("sources") != "[":
        yield "`sources` is missing or no list"


def part_of(draft: Draft) -> Part:
    """What it contributes."""
    root = draft.scalars.get("sourceRoot", b"")
    return Part(
        sources=draft.sources,
        root=string_of(root) if root.startswith(b'"') else "",
        texts=draft.texts,
        ignored=frozenset(draft.ignored),
        names=draft.names,
        mappings=mappings if (mappings := draft.scalars.get("mappings", b"")).startswith(b'"') else b"",
        generated_lines=draft.generated_lines,
    )
