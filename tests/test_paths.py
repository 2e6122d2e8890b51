"""Paths of sources become safe relative ones: nothing that a map says leads out of a folder or means something to a file system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakguard.paths import MOST_PARTS, safe_path


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("../src/a.ts", "src/a.ts"),
        ("webpack://@acme/x/./src/a.ts", "src/a.ts"),
        ("webpack://x/../src/a.ts", "src/a.ts"),
        ("webpack:///src/a.ts", "src/a.ts"),
        ("turbopack:///[project]/src/a.ts", "src/a.ts"),
        ("/home/kim/x/a.ts", "home/kim/x/a.ts"),
        ("C:\\Users\\kim\\a.ts", "C/Users/kim/a.ts"),
        ("../../../etc/passwd", "etc/passwd"),
        ("a/../../b", "a/b"),
        ("file:///home/kim/a.ts", "home/kim/a.ts"),
        ("con.txt", "_con.txt"),
        ("a. /b.", "a/b"),
        ("App.vue?vue&type=script", "App.vue_vue&type=script"),
        ("", "source"),
        ("..", "source"),
        ("///", "source"),
        ("\0virtual", "_virtual"),
    ],
)
def test_each_shape_becomes_a_relative_path(path: str, safe: str) -> None:
    """As it lay in the source tree, where that can be told."""
    assert safe_path(path) == safe


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=80) | st.text(alphabet="./\\~:%ab\0\x1b\u202e", max_size=200))
def test_no_path_leads_anywhere_else(path: str) -> None:
    """Relative, of plain names, bounded, and safe a second time."""
    safe = safe_path(path)
    parts = safe.split("/")
    assert 0 < len(parts) <= MOST_PARTS
    assert all(part and part not in {".", ".."} and not part.endswith((" ", ".")) for part in parts)
    assert all(len(part.encode()) <= 240 for part in parts)
    assert not set(safe) & set('\\<>:"|?*\0\x1b\u202e\x7f\n')


def test_long_names_that_differ_stay_different() -> None:
    """What is cut off is told apart by a digest."""
    assert safe_path("a" * 300) != safe_path("a" * 301)
