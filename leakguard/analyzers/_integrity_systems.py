"""Trees that become the root of a Linux system: layers of images, Debian and RPM packages. What is odd elsewhere is usual there."""

from leakguard.content import Entry
from leakguard.patterns import lazily

_LAYER = lazily(r"(?:.*/)?(?:blobs/sha256/[0-9a-f]{64}|[0-9a-f]{64}/layer\.tar|[0-9a-f]{64}(?:\.tar)?(?:\.gz)?)")
_USUAL = (
    "the target of a link ",
    "the name holds a colon",
    "the name holds backslashes",
    "the name differs from an earlier one only by case",
    "a component of the name is a device on Windows",
    "a component of the name ends in a dot",
)
"""How the reasons begin that mean nothing there: links are absolute, and no other system is unpacked to."""
_TREES = ("tar", "cpio")


class Systems:
    """Which containers stand for such a tree, as far as the walk has come."""

    __slots__ = ("_roots",)

    def __init__(self) -> None:
        self._roots: set[str] = set()

    def note(self, entry: Entry) -> None:
        """Remember a package by the member that only such a one begins with."""
        if entry.container == "rpm" or entry.name == "debian-binary":
            self._roots.add(_path(entry))

    def tolerates(self, entry: Entry, reason: str) -> bool:
        """Whether `reason` is no fault of a member, because of where it is."""
        if entry.container not in _TREES or not reason.startswith(_USUAL):
            return False
        return _path(entry) in self._roots or (entry.parent is not None and _LAYER.fullmatch(entry.parent.name) is not None)


def _path(entry: Entry) -> str:
    return entry.parent.path if entry.parent is not None else ""
