"""The `source-map` format: what it recognises, what it recovers, and what it reports as damage."""

import json
import uuid
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakguard.anchors import Anchors
from leakguard.artifacts import source_map as format_module
from leakguard.content import Content
from leakguard.errors import Malformed
from leakguard.limits import Budget, Limits
from leakguard.model import Kind, Member
from leakguard.plugins import Match, Source
from tests.artifacts.vlq import encoded
from tests.builders import source_map

ANCHORS = Anchors([format_module.ANCHORS])


def read(data: bytes | str) -> tuple[list[Member], list[str]]:
    """The members, and the rules of all damage, of content that the format claims; nothing when it does not."""
    content = Content(data.encode() if isinstance(data, str) else data)
    hits = ANCHORS.scan(content).get(0, [])
    if format_module.match("any.name", content.head, content.tail, hits) is Match.NO:
        return [], []
    source = Source(name="any.name", stream=content.stream(), size=content.size, content=content, hits=hits)
    members: list[Member] = []
    rules: list[str] = []
    try:
        for member in format_module.members(source, Budget(Limits(), content.size)):
            members.append(member)
            if member.damage:
                rules.append(member.damage.rule)
    except Malformed as error:
        rules.append(error.rule)
    return [one for one in members if one.kind is not Kind.DAMAGE], rules


def texts(data: bytes | str) -> dict[str, bytes]:
    """Recovered sources by name."""
    return {one.name: one.data for one in read(data)[0] if one.data is not None}


def summary(data: bytes | str) -> Mapping[str, object]:
    """What the leading member says of the whole map."""
    facts: Mapping[str, object] = read(data)[0][0].facts["map"]
    return facts


def test_every_source_with_content_is_a_member() -> None:
    """A flat map yields its texts under the names it gives, and no damage."""
    sound = source_map({"src/a.ts": "let a = 1\n", "src/b.ts": "ü"})
    assert texts(sound) == {"src/a.ts": b"let a = 1\n", "src/b.ts": "ü".encode()}
    assert read(sound)[1] == []


def test_the_first_member_describes_the_map() -> None:
    """The summary has kind `directory`, no name, and counts what has no content too."""
    members, _ = read(source_map({"a.ts": None, "b.ts": "b"}, names=["x", "y"], sourceRoot="/root"))
    assert (members[0].name, members[0].kind) == ("", Kind.DIRECTORY)
    facts = members[0].facts["map"]
    assert (facts["sources"], facts["texts"], facts["names"], facts["roots"]) == (2, 1, 2, ("/root",))
    assert facts["paths"] == ("/root/a.ts", "/root/b.ts")


def test_source_root_is_joined_and_missing_names_are_numbered() -> None:
    """`sourceRoot` stands before each path; a source without a path is `source-N`; texts may outnumber sources."""
    data = json.dumps({"version": 3, "sourceRoot": "x/", "sources": ["a.ts", None], "sourcesContent": ["1", "2", "3"], "mappings": ""})
    assert texts(data) == {"x/a.ts": b"1", "source-1": b"2", "source-2": b"3"}


def test_fewer_texts_than_sources_is_sound() -> None:
    """`sourcesContent` may be shorter than `sources`."""
    data = json.dumps({"version": 3, "sources": ["a", "b"], "sourcesContent": ["1"], "mappings": ""})
    assert (texts(data), read(data)[1]) == ({"a": b"1"}, [])


@pytest.mark.parametrize("key", ["ignoreList", "x_google_ignoreList"])
def test_ignored_and_third_party_sources_are_marked(key: str) -> None:
    """The ignore list and the shape of the path are facts of each member."""
    members, _ = read(source_map({"a.ts": "1", "../node_modules/x/i.js": "2"}, list=[0]).replace('"list"', f'"{key}"'))
    assert [(one.facts["ignored"], one.facts["third_party"]) for one in members[1:]] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    "path",
    [
        "webpack://x/./node_modules/y/i.js",
        "../../node_modules/.pnpm/x/i.js",
        "webpack/bootstrap",
        "webpack://x/webpack/runtime/jsonp",
        "webpack:///(webpack)/buildin/global.js",
        'webpack://x/external commonjs "fs"',
        "webpack://x/ignored /a/b",
        "~lib/rt/index.ts",
        "\0commonjsHelpers.js",
        "/builtin/+stdlib.js",
        "rolldown:runtime",
        "/home/kim/x/_opam/lib/ocaml/list.ml",
        "/home/kim/.opam/5.1/lib/str.ml",
        "/home/kim/.cargo/registry/src/index-1/serde-1.0/src/lib.rs",
        "/rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/core/src/num/mod.rs",
        "/usr/lib/rustlib/src/rust/library/std/src/io.rs",
        "/home/kim/go/pkg/mod/example.org/x@v1.0.0/x.go",
        "../venv/lib/python3.12/site-packages/x/static/x.js",
        "/emsdk/upstream/emscripten/system/lib/libc/malloc.c",
    ],
)
def test_paths_of_dependencies_are_third_party(path: str) -> None:
    """Each shape that a bundler gives to foreign code is recognised."""
    assert read(source_map({path: "x"}))[0][1].facts["third_party"]


@pytest.mark.parametrize(
    "path",
    [
        "src/opam.ml",
        "src/go/pkg/a.go",
        "cargo/a.rs",
        "rustc/x/a.rs",
        "src/emscripten.c",
        "src/node_modules.ts",
        "src/builtin/a.ts",
        "src/external.ts",
        "webpack.config.js",
        "lib/x.ts",
        "src/webpack/plugin.ts",
    ],
)
def test_own_paths_are_not_third_party(path: str) -> None:
    """Names that merely resemble those shapes are the project's own."""
    assert not read(source_map({path: "x"}))[0][1].facts["third_party"]


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b")]}'\n", b")]}',\n", b" \r\n\t", b"\xef\xbb\xbf)]}'\n "])
def test_prefixes_that_consumers_skip_are_skipped(prefix: bytes) -> None:
    """A byte order mark, the XSSI line and white space hide nothing."""
    data = prefix + source_map({"a.ts": "text"}).encode()
    assert (texts(data), read(data)[1]) == ({"a.ts": b"text"}, [])


def test_an_escaped_key_is_seen() -> None:
    """A search for the word would fail; the object has the key all the same."""
    data = rb'{"version":3,"sources":["a"],"\u0073ourcesContent":["hidden"],"mappings":""}'
    assert texts(data) == {"a": b"hidden"}


def test_both_values_of_a_repeated_key_count() -> None:
    """Two readers would see two maps: both texts are recovered, and the map is ambiguous."""
    data = b'{"version":3,"sources":["a"],"sourcesContent":["one"],"mappings":"","sourcesContent":["two"]}'
    members, rules = read(data)
    assert ([one.data for one in members[1:]], rules) == ([b"one", b"two"], ["artifact/ambiguous"])


def test_a_lone_surrogate_is_carried() -> None:
    """JavaScript strings may hold half a pair; that is no reason to give up."""
    data = rb'{"version":3,"sources":["a"],"sourcesContent":["x\ud800y"],"mappings":""}'
    assert (texts(data), read(data)[1]) == ({"a": b"x\xed\xa0\x80y"}, [])


def test_invalid_utf8_in_a_text_is_carried() -> None:
    """The bytes come out as they are."""
    assert texts(b'{"version":3,"sources":["a"],"sourcesContent":["x\xffy"],"mappings":""}') == {"a": b"x\xffy"}


@pytest.mark.parametrize("oddity", ["9" * 5000, "1e999", "-0.0e-5", "[[[[[[[[[[]]]]]]]]]]"])
def test_sound_json_that_readers_choke_on_is_no_damage(oddity: str) -> None:
    """Numbers that no reader can hold are skipped without being decoded."""
    data = f'{{"version":3,"x":{oddity},"sources":["a"],"sourcesContent":["text"],"mappings":""}}'
    assert (texts(data), read(data)[1]) == ({"a": b"text"}, [])


@pytest.mark.parametrize("oddity", ["NaN", "Infinity", "tru", "01"])
def test_values_that_are_no_json_are_damage_beside_the_texts(oddity: str) -> None:
    """An invalid map is not a clean one, and still holds source."""
    data = f'{{"version":3,"x":{oddity},"sources":["a"],"sourcesContent":["text"],"mappings":""}}'
    assert (texts(data), read(data)[1]) == ({"a": b"text"}, ["artifact/unreadable"])


@pytest.mark.parametrize(
    "fields",
    [
        {"mappings": None},
        {"mappings": 5},
        {"version": 4},
        {"version": "3foo"},
        {"file": 3},
        {"sourceRoot": []},
        {"ignoreList": [0.5]},
        {"ignoreList": [7]},
        {"names": "x"},
        {"sources": "a"},
    ],
)
def test_an_invalid_map_yields_its_texts_and_damage(fields: Mapping[str, object]) -> None:
    """Whatever field is wrong, the content comes out and the map is unreadable as a map."""
    data = json.dumps({"version": 3, "sources": ["a"], "sourcesContent": ["text"], "mappings": "", **fields})
    assert list(texts(data).values()) == [b"text"]
    assert set(read(data)[1]) == {"artifact/unreadable"}


@pytest.mark.parametrize(
    ("mappings", "names"),
    [("ACAA", []), ("AAAAC", ["x"]), ("ADAA", []), ("AAA", []), ("AAAAggggggggggA", []), ("AAAA!", []), ("AAAA,AAAg", [])],
)
def test_lying_mappings_are_damage_beside_the_text(mappings: str, names: list[str]) -> None:
    """ECMA-426 §9.6: about a source or name that does not exist, negative, cut off, too large: no valid map, and the text comes out."""
    data = source_map({"a.ts": "text"}, mappings=mappings, names=names)
    assert (texts(data), read(data)[1]) == ({"a.ts": b"text"}, ["artifact/unreadable"])


@pytest.mark.parametrize("sound", [str(uuid.UUID(int=7)), uuid.UUID(int=7).hex.upper()])
def test_a_debug_id_is_told(sound: str) -> None:
    """With dashes or, as bun writes it, without."""
    data = source_map({"a.ts": "text"}, debugId=sound)
    assert (summary(data)["debug_ids"], read(data)[1]) == ((sound,), [])


@pytest.mark.parametrize("wrong", ["this is not one", 7, "0" * 31])
def test_a_debug_id_that_is_none_is_damage(wrong: object) -> None:
    """The map is invalid; the text comes out."""
    data = source_map({"a.ts": "text"}, debugId=wrong)
    assert (texts(data), set(read(data)[1])) == ({"a.ts": b"text"}, {"artifact/unreadable"})


@pytest.mark.parametrize(
    ("field", "count"),
    [([[{"names": ["<global>", "login"], "mappings": "AAA"}], None], 2), ([], 0), ("x", 0), ([[{"names": 1}]], 0), (None, 0)],
)
def test_function_names_of_metro_are_counted(field: object, count: int) -> None:
    """`x_facebook_sources` names functions whether or not there are texts; one that is malformed is nobody's loss."""
    assert summary(source_map({"a.js": None}, content=False, x_facebook_sources=field))["functions"] == count


def test_lines_of_sources_without_text_are_told_by_the_mappings() -> None:
    """Where names are restored too; third-party sources do not count."""
    mappings = encoded([[(0, 0, 41, 0, 0), (5, 1, 7, 0)]])
    assert (
        summary(source_map({"a.ts": None, "node_modules/b.ts": None}, content=False, names=["x"], mappings=mappings))["original_lines"]
        == 42
    )
    assert summary(source_map({"a.ts": None}, content=False, mappings=encoded([[(0, 0, 41, 0)]])))["original_lines"] == 0


@pytest.mark.parametrize(
    "data",
    [
        source_map({"a.ts": "text"}, names=["sources", "mappings", "sourcesContent", "sections"]),
        source_map({"sources/a.ts": '"sources" \u0073 "mappings"'}, names=["\u0041"]),
        json.dumps({"x": "abc", "sections": [1], "mappings": "x"}),
        json.dumps({"version": "2.0", "sections": [{"title": "a", "url": "b"}, {"map": 1}]}),
        json.dumps({"version": "2.0", "sources": 7, "names": 1}),
        '{"\\u0041": 1, "sections": []}',
    ],
)
def test_ordinary_files_are_never_read_slowly(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that look like keys, and JSON that is no map, are no reason for the careful reader."""
    monkeypatch.setattr(format_module, "Careful", None)
    assert read(data)[1] == []


@pytest.mark.parametrize("version", [{}, {"version": "2.0"}, {"version": 2}])
def test_sections_of_something_else_are_no_map(version: Mapping[str, object]) -> None:
    """Pages have sections with addresses, and parks have maps; a section of an index map says where it begins."""
    page = {**version, "sections": [{"title": "a", "url": "b"}, {"map": "c"}]}
    assert read(json.dumps(page)) == ([], [])
    assert read(json.dumps(page)[:-1] + ',"mappings":"x"') == ([], [])
    placed = {**version, "sections": [{"offset": {"line": 0}, "url": "b"}]}
    assert read(json.dumps(placed))[1] != []


def test_content_without_mappings_is_recovered() -> None:
    """ECMA-426's own invalid example that still holds the source."""
    data = json.dumps({"version": 3, "names": [], "sources": ["1.js"], "sourcesContent": ["hello world"]})
    assert (texts(data), read(data)[1]) == ({"1.js": b"hello world"}, ["artifact/unreadable"])


def test_content_that_is_no_list_is_recovered() -> None:
    """A single string where the list should be is a text."""
    data = json.dumps({"version": 3, "sources": ["a"], "sourcesContent": "all of it", "mappings": ""})
    assert texts(data) == {"a": b"all of it"}
    assert "artifact/unreadable" in read(data)[1]


@pytest.mark.parametrize("cut", [1, 5, 12, 30])
def test_a_truncated_map_yields_what_is_left(cut: int) -> None:
    """Texts before the cut come out, half a text too, and the damage is `artifact/truncated`."""
    whole = json.dumps({"version": 3, "mappings": "AAAA", "sources": ["a", "b"], "sourcesContent": ["first text", "second long text"]})
    found = texts(whole[:-cut])
    assert found["a"].startswith(b"fir")
    assert "artifact/truncated" in read(whole[:-cut])[1]


def test_data_after_the_map_is_damage() -> None:
    """What follows the closing bracket belongs to nothing."""
    data = source_map({"a": "text"}) + "<?php"
    assert (texts(data), read(data)[1]) == ({"a": b"text"}, ["artifact/unreadable"])


def test_a_depth_bomb_is_a_limit() -> None:
    """Fifty thousand levels end in a damage entry, never in a recursion error."""
    assert read(b'{"version":3,"sections":[{"map":' * 50_000)[1] == ["artifact/limit-exceeded"]


def test_texts_before_a_depth_bomb_are_recovered() -> None:
    """The bomb does not cover what stands before it."""
    data = b'{"version":3,"sources":["a"],"sourcesContent":["text"],"mappings":"","x":' + b"[" * 50_000
    assert (texts(data), read(data)[1]) == ({"a": b"text"}, ["artifact/limit-exceeded"])


def test_an_index_map_is_flattened() -> None:
    """Sections inside sections yield the texts of all of them; a URL is noted, not fetched."""
    flat = json.loads(source_map({"a.ts": "one"}))
    offset = {"line": 0, "column": 0}
    inner = {"version": 3, "sections": [{"offset": offset, "map": json.loads(source_map({"b.ts": "two"}))}]}
    data = json.dumps(
        {"version": 3, "sections": [{"offset": offset, "map": flat}, {"offset": offset, "map": inner}, {"offset": offset, "url": "c.map"}]}
    )
    assert (texts(data), read(data)[1]) == ({"a.ts": b"one", "b.ts": b"two"}, [])
    assert summary(data)["urls"] == ("c.map",)


def test_index_maps_nested_deeply_are_still_read() -> None:
    """Beyond the depth of the quick reader the careful one takes over."""
    at: object = json.loads(source_map({"a.ts": "deep"}))
    for _ in range(40):
        at = {"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": at}]}
    assert texts(json.dumps(at)) == {"a.ts": b"deep"}


def test_a_map_inside_other_json_is_found() -> None:
    """A build cache that holds a map under any key gives its source away too."""
    data = json.dumps({"code": "x", "cache": [{"map": json.loads(source_map({"a.ts": "inner"}))}]})
    assert (texts(data), read(data)[1]) == ({"a.ts": b"inner"}, [])


def test_spans_cover_the_texts_and_nothing_else() -> None:
    """Raw hits inside `sourcesContent` belong to the members; what stands beside them does not."""
    data = source_map({"a": "first", "b": "second"}, comment="outside")
    spans = [data.encode()[slice(*one.span)] for one in read(data)[0] if one.span]
    assert b"".join(spans) == b'["first", "second"]'


def test_spans_of_a_careful_reading_are_those_of_each_text() -> None:
    """What is no text stays outside."""
    data = b'{"sources":["a","b"],"mappings":"","sourcesContent":["one",{"x":"secret"},"two"],"version":3}'
    assert [data[slice(*one.span)] for one in read(data)[0] if one.span] == [b'"one"', b'"two"']


@pytest.mark.parametrize(
    "document",
    [
        {"mappings": {"properties": {"title": {"type": "text"}}}, "settings": {}},
        {"name": "x", "version": "1.0.0", "sources": ["a"], "mappings": {"a": "b"}},
        {"version": 3, "sections": [{"title": "Introduction", "body": "…"}]},
        {"version": 1, "sections": []},
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": {"sourcesContent": {"type": "array"}, "mappings": {"type": "string"}},
        },
        {"inputs": {"a.ts": {"bytes": 1}}, "outputs": {"a.js": {"inputs": {}, "mappings": 1}}},
        {"sourcesContent": []},
        {"sourcesContent": None, "sections": None},
        {"version": 3, "sources": ["a"]},
        {"mappings": "AAAA"},
        {"required": ["mappings", "sections", "sourcesContent"]},
        [{"mappings": []}],
    ],
)
def test_json_that_is_no_map_is_left_alone(document: object) -> None:
    """Documents that use the same words are neither opened nor damaged."""
    assert read(json.dumps(document)) == ([], [])
    assert read(json.dumps(document)[:-1]) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        'const schema = {"mappings": "AAAA", "sources": ["a"], "sourcesContent": ["b"]};',
        '{\n  // a comment\n  "mappings": "AAAA",\n}',
        '"sourcesContent"',
        '{"use strict"; var a = "sourcesContent"}',
        "{ sourcesContent: 1 }",
        "",
    ],
)
def test_text_that_is_no_json_is_left_alone(text: str) -> None:
    """Scripts and JSON dialects that mention the keys are not damaged maps."""
    assert read(text) == ([], [])


def test_an_empty_map_is_no_damage() -> None:
    """Bundlers write maps without sources, with and without sections."""
    assert read('{"version":3,"sources":[],"mappings":""}')[1] == []
    assert read('{"version":3,"sections":[]}')[1] == []


def test_a_map_over_the_cap_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too large a map is refused before it is read."""
    monkeypatch.setattr(format_module, "MOST_BYTES", 64)
    assert read(source_map({"a.ts": "x" * 100}))[1] == ["artifact/limit-exceeded"]


def test_other_json_over_the_cap_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large data file is no map."""
    monkeypatch.setattr(format_module, "MOST_BYTES", 64)
    assert read(json.dumps({"mappings": {"a": "x" * 100}})) == ([], [])


def test_texts_are_paid_for() -> None:
    """What is decoded counts against the limits of the artifact."""
    content = Content(source_map({"a.ts": "x" * 1000}).encode())
    source = Source(name="a", stream=content.stream(), size=content.size, content=content, hits=ANCHORS.scan(content)[0])
    with pytest.raises(Malformed):
        list(format_module.members(source, Budget(Limits(bytes=100), content.size)))


@given(st.dictionaries(st.text(min_size=1), st.none() | st.text(), max_size=6))
def test_any_sources_round_trip(sources: dict[str, str | None]) -> None:
    """What a map holds comes out byte for byte, in order, whatever the names."""
    members, rules = read(source_map(sources))
    assert [(one.name, one.data) for one in members[1:]] == [(name, text.encode()) for name, text in sources.items() if text is not None]
    assert rules == []


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=4), st.data())
def test_a_careful_reading_agrees_with_the_quick_one(sources: dict[str, str], data: st.DataObject) -> None:
    """A number that only the careful reader accepts changes nothing of what comes out."""
    ascii_only = data.draw(st.booleans())
    sound = json.loads(source_map(sources))
    text = json.dumps({**sound, "ignoreList": [0]}, ensure_ascii=ascii_only)
    disguised = text.replace('"sourcesContent"', '"\\u0073ourcesContent"', 1)
    assert texts(disguised) == texts(text)


@given(st.binary(max_size=80), st.integers(0, 200))
def test_corrupt_maps_never_raise_anything_but_damage(noise: bytes, at: int) -> None:
    """Bytes spliced in anywhere end as members, damage, or no map at all."""
    whole = source_map({"a.ts": "text", "b.ts": '\\ " \n'}).encode()
    read(whole[:at] + noise + whole[at:])
