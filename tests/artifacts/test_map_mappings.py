"""Mappings: lies are told apart from what real tools write, and a place in a bundle leads to its original."""

import json
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakguard.artifacts._map_mappings import DECODED, SHAPED, segments, unsoundness
from leakguard.artifacts._map_positions import original_position, original_positions
from tests.artifacts.vlq import encoded

Lines = list[list[tuple[int, ...]]]

POSITION = st.integers(0, 2000)
SEGMENT = st.one_of(
    st.tuples(POSITION),
    st.tuples(POSITION, st.integers(0, 3), POSITION, POSITION),
    st.tuples(POSITION, st.integers(0, 3), POSITION, POSITION, st.integers(0, 4)),
)
LINES = st.lists(st.lists(SEGMENT, max_size=6, unique_by=lambda segment: segment[0]).map(sorted), max_size=6)


@given(LINES)
def test_what_is_encoded_is_read_back(lines: Lines) -> None:
    """Every segment comes out with its absolute numbers, and nothing is found wrong."""
    text = encoded(lines).encode()
    read = [(one.line, one.column, one.source, one.name) for one in segments(text)]
    assert read == [
        (number, segment[0], segment[1] if len(segment) > 1 else -1, segment[4] if len(segment) > 4 else -1)
        for number, line in enumerate(lines)
        for segment in line
    ]
    assert unsoundness(text, 4, 5) == ""


@pytest.mark.parametrize("mappings", ["", ";;;", "AAAA", "A,AAAA;;AACA,CAAAA", "AAAA,,CAAC", encoded([[(2**31 - 1, 0, 0, 0)]])])
def test_sound_mappings_are_sound(mappings: str) -> None:
    """Empty lines, empty segments and the largest number that there is are allowed."""
    assert unsoundness(mappings.encode(), 1, 1) == ""


@pytest.mark.parametrize(
    "mappings",
    [
        "AAA",
        "AA",
        "AAAAAA",
        "AAAg",
        "g",
        "AAAA;g,A",
        "A A",
        "AAAA!",
        "D",
        "ADAA",
        "AADA",
        "AAAD",
        "AAAAD",
        "ACAA",
        "AAAAC",
        "ggggggE",
        "gggggggggA",
    ],
)
def test_lying_mappings_are_found_out(mappings: str) -> None:
    """Cut off, of the wrong shape, negative, too large, or about a source or name that does not exist."""
    assert unsoundness(mappings.encode(), 1, 1) != ""


@pytest.mark.parametrize("lie", ["AAA", "AAAg", "gggggggA", "AA!A"])
@pytest.mark.parametrize("at_end", [False, True])
def test_long_mappings_are_checked_by_their_shape(lie: str, *, at_end: bool) -> None:
    """At both ends, however long they are."""
    sound = "AAAA," * SHAPED
    assert unsoundness((sound + "AAAA").encode(), 1, 0) == ""
    lying = sound + lie if at_end else f"{lie},{sound}AAAA"
    assert len(lying) > DECODED
    assert unsoundness(lying.encode(), 1, 0) != ""


@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    """Whatever stands there, the answer is a sentence or nothing."""
    assert isinstance(unsoundness(data, 1, 1), str)
    assert isinstance(original_positions(b'{"version":3,"mappings":"' + data + b'"}', [(1, 1)]), dict)


def text_of(lines: Lines, **fields: object) -> bytes:
    """A map with these mappings and four sources."""
    return json.dumps({"version": 3, "sources": ["a", "b", "c", "d"], "mappings": encoded(lines), **fields}).encode()


@given(LINES, st.integers(1, 8), st.integers(1, 2100))
def test_a_place_leads_to_the_segment_at_or_before_it(lines: Lines, line: int, column: int) -> None:
    """As a search through all segments of the line says; without a source there is no place."""
    expected = None
    own = lines[line - 1] if line <= len(lines) else []
    index = bisect_right([segment[0] for segment in own], column - 1)
    if index and len(own[index - 1]) > 1:
        _, source, original_line, original_column = own[index - 1][:4]
        expected = ("abcd"[source], original_line + 1, original_column + 1)
    assert original_position(text_of(lines), line, column) == expected


def test_places_of_several_lines_are_found_at_once() -> None:
    """Lines between them are skipped, and count all the same."""
    lines: Lines = [[(0, 0, 5, 0)], [], [(0, 1, 0, 0), (9, 1, 7, 3)], [(4, 0, 1, 1)]]
    found = original_positions(text_of(lines, sourceRoot="src"), [(4, 9), (1, 1), (3, 10), (4, 1)])
    assert found == {(4, 9): ("src/a", 2, 2), (1, 1): ("src/a", 6, 1), (3, 10): ("src/b", 8, 4)}


def test_an_index_map_is_looked_up_by_section() -> None:
    """The offset of a section counts from where it begins; on its first line the column does too."""
    one = json.loads(text_of([[(0, 0, 3, 0)]]))
    two = json.loads(text_of([[(2, 1, 8, 0)], [(0, 2, 0, 0)]]))
    sections = [{"offset": {"line": 0, "column": 0}, "map": one}, {"offset": {"line": 1, "column": 10}, "map": two}]
    text = json.dumps({"version": 3, "sections": sections}).encode()
    assert original_position(text, 1, 1) == ("a", 4, 1)
    assert original_position(text, 2, 13) == ("b", 9, 1)
    assert original_position(text, 2, 12) is None
    assert original_position(text, 3, 1) == ("c", 1, 1)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[1]", b'{"mappings":5}', b'{"mappings":"AAAA"}', b'{"sources":["a"],"mappings":"ADAA"}', b"{" * 5000]
)
def test_a_map_that_is_none_knows_no_place(text: bytes) -> None:
    """Nothing is found, and nothing fails."""
    assert original_position(text, 1, 1) is None


def test_a_prefix_before_the_map_does_not_matter() -> None:
    """A byte order mark or the XSSI line may stand there."""
    assert original_position(b")]}'\n" + text_of([[(0, 0, 0, 0)]]), 1, 5) == ("a", 1, 1)
