"""A pattern that matches nothing says what it was probably meant to be."""

import pytest

from leakguard.model import Kind, Listed
from leakguard.policy.meaning import meant_by

LISTING = tuple(Listed(path=f"package/{name}", inner=name, kind=Kind.FILE, size=1) for name in ("dist/cli.mjs", "lib/deep/a.js", "LICENSE"))


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("package/dist/*.mjs", "`/dist/*.mjs`"),
        ("./dist/*.mjs", "`/dist/*.mjs`"),
        ("dist\\cli.mjs", "`dist/cli.mjs`"),
        ("deep/a.js", "`**/deep/a.js`"),
        ("lib/*.js", "`lib/**/*.js`"),
        ("/lib/*.js", "`/lib/**/*.js`"),
        ("LICENSE/", "`LICENSE`"),
        ("dist/cil.mjs", "`/dist/cli.mjs`"),
        ("!package/dist/*.mjs", "`!/dist/*.mjs`"),
    ],
)
def test_near_miss_is_answered(pattern: str, meant: str) -> None:
    """Other spellings that people use, and misspelt names."""
    found = meant_by(pattern, LISTING)
    assert f"did you mean {meant}?" in found


@pytest.mark.parametrize("pattern", ["*.map", "src/**", "something/else.txt", "/", "**/*.env"])
def test_pattern_that_is_near_nothing_gets_no_guess(pattern: str) -> None:
    """A deny pattern that matches nothing is what a clean package looks like."""
    assert "" == meant_by(pattern, LISTING)
