"""The places that the members of one container take when it is unpacked, and where two of them fall on each other."""

import unicodedata
from typing import NamedTuple

from leakguard.analyzers._integrity_names import MOST_COMPONENTS
from leakguard.model import Kind, RuleId
from leakguard.patterns import lazily

AMBIGUOUS = RuleId("artifact/ambiguous")
PATH_ESCAPE = RuleId("artifact/path-escape")

_UNSEEN = lazily("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_UNTIDY = lazily(r"(?:^|/)(?:\.?/|\.?$)")


class Clash(NamedTuple):
    """A member that falls on another one."""

    rule: RuleId
    reason: str
    twins: bool = False
    """Whether it does no harm if the contents are the same."""


class Places:
    """The places taken so far, as hashes: an archive may hold 200,000 members."""

    __slots__ = ("_files", "_folder", "_folders", "_links")

    def __init__(self) -> None:
        self._files: dict[int, int] = {}
        self._folders: set[int] = set()
        self._links: set[int] = set()
        self._folder = ""

    def holds(self, name: str) -> bool:
        """Whether a file of just this name was seen."""
        name = tidy(name)
        return self._files.get(hash(fold(name))) == hash(name)

    def take(self, name: str, kind: Kind) -> Clash | None:
        """Note a member; the clash says how it falls on an earlier one, if it does."""
        name = tidy(name)
        if not name or name.count("/") > MOST_COMPONENTS:
            return None
        return self._note(name, fold(name), kind)

    def take_ordinary(self, name: str) -> Clash | None:
        """The same for a file whose name `is_ordinary`."""
        return self._note(name, name.lower(), Kind.FILE)

    def _note(self, name: str, key: str, kind: Kind) -> Clash | None:
        folder = key.rpartition("/")[0]
        clash = self._note_folders(folder) if folder != self._folder else None
        if clash is None:
            self._folder = folder
        place = hash(key)
        if kind is Kind.DIRECTORY:
            self._folders.add(place)
            return Clash(AMBIGUOUS, "a folder has the name of an earlier file") if place in self._files else clash
        if place in self._files:
            same = self._files[place] == hash(name)
            reason = (
                "the name occurs twice" if same else "the name differs from an earlier one only by case, or by the spelling of its letters"
            )
            return Clash(AMBIGUOUS, f"{reason}, with other content", twins=True)
        self._files[place] = hash(name)
        if kind is Kind.LINK:
            self._links.add(place)
        return clash or (Clash(AMBIGUOUS, "a file has the name of a folder") if place in self._folders else None)

    def _note_folders(self, folder: str) -> Clash | None:
        while folder:
            place = hash(folder)
            if place in self._links:
                return Clash(PATH_ESCAPE, "the member lies below a link")
            if place in self._files:
                return Clash(AMBIGUOUS, "the member lies below a file")
            if place in self._folders:
                break
            self._folders.add(place)
            folder = folder.rpartition("/")[0]
        return None


def fold(name: str) -> str:
    """The name as a file system sees it that ignores case, the spelling of accents, and what cannot be seen."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", _UNSEEN.sub("", name)).casefold())


def tidy(name: str) -> str:
    """The name without `.` and empty components."""
    if _UNTIDY.search(name) is None:
        return name
    return "/".join(one for one in name.split("/") if one not in {"", "."})
