"""Strict YAML keeps places and refuses what could mean two things."""

import pytest

from leakguard import _yaml
from leakguard.errors import Fault, FaultyFile


def faults_of(text: str | bytes) -> list[Fault]:
    """What is wrong with a document."""
    found: list[Fault] = []
    _yaml.parse(text.encode() if isinstance(text, str) else text, "p.yaml", found)
    return found


def places_of(text: str | bytes) -> list[tuple[int, int]]:
    """Where something is wrong with a document."""
    return [(fault.line, fault.column) for fault in faults_of(text)]


def test_values_are_those_of_the_core_schema() -> None:
    """`no` and dates are text; null, booleans and numbers are what YAML 1.2 says; quotes make text."""
    text = "a: 1\nb: [x, 'no', no, 1.5, ~, '1', -3, 1e3]\nc: {d: true, e: }\nf: 2027-06-30\ng: 12:30\n"
    expected = {
        "a": 1,
        "b": ["x", "no", "no", 1.5, None, "1", -3, 1000.0],
        "c": {"d": True, "e": None},
        "f": "2027-06-30",
        "g": "12:30",
    }
    assert expected == _yaml.value_of(_yaml.load(text.encode(), "p.yaml"))


def test_every_key_and_value_knows_its_place() -> None:
    """Lines and columns are 1-based and count code points."""
    node = _yaml.load("é: 1\nüü: {ö: x}\n".encode(), "p.yaml")
    assert isinstance(node, _yaml.Table)
    (_, first), (second, inner) = node.pairs
    assert (1, 4) == (first.line, first.column)
    assert (2, 1) == (second.line, second.column)
    assert isinstance(inner, _yaml.Table)
    assert (2, 9) == (inner.pairs[0][1].line, inner.pairs[0][1].column)


def test_a_byte_order_mark_and_block_scalars_are_read() -> None:
    """What editors on Windows write is no fault."""
    assert {"a": "x\ny\n"} == _yaml.value_of(_yaml.load("\ufeffa: |\r\n  x\r\n  y\r\n".encode(), "p.yaml"))


def test_an_empty_document_is_an_empty_scalar() -> None:
    """A file of comments only is empty, not broken."""
    node = _yaml.load(b"# nothing\n", "p.yaml")
    assert isinstance(node, _yaml.Scalar)
    assert node.null


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\na: 2\n", (2, 1)),
        ("a: 1\n'a': 2\n", (2, 1)),
        ("x: {b: 1, b: 2}\n", (1, 11)),
        ("a: *b\n", (1, 4)),
        ("a: &b 1\n", (1, 4)),
        ("&b a: 1\n", (1, 1)),
        ("a: !!str 1\n", (1, 4)),
        ("a: !!python/object/apply:os.system [x]\n", (1, 4)),
        ("a: ! 1\n", (1, 4)),
        ("--- a\n--- b\n", (2, 1)),
        ("a: 1\n---\nb: 1\n", (2, 1)),
        ("? [1, 2]\n: 3\n", (1, 3)),
        ("? {a: 1}\n: 3\n", (1, 3)),
        ("a: [1, 2\n", (2, 1)),
        ("a: b: c\n", (1, 5)),
        ("a:\n\t- 1\n", (2, 1)),
        ("a: 'x\n", (2, 1)),
        ("*: block\n", (1, 2)),
        ("- [**/*.map]\n", (1, 5)),
        ("ab: \x1b[31m\n", (1, 5)),
        (b"a: 1\nb: \xff\n", (2, 0)),
        (b"a: \xed\xa0\x80\n", (1, 0)),
        ("a: 1".encode("utf-16"), (1, 0)),
        ("x" * (_yaml.MOST_BYTES + 1), (0, 0)),
        ("[" * 100, (1, _yaml.DEEPEST + 1)),
        ("[" * 900_000, (1, _yaml.DEEPEST + 1)),
        ("- " * 100, (1, 2 * _yaml.DEEPEST + 1)),
    ],
)
def test_what_is_ambiguous_or_bottomless_is_refused(text: str | bytes, place: tuple[int, int]) -> None:
    """Each refusal names line and column."""
    assert place in places_of(text)


def test_all_faults_are_found_at_once() -> None:
    """A fault does not hide the next one."""
    assert [(2, 1), (3, 4), (4, 4)] == places_of("a: 1\na: 2\nb: *x\nc: !t d\n")


def test_load_raises_with_all_faults_in_file_order() -> None:
    """The exception is what the command line prints."""
    with pytest.raises(FaultyFile) as caught:
        _yaml.load(b"a: 1\na: 2\nb: *x\n", "p.yaml")
    assert 2 == caught.value.exit_code
    assert [2, 3] == [fault.line for fault in caught.value.faults]
    assert str(caught.value).startswith("p.yaml:2:1: ")


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n{0}: 1\n{0}: 2\n",
        "a: [{0}\n",
        "{0}: b: c\n",
        "*{0}",
        "&{0} x",
        "!{0} x",
        "a: '{0}",
        "--- 1\n--- {0}",
        "\x1b{0}",
        "? [{0}]\n: 1",
    ],
)
def test_no_fault_quotes_content(text: str) -> None:
    """A file that was mistaken for a policy may hold a secret; only what looks like a key is named."""
    content = "Zm9v/YmFy+/" * 5
    found = faults_of(text.format(content))
    assert found
    assert not [fault for fault in found if "Zm9v" in fault.message + fault.hint]


def test_a_duplicate_key_is_named_with_its_first_place() -> None:
    """What looks like a key is quoted, so that the message helps."""
    (fault,) = faults_of("rules: 1\nb: 2\nrules: 3\n")
    assert 'duplicate key "rules"' == fault.message
    assert "line 1" in fault.hint


@pytest.mark.parametrize("text", ["a: ''\n", 'a: "*x"\n', "a: '&x'\n", "a: '!x'\n", "a: x*\n", "{a: {a: 1}, b: {a: 1}}\n", "--- a\n...\n"])
def test_what_only_resembles_a_fault_is_read(text: str) -> None:
    """Quoted stars, the same key in two mappings and document marks are fine."""
    assert [] == faults_of(text)
