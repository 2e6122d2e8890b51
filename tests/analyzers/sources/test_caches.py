"""Caches of build tools and what coverage tools leave: folders by what is in them, files by their content."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.analyzers.sources.inspecting import inspect, only, rules

CACHE, REPORT, DATA = "source/build-cache", "source/coverage-report", "source/coverage-data"
LMDB = bytes(16) + b"\0\0\x08\0\0\0\0\0" + b"\xde\xc0\xef\xbe" + bytes(64)
SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n# This is a cache.\n"


@pytest.mark.parametrize(
    "path",
    [
        ".next/cache/webpack/client/0.pack",
        "app/.next/cache/.tsbuildinfo",
        ".turbo/turbo-build.log",
        ".vite/deps/vue.js",
        "node_modules/.vite/deps/vue.js",
        "node_modules/.cache/babel-loader/a.json",
        ".parcel-cache/data.mdb",
        ".nx/cache/run.json",
        ".angular/cache/20/x",
        ".mypy_cache/3.12/x.data.json",
        ".ruff_cache/0.9.1/123",
        ".pytest_cache/v/cache/lastfailed",
        ".tox/py312/lib/python3.12/site-packages/x.py",
        ".hypothesis/examples/a/b",
        ".ipynb_checkpoints/a-checkpoint.ipynb",
    ],
)
def test_the_folder_of_a_cache_is_one_finding(path: str) -> None:
    """It counts the files, and stands for all of them."""
    folder, _, name = path.rpartition("/")
    found = only({path: "x", f"{folder}/{name[::-1]}{name}": "y", "index.js": "x"})
    assert CACHE == found.rule
    assert found.location.path.endswith("/")
    assert path.startswith(found.location.path)


@pytest.mark.parametrize(
    "path",
    [
        ".next/static/chunks/a.js",
        ".vite/manifest.txt",
        ".turbo/README.md",
        ".tox/README",
        "tests/fixtures/.mypy_cache/3.12/x.data.json",
        "docs/mypy_cache/3.12/x.data.json",
        "node_modules/.bin/x",
        "node_modules/x/cache/a",
        ".github/cache/x",
        "cache/webpack/x",
    ],
)
def test_a_name_alone_is_no_cache(path: str) -> None:
    """Output of the same tools, fixtures, and folders of other names."""
    assert [] == rules({path: "x"})


def test_an_empty_file_in_such_a_folder_is_nothing() -> None:
    """There is nothing in it."""
    assert [] == rules({".mypy_cache/3.12/x.data.json": ""})


def test_caches_are_known_under_any_name() -> None:
    """Packs of webpack, Parcel's database, the cache of a linter, Vite's index, a tagged folder."""
    assert [CACHE] == rules({"data/0.bin": b"wpc\x01" + bytes(16) + b"webpack/lib/Module"})
    assert [CACHE] == rules({"data/x.mdb": LMDB + b"@parcel/core"})
    assert [CACHE] == rules({"lint.json": json.dumps([{"/home/luigi/a.js": "1"}, {"size": 1, "mtime": 2, "hashOfConfig": "3"}])})
    assert [CACHE] == rules({"tmp/_index.json": json.dumps({"hash": "a", "browserHash": "b", "optimized": {}})})
    found = only({"odd/CACHEDIR.TAG": SIGNATURE, "odd/a.json": "{}", "odd/b/c.json": "{}"})
    assert (CACHE, "odd/", 2) == (found.rule, found.location.path, found.evidence["files"])


def test_other_databases_and_lone_tags_are_no_caches() -> None:
    """LMDB serves other things; a tag without a cache marks an empty folder; a tool's own code has the words."""
    assert [] == rules({"data.mdb": LMDB, "p.pack": b"PACK\0\0\0\2", "w.pack": b"wpc\x01" + bytes(64)})
    assert [] == rules({"empty/CACHEDIR.TAG": SIGNATURE, "lib/tag.js": f"write(`{SIGNATURE}`)"})
    assert [] == rules({"lib/cache.js": 'entry["hashOfConfig"]; x = {"hashOfConfig": 1}', "a.json": '{"browserHash": 1}'})


ISTANBUL = (
    "<!doctype html><html><title>Code coverage report for a.js</title><pre><table class=\"coverage\"><a name='L1'></a><a name='L2'></a>"
)
COVERAGE_PY = '<!DOCTYPE html><html><title>Coverage for a.py: 50%</title><p><a id="t1"></a></p><p><a id="t2"></a></p>coverage.py v7.6'
LCOV_PAGE = '<!DOCTYPE html><html><title>LCOV - x - a.c</title><pre class="source"><span class="lineNum">1</span></pre>'


def test_a_coverage_report_is_one_finding_with_its_lines() -> None:
    """Pages with source are counted, pages of totals are not."""
    found = only(
        {
            "cov/src/a.js.html": ISTANBUL,
            "cov/b.js.html": ISTANBUL,
            "cov/index.html": "<html><title>Code coverage report for All files</title>",
        }
    )
    assert (REPORT, "cov/", 2, 4) == (found.rule, found.location.path, found.evidence["files"], found.evidence["lines"])
    assert (REPORT, 2) == (only({"z_a_py.html": COVERAGE_PY}).rule, only({"z_a_py.html": COVERAGE_PY}).evidence["lines"])
    assert [REPORT] == rules({"html/a.c.gcov.html": LCOV_PAGE})


@pytest.mark.parametrize(
    ("content", "files"),
    [
        ("TN:\nSF:/home/luigi/src/a.js\nDA:1,1\nend_of_record\nTN:\nSF:src/b.js\nend_of_record\n", 2),
        ('<?xml version="1.0"?><coverage line-rate="1" branch-rate="0"><class name="a" filename="a.py"/></coverage>', 1),
        ('<?xml version="1.0"?>\n<coverage generated="1"><file name="a.js" path="/w/a.js"></file></coverage>', 1),
        (json.dumps({"/w/a.js": {"path": "/w/a.js", "statementMap": {"0": {}}, "fnMap": {}, "s": {}}}), 1),
        (json.dumps({"result": [{"scriptId": "1", "url": "file:///w/a.js", "functions": [{"isBlockCoverage": True}]}]}), 1),
        ('!coverage.py: This is a private format, don\'t read it directly!{"lines":{"/w/a.py":[1]}}', 1),
    ],
)
def test_data_of_coverage_names_files(content: str | bytes, files: int) -> None:
    """lcov, Cobertura, Clover, Istanbul, V8 and the old format of coverage.py, under a name that says nothing."""
    found = only({"out/result": content})
    assert (DATA, files) == (found.rule, found.evidence["files"])


def test_the_database_of_coverage_is_data(tmp_path: Path) -> None:
    """A real database of its tables, under any name, once."""
    path = tmp_path / "data"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE coverage_schema (version integer)")
        database.execute("CREATE TABLE file (id integer primary key, path text)")
        database.execute("INSERT INTO file (path) VALUES ('/home/luigi/a/b.py')")
        database.commit()
    found = only({"out/result": path.read_bytes()})
    assert (DATA, "out/result") == (found.rule, found.location.path)


def test_data_with_a_map_in_it_is_a_report() -> None:
    """The maps of Istanbul and V8 bring the source along."""
    source = {"version": 3, "sources": ["a.ts"], "sourcesContent": ["export const price = 1"], "mappings": ""}
    istanbul = {"/w/a.js": {"path": "/w/a.js", "statementMap": {}, "inputSourceMap": source}}
    v8 = {"result": [{"url": "file:///w/a.js", "functions": []}], "source-map-cache": {"file:///w/a.js": {"data": source}}}
    assert [REPORT] == rules({"c.json": json.dumps(istanbul, separators=(",", ":"))})
    assert [REPORT] == rules({"v.json": json.dumps(v8, indent=1)})


def test_the_raw_data_of_nyc_is_a_report_once() -> None:
    """The folder stands for what is in it; under another name the shape does."""
    process = json.dumps({"parent": None, "pid": 1, "argv": ["node", "x"], "cwd": "/home/luigi/acme", "coverageFilename": "/x.json"})
    found = only({".nyc_output/processinfo/a.json": process, ".nyc_output/a.json": "{}"})
    assert (REPORT, ".nyc_output/", 2) == (found.rule, found.location.path, found.evidence["files"])
    assert (REPORT, ["luigi"]) == (only({"t/p.json": process}).rule, only({"t/p.json": process}).evidence["users"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("ansible_test/_internal/coverage/combine.py", "def end_of_record():\n    return 1\n"),
        ("coverage/__init__.py", "VERSION = 1\n"),
        ("lib/lcov.js", 'out.push("\\nend_of_record")'),
        ("notes.txt", "lcov ends with\nend_of_record\n"),
        ("a.xml", '<?xml version="1.0"?><supplementalData><coverageLevels branch-rate="x"/></supplementalData>'),
        ("template.html", '<html><title>Coverage for {{ name }}</title><pre class="x"></pre>'),
        ("report.js", 'const t = `<pre><table class="coverage">${lines}`'),
        ("data.json", '{"a": {"statementMap": {}}}'),
        ("x.db", b"SQLite format 3\0" + bytes(84) + b"CREATE TABLE users (id integer)"),
    ],
)
def test_code_and_data_about_coverage_are_no_coverage(path: str, content: str | bytes) -> None:
    """A package may be called coverage, and a tool's own templates and writers have the words."""
    assert [] == inspect({path: content})
