"""One scan gives every owner its own hits."""

import io

from leakguard.anchors import LONGEST, MOST_HITS, Anchors
from leakguard.content import WINDOW, Content
from leakguard.plugins import Anchor, Hit


def test_hits_go_to_their_owner() -> None:
    """An owner sees its own anchors by its own index, ascending by end."""
    anchors = Anchors([[Anchor("aaa"), Anchor("bb")], [Anchor("BB", caseless=True)], [Anchor("zzz")]])
    found = anchors.scan(Content(b"..bb..aaa"))
    assert [Hit(1, 4), Hit(0, 9)] == found[0]
    assert [Hit(0, 4)] == found[1]
    assert 2 not in found


def test_nothing_is_found_in_nothing() -> None:
    """Empty content has no hits."""
    assert {} == Anchors([[Anchor("a")]]).scan(Content(b""))


def test_hits_at_window_edges_are_found_once() -> None:
    """A match across, before and after an edge of a window is one hit."""
    anchors = Anchors([[Anchor("needle")]])
    for at in (WINDOW - 6, WINDOW - 3, WINDOW, WINDOW - LONGEST - 6, WINDOW - LONGEST - 3, WINDOW - LONGEST):
        data = bytearray(b"." * (WINDOW + 4096))
        data[at : at + 6] = b"needle"
        assert [Hit(0, at + 6)] == anchors.scan(Content(file=io.BytesIO(data), size=len(data)))[0]


def test_hits_are_bounded() -> None:
    """A million matches of one anchor do not become a million objects."""
    assert MOST_HITS == len(Anchors([[Anchor("a")]]).scan(Content(b"a" * (MOST_HITS + 1000)))[0])
