"""What is wrong with a name or a link target that becomes a path when somebody unpacks it."""

import re
from collections.abc import Iterator

from leakguard.model import Kind
from leakguard.patterns import lazily

LONGEST_NAME = 4096
"""Bytes; `PATH_MAX` of Linux."""

LONGEST_COMPONENT = 255
"""Bytes; the limit of nearly every file system."""

MOST_COMPONENTS = 128
"""Folders inside each other; nothing that people write comes near."""

LONGEST_ORDINARY = 240
"""Characters; a longer name is looked at closely."""

_PLAIN = r"A-Za-z0-9_@+~#$%&'(),;=!\[\]{}^-"
_DEVICES = "[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM][0-9]|[lL][pP][tT][0-9]"
# Letters, digits and harmless signs; no device of Windows, nothing but dots, no dot or space at the end.
_COMPONENT = rf"(?!(?:{_DEVICES})(?:[./ $]|\Z))\.{{0,2}}(?=[^./])[ .{_PLAIN}]{{0,180}}[{_PLAIN}]"
_ORDINARY_COMPONENT = lazily(_COMPONENT)
_ORDINARY = lazily(rf"(?:{_COMPONENT}(?:/(?=[^/])|\Z))+")
_DEVICE = lazily(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|\Z)", re.IGNORECASE)
_DRIVE = lazily(r"[A-Za-z]:")
_CONTROL = lazily("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = lazily("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_NOT_UTF8 = lazily("[\ud800-\udfff]")


def is_ordinary(name: str, folder: str = "") -> bool:
    """Whether a quick look shows an ASCII name without `.` or empty components and nothing else wrong; nearly all names pass.

    `folder`, with its final slash, is that of a name that passed before.
    """
    if len(name) >= LONGEST_ORDINARY:
        return False
    if folder and name.startswith(folder) and _ORDINARY_COMPONENT.fullmatch(name, len(folder)):
        return True
    return _ORDINARY.fullmatch(name) is not None


def describe_name(name: str, kind: Kind) -> Iterator[str]:
    """Say, sentence by sentence, what is wrong with a member's name."""
    plain = name.strip("/")
    components = plain.split("/")
    if kind is not Kind.DIRECTORY and components[-1] in {"", "."}:
        yield "the name is empty"
    yield from _describe_path(name)
    if _CONTROL.search(name):
        yield "the name holds control characters"
    if _INVISIBLE.search(name):
        yield "the name holds invisible characters or ones that turn the direction of writing"
    if _NOT_UTF8.search(name):
        yield "the name is not UTF-8"
    yield from _describe_components(name, components)


def describe_link(name: str, target: str, *, hard: bool) -> str:
    """Say what is wrong with a link's target, or return an empty string; a hard link's target counts from the root of the container."""
    if "\\" in target or _CONTROL.search(target):
        return "the target of a link holds backslashes or control characters"
    if target.startswith("/") or _DRIVE.match(target):
        return "the target of a link is an absolute path"
    depth = 0 if hard else sum(1 for one in name.strip("/").split("/")[:-1] if one not in {"", "."})
    went_down = False
    for component in target.split("/"):
        if component == "..":
            depth -= 1
            if went_down:
                return "the target of a link goes down and up again, and may leave the container through another link"
        elif component not in {"", "."}:
            went_down = True
            depth += 1
        if depth < 0:
            return "the target of a link leaves the container"
    return ""


def leads_to_ancestor(name: str, target: str) -> bool:
    """Whether a link, which does not leave its container, leads to a folder that it lies in: following it never ends."""
    place = [one for one in name.split("/")[:-1] if one not in {"", "."}]
    goal = list(place)
    for component in target.split("/"):
        if component == "..":
            del goal[-1:]
        elif component not in {"", "."}:
            goal.append(component)
    return place[: len(goal)] == goal


def _describe_path(name: str) -> Iterator[str]:
    if name.startswith(("//", "\\\\")):
        yield "the name is a network path"
    elif name.startswith("/"):
        yield "the name is an absolute path"
    elif _DRIVE.match(name):
        yield "the name begins with a drive letter"
    if "\\" in name:
        yield "the name holds backslashes, which are folders on one system and letters on another"
    if ".." in name.replace("\\", "/").split("/"):
        yield "the name holds `..`"


def _describe_components(name: str, components: list[str]) -> Iterator[str]:
    if "//" in name.lstrip("/"):
        yield "the name holds an empty component"
    if len(name) * 4 > LONGEST_COMPONENT:
        length = len(name.encode("utf-8", "surrogateescape" if _NOT_UTF8.search(name) is None else "surrogatepass"))
        if length > LONGEST_NAME or len(components) > MOST_COMPONENTS:
            yield "the name is longer than systems allow"
            return
        if any(len(one.encode("utf-8", "surrogatepass")) > LONGEST_COMPONENT for one in components):
            yield "a component of the name is longer than systems allow"
    if any(":" in one for one in components) and not _DRIVE.match(name):
        yield "the name holds a colon, which on Windows names a stream of another file"
    if any(_DEVICE.match(one) for one in components):
        yield "a component of the name is a device on Windows"
    if any(one.endswith((".", " ")) and one not in {".", ".."} for one in components):
        yield "a component of the name ends in a dot or a space, which Windows drops"
