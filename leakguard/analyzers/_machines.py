"""For which system and machine native code was built, by the head of the file, and for which ones a wheel says it is."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

HEAD = 4096
"""Bytes that are looked at."""

_ELF = {3: "i686", 21: "ppc64", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64", 258: "loongarch64"}
_MACH_O = {0x01000007: "x86_64", 0x0100000C: "arm64", 7: "i386"}
_PE = {0x8664: "amd64", 0x14C: "win32", 0xAA64: "arm64"}
_MAC_SETS = {
    "universal2": ("x86_64", "arm64"),
    "universal": ("x86_64", "i386"),
    "intel": ("x86_64", "i386"),
    "fat64": ("x86_64",),
    "x86_64": ("x86_64",),
    "arm64": ("arm64",),
}
_LINUX = {"ppc64le": "ppc64", "ppc64": "ppc64", "armv7l": "arm", "armv6l": "arm"}
_LINUX_MACHINES = ("x86_64", "i686", "aarch64", "armv7l", "armv6l", "ppc64le", "ppc64", "s390x", "riscv64", "loongarch64")


class Machine(NamedTuple):
    """A system and a machine."""

    system: str
    """`Linux`, `macOS` or `Windows`; ELF counts as Linux."""
    machine: str


def machines_of(head: bytes) -> frozenset[Machine]:
    """What the code is for; empty when it is no native code, or of a kind that is not known."""
    if head[:4] == b"\x7fELF" and len(head) >= 20:
        order: Literal["little", "big"] = "little" if head[5] == 1 else "big"
        name = _ELF.get(int.from_bytes(head[18:20], order))
        return frozenset({Machine("Linux", name)}) if name else frozenset()
    if head[:4] in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"):
        return _mac(int.from_bytes(head[4:8], "little"))
    if head[:4] == b"\xca\xfe\xba\xbe" and 0 < int.from_bytes(head[4:8], "big") < 20:  # a Java class says at least 45 there
        count = int.from_bytes(head[4:8], "big")
        return frozenset(one for at in range(count) for one in _mac(int.from_bytes(head[8 + 20 * at : 12 + 20 * at], "big")))
    if head[:2] == b"MZ":
        at = int.from_bytes(head[60:64], "little")
        name = _PE.get(int.from_bytes(head[at + 4 : at + 6], "little")) if head[at : at + 4] == b"PE\0\0" else None
        return frozenset({Machine("Windows", name)}) if name else frozenset()
    return frozenset()


def machines_named(platforms: Iterable[str]) -> frozenset[Machine] | None:
    """What platform tags of a wheel stand for: empty for `any`, `None` where one of them is not known."""
    found: set[Machine] = set()
    for tag in platforms:
        known = _named(tag)
        if known is None:
            return None
        found |= known
    return frozenset(found)


def _mac(kind: int) -> frozenset[Machine]:
    name = _MACH_O.get(kind)
    return frozenset({Machine("macOS", name)}) if name else frozenset()


def _named(tag: str) -> frozenset[Machine] | None:
    if tag == "any":
        return frozenset()
    if tag.startswith(("manylinux", "musllinux", "linux_")):
        name = next((one for one in _LINUX_MACHINES if tag.endswith(f"_{one}")), None)
        return None if name is None else frozenset({Machine("Linux", _LINUX.get(name, name))})
    if tag.startswith("macosx_"):
        name = next((one for one in _MAC_SETS if tag.endswith(f"_{one}")), None)
        return None if name is None else frozenset(Machine("macOS", one) for one in _MAC_SETS[name])
    name = {"win_amd64": "amd64", "win32": "win32", "win_arm64": "arm64"}.get(tag)
    return None if name is None else frozenset({Machine("Windows", name)})
