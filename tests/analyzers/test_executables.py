"""The `executables` analyzer: what counts as carried code, debug information, bytecode alone, and a path of a person."""

import importlib.util
import io
import json
import marshal
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from leakguard import plugins
from leakguard.analyzers import executables as analyzer_module
from leakguard.analyzers.executables._dwarf import Unit, first_unit
from leakguard.analyzers.executables._paths import user_of
from leakguard.analyzers.executables._sections import image_of
from leakguard.anchors import Anchors
from leakguard.content import Content, Entry
from leakguard.limits import Budget, Limits
from leakguard.model import Artifact, Coverage, Finding, Identity, Member
from leakguard.plugins import Hit
from leakguard.settings import Settings
from leakguard.walk import Walker
from tests.artifacts.test_asar import archive
from tests.artifacts.test_bun import MODULES, RUNTIME, SOURCES, executable, map_record
from tests.artifacts.test_pyinstaller import executable as pyinstaller
from tests.artifacts.test_pyinstaller import sample
from tests.artifacts.test_sea import blob
from tests.artifacts.test_wasm import HEAD, custom, names, text
from tests.kit import accept_rules

ANCHORS = Anchors([*(one.ANCHORS for one in plugins.formats()), analyzer_module.ANCHORS])
OWN = len(plugins.formats())
ARTIFACT = Artifact(target="x", identity=Identity(format="directory"), sha256=None, size=None, coverage=Coverage(), listing=())
HOME = "/home/mclaren/acme"


class Sink:
    """Passes what the walker finds to one analyzer, as the machine does."""

    def __init__(self) -> None:
        self.analyzer = analyzer_module.start(Settings())
        self.findings: list[Finding] = []

    def enter(self, entry: Entry) -> None:
        """Pass an entry on."""
        self.findings += self.analyzer.enter(entry)

    def found(self, entry: Entry, hits: Mapping[int, Sequence[Hit]]) -> None:
        """Pass the hits in an entry on."""
        if 0 in hits:
            self.findings += self.analyzer.analyze(entry, hits[0])


def inspect(files: Mapping[str, bytes]) -> list[Finding]:
    """All findings about a folder of files."""
    sink = Sink()
    Walker(sink, Budget(Limits(), 10**8), ANCHORS).walk_folder([Member(name=name, data=data) for name, data in files.items()])
    return [*sink.findings, *sink.analyzer.conclude(ARTIFACT, Settings())]


def only(files: Mapping[str, bytes]) -> Finding:
    """The only finding."""
    (finding,) = inspect(files)
    return finding


def rules(files: Mapping[str, bytes]) -> list[str]:
    """The rules of all findings."""
    return sorted(str(one.rule) for one in inspect(files))


def elf(sections: Mapping[str, bytes], *, flags: int = 0) -> bytes:
    """A 64-bit ELF file with these sections."""
    listed = {"": b"", **sections, ".shstrtab": b""}
    strings, places = b"\0", {"": 0}
    for name in list(listed)[1:]:
        places[name] = len(strings)
        strings += name.encode() + b"\0"
    listed[".shstrtab"] = strings
    body, table = b"", b""
    for name, data in listed.items():
        table += struct.pack(
            "<IIQQQQIIQQ", places[name], int(bool(name)), flags * (name in sections), 0, 64 + len(body), len(data), 0, 0, 1, 0
        )
        body += data
    head = (
        b"\x7fELF\2\1\1"
        + bytes(9)
        + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, len(listed), len(listed) - 1)
    )
    return head + body + table


def dwarf(folder: str, name: str = "src/prices.c") -> dict[str, bytes]:
    """DWARF 4 with one unit."""
    abbreviations = b"\1\x11\0\x25\x0e\x03\x08\x1b\x0e\0\0\0"
    texts = b"GNU C17\0" + folder.encode() + b"\0"
    body = struct.pack("<HIB", 4, 0, 8) + b"\1" + struct.pack("<I", 0) + name.encode() + b"\0" + struct.pack("<I", 8)
    return {".debug_info": struct.pack("<I", len(body)) + body, ".debug_abbrev": abbreviations, ".debug_str": texts}


def macho(sections: Mapping[str, bytes]) -> bytes:
    """A 64-bit Mach-O file with these sections in its segment `__DWARF`."""
    size = 72 + 80 * len(sections)
    start, headers, body = 32 + size, b"", b""
    for name, data in sections.items():
        headers += (
            name.encode().ljust(16, b"\0")
            + b"__DWARF".ljust(16, b"\0")
            + struct.pack("<QQIIIIIIII", 0, len(data), start + len(body), 0, 0, 0, 0, 0, 0, 0)
        )
        body += data
    segment = struct.pack("<II", 0x19, size) + b"__DWARF".ljust(16, b"\0") + struct.pack("<QQQQIIII", 0, 0, 0, 0, 7, 7, len(sections), 0)
    return b"\xcf\xfa\xed\xfe" + struct.pack("<IIIIIII", 0, 0, 2, 1, size, 0, 0) + segment + headers + body


def pe(database: str) -> bytes:
    """A 64-bit PE file that names its program database."""
    record = b"RSDS" + bytes(20) + database.encode() + b"\0"
    optional = bytearray(b"\x0b\x02" + bytes(238))
    struct.pack_into("<II", optional, 112 + 48, 0x1000, 28)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0) + optional
    start = len(head) + 40
    section = b".rdata\0\0" + struct.pack("<IIIIIIHHI", 4096, 0x1000, 28 + len(record), start, 0, 0, 0, 0, 0)
    return head + section + struct.pack("<IIHHIIII", 0, 0, 0, 0, 2, len(record), 0, start + 28) + record


def compiled(source: str, filename: str = "app.py", *, size: int | None = None) -> bytes:
    """A `.pyc`."""
    header = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, 1, len(source) if size is None else size)
    return header + marshal.dumps(compile(source, filename, "exec"))


def zipapp(files: Mapping[str, str], *, line: bytes = b"#!/usr/bin/env python3\n") -> bytes:
    """A zip behind a line."""
    out = io.BytesIO()
    out.write(line)
    with zipfile.ZipFile(out, "a") as archived:
        for name, content in files.items():
            archived.writestr(name, content)
    return out.getvalue()


def test_every_rule_says_what_it_means() -> None:
    """Title, meaning, impact, and a fix that always applies."""
    accept_rules(analyzer_module)


def test_each_kind_of_bundle_is_one_finding_with_its_modules() -> None:
    """Counted by the file that carries them, third-party ones apart."""
    index = {"files": {"main.js": {"size": 3, "offset": "0"}, "node_modules": {"files": {"x.js": {"size": 3, "offset": "3"}}}}}
    found = {
        one.location.path: one.evidence
        for one in inspect(
            {"bun": executable(MODULES), "sea": RUNTIME + blob(), "app.asar": archive(index, b"abcdef"), "py": pyinstaller(sample())}
        )
    }
    counts = {path: (one["kind"], one["modules"], one["third_party"], one["assets"]) for path, one in found.items()}
    assert counts == {"bun": ("bun", 1, 0, 1), "sea": ("sea", 1, 0, 0), "app.asar": ("asar", 2, 1, 0), "py": ("pyinstaller", 4, 0, 3)}
    assert found["app.asar"]["samples"] == ["main.js"]


def test_a_map_in_a_bundle_is_counted_with_it() -> None:
    """What it holds, the rules about maps say."""
    assert only({"bun": executable(MODULES, {"cli.js": map_record(SOURCES)})}).evidence["maps"] == 1


def test_a_bare_runtime_is_no_bundle() -> None:
    """It carries nothing."""
    assert rules({"bun": RUNTIME}) == []


def test_an_unpacked_file_must_lie_beside_its_archive() -> None:
    """In the folder that Electron reads it from; elsewhere it was not inspected."""
    index = {"files": {"a": {"files": {"x.node": {"size": 3, "unpacked": True}}}}}
    data = archive(index, b"")
    assert rules({"app.asar": data, "app.asar.unpacked/a/x.node": b"abc"}) == []
    assert rules({"app.asar": data, "a/x.node": b"abc"}) == ["artifact/absent-file"]
    assert only({"app.asar": data}).evidence["samples"] == ["app.asar.unpacked/a/x.node"]


def test_bytecode_without_its_source_is_one_finding() -> None:
    """However many modules there are, and wherever the cache puts them."""
    files = {f"pkg/__pycache__/m{number}.cpython-311.pyc": compiled("x = 1") for number in range(3)} | {"pkg/n.pyc": compiled("y = 2")}
    found = only(files)
    assert (found.rule, found.evidence["without_source"]) == ("source/bytecode", 4)


@pytest.mark.parametrize("name", ["pkg/m.pyc", "pkg/__pycache__/m.cpython-312.pyc", "pkg/__pycache__/m.cpython-312.opt-2.pyc"])
def test_bytecode_beside_its_source_is_nothing(name: str) -> None:
    """It says nothing that the source does not."""
    source = "x = 1\n"
    assert rules({name: compiled(source), "pkg/m.py": source.encode()}) == []


def test_bytecode_of_another_state_of_the_source_is_stale() -> None:
    """It may hold what was removed before the release."""
    found = only({"m.pyc": compiled("key = 'old'\n", size=99), "m.py": b"key = env\n"})
    assert (found.rule, found.evidence["stale"], found.evidence["without_source"]) == ("source/bytecode", 1, 0)


def test_a_zipped_application_ships_its_source() -> None:
    """What starts it does not count."""
    found = only({"app.pyz": zipapp({"__main__.py": "import app", "app/core.py": "x = 1", "_bootstrap/env.py": "y = 2"})})
    assert (found.rule, found.evidence["modules"], found.evidence["samples"]) == ("source/original", 1, ["app/core.py"])


@pytest.mark.parametrize(
    "data",
    [
        zipapp({"__main__.py": "import app"}),
        zipapp({"__main__.py": "import app", "app/core.pyc": "x"}),
        zipapp({"app/core.py": "x = 1"}, line=b""),
    ],
)
def test_other_zips_are_no_applications(data: bytes) -> None:
    """A starter alone, bytecode, and a plain zip."""
    assert rules({"app.pyz": data}) == []


@pytest.mark.parametrize("flags", [0, 0x800])
def test_dwarf_is_told_by_the_section_table(flags: int) -> None:
    """Compressed or not, with what was compiled, where and by what."""
    sections = dwarf("/project", "src/prices.c")
    if flags:
        sections = {name: struct.pack("<IIQQ", 1, 0, len(data), 1) + zlib.compress(data) for name, data in sections.items()}
    evidence = only({"lib.so": elf(sections, flags=flags)}).evidence
    assert (evidence["folder"], evidence["unit"], evidence["producer"]) == ("/project", "src/prices.c", "GNU C17")


def test_dwarf_in_other_binaries_is_found_as_well() -> None:
    """Mach-O and WebAssembly."""
    sections = dwarf("/project")
    apple = macho({name.replace(".debug", "__debug"): data for name, data in sections.items()})
    web = HEAD + b"".join(custom(name, data) for name, data in sections.items())
    found = inspect({"lib.dylib": apple, "a.wasm": web})
    assert {(one.rule, one.evidence["binary"], one.evidence["folder"]) for one in found} == {
        ("source/debug-info", "mach-o", "/project"),
        ("source/debug-info", "wasm", "/project"),
    }


def test_a_program_database_and_its_path_are_debug_information() -> None:
    """The source in a portable one is evidence; a mere file name is nothing."""
    guid = bytes.fromhex("1b578a0e26696e46b4ad8ab04611f5fe")
    assert only({"a.pdb": b"BSJB\1\0\1\0" + bytes(100) + guid + bytes(9)}).evidence["embedded_source"] is True
    assert only({"a.pdb": b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0" + bytes(99)}).evidence["embedded_source"] is False
    assert only({"a.dll": pe("D:\\a\\1\\s\\x.pdb")}).evidence["database"] == "D:\\a\\1\\s\\x.pdb"
    assert rules({"a.dll": pe("x.pdb")}) == []


def test_function_names_of_webassembly_count_when_there_are_many() -> None:
    """Linkers leave a few."""
    assert rules({"a.wasm": HEAD + names([f"f{number}" for number in range(50)])}) == ["source/debug-info"]
    assert rules({"a.wasm": HEAD + names(["memcpy", "main"])}) == []


@pytest.mark.parametrize(
    "binary",
    [
        b"\x7fELF" + bytes(60) + b".debug_info\0.debug_line\0" * 9,
        elf({".symtab": bytes(100), ".debug_frame": bytes(9), ".debug_gdb_scripts": b"x"}),
        elf({".debug_info": b""}),
        b"MZ" + b".debug_info" * 20,
        b"\xca\xfe\xba\xbe\0\0\0\x41" + b"__DWARF,__debug_info" * 9,
    ],
)
def test_the_word_alone_is_no_debug_information(binary: bytes) -> None:
    """Debuggers and linkers know the names of sections; a table of symbols is not debug information."""
    assert rules({"tool": binary}) == []


@pytest.mark.parametrize(
    "path",
    [
        f"{HOME}/src/prices.c",
        f"{HOME}/.cargo/registry/src/index.crates.io-6f17/serde-1.0/src/lib.rs",
        "/Users/mclaren/Projects/app/Prices.swift",
        "C:\\Users\\McLaren\\source\\app\\x64\\prices.pdb",
        "C:/Users/McLaren/go/src/main.go",
    ],
)
def test_a_path_of_a_person_in_native_code_is_found(path: str) -> None:
    """With the person, whatever stands around it, and whatever is glued to a Rust path."""
    for glue in (b"\0", b":42", b"assertion failed" if path.endswith(".rs") else b" "):
        found = only({"lib.so": b"\x7fELF" + bytes(60) + b"text before" + path.encode() + glue + bytes(20)})
        assert (found.rule, found.evidence["users"], found.evidence["samples"]) == ("source/build-paths", [user_of(path)], [path])


@pytest.mark.parametrize(
    "path",
    [
        "/project/src/prices.c",
        "/io/prices.c",
        "/__w/1/s/prices.c",
        "/home/runner/work/prices.c",
        "/home/ubuntu/prices.c",
        "/home/.cargo/registry/src/lib.rs",
        "/rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/core/src/fmt/mod.rs",
        "/Users/runner/work/prices.c",
        "/Users/Shared/prices.c",
        "C:\\Users\\runneradmin\\prices.pdb",
        "C:\\Users\\VssAdministrator\\prices.c",
        "/home/web_user/.config",
        "/home/mclaren",
        "/home/mclaren/.config/app.json",
        "/home/%s/prices.c",
        "/home/$USER/prices.c",
        "https://example.org/home/mclaren/prices.c",
        "https://example.org/a/b/Users/mclaren/prices.py",
    ],
)
def test_a_path_of_nobody_is_nothing(path: str) -> None:
    """Build machines, placeholders, addresses, and places that programs look into at run time."""
    assert rules({"lib.so": b"\x7fELF" + bytes(60) + path.encode() + bytes(20)}) == []


def test_a_path_in_a_text_is_not_our_matter() -> None:
    """A README may say where the author lives."""
    assert rules({"a.md": f"see {HOME}/src/prices.c".encode()}) == []


def test_a_folder_counts_where_there_are_nothing_but_paths() -> None:
    """The search path of a linker, and the folder in debug information, compressed or not."""
    assert rules({"lib.so": elf({".dynstr": f"\0{HOME}/lib\0".encode()})}) == ["source/build-paths"]
    assert rules({"lib.so": elf(dwarf(HOME))}) == ["source/build-paths", "source/debug-info"]
    packed = {name: struct.pack("<IIQQ", 1, 0, len(data), 1) + zlib.compress(data) for name, data in dwarf(HOME).items()}
    assert rules({"lib.so": elf(packed, flags=0x800)}) == ["source/build-paths", "source/debug-info"]


def test_bytecode_that_was_compiled_in_a_home_says_so() -> None:
    """`co_filename` is absolute when the compiler was given an absolute path."""
    found = {str(one.rule): one for one in inspect({"m.pyc": compiled("x = 1\n", f"{HOME}/m.py"), "m.py": b"x = 1\n"})}
    assert found["source/build-paths"].evidence["users"] == ["mclaren"]
    assert rules({"m.pyc": compiled("x = 1\n", "/build/m.py"), "m.py": b"x = 1\n"}) == []


@pytest.mark.parametrize("seed", range(40))
def test_a_binary_that_lies_is_no_crash(seed: int) -> None:
    """Cut or flipped section tables and debug information: another finding or none."""
    import random

    chance = random.Random(seed)
    web = HEAD + b"".join(custom(name, data) for name, data in dwarf(HOME).items()) + custom("external_debug_info", text(b"https://x/y"))
    for sound in (elf(dwarf(HOME)), macho({"__debug_info": b"x" * 40}), pe("C:\\x\\y.pdb"), web):
        changed = bytearray(sound[: chance.randrange(70, len(sound) + 1)])
        for _ in range(chance.randrange(6)):
            changed[chance.randrange(4, len(changed))] = chance.choice((0, 255, 127, chance.randrange(256)))
        inspect({"lib.so": bytes(changed)})


def test_counts_beyond_all_bounds_are_not_believed() -> None:
    """A section table of four thousand million entries, and a unit that points outside its texts."""
    data = bytearray(elf(dwarf("/project")))
    struct.pack_into("<H", data, 60, 0)
    struct.pack_into("<Q", data, struct.unpack_from("<Q", data, 40)[0] + 32, 1 << 60)
    image = image_of(Content(bytes(data)))
    assert image is not None
    assert image.sections == ()
    assert first_unit(lambda _: b"\xff" * 100, "<") == Unit()


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [("-gdwarf-5",), ("-gdwarf-4",), ("-gdwarf-5", "-gz"), ("-gdwarf-5", "-s")], ids=["5", "4", "packed", "stripped"]
)
def test_what_the_real_compiler_leaves_is_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Every version that is in use; nothing after stripping."""
    compiler = shutil.which("gcc")
    assert compiler is not None, "the tests need gcc"
    (tmp_path / "a.c").write_text("int prices(int x) { return x * 42; }\n")
    command = [compiler, "-shared", "-fPIC", *options, f"-ffile-prefix-map={tmp_path}=/project", "a.c", "-o", "a.so"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found: list[Any] = [json.loads(json.dumps(one.evidence)) for one in inspect({"a.so": (tmp_path / "a.so").read_bytes()})]
    assert [(one["kind"], one["unit"], one["folder"]) for one in found] == ([] if "-s" in options else [("dwarf", "a.c", "/project")])
