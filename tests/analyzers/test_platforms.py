"""Native code in a wheel is what the wheel's tags say."""

import struct
import sys
import sysconfig
from pathlib import Path

import msgspec
import pytest

import leakguard
from leakguard.analyzers._machines import Machine, machines_named, machines_of
from leakguard.reporters.json import document
from tests import builders

REAL = Path(msgspec.__file__).parent.joinpath(f"_core{sysconfig.get_config_var('EXT_SUFFIX')}")
HERE = f"cp{sys.version_info[0]}{sys.version_info[1]}"


def elf(machine: int, *, order: str = "<") -> bytes:
    """The head of a shared object."""
    return b"\x7fELF\x02" + (b"\1" if order == "<" else b"\2") + b"\1" + b"\0" * 9 + struct.pack(f"{order}HH", 3, machine) + b"\0" * 100


def pe(machine: int) -> bytes:
    """The head of a library of Windows."""
    return b"MZ" + b"\0" * 58 + struct.pack("<I", 128) + b"\0" * 64 + b"PE\0\0" + struct.pack("<H", machine) + b"\0" * 100


def fat(*kinds: int) -> bytes:
    """The head of a universal binary of macOS."""
    return struct.pack(">II", 0xCAFEBABE, len(kinds)) + b"".join(struct.pack(">IIIII", kind, 0, 0, 0, 0) for kind in kinds)


def thin(kind: int) -> bytes:
    """The head of a library of macOS for one machine."""
    return struct.pack("<II", 0xFEEDFACF, kind) + b"\0" * 100


X86, ARM, MAC_X86, MAC_ARM = 62, 183, 0x01000007, 0x0100000C
LINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"


def found(folder: Path, tag: str, files: builders.Files) -> list[str]:
    """Where a wheel of this tag has native code that it does not speak of."""
    python, abi, platform = tag.split("-")
    tags = "".join(f"Tag: {python}-{abi}-{one}\n" for one in platform.split("."))
    pure = "true" if platform == "any" else "false"
    info = {"example-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: x 1\nRoot-Is-Purelib: {pure}\n{tags}"}
    name = f"example-1.0-{tag}.whl"
    (folder / name).write_bytes(builders.wheel({"example.py": "", **files, **info}))
    findings = document(leakguard.inspect([folder / name], policy="default"))["artifacts"][0]["findings"]
    return [one["location"]["path"] for one in findings if one["rule"] == "metadata/platform-tag"]


@pytest.mark.parametrize(
    ("tag", "name", "data"),
    [
        ("py3-none-any", "example/a.so", elf(X86)),
        ("py3-none-any", "example/bin/tool", elf(ARM)),
        ("py3-none-any", "example/a.cp312-win_amd64.pyd", pe(0x8664)),
        ("py3-none-any", "example/liba.dylib", thin(MAC_ARM)),
        (f"cp312-cp312-{LINUX}", "example/a.cpython-312-aarch64-linux-gnu.so", elf(ARM)),
        ("cp312-cp312-macosx_11_0_arm64", "example/a.cpython-312-darwin.so", thin(MAC_X86)),
        ("cp312-cp312-win_amd64", "example/a.pyd", pe(0x14C)),
        ("cp312-cp312-win_amd64", "example/a.pyd", elf(X86)),
        (f"cp312-cp312-{LINUX}", "example/a.cpython-311-x86_64-linux-gnu.so", elf(X86)),
        ("cp312-cp312-win_amd64", "example/a.cp311-win_amd64.pyd", pe(0x8664)),
    ],
)
def test_native_code_of_another_platform_is_told(tmp_path: Path, tag: str, name: str, data: bytes) -> None:
    """Another system, machine or Python, or any at all where the wheel says that there is none."""
    assert [name] == found(tmp_path, tag, {name: data})


@pytest.mark.parametrize(
    ("tag", "name", "data"),
    [
        (f"{HERE}-{HERE}-linux_x86_64", f"example/{REAL.name}", REAL.read_bytes() if REAL.exists() else elf(X86)),
        (f"cp312-cp312-{LINUX}", "example/a.cpython-312-x86_64-linux-gnu.so", elf(X86)),
        (f"cp38-abi3-{LINUX}", "example/a.abi3.so", elf(X86)),
        (f"cp38-abi3-{LINUX}", "example/a.cpython-39-x86_64-linux-gnu.so", elf(X86)),
        (f"py3-none-{LINUX}", "example/a.cpython-39-x86_64-linux-gnu.so", elf(X86)),
        ("cp312-cp312t-win_amd64", "example/a.cp312t-win_amd64.pyd", pe(0x8664)),
        ("cp312-cp312-macosx_11_0_universal2", "example/a.so", fat(MAC_X86, MAC_ARM)),
        ("cp312-cp312-macosx_11_0_arm64", "example/a.so", fat(MAC_X86, MAC_ARM)),
        ("cp312-cp312-pyodide_2024_0_wasm32", "example/a.so", elf(X86)),
        ("py3-none-any", "example/launcher.exe", pe(0x8664)),
        ("py3-none-any", "example/A.class", struct.pack(">IHH", 0xCAFEBABE, 0, 65)),
        ("py3-none-any", "tests/data/a.so", elf(X86)),
        ("py3-none-any", "example/a.so", b"INPUT(-lc)\n"),
        ("py3-none-any", "example/a.so", b"\x7fELF"),
        ("py3-none-any", "example/MZ", b"MZ" + b"\xff" * 100),
        ("py3-none-any", "example/a.so", elf(9999)),
    ],
)
def test_native_code_that_the_tags_speak_of_is_fine(tmp_path: Path, tag: str, name: str, data: bytes) -> None:
    """So is what looks like it, and what is data for tests or for another system's launcher."""
    assert [] == found(tmp_path, tag, {name: data})


def test_a_wheel_may_carry_libraries_for_others_beside_its_own(tmp_path: Path) -> None:
    """A debugger brings what it loads into other processes; only an extension module of another machine is a stray."""
    own = {"example/a.cpython-312-x86_64-linux-gnu.so": elf(X86)}
    tag = f"cp312-cp312-{LINUX}"
    assert [] == found(tmp_path, tag, {**own, "example/attach.so": elf(ARM), "example/attach.dll": pe(0x8664)})
    stray = "example/a.cpython-312-aarch64-linux-gnu.so"
    assert [stray] == found(tmp_path, tag, {**own, stray: elf(ARM)})


@pytest.mark.parametrize(
    "head", [b"", b"MZ", b"\x7fELF", fat(MAC_X86)[:9], b"\xca\xfe\xba\xbe\0\0\0\x05", b"\xcf\xfa\xed\xfe", b"MZ" + b"\xff" * 60]
)
def test_a_head_that_is_cut_off_is_of_no_machine(head: bytes) -> None:
    """And raises nothing."""
    assert frozenset() == machines_of(head)


def test_both_orders_of_bytes_are_read() -> None:
    """`s390x` is big-endian."""
    assert {Machine("Linux", "s390x")} == machines_of(elf(22, order=">")) == machines_named(["manylinux_2_17_s390x"])
