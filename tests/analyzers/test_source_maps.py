"""The `source_maps` analyzer: what counts as own, what counts as new, and which references matter."""

import io
import json
from collections.abc import Mapping, Sequence

import pytest

from leakguard import plugins
from leakguard.analyzers import source_maps as analyzer_module
from leakguard.analyzers.source_maps import _ledger
from leakguard.anchors import Anchors
from leakguard.content import Content, Entry
from leakguard.limits import Budget, Limits
from leakguard.model import Artifact, Coverage, Finding, Identity, Member, Severity
from leakguard.plugins import Hit
from leakguard.settings import Settings
from leakguard.walk import Walker
from tests.builders import code, inline_base64, inline_percent, npm, source_map

ANCHORS = Anchors([*(one.ANCHORS for one in plugins.formats()), analyzer_module.ANCHORS])
OWN = len(plugins.formats())
KEY = "sourceMapping" + "URL="
COMMENT = f"//# {KEY}"
ARTIFACT = Artifact(target="x", identity=Identity(format="directory"), sha256=None, size=None, coverage=Coverage(), listing=())


class Sink:
    """Passes what the walker finds to one analyzer, as the machine does."""

    def __init__(self) -> None:
        self.analyzer = analyzer_module.start(Settings())
        self.findings: list[Finding] = []
        self.second = False

    def enter(self, entry: Entry) -> None:
        """Pass an entry on."""
        if not self.second:
            self.findings += self.analyzer.enter(entry)
        elif entry.content is not None and not entry.opaque:
            self.analyzer.revisit(entry)

    def found(self, entry: Entry, hits: Mapping[int, Sequence[Hit]]) -> None:
        """Pass the hits in an entry on."""
        if not self.second and 0 in hits:
            self.findings += self.analyzer.analyze(entry, hits[0])


def inspect(files: Mapping[str, str | bytes]) -> list[Finding]:
    """All findings about a folder of files."""
    return inspect_with(Sink(), files)


def inspect_with(sink: Sink, files: Mapping[str, str | bytes]) -> list[Finding]:
    """The same, with a sink that may be asked for more afterwards."""

    def walk(anchors: Anchors | None) -> None:
        members = [Member(name=name, data=data if isinstance(data, bytes) else data.encode()) for name, data in files.items()]
        Walker(sink, Budget(Limits(), 10**6), anchors).walk_folder(members)

    walk(ANCHORS)
    if sink.analyzer.wants_second_pass():
        sink.second = True
        walk(None)
    return [*sink.findings, *sink.analyzer.conclude(ARTIFACT, Settings())]


def rules(files: Mapping[str, str | bytes]) -> list[str]:
    """Only the names of the rules, without the family."""
    return sorted(one.rule.removeprefix("source-map/") for one in inspect(files))


def only(files: Mapping[str, str | bytes]) -> Finding:
    """The only finding."""
    (finding,) = inspect(files)
    return finding


def test_an_external_map_with_new_source_is_embedded_source() -> None:
    """The finding is at the map, and its evidence counts what can be reconstructed."""
    found = only(
        {
            "dist/a.js": "a()",
            "dist/a.js.map": source_map({"src/a.ts": code(30), "src/b.ts": code(10, label="b"), "node_modules/x/i.js": code(5)}),
        }
    )
    assert found.rule == "source-map/embedded-source"
    assert (found.location.path, found.location.line, found.location.column) == ("dist/a.js.map", 1, 1)
    assert found.severity is Severity.CRITICAL
    wanted = {
        "sources": 3,
        "with_content": 3,
        "first_party": 2,
        "third_party": 1,
        "lines": 40,
        "novel_lines": 40,
        "bytes": len(code(30) + code(10, label="b")),
    }
    assert {key: found.evidence[key] for key in wanted} == wanted
    assert found.evidence["samples"] == ["src/a.ts", "src/b.ts"]
    assert found.message == "map reconstructs 2 first-party files, 40 lines (40 not shipped elsewhere)"


def test_the_name_of_a_map_does_not_matter() -> None:
    """A map under any name, nested in a tarball, is found at its nested path."""
    found = only({"vendor/x.bin": npm({"chunk.txt": source_map({"src/a.ts": code(30)})})})
    assert (found.rule, found.location.path) == ("source-map/embedded-source", "vendor/x.bin!/package/chunk.txt")


@pytest.mark.parametrize("encode", [inline_base64, inline_percent])
def test_an_inline_map_is_inline_source_at_its_comment(encode: object) -> None:
    """The finding is in the script, at the line and column of the comment."""
    assert callable(encode)
    found = only({"cli.mjs": f"run();\nstop(); {COMMENT}{encode(source_map({'src/a.ts': code(30)}))}\n"})
    assert found.rule == "source-map/inline-source"
    assert (found.location.path, found.location.line, found.location.column) == ("cli.mjs", 2, 9)
    assert found.evidence["map"] == "cli.mjs!/inline-0.map"
    assert found.evidence["novel_lines"] == 30


def test_two_inline_maps_have_two_fingerprints() -> None:
    """One finding for each map, told apart."""
    uris = [inline_base64(source_map({f"src/{name}.ts": code(5, label=name)})) for name in "ab"]
    found = inspect({"a.js": "".join(f'eval("{COMMENT}{uri}\\n");\n' for uri in uris)})
    assert [one.rule for one in found] == ["source-map/inline-source"] * 2
    assert len({one.fingerprint for one in found}) == 2


def test_a_small_leak_is_high_and_not_critical() -> None:
    """A few lines weigh less than a product."""
    assert only({"a.map": source_map({"a.ts": code(3)})}).severity is Severity.HIGH


def test_short_lines_count_where_there_are_no_others() -> None:
    """A source without one line of telling length is still source."""
    found = only({"a.map": source_map({"a.ts": "hello world"})})
    assert (found.rule, found.evidence["novel_lines"]) == ("source-map/embedded-source", 1)


def test_lines_that_ship_are_not_new() -> None:
    """Only what occurs in no file of the artifact counts, whatever its indentation."""
    shipped = "".join(f"\t{line}\r\n" for line in code(30).splitlines()[:20])
    found = only({"src/a.ts": shipped, "a.js.map": source_map({"../src/a.ts": code(30)})})
    assert (found.evidence["lines"], found.evidence["novel_lines"]) == (30, 10)


def test_a_map_of_shipped_source_is_shipped_source() -> None:
    """The order of the files in the artifact does not matter."""
    files = {"a.js.map": source_map({"src/a.ts": code(30)}), "src/a.ts": code(30)}
    for one in (files, dict(reversed(files.items()))):
        found = only(one)
        assert (found.rule, found.severity, found.evidence["novel_lines"]) == ("source-map/shipped-source", Severity.INFO, 0)


def test_another_map_does_not_count_as_shipping() -> None:
    """Two maps with the same source leak it twice."""
    content = source_map({"src/a.ts": code(30)})
    assert rules({"a.map": content, "b.map": content, "c.js": f"{COMMENT}{inline_base64(content)}"}) == [
        "embedded-source",
        "embedded-source",
        "inline-source",
    ]


def test_third_party_content_alone_is_shipped_source() -> None:
    """Dependencies are public."""
    found = only({"a.map": source_map({"../node_modules/x/i.js": code(30), "webpack/bootstrap": code(5)})})
    assert (found.rule, found.evidence["first_party"], found.evidence["third_party"]) == ("source-map/shipped-source", 0, 2)
    assert found.message == "map holds third-party source only (2 files)"


def test_the_ignore_list_makes_sources_third_party() -> None:
    """The map's own list is believed."""
    assert rules({"a.map": source_map({"src/a.ts": code(30)}, ignoreList=[0])}) == ["shipped-source"]


def test_a_map_under_node_modules_is_third_party() -> None:
    """A bundled dependency's map shows that dependency's source, whatever its paths say."""
    assert rules({"package/node_modules/x/dist/a.js.map": source_map({"src/a.ts": code(30)})}) == ["shipped-source"]


def test_an_inline_map_inside_a_third_party_source_is_third_party() -> None:
    """What a dependency's source carries is the dependency's too."""
    inner = f"x()\n{COMMENT}{inline_base64(source_map({'src/inner.ts': code(30)}))}"
    assert rules({"a.map": source_map({"node_modules/x/i.js": inner})}) == ["shipped-source", "shipped-source"]


@pytest.mark.parametrize("text", [None, "", " \n\t"])
def test_a_map_whose_texts_are_empty_has_no_content(text: str | None) -> None:
    """Null, empty and blank are all nothing."""
    found = only({"a.map": source_map({"../src/a.ts": text})})
    assert (found.rule, found.severity, found.evidence["with_content"]) == ("source-map/no-content", Severity.INFO, 0)


def test_names_without_content_are_a_finding_of_their_own() -> None:
    """Identifiers that minifying removed come back."""
    found = inspect({"a.map": source_map({"../src/a.ts": None}, content=False, names=["secretFeature", "x"])})
    assert [one.rule for one in found] == ["source-map/no-content", "source-map/original-names"]
    assert found[1].evidence["names"] == 2


def test_names_of_dependencies_are_none() -> None:
    """Only own identifiers matter."""
    assert rules({"a.map": source_map({"node_modules/x/a.js": None}, names=["x"])}) == ["no-content"]


def test_an_empty_map_is_nothing() -> None:
    """No sources, no finding."""
    assert rules({"a.map": source_map({}), "b.map": '{"version":3,"sections":[]}'}) == []


@pytest.mark.parametrize(
    "path",
    [
        "/home/luigi/x/src/a.ts",
        "file:///Users/luigi/x/a.ts",
        "C:\\Users\\luigi\\x\\a.ts",
        "file:///C:/Users/luigi/x/a.ts",
        "webpack:////home/luigi/x/a.ts",
    ],
)
def test_absolute_paths_name_the_user(path: str) -> None:
    """Whatever the system of the building machine."""
    found = next(one for one in inspect({"a.map": source_map({path: None})}) if one.rule == "source-map/source-paths")
    assert (found.evidence["absolute_paths"], found.evidence["users"]) == (1, ["luigi"])


def test_a_local_source_root_counts() -> None:
    """`sourceRoot` is a path as well."""
    assert "source-paths" in rules({"a.map": source_map({"a.ts": None}, sourceRoot="/home/luigi/x/")})


@pytest.mark.parametrize(
    "path",
    [
        "../src/a.ts",
        "/src/foo.js",
        "/builtin/+x.js",
        "webpack:///./src/home/x.ts",
        "webpack://name/home/x/y.ts",
        "home/pages/a.ts",
        "src/Users/list/x.ts",
        "/a.ts",
    ],
)
def test_paths_of_the_project_are_not_local(path: str) -> None:
    """Relative paths and those of development servers name no machine."""
    assert "source-paths" not in rules({"a.map": source_map({path: None})})


def test_an_account_of_a_build_machine_is_no_user() -> None:
    """The path is told, the account is nobody."""
    found = next(one for one in inspect({"a.map": source_map({"/home/runner/work/x/a.ts": None})}) if one.rule == "source-map/source-paths")
    assert found.evidence["users"] == []


def test_hostile_names_are_escaped() -> None:
    """Control characters in `sources` do not reach a terminal."""
    found = only({"a.map": source_map({"src/\x1b[31m\u202e.ts": code(5)})})
    assert found.evidence["samples"] == ["src/\\x1b[31m\\u202e.ts"]


@pytest.mark.parametrize("comment", ["//# {}", "//@ {}", "/*# {} */", "x();//# {}\n\n"])
@pytest.mark.parametrize("url", ["https://maps.example/a.js.map", "//maps.example/a.js.map", "https://u:p@maps.example:8443/a.map?token=x"])
def test_a_map_on_another_host_is_a_remote_reference(comment: str, url: str) -> None:
    """The host is named, credentials and query are not."""
    found = only({"a.js": "a()\n" + comment.format(KEY + url)})
    assert found.rule == "source-map/remote-reference"
    assert (found.location.path, found.location.line) == ("a.js", 2)
    assert "`maps.example`" in found.message
    assert all("token" not in text and "u:p" not in text for text in (found.message, found.evidence["url"]))


@pytest.mark.parametrize(("root", "name"), [("https://files.example/private/", "a.ts"), ("", "https://files.example/src.zip")])
def test_sources_on_another_host_are_a_remote_reference(root: str, name: str) -> None:
    """Paths and roots may point to a bucket."""
    assert "remote-reference" in rules({"a.map": source_map({name: None}, sourceRoot=root)})


def test_a_section_elsewhere_is_a_remote_reference() -> None:
    """`sections[].url` is never fetched, and named."""
    section = {"offset": {"line": 0, "column": 0}, "url": "https://maps.example/a.map"}
    assert rules({"a.map": json.dumps({"version": 3, "sections": [section]})}) == ["remote-reference"]


@pytest.mark.parametrize("comment", ["//# {}", "//@ {}", "/*# {} */", "}}/*# {}*/"])
def test_a_reference_to_nothing_is_dangling(comment: str) -> None:
    """The map is named, but does not ship."""
    found = only({"dist/a.js": "a()\n" + comment.format(KEY + "a.js.map"), "a.js.map.txt": "x"})
    assert (found.rule, found.severity, found.location.path, found.location.line) == (
        "source-map/dangling-reference",
        Severity.INFO,
        "dist/a.js",
        2,
    )


@pytest.mark.parametrize("url", ["a%20b.js.map", "./a%20b.js.map", "../dist/a%20b.js.map?v=1"])
def test_a_reference_to_a_map_that_ships_is_nothing(url: str) -> None:
    """Whatever way the path is written, and wherever the map stands in the artifact."""
    empty = source_map({})
    assert rules({"dist/a.js": f"a()\n{COMMENT}{url}", "dist/a b.js.map": empty}) == []
    assert rules({"dist/a b.js.map": empty, "dist/a.js": f"a()\n{COMMENT}{url}"}) == []


@pytest.mark.parametrize(
    "line",
    [
        f'code += "\\n{COMMENT}" + name + ".map";',
        f"code += `\n{COMMENT}${{name}}.map`;",
        f"const TEMPLATE = '{COMMENT}%(url)s';",
        f"{COMMENT}%(url)s",
        f"{COMMENT}[file].map",
        f"{COMMENT}{{{{url}}}}",
        f"/{COMMENT}(.*)$/",
        f"const KEY = '{KEY}';",
        f'"{COMMENT}a.js.map"',
        f"'{COMMENT}a.js.map\\n'",
        f"{COMMENT}data:application/json;base64,",
        f"{COMMENT}",
        f"{COMMENT}a.js.map and then prose",
        f"see {KEY}a.js.map",
    ],
)
def test_templates_and_strings_are_no_references(line: str) -> None:
    """Tools that write the comment do not have it."""
    assert rules({"a.js": f"a();\n{line}\nb();\n"}) == []


def test_only_the_last_comments_count() -> None:
    """Concatenated files leave theirs in the middle, where no consumer looks."""
    lines = "".join(f"a();\n{COMMENT}{number}.map\n" for number in range(5))
    assert [one.evidence["url"] for one in inspect({"a.js": lines})] == ["3.map", "4.map"]


def test_comments_inside_sources_are_not_references() -> None:
    """The original of a dependency may refer to a map that nobody shipped."""
    assert rules({"a.map": source_map({"src/a.js": f"{code(5)}{COMMENT}https://maps.example/a.map\n"})}) == ["embedded-source"]


def test_too_many_lines_to_compare_count_as_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound nothing is assumed to ship, and the evidence says so."""
    monkeypatch.setattr("leakguard.analyzers.source_maps._analyzer.MOST_LINES", 10)
    found = only({"a.map": source_map({"src/a.ts": code(30)}), "src/a.ts": code(30)})
    assert (found.evidence["novel_lines"], found.evidence["novel_lines_bounded"]) == (30, True)


def test_lines_are_whole_in_content_that_is_read_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window's edge does not cut a line in two, and an endless line is cut, not kept."""
    monkeypatch.setattr("leakguard.content.WINDOW", 1000)
    text = code(50).encode() + b"x" * 300_000 + b"\n" + code(50, label="z").encode()
    pieces = list(_ledger.pieces_of(Content(file=io.BytesIO(text), size=len(text))))
    assert b"".join(pieces) == text
    assert all(piece.endswith(b"\n") or b"xxx" in piece for piece in pieces)
    assert max(map(len, pieces)) < 100_000


def test_every_finding_has_a_rule_with_a_fix() -> None:
    """Each rule says how to repair the package, for whatever tool packs it."""
    assert all(rule.fixes.get("*") for rule in analyzer_module.RULES)


def wasm(url: str) -> bytes:
    """A WebAssembly module that names its map (ECMA-426 §11.1.2)."""
    name, address = b"sourceMappingURL", url.encode()
    section = bytes([len(name)]) + name + bytes([len(address)]) + address
    return b"\0asm\1\0\0\0\0" + bytes([len(section)]) + section


@pytest.mark.parametrize(
    ("url", "files", "expected"),
    [
        ("a.wasm.map", {}, ["dangling-reference"]),
        ("a.wasm.map", {"a.wasm.map": source_map({}, content=False)}, []),
        ("https://maps.example.com/a.map", {}, ["remote-reference"]),
    ],
)
def test_the_map_of_a_webassembly_module_is_judged(url: str, files: Mapping[str, str | bytes], expected: list[str]) -> None:
    """As a comment in a script would be."""
    assert rules({"a.wasm": wasm(url), **files}) == expected
