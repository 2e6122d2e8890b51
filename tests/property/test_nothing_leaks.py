"""A secret of every rule in one artifact, and nothing that leakguard writes anywhere holds eight characters of any of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from leakguard.rules import _sources
from tests import builders
from tests.analyzers.secrets.search import made
from tests.cli.command import leakguard, python
from tests.reporters.written import EVERY
from tests.rules.test_rules import secrets_in

PIECE = 8
OTHERS = 9
"""Random texts of an example."""

CRASHING = """
import sys
from leakguard.analyzers.secrets import _hunt
from leakguard.cli import main

def failing(self, rule, content, path, start, end):
    raise ValueError(content.read(start, end).decode("latin-1"))

_hunt.Hunter._judge = failing
sys.exit(main())
"""
"""A bug whose very message is a secret, as those of many a library are."""


@cache
def _variable() -> tuple[dict[str, str], dict[str, str]]:
    """Entry → its text, and every piece of a secret behind its public beginning → its rule.

    A piece that another random text of the same example has too belongs to the format.
    """
    files: dict[str, str] = {}
    pieces: dict[str, str] = {}
    for issuer, source in _sources.sources():
        rule = _sources.compiled(issuer, source)
        for number, example in enumerate(source.examples):
            seed = len(files)
            text = files[f"lib/{rule.id}-{number}.txt"] = made(example, seed)
            fixed = {piece for other in range(1, OTHERS) for piece in _pieces(made(example, seed + other * 100_000))}
            for match in secrets_in(rule, text):
                public = max((len(one) for one in rule.prefixes if match["secret"].startswith(one)), default=0)
                pieces.update((piece, rule.id) for piece in _pieces(match["secret"][public:]) if piece not in fixed)
    return files, pieces


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(len(text) - PIECE + 1))


@dataclass(frozen=True, slots=True)
class Written:
    """What a run left behind."""

    output: str
    """On both streams."""
    files: dict[str, str]
    exit_code: int


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with the artifact, and an empty home and folder for temporary files."""

    folder: Path
    home: Path
    temporary: Path

    def run(self, *arguments: str, code: str = "") -> Written:
        """Run the command, or this code in its place."""
        before = {one.name for one in self.folder.iterdir()}
        own = {"TMPDIR": str(self.temporary), "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home), "COLUMNS": "400"}
        done = python("-c", code, *arguments, cwd=self.folder, env=own) if code else leakguard(*arguments, cwd=self.folder, env=own)
        assert [] == [str(one) for below in (self.temporary, self.home) for one in below.rglob("*")]
        new = {one.name: one.read_text(encoding="utf-8") for one in self.folder.iterdir() if one.name not in before}
        return Written(done.stdout + done.stderr, new, done.returncode)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The artifact holds an entry for each example of each rule."""
    top = tmp_path_factory.mktemp("every-rule")
    made_of = Place(top / "work", top / "home", top / "tmp")
    for one in (made_of.folder, made_of.home, made_of.temporary):
        one.mkdir()
    (made_of.folder / "x-1.0.0.tgz").write_bytes(builders.npm(_variable()[0]))
    return made_of


def leaked(text: str) -> dict[str, str]:
    """Pieces of secrets in a text, with their rules."""
    known = _variable()[1]
    return {piece: known[piece] for piece in _pieces(text) if piece in known}


def test_the_search_would_find_a_piece() -> None:
    """Every rule has pieces, and its own entry holds them."""
    files, pieces = _variable()
    rules = {source.id for _, source in _sources.sources()}
    assert len(rules) > 900
    assert rules == set(pieces.values())
    assert set(pieces) == set(leaked("\n\n".join(files.values())))


def test_no_report_holds_a_piece(place: Place) -> None:
    """Every reporter at once, with all that is allowed, on both streams and in every file."""
    options = [part for name in EVERY for part in ("--format", f"{name}={name}.out")]
    written = place.run("inspect", "x-1.0.0.tgz", "--explain", "--format", "text", *options)
    assert 1 == written.exit_code, written.output
    assert {f"{name}.out" for name in EVERY} == set(written.files)
    told = set(re.findall(r'"rule": "secret/([a-z0-9-]+)"', written.files["json.out"]))
    assert len(told) > 900
    assert {} == {name: found for name, text in written.files.items() if (found := leaked(text))}
    assert {} == leaked(written.output)


def test_no_baseline_and_no_shape_holds_a_piece(place: Place) -> None:
    """Nor what is said while they are written, a drafted policy, and a difference to nothing."""
    (place.folder / "empty-1.0.0.tgz").write_bytes(builders.npm({}))
    for arguments in (
        ("baseline", "x-1.0.0.tgz"),
        ("init", "x-1.0.0.tgz", "-o", "drafted.yaml"),
        ("diff", "empty-1.0.0.tgz", "x-1.0.0.tgz"),
    ):
        written = place.run(*arguments)
        assert {} == leaked("".join((written.output, *written.files.values()))), arguments
        assert written.output


@pytest.mark.parametrize("arguments", [(), ("--jobs", "1"), ("--format", "json")])
def test_no_exception_holds_a_piece(place: Place, arguments: tuple[str, ...]) -> None:
    """A bug in leakguard whose message is the secret."""
    written = place.run("inspect", "x-1.0.0.tgz", *arguments, code=CRASHING)
    assert written.exit_code in {1, 70}, written.output
    assert {} == written.files
    assert "ValueError" in written.output
    assert {} == leaked(written.output)
