"""The `pyc` format: what a reader without `marshal` gets out of compiled Python."""

import importlib.util
import marshal
import py_compile
import random
import struct
import sys
from pathlib import Path

import pytest

from leakguard.artifacts import pyc
from leakguard.artifacts._marshal import Reader
from leakguard.errors import LimitExceeded, Malformed
from leakguard.model import Kind
from leakguard.plugins import Match
from tests.builders import token
from tests.kit import accept_format, matched, opened, walked

SOURCE = '''"""A docstring with a REMARK."""
import os
PASSWORD = "{secret}"
BINARY = b"\\x00{secret}\\xff"
TABLE = {{"a": 1, "b": (2.5, 10**30, 1j, None, ..., frozenset({{"deep"}}))}}

class Price:
    """Of something."""
    label = "höher"
    def of(self, x: int = 3, *, y: str = "default") -> str:
        """Inner docstring."""
        self.note = "kept"
        return f"{{x}} and " + (lambda: "inside a lambda")() + y
'''


def compiled(source: str, *, filename: str = "/home/somebody/app/prices.py") -> bytes:
    """A `.pyc` of the Python that runs the tests."""
    header = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, 1_700_000_000, len(source))
    return header + marshal.dumps(compile(source, filename, "exec"))


def constants(data: bytes) -> list[str]:
    """The lines of `constants.txt`."""
    (text,) = [read for _, kind, read, _ in opened(pyc, data, "a.pyc") if kind is Kind.FILE]
    return text.decode("utf-8", "replace").split("\n")


def summary(data: bytes) -> dict[str, object]:
    """What the format says about the whole module."""
    from leakguard.content import Content
    from leakguard.limits import Budget, Limits
    from leakguard.plugins import Source

    content = Content(data)
    source = Source(name="a.pyc", stream=content.stream(), size=len(data), content=content, hits=())
    found: dict[str, object] = next(pyc.members(source, Budget(Limits(), len(data)))).facts["pyc"]
    return found


def test_a_module_is_read_and_survives_damage() -> None:
    """Every constant and name is there; whatever is cut off or flipped is damage or another text, and never a crash."""
    data = compiled("a = 'first'\nb = 'second'\n")
    (text,) = [read for _, kind, read, _ in opened(pyc, data, "a.pyc") if kind is Kind.FILE]
    accept_format(pyc, {"a.pyc": (data, {"constants.txt": text})})


def test_names_constants_and_docstrings_are_lines() -> None:
    """Of nested code too, in the order of the file, and each once."""
    lines = constants(compiled(SOURCE.format(secret="x")))
    for expected in ("PASSWORD", "Price", "höher", "deep", "inside a lambda", "default", "os", "a"):
        assert any(expected in line for line in lines), expected
    assert sum("Inner docstring" in line for line in lines) == 1


def test_a_constant_stands_behind_the_name_that_it_is_assigned_to() -> None:
    """So that what is secret by its name is found to be."""
    lines = constants(compiled(SOURCE.format(secret="swordfish")))
    assert 'PASSWORD = "swordfish"' in lines
    assert 'label = "höher"' in lines
    assert "swordfish" not in lines


def test_the_summary_says_where_it_was_compiled() -> None:
    """Path, version, and the number of functions."""
    found = summary(compiled(SOURCE.format(secret="x")))
    assert found["filenames"] == ("/home/somebody/app/prices.py",)
    assert found["version"] == f"3.{sys.version_info.minor}"
    assert found["docstring"] is True


def test_the_real_compiler_writes_what_is_recognised(tmp_path: Path) -> None:
    """With a time and with a hash of the source in its header."""
    (tmp_path / "a.py").write_text("KEY = 'value'\n")
    for mode in py_compile.PycInvalidationMode:
        path = py_compile.compile(str(tmp_path / "a.py"), cfile=str(tmp_path / "a.pyc"), invalidation_mode=mode, doraise=True)
        assert matched(pyc, Path(str(path)).read_bytes(), "a.pyc") is Match.CONTENT


def test_a_secret_in_bytecode_is_one_hit_in_the_text() -> None:
    """The whole of the file belongs to the member: nothing is reported twice."""
    secret = token("ghp_", 36)
    found = walked("a.pyc", compiled(f"TOKEN = '{secret}'\n"))
    assert secret.encode() in found.contents["a.pyc!/constants.txt"]
    assert "a.pyc" not in found.hits


def test_the_whole_standard_library_is_read_as_python_reads_it() -> None:
    """A sample: no object is lost, and the reader ends where the data does."""
    chance = random.Random(3)
    folder = Path(importlib.util.__file__).parent.parent
    for path in chance.sample(sorted(folder.glob("*.py")), 25):
        code = compile(path.read_bytes(), path.name, "exec")
        data = marshal.dumps(code)
        reader = Reader(data, is_new=sys.version_info >= (3, 11))
        reader.read()
        assert reader.at == len(data)
        names = {one.encode() for one in code.co_names}
        assert names <= set(reader.texts)


@pytest.mark.parametrize("magic", [3379, 3394, 62211, 20121, 336])
def test_what_is_older_or_another_python_is_left_to_the_byte_search(magic: int) -> None:
    """Its layout is another one."""
    data = struct.pack("<H", magic) + b"\r\n" + bytes(12) + b"\xe3" + bytes(100)
    assert matched(pyc, data, "a.pyc") is Match.NO


@pytest.mark.parametrize("body", [b"\xf3" + bytes(20), b"N", b"", b"code"])
def test_a_header_without_code_is_no_module(body: bytes) -> None:
    """Four bytes prove nothing."""
    assert matched(pyc, importlib.util.MAGIC_NUMBER + bytes(12) + body, "a.pyc") is Match.NO or body == b"code"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"s\xff\xff\xff\x7f", "longer"),
        (b"s\xff\xff\xff\xff", "longer"),
        (b"(\xff\xff\xff\x7f", "longer"),
        (b"(\xfe\xff\xff\xff", "negative"),
        (b"r\x05\0\0\0", "not there"),
        (b"r\xff\xff\xff\xff", "not there"),
        (b"l\0\0\0\x80", "longer"),
        (b"c" + bytes(10), "longer"),
        (b"0", "unknown type"),
        (b"\x01", "unknown type"),
        (b"{i\1\0\0\0", "early"),
        (b"(\3\0\0\0NNc", "longer"),
    ],
)
def test_marshalled_data_that_lies_is_damage(data: bytes, reason: str) -> None:
    """Lengths, references and types are not believed."""
    with pytest.raises(Malformed, match=reason):
        Reader(data).read()


def test_nesting_without_end_needs_no_stack() -> None:
    """A hundred thousand tuples inside each other."""
    assert Reader(b")\x01" * 100_000 + b"N").read() is not None


def test_a_list_that_holds_itself_ends() -> None:
    """References are not followed."""
    reader = Reader(b"\xdb\x01\0\0\0r\0\0\0\0")
    found = reader.read()
    assert found[0] is found


def test_too_many_objects_are_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they take in memory is bounded."""
    monkeypatch.setattr("leakguard.artifacts._marshal.MOST_OBJECTS", 1000)
    with pytest.raises(LimitExceeded):
        Reader(b"(\xff\xff\0\0" + b"N" * 0xFFFF).read()


def test_bytes_behind_the_code_are_damage() -> None:
    """Python does not read them, so nobody would look."""
    with pytest.raises(Malformed, match="after the end"):
        list(opened(pyc, compiled("a = 1\n") + b"hidden", "a.pyc"))
