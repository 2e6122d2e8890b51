"""Names are generalised where a rebuild or a release changes them, and nowhere else."""

import re

import pytest

from leakguard.shape import Generaliser, kind_of, platform_of, regular, size_class, spelled_size
from leakguard.shape._sizes import STEPS


def pattern(name: str, *others: str, version: str | None = "1.4.2") -> str:
    """The pattern of one name among others."""
    return Generaliser([name, *others], version).pattern(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dist/index-CVmcbVA9.js", "/dist/index-*.js"),
        ("dist/chunk-5GZAZJC7.js", "/dist/chunk-*.js"),
        ("static/1053.ae46e18526c3caef.js", "/static/1053.*.js"),
        ("static/0031b1860ea4ad75.woff", "/static/*.woff"),
        ("85cae5375ceb5d1ca6c6__mypyc.cpython-311-x86_64-linux-gnu.so", "/*__mypyc.*.so"),
        ("acme/_speed.cpython-312-darwin.so", "/acme/_speed.*.so"),
        ("acme/_speed.cp312-win_amd64.pyd", "/acme/_speed.*.pyd"),
        ("acme/_speed.abi3.so", "/acme/_speed.*.so"),
        ("acme.libs/libgomp-e985bcbb.so.1.0.0", "/acme.libs/libgomp-*.so.*"),
        ("acme-1.4.2.dist-info/METADATA", "/acme-*.dist-info/METADATA"),
        ("acme-1.4.2.data/scripts/acme", "/acme-*.data/scripts/acme"),
        ("dist/acme-1.4.2.min.js", "/dist/acme-*.min.js"),
    ],
)
def test_what_a_rebuild_changes_is_a_star(name: str, expected: str) -> None:
    """Content hashes of the usual bundlers, the own version, tags of compiled modules."""
    assert expected == pattern(name)


@pytest.mark.parametrize(
    "name",
    [
        "dist/secondaryToolbarButton-rotateCw.svg",
        "dist/date-20240131.js",
        "lib/helper-interval.js",
        "lib/react-FormData.js",
        "apis/ec2-2016-11-15.min.json",
        "lib/CHANGELOG.md",
        "dist/chunk-vendors.js",
        "lib/es2015.js",
        "other-2.0.0/vendored.js",
        "acme/11.4.25.js",
        "docs/deadbeefcafe",
        "a/b/c.d.ts",
    ],
)
def test_words_dates_and_other_versions_stay(name: str) -> None:
    """A pattern is no wider than what was seen."""
    assert f"/{name}" == pattern(name)


def test_neighbours_tell_a_hash_that_looks_like_a_word() -> None:
    """One of many chunks whose hash happens to spell something."""
    others = ["d/a-CVmcbVA9.js", "d/b-Xk29fLq0.js", "d/c-B7Sn_aQz.js"]
    assert "/d/e-*.js" == pattern("d/e-Abandons.js", *others)
    assert "/d/e-Abandons.js" == pattern("d/e-Abandons.js")


@pytest.mark.parametrize("name", ["a[1].js", "what?.js", "st*r.js", "back\\slash.js", "space ", "#hash", "!bang", "ünï.js"])
def test_pattern_matches_its_own_name_alone(name: str) -> None:
    """In git's eyes and in those of the lock."""
    from pathspec import GitIgnoreSpec

    made = pattern(name)
    assert GitIgnoreSpec.from_lines([made]).match_file(name)
    assert not GitIgnoreSpec.from_lines([made]).match_file(f"x{name}")
    assert re.fullmatch(regular(made), name)


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("a.js", "", "script"),
        ("a.js", "inline-source-map", "script-with-map"),
        ("a.d.ts", "", "types"),
        ("a.js.map", "", "source-map"),
        ("bin/tool", "native code", "native"),
        ("x.so.1", "", "native"),
        ("LICENSE", "", "text"),
        (".env", "", "dotfile"),
        ("a.xyz", "", ".xyz"),
        ("Makefile", "", "plain"),
        ("a.whl", "zip", "archive"),
    ],
)
def test_kind_is_by_content_then_by_name(name: str, form: str, expected: str) -> None:
    """What announces itself counts whatever it is called."""
    assert expected == kind_of(name, form)


def test_classes_are_narrow_enough_to_tell_a_double() -> None:
    """A class and half as much again is never twice the size of what is in it."""
    for size in [*range(10_000, 30_000, 7), *(step * 10**power + 1 for power in range(4, 9) for step in STEPS)]:
        assert size <= size_class(size) <= (2 * size + 1) / 1.5
    assert 10_000 == size_class(1, 10_000)
    assert ["64 KB", "2.5 MB", "10 KB", "999"] == [spelled_size(one) for one in (64_000, 2_500_000, 10_000, 999)]


def test_platform_has_no_version() -> None:
    """Wheels for newer systems are of the same role."""
    assert "linux_x86_64" == platform_of("manylinux_2_17_x86_64.manylinux2014_x86_64") == platform_of("manylinux2014_x86_64")
    assert ["", "macosx_arm64", "win_amd64", "musllinux_aarch64"] == [
        platform_of(one) for one in ("any", "macosx_11_0_arm64", "win_amd64", "musllinux_1_2_aarch64")
    ]
