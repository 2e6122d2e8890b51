"""One scan gives every owner its own hits."""

import io

import pytest

from leakguard.anchors import AHEAD, LONGEST, MOST_HITS, Anchors, kind_of
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


def test_hits_that_lead_nowhere_are_dropped() -> None:
    """What must follow an anchor is looked for directly behind it, no further than it may be, and past the edge of a window."""
    anchors = Anchors([[Anchor("key", then=rb"=[0-9]"), Anchor("key")]])
    assert [Hit(1, 3), Hit(0, 10), Hit(1, 10)] == sorted(anchors.scan(Content(b"key=a..key=1"))[0], key=lambda hit: (hit.end, hit.anchor))
    assert [Hit(1, 3)] == anchors.scan(Content(b"key"))[0]
    assert [] == Anchors([[Anchor("a", then=rb"b{%d}" % (AHEAD + 1))]]).scan(Content(b"a" + b"b" * 2 * AHEAD)).get(0, [])
    alone = Anchors([[Anchor("key", then=rb"=[0-9]{200}")]])
    for at in (WINDOW - 203, WINDOW - 3, WINDOW - AHEAD - 3, WINDOW - LONGEST - 3):
        data = bytearray(b"." * (WINDOW + 4096))
        data[at : at + 204] = b"key=" + b"1" * 200
        assert [Hit(0, at + 3)] == alone.scan(Content(file=io.BytesIO(data), size=len(data)))[0]


def test_hits_are_bounded() -> None:
    """A million matches of one anchor do not become a million objects."""
    assert MOST_HITS == len(Anchors([[Anchor("a")]]).scan(Content(b"a" * (MOST_HITS + 1000)))[0])


def test_cut_is_said() -> None:
    """Whoever searches learns that there were more hits than were kept."""
    anchors = Anchors([[Anchor("a")]])
    assert anchors.scan(Content(b"a" * (MOST_HITS + 1))).cut
    assert not anchors.scan(Content(b"a" * MOST_HITS)).cut


def test_anchors_are_searched_where_they_belong() -> None:
    """Some in text only, some in prose, some in binary content; without a kind all of them, in order."""
    anchors = Anchors([[Anchor("a"), Anchor("b", within="text"), Anchor("c", within="prose"), Anchor("d", within="binary")]])
    wanted = {"": [0, 1, 2, 3], "text": [0, 1], "prose": [0, 1, 2], "binary": [0, 3]}
    assert wanted == {kind: [hit.anchor for hit in anchors.scan(Content(b"abcd"), kind)[0]] for kind in wanted}
    assert [1, 0, 2] == [hit.anchor for hit in anchors.scan(Content(b"bac"))[0]]


@pytest.mark.parametrize(
    ("name", "opaque", "size", "kind"),
    [
        ("a.so", "native code", 10**6, "binary"),
        ("a.js", "", 10**6, "text"),
        ("x/a.min.JS", "", 10**6, "text"),
        ("a.js", "", 1000, "prose"),
        (".env", "", 10**6, "prose"),
        ("README", "", 10**6, "prose"),
        ("a.yaml", "", 10**6, "prose"),
    ],
)
def test_kind_of_content(name: str, opaque: str, size: int, kind: str) -> None:
    """Large code has its strings in quotes; anything else may have them anywhere."""
    assert kind == kind_of(name, opaque, size)
