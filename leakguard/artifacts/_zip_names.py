"""The names in a central directory: how they read, and which of them would become the same file."""

import zlib
from itertools import pairwise

from leakguard.patterns import lazily
from leakguard.redact import escape

UTF8 = 0x800
"""Flag that says that a name is UTF-8 (APPNOTE appendix D); else it is code page 437, or whatever the writer had."""

_CONTROL = lazily(rb"[\x00-\x1f\x7f]")
_ODD = lazily(r"\\|//|^/|(?:^|/)\.\.?(?:/|$)")


class Names:
    """The names of one archive."""

    __slots__ = ("_is_folder",)

    def __init__(self) -> None:
        self._is_folder: dict[str, bool] = {}

    def read(self, raw: bytes, flags: int, unicode_path: bytes | None) -> tuple[str, str]:
        """The name as text, and what is wrong with it."""
        fault = "name holds control characters" if _CONTROL.search(raw) else "" if raw else "name is empty"
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            name = raw.decode("utf-8", "surrogateescape")
            said = _unicode_name(raw, unicode_path)
            if said is not None and not flags & UTF8 and said == raw.decode("cp437"):
                name = said
            else:
                fault = fault or "name is not UTF-8, so that readers disagree on it"
        else:
            if unicode_path is not None and unicode_path[5:] != raw:
                fault = fault or "extra field gives the entry another name"
        return name, fault or self._note(name)

    def clash(self) -> str:
        """Say which file is a folder as well; empty when none is."""
        ordered = sorted(self._is_folder, key=lambda name: name.replace("/", "\0"))
        for name, following in pairwise(ordered):
            if len(following) > len(name) and following[len(name)] == "/" and following.startswith(name) and not self._is_folder[name]:
                return f"`{escape(name)}` is a file and a folder"
        return ""

    def _note(self, name: str) -> str:
        is_folder = name.endswith("/")
        key = _plain(name) if _ODD.search(name) else name.rstrip("/")
        if key in self._is_folder:
            return "" if is_folder and self._is_folder[key] else "entry has the name of an earlier one"
        self._is_folder[key] = is_folder
        return ""


def _plain(name: str) -> str:
    """The path that a careless reader would write to."""
    parts: list[str] = []
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _unicode_name(raw: bytes, value: bytes | None) -> str | None:
    """The name in a Unicode path field (APPNOTE §4.6.9); `None` if it is not for this name, or none at all."""
    if value is None or len(value) < 5 or value[0] != 1 or int.from_bytes(value[1:5], "little") != zlib.crc32(raw):
        return None
    return value[5:].decode("utf-8", "surrogateescape")
