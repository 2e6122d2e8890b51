"""The `inline-source-map` format: every dialect in which a script carries its own map, and the look-alikes that are none."""

import base64
import json
import tempfile
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakguard.anchors import Anchors
from leakguard.artifacts import inline_source_map as format_module
from leakguard.content import Content
from leakguard.limits import Budget, Limits
from leakguard.model import Member
from leakguard.plugins import Match, Source
from tests.builders import inline_base64, inline_percent, source_map

ANCHORS = Anchors([format_module.ANCHORS])
MAP = source_map({"src/a.ts": "export const a = 1;\n"})
KEY = "sourceMapping" + "URL="


def members_of(content: Content) -> list[Member]:
    """What the format makes of some content."""
    hits = ANCHORS.scan(content).get(0, [])
    if format_module.match("any.name", content.head, content.tail, hits) is Match.NO:
        return []
    source = Source(name="any.name", stream=content.stream(), size=content.size, content=content, hits=hits)
    return list(format_module.members(source, Budget(Limits(), content.size)))


def read(text: str | bytes) -> list[Member]:
    """The same, of content in memory."""
    return members_of(Content(text.encode() if isinstance(text, str) else text))


def read_from_file(text: bytes) -> list[Member]:
    """The same, of content that is too large to be held in memory."""
    with tempfile.TemporaryFile() as file:
        file.write(text)
        return members_of(Content(file=file, size=len(text)))


def only(text: str) -> bytes:
    """The decoded bytes of the only map."""
    (member,) = read(text)
    assert member.data is not None
    return member.data


@pytest.mark.parametrize(
    "uri", [inline_base64(MAP), inline_base64(MAP, charset=";charset=utf-8"), inline_percent(MAP), f"data:application/json,{MAP}"]
)
@pytest.mark.parametrize(
    "comment", ["//# {}", "//@ {}", "/*# {} */", "/*@ {}*/", "    //#\t{}", "<script>//# {}</script>", "//# {}\n//# debugId=1\n"]
)
def test_every_dialect_of_the_comment_is_read(uri: str, comment: str) -> None:
    """Each way of writing the comment times each way of writing the URI gives the map, exactly."""
    assert json.loads(only("a();\n" + comment.format(KEY + uri))) == json.loads(MAP)


@pytest.mark.parametrize("quote_mark", ['"', "'", "`"])
def test_a_map_inside_a_string_of_a_bundle_is_read(quote_mark: str) -> None:
    """A bundle that carries another bundle as a string carries its map too; the string's end ends the map."""
    text = f"run({quote_mark}x()\\n//# {KEY}{inline_base64(MAP)}\\n//# sourceURL=a{quote_mark});"
    assert only(text) == MAP.encode()


def test_percent_encoding_inside_a_string_ends_with_the_map() -> None:
    """What stands behind the closing quote is no part of the span, even where no white space separates it."""
    text = f"run('//# {KEY}{inline_percent(MAP)}');other='value'"
    (member,) = read(text)
    assert member.data == MAP.encode()
    assert member.span is not None
    assert text[member.span[1] :] == "');other='value'"


def test_an_escaped_bare_map_inside_a_string_is_read() -> None:
    """JSON in a URI in a string: quotes and backslashes are doubled."""
    escaped = MAP.replace("\\", "\\\\").replace('"', '\\"')
    assert json.loads(only(f'eval("//# {KEY}data:application/json,{escaped}\\n")')) == json.loads(MAP)


@pytest.mark.parametrize("mime", ["APPLICATION/JSON", "text/plain", "", "application\\/json", 'application/json;charset="utf-8"'])
def test_the_media_type_does_not_matter(mime: str) -> None:
    """Consumers do not look at it either."""
    encoded = base64.b64encode(MAP.encode()).decode()
    assert only(f"//# {KEY}data:{mime};base64,{encoded}") == MAP.encode()


def test_the_scheme_may_be_upper_case() -> None:
    """`DATA:` is a data URI."""
    assert only(f"//# {KEY}{inline_base64(MAP).replace('data:', 'DATA:')}") == MAP.encode()


def test_the_url_safe_alphabet_and_missing_padding_are_read() -> None:
    """Decoders are lenient, so is this one."""
    text = source_map({"a.ts": "ÿþ~~~???>>>ÿÿÿ"})
    encoded = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    assert only(f"//# {KEY}data:application/json;base64,{encoded}\n") == text.encode()


@pytest.mark.parametrize("escape", [("/", "\\/"), ("+", "%2B"), ("/", "%2F"), ("+", "\\u002b")])
def test_escapes_inside_base64_do_not_cut_it(escape: tuple[str, str]) -> None:
    """Serialisers of JSON and of URLs escape two letters of the alphabet."""
    text = source_map({"a.ts": "ÿþ~~~???>>>ÿÿÿ" * 30})
    encoded = base64.b64encode(text.encode()).decode()
    assert escape[0] in encoded
    assert only(f'"//# {KEY}data:application/json;base64,{encoded.replace(*escape)}"') == text.encode()


def test_base64_of_a_map_needs_no_comment() -> None:
    """A run that begins like a map is one, wherever it stands."""
    encoded = base64.b64encode(json.dumps({"version": 3, "sources": ["a"], "sourcesContent": ["x"], "mappings": ""}).encode()).decode()
    assert len(read(f"register('{encoded}')")) == 1


def test_several_maps_are_numbered_in_order() -> None:
    """A development build carries one map a module."""
    texts = [source_map({f"{number}.ts": "x"}) for number in range(3)]
    found = read("\n".join(f'eval("a\\n//# {KEY}{inline_base64(text)}\\n");' for text in texts))
    assert [(one.name, one.data) for one in found] == [(f"inline-{number}.map", text.encode()) for number, text in enumerate(texts)]


def test_the_place_of_the_comment_is_told() -> None:
    """Line and column are those of the comment, columns in code points."""
    text = f"one();\ntwo('ü'); //# {KEY}{inline_base64(MAP)}\n"
    facts = read(text)[0].facts
    assert (facts["line"], facts["column"], facts["offset"]) == (2, 11, len("one();\ntwo('ü'); ".encode()))


def test_the_span_covers_the_uri() -> None:
    """Raw hits in the encoded bytes belong to the decoded map."""
    text = f"//# {KEY}{inline_base64(MAP)}\nrest"
    (member,) = read(text)
    assert member.span is not None
    assert text[slice(*member.span)] == f"{KEY}{inline_base64(MAP)}"


def test_content_on_disk_is_read_alike() -> None:
    """What is too large for memory goes through windows, runs longer than one included."""
    large = source_map({"a.ts": "".join(f"line {number};\n" for number in range(500_000))})
    text = f"ü\n//# {KEY}{inline_base64(large)}\n//# {KEY}{inline_percent(MAP)}".encode()
    first, second = read_from_file(text)
    assert (first.data, second.data) == (large.encode(), MAP.encode())
    assert (second.facts["line"], second.facts["column"]) == (3, 1)


def test_long_base64_that_is_no_json_still_is_a_member() -> None:
    """Compressed or encrypted, it was meant to be embedded: other formats and rules look at it."""
    encoded = base64.b64encode(bytes(range(120))).decode()
    assert only(f"//# {KEY}data:application/json;base64,{encoded}\n") == bytes(range(120))


@pytest.mark.parametrize(
    "text",
    [
        f'const PREFIX = "//# {KEY}data:application/json;charset=utf-8;base64,";',
        f"out += `//# {KEY}data:application/json;base64,${{btoa(map)}}`",
        f"out += '//# {KEY}data:application/json;base64,' + encode(map);",
        f"/^\\/\\/# {KEY}data:(?:application|text)\\/json;base64,(.*)$/",
        f'template("{KEY}data:application/json;base64,%s")',
        f'[`{KEY}data:`, ""]',
        f"{KEY}data:application/json;base64,abc...",
        f"//# {KEY}data:application/json;base64,{base64.b64encode(MAP.encode()).decode()[:60]}...",
        f"//# {KEY}data:application/json,%7B",
        f"//# {KEY}data:,{quote('hello, this is no map at all')}",
        f"//# {KEY}a.js.map",
        f"//# {KEY}data:",
        "",
    ],
)
def test_constants_of_tools_and_samples_are_nothing(text: str) -> None:
    """Bundlers, minifiers and manuals hold the prefix; no payload, no map, no damage."""
    assert read(text) == []


def test_base64_that_begins_like_a_map_but_is_none_is_nothing() -> None:
    """A token whose header has a version is not a map."""
    assert read(base64.b64encode(b'{"version":1,"alg":"none","kid":"0123456789"}').decode()) == []


def test_a_run_of_false_beginnings_is_decoded_once() -> None:
    """Base64 that begins like a map again and again costs no more than its own length."""
    assert read("eyJ2ZXJzaW9uIjoz" * 100_000) == []


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4), st.sampled_from([inline_base64, inline_percent]))
def test_any_map_round_trips(sources: dict[str, str], encode: object) -> None:
    """Whatever the map holds, the URI decodes to its very bytes."""
    assert callable(encode)
    text = source_map(sources)
    assert only(f"x;'//# {KEY}{encode(text)}';") == text.encode()


@given(st.binary(max_size=60), st.integers(0, 400))
def test_noise_never_raises(noise: bytes, at: int) -> None:
    """Bytes spliced in anywhere decode to something or to nothing."""
    whole = f"//# {KEY}{inline_base64(MAP)}\n//# {KEY}{inline_percent(MAP)}".encode()
    read(whole[:at] + noise + whole[at:])
