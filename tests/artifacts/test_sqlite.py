"""SQLite: databases made by the real library; every value is found, deleted rows too, and whatever lies ends in damage."""

import random
import sqlite3
from pathlib import Path

import pytest

from leakguard.artifacts import sqlite as form
from leakguard.limits import Limits
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.kit import walked

DEFINITION = "create table users (id integer primary key, name text, token varchar(10), data blob)"


def database(folder: Path, *statements: str, encoding: str = "UTF-8", page: int = 4096, rows: int = 0) -> bytes:
    """A database after these statements, with rows of every length."""
    path = folder / f"{encoding}-{page}-{rows}-{len(statements)}.db"
    with sqlite3.connect(path) as connection:
        connection.execute("pragma secure_delete = off")
        connection.execute(f"pragma page_size = {page}")
        connection.execute(f'pragma encoding = "{encoding}"')
        connection.execute(DEFINITION)
        for row in range(rows):
            connection.execute("insert into users values (?, ?, ?, ?)", (row, f"name-{row}", f"t{row}-" * (row * 3), b"\1\0" * row))
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
@pytest.mark.parametrize("page", [512, 4096, 65_536])
def test_every_value_comes_out(tmp_path: Path, encoding: str, page: int) -> None:
    """Whatever the size of the pages and the encoding, also of rows that go on in other pages."""
    found = Opened(form, database(tmp_path, encoding=encoding, page=page, rows=200), "a.db")
    wanted = [line for row in range(200) for line in (f"name = name-{row}", f"token = {f't{row}-' * (row * 3)}") if not line.endswith("= ")]
    assert wanted == found.files["tables/users.txt"].decode().splitlines()
    assert b"".join(b"\1\0" * row + b"\n" for row in range(200)) == found.files["tables/users.bin"]
    assert DEFINITION.split("(")[1] in found.files["schema.sql"].decode()
    assert [] == found.rules


def test_tables_without_row_ids_are_read_and_indexes_are_not_told_twice(tmp_path: Path) -> None:
    """The first are kept in the tree of an index; the second hold the values of their table again."""
    data = database(
        tmp_path,
        "create table pairs (k text primary key, v) without rowid",
        "insert into pairs values ('key', 'hello'), ('n', 1.5), ('z', null)",
        "create index ix on users(name)",
        rows=30,
    )
    found = Opened(form, data, "a.db")
    assert b"k = key\nv = hello\nk = n\nv = 1.5\nk = z\n" == found.files["tables/pairs.txt"]
    assert "tables/ix.txt" not in found.files


@pytest.mark.parametrize("rows", [1, 20, 40])
def test_a_deleted_row_is_still_found(tmp_path: Path, rows: int) -> None:
    """In the gap that it left, or in a page that nothing uses any more."""
    data = database(
        tmp_path, "insert into users values (9999, 'gone-for-good', '', null)", "delete from users where id = 9999 or id > 3", rows=rows
    )
    found = Opened(form, data, "a.db")
    assert b"gone-for-good" in found.files["unused.bin"]
    assert b"gone-for-good" not in found.files["tables/users.txt"]


def test_an_empty_database_holds_nothing(tmp_path: Path) -> None:
    """But its definition."""
    found = Opened(form, database(tmp_path), "a.db")
    assert (b"", []) == (found.files["tables/users.txt"], found.rules)


def test_whatever_is_flipped_or_cut_ends_in_damage_or_other_values(tmp_path: Path) -> None:
    """Never in another exception, never without end."""
    data = database(tmp_path, rows=60, page=512)
    chance = random.Random(3)
    for _ in range(300):
        changed = bytearray(data[: chance.randrange(100, len(data))] if chance.random() < 0.3 else data)
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(16, len(changed))] = chance.randrange(256)
        found = Opened(form, bytes(changed), "a.db", limits=Limits(bytes=1 << 24))
        assert all(rule.startswith("artifact/") for rule in found.rules)


@pytest.mark.parametrize(
    ("at", "value"), [(16, b"\0\0"), (16, b"\x03\xe8"), (20, b"\xff"), (59, b"\x09"), (100, b"\x07"), (103, b"\xff\xff")]
)
def test_a_header_that_lies_is_damage(tmp_path: Path, at: int, value: bytes) -> None:
    """Page size, reserved bytes, encoding, kind of the first page, number of its cells."""
    data = bytearray(database(tmp_path, rows=3, page=512))
    data[at : at + len(value)] = value
    assert walked("a.db", bytes(data)).damage


def test_a_tree_in_circles_is_damage(tmp_path: Path) -> None:
    """It would never end."""
    data = bytearray(database(tmp_path, rows=100, page=512))
    interior = next(at for at in range(512, len(data), 512) if data[at] == 5)
    data[interior + 8 : interior + 12] = (interior // 512 + 1).to_bytes(4, "big")
    assert "artifact/unreadable" in Opened(form, bytes(data), "a.db").rules


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"SQLite format 4\0" + bytes(200)])
def test_other_content_is_no_database(content: bytes) -> None:
    """The magic alone is none."""
    assert Match.NO == matches(form, "a.db", content)
