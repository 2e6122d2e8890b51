"""What is fuzzed: each harness takes any bytes and raises only where leakguard is wrong, not where the bytes are."""

import gzip
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leakguard import plugins, policy
from leakguard.anchors import Anchors
from leakguard.content import Content, Entry
from leakguard.errors import UsageError
from leakguard.limits import Budget, Limits
from leakguard.walk import Hits, Walker
from tests.artifacts import test_asar, test_bun, test_pyinstaller, test_sea
from tests.artifacts.test_pyc import compiled
from tests.artifacts.test_tar import END, GNU, header, long_name, member, pax, record
from tests.artifacts.test_zip import hand_made, streamed
from tests.artifacts.test_zip_attacks import commented, zip64_of
from tests.builders import inline_base64, source_map, tar_of, wheel, zip_of

BOUNDS = Limits(bytes=1 << 26, entries=5000, depth=6, seconds=20)
FAILED = "the reader failed"
"""Begins the reason of damage that stands for an exception which no reader meant to raise."""


class Unexpected(Exception):
    """A reader raised something else than its own complaint, or the books of the walk do not balance."""


@dataclass(frozen=True, slots=True)
class Harness:
    """Something to fuzz, and sound inputs to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], tuple[bytes, ...]]


class _Strict:
    """A sink that reads everything and believes nothing."""

    def enter(self, entry: Entry) -> None:
        if entry.damage is not None and entry.damage.reason.startswith(FAILED):
            raise Unexpected(f"{entry.damage.reason} at {entry.path}")
        if entry.content is not None:
            entry.content.read(0, entry.content.size)

    def found(self, entry: Entry, hits: Hits) -> None:
        pass


@cache
def _anchors() -> Anchors:
    return Anchors([one.ANCHORS for one in plugins.formats()])


def walk(name: str) -> Callable[[bytes], None]:
    """A walk over a file of this name, with every format there is."""

    def run(data: bytes) -> None:
        walker = Walker(_Strict(), Budget(BOUNDS, len(data)), _anchors())
        walker.walk_file(name, Content(data))
        seen = walker.coverage
        if min(seen.inspected, seen.opaque, seen.unreadable) < 0 or seen.inspected + seen.opaque + seen.unreadable != seen.bytes:
            raise Unexpected(f"{seen} does not add up")

    return run


def read_policy(data: bytes) -> None:
    """Load a policy file of these bytes: it is one, or all that is wrong with it is said."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.yaml"
        path.write_bytes(data)
        try:
            policy.load(path)
        except UsageError as error:
            str(error)


TREE = {"a/one.py": "print(1)\n" * 9, "a/b/two.bin": bytes(range(256)), "empty": b""}
MAP = source_map({"src/a.ts": "const a = 1;\n", "src/b.ts": None}, file="a.js", sourceRoot="", x_google_ignoreList=[1])
INDEXED = json.dumps({"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": json.loads(MAP)}, {"url": "b.map"}]})
POLICY = """version: 1
extends: [closed-source]
openness: closed
rules:
  source-map/*: block
  secret/*: {high: block, medium: block, low: warn}
files: {allow: ["dist/**/*.js"], deny: ["**/*.map"], require: ["LICENSE*"]}
size: {artifact: 5 MB, entry: 1 MB, files: 200, growth: 50%}
artifacts:
  - match: {format: npm, name: "@acme/*"}
    rules: {source/original: allow}
limits: {depth: 12, ratio: 1000}
waivers:
  - {rule: secret/private-key, path: "tests/*.pem", reason: a test, expires: 2027-06-30, by: me}
"""


def _zips() -> tuple[bytes, ...]:
    return (
        zip_of(TREE),
        zip_of(TREE, compression=0),
        streamed({"a": b"text" * 9}),
        zip64_of({"a": b"x", "b": b"y" * 40}),
        commented({"a": b"x"}, b"a comment"),
        hand_made(b"a.py", b"x", extra=b"\x75\x70\x09\0\1\0\0\0\0a.py"),
        wheel({"m.py": "x = 1\n"}),
        zip_of({"inner.zip": zip_of({"a": b"x"}), "b.gz": gzip.compress(b"x", mtime=0)}),
    )


def _tars() -> tuple[bytes, ...]:
    return (
        tar_of(TREE),
        pax(record(b"path", b"p/" + b"n" * 120), record(b"size", b"5")) + member(name=b"p/") + END,
        long_name(b"p/" + b"n" * 150) + member(name=(b"p/" + b"n" * 150)[:100], magic=GNU) + END,
        header(b"d/", kind=b"5") + header(b"l", kind=b"2", link=b"d") + header(b"h", kind=b"1", link=b"l") + END,
        header(size=5, kind=b"S", magic=GNU) + b"hello".ljust(512, b"\0") + END,
        gzip.compress(tar_of(TREE), mtime=0),
    )


def _asar() -> tuple[bytes, ...]:
    index, body = test_asar.sound()
    return (test_asar.archive(index, body),)


def _bytecode() -> tuple[bytes, ...]:
    source = "'''doc'''\nX = (1, 2.5, 'three', b'four', None, 1 << 80, 3j)\nclass C:\n    def f(self, *a, k=1):\n        return [lambda: a, {k}]\n"
    return (compiled(source), compiled("X = frozenset({'a'})\n"))


HARNESSES: Mapping[str, Harness] = {
    "zip": Harness(walk("a.zip"), _zips),
    "tar": Harness(walk("a.tar"), _tars),
    "source-map": Harness(walk("a.js.map"), lambda: (MAP.encode(), INDEXED.encode(), b")]}'\n" + MAP.encode(), MAP.encode("utf-16"))),
    "inline-source-map": Harness(walk("a.js"), lambda: (f"x()\n//# sourceMappingURL={inline_base64(MAP)}\n".encode(),)),
    "bun": Harness(
        walk("app"),
        lambda: (
            test_bun.executable(test_bun.MODULES, {"cli.js": test_bun.map_record(test_bun.SOURCES)}),
            test_bun.executable(test_bun.MODULES, width=36),
        ),
    ),
    "sea": Harness(walk("app"), lambda: (test_sea.blob(), b"\x7fELF" + bytes(60) + test_sea.blob())),
    "asar": Harness(walk("app.asar"), _asar),
    "pyinstaller": Harness(walk("app"), lambda: (test_pyinstaller.executable(test_pyinstaller.sample()),)),
    "pyc": Harness(walk("a.pyc"), _bytecode),
    "policy": Harness(read_policy, lambda: (POLICY.encode(), b"version: 1\n")),
}
