"""What manifests of other ecosystems declare, read from hostile bytes: bounded, never raising, by no parser that follows anything."""

import re
from collections.abc import Iterable, Mapping, Sequence

from leakguard.model import Identity
from leakguard.openness import Declared, decide
from leakguard.patterns import lazily

LONGEST = 256 * 1024
"""Bytes of a manifest that are looked at."""
LONGEST_VALUE = 500

_FOLDED = lazily(r"\r?\n ")
_COMMENT = lazily(r"(?s)<!--.*?-->")


def identity(
    form: str,
    name: object,
    version: object,
    licences: Iterable[object] = (),
    *,
    root: str = "",
    packer: str = "",
    texts: Mapping[str, bytes] | None = None,
    private: bool = False,
) -> Identity:
    """An identity of these, as far as they are texts."""
    said = tuple(one for one in licences if isinstance(one, str) and one.strip())
    openness, reason = decide(Declared(licences=said, private=private, texts=texts or {}))
    return Identity(
        format=form,
        name=_value(name),
        version=_value(version),
        root=root,
        packer=packer,
        openness=openness,
        openness_reason=reason,
        private=private,
    )


def main_section(data: bytes) -> Mapping[str, str]:
    """The first section of a `MANIFEST.MF` or a Debian control file, by lower-case field: the last of one name counts."""
    text = _FOLDED.sub("", data[:LONGEST].decode("utf-8", "replace"))
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon:
            found[key.strip().lower()] = value.strip()
    return found


def elements(data: bytes, *tags: str) -> Sequence[str]:
    """The text of each element of these names, without regard to where it stands (`<license type="expression">MIT</license>`)."""
    text = _COMMENT.sub("", data[:LONGEST].decode("utf-8", "replace"))
    pattern = rf"<(?:{'|'.join(map(re.escape, tags))})(?:\s[^<>]{{0,400}})?>([^<>]{{0,{LONGEST_VALUE}}})</"
    return [one.strip() for one in re.findall(pattern, text)]


def element(data: bytes, tag: str) -> str | None:
    """The text of the first element of this name."""
    return next(iter(elements(data, tag)), None)


def lines_of(data: bytes, key: str) -> Sequence[str]:
    """The value, or the items of the list, that a top-level key of a simple YAML document has."""
    found: list[str] = []
    inside = False
    for line in data[:LONGEST].decode("utf-8", "replace").splitlines():
        if line.startswith(f"{key}:"):
            inside = True
            if value := _plain(line.partition(":")[2]):
                return [value]
        elif inside and line.lstrip().startswith("- "):
            found.append(_plain(line.lstrip()[2:]))
        elif inside:
            break
    return found


def _plain(value: str) -> str:
    return value.strip().strip("'\"")


def _value(value: object) -> str | None:
    return value.strip()[:LONGEST_VALUE] if isinstance(value, str) and value.strip() else None
