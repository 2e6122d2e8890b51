"""Reports of bundlers, state of compilers, profiles, dumps and notebooks: by the shape of their JSON, under any name."""

import json
import struct

import pytest

from tests.analyzers.sources.inspecting import only, rules

METAFILE = {
    "inputs": {"src/a.ts": {"bytes": 10, "imports": []}, "node_modules/x/i.js": {"bytes": 9, "imports": []}},
    "outputs": {"dist/a.js": {"bytes": 4, "inputs": {"src/a.ts": {"bytesInOutput": 4}}, "imports": [], "exports": []}},
}
MODULES = [
    {"name": "./src/a.js", "modules": [{"name": "./src/b.js"}]},
    {"type": "by path", "children": [{"name": "./node_modules/x/i.js"}]},
]
STATISTICS = {
    "hash": "0",
    "version": "5.0.0",
    "outputPath": "/home/luigi/acme/dist",
    "assetsByChunkName": {"main": ["main.js"]},
    "modules": MODULES,
}
STATE = {
    "fileNames": ["../node_modules/typescript/lib/lib.es5.d.ts", "../src/a.ts", "../../../other/b.ts"],
    "fileInfos": ["a", "b"],
    "version": "5.9.2",
}
REPORT = {
    "header": {"reportVersion": 3, "cwd": "/srv/x", "commandLine": ["node"]},
    "environmentVariables": {"PATH": "/bin", "ACME_KEY": "hidden-value"},
}
NODES = [{"id": 1, "callFrame": {"functionName": "price", "url": "file:///home/luigi/a.js", "lineNumber": 1}, "children": [2]}]
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "1", "outputs": []}]}


@pytest.mark.parametrize(
    ("value", "rule", "wanted"),
    [
        (METAFILE, "source/bundler-statistics", {"modules": 2, "first_party": 1, "samples": ["src/a.ts"]}),
        (STATISTICS, "source/bundler-statistics", {"modules": 3, "first_party": 2, "users": ["luigi"]}),
        ({"children": [STATISTICS]}, "source/bundler-statistics", {"modules": 3}),
        ([{"label": "main.js", "isAsset": True, "statSize": 9, "groups": []}], "source/bundler-statistics", {"modules": 1}),
        (
            {"version": 2, "nodeParts": {}, "nodeMetas": {"a-1": {"id": "/src/a.js"}}},
            "source/bundler-statistics",
            {"samples": ["src/a.js"]},
        ),
        ({"src/main.ts": {"file": "assets/m.js", "src": "src/main.ts", "isEntry": True}}, "source/bundler-statistics", {"modules": 1}),
        (STATE, "source/build-state", {"files": 3, "first_party": 2, "outside": 1}),
        ({"program": STATE, "version": "4.9.5"}, "source/build-state", {"first_party": 2}),
        ({"program": {"fileInfos": {"./src/a.ts": {}}}, "version": "3.9.0"}, "source/build-state", {"first_party": 1}),
        (REPORT, "source/memory-dump", {"variables": 2, "names": ["ACME_KEY", "PATH"]}),
        ({"snapshot": {"meta": {"node_fields": ["type"], "node_types": []}}, "nodes": []}, "source/memory-dump", {"kind": "heap snapshot"}),
        (
            {"nodes": NODES, "startTime": 1, "samples": [1], "timeDeltas": [0]},
            "source/cpu-profile",
            {"functions": 1, "files": 1, "users": ["luigi"]},
        ),
        ({"head": {**NODES[0], "selfSize": 0, "children": []}, "samples": []}, "source/cpu-profile", {"functions": 1}),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_report_is_known_by_its_shape(value: object, rule: str, wanted: dict[str, object], indent: int | None) -> None:
    """Compact or indented, with or without a log before it, under a name that says nothing."""
    text = json.dumps(value, indent=indent, separators=None if indent else (",", ":"))
    for name, content in (("docs/data.json", text), ("x.bin", f"\ufeff{text}"), ("log.json", f"> build\n> webpack\n\n{text}\n")):
        if name == "log.json" and rule in ("source/memory-dump", "source/cpu-profile", "source/build-state"):
            continue
        found = only({name: content})
        assert rule == found.rule
        assert wanted == {key: found.evidence[key] for key in wanted}
        assert "hidden-value" not in repr(found)


def test_statistics_with_source_are_a_report_of_their_own() -> None:
    """Wherever the text is nested: it is counted in modules and lines."""
    modules = [
        {"type": "by path", "children": [{"name": "./src/a.js", "source": "one()\ntwo()\n"}]},
        {"name": "./src/b.js", "source": "b()"},
    ]
    found = only({"stats.json": json.dumps({**STATISTICS, "modules": modules})})
    assert ("source/bundler-report", 2, 2, 4) == (found.rule, *(found.evidence[key] for key in ("with_content", "first_party", "lines")))


def test_statistics_of_an_odd_shape_are_counted_all_the_same() -> None:
    """A field of the wrong type is no way out."""
    found = only({"stats.json": json.dumps({**STATISTICS, "chunks": "no", "modules": [{"name": "a", "source": "x()"}]})})
    assert ("source/bundler-report", 1) == (found.rule, found.evidence["with_content"])


@pytest.mark.parametrize(
    "page",
    [
        '<!doctype html><script>window.chartData = [{"label":"main.js","isAsset":true}];</script>',
        '<!DOCTYPE html><script>const data = {"version":2,"nodeParts":{},"nodeMetas":{"a-1":{"id":"/a.js","moduleParts":{}}}};</script>',
        '<html><script>var treeDataMap = {"a.js":{}}</script>',
    ],
)
def test_pages_of_visualizers(page: str) -> None:
    """The data is inside the page."""
    assert ["source/bundler-statistics"] == rules({"docs/index.html": page})


def test_the_state_of_a_plain_build_is_known_by_name_and_roots() -> None:
    """`tsc -b` without `incremental` writes nothing but its roots."""
    small = json.dumps({"root": ["./src/a.ts"], "version": "5.9.2"})
    assert ["source/build-state"] == rules({"lib/x.tsbuildinfo": small, "lib/x.json": small})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("meta-data.json", '{"$id": "meta-data", "properties": {"inputs": {"bytesInOutput": 1}}}'),
        ("metaschema.json", '{"inputs": {}, "outputs": {}, "bytesInOutput": 1}'),
        ("metadata.json", '{"inputs": {"a": {"imports": []}}, "outputs": {"b": {"bytesInOutput": 1}}}'),
        ("metafile.json", '{"name": "metafile"}'),
        ("stats.json", '{"assets": 3, "modules": []}'),
        ("lib/stats.js", 'const x = {"assetsByChunkName": 1}; if (options["source"]) stats["source"] = 1'),
        ("lib/esbuild.js", 'for (const k in meta.outputs) total += meta.outputs[k].inputs[i]["bytesInOutput"]'),
        ("viewer.js", "window.chartData = [{label}]; const nodeMetas = {}"),
        ("manifest.json", '{"pic": {"file": "a.png", "src": "src/a.png", "isEntry": true}}'),
        ("manifest.webmanifest", '{"name": "x", "isEntry": true}'),
        ("a.tsbuildinfo", "not a state"),
        ("b.tsbuildinfo", '{"version": "5.0.0"}'),
        ("state.json", '{"fileInfos": {}, "version": "1"}'),
        ("schema.json", '{"nbformat": {"type": "integer"}, "properties": {"nbformat": 4}}'),
        ("clean.ipynb", json.dumps(NOTEBOOK)),
        ("schema2.json", '{"header": {"reportVersion": {"type": "integer"}}}'),
        ("timing.json", '{"timeDeltas": [1, 2], "nodes": [{"id": 1}]}'),
        ("broken.json", '{"inputs": {"a": {"bytes": 1}}, "outputs": {"b": {"bytesInOutput": '),
        ("deep.json", '{"bytesInOutput":' + "[" * 100_000),
    ],
)
def test_what_only_sounds_like_a_report_is_none(name: str, text: str) -> None:
    """Names prove nothing, and neither do single words."""
    assert [] == rules({name: text})


def test_a_notebook_with_outputs() -> None:
    """Outputs, pictures and tracebacks are counted; nbformat 3 keeps them in worksheets."""
    outputs = [{"output_type": "display_data", "data": {"image/png": "aGk=", "text/plain": "x"}}, {"output_type": "error", "ename": "E"}]
    cell = {"cell_type": "code", "outputs": outputs}
    found = only({"nb.ipynb": json.dumps({**NOTEBOOK, "cells": [cell]})})
    assert ("source/notebook-output", 2, 1, 1) == (found.rule, *(found.evidence[key] for key in ("outputs", "images", "tracebacks")))
    assert ["source/notebook-output"] == rules({"nb.json": json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]})})


@pytest.mark.parametrize(
    "head",
    [
        b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<H", 4),
        b"\x7fELF\x01\x02\x01" + bytes(9) + struct.pack(">H", 4),
        b"\xcf\xfa\xed\xfe" + bytes(8) + struct.pack("<I", 4),
        b"MDMP\x93\xa7\0\0",
        b"PAGEDU64",
        b"JAVA PROFILE 1.0.2\0",
    ],
)
def test_a_dump_is_known_by_its_first_bytes(head: bytes) -> None:
    """Of Linux, macOS, Windows and Java, whatever it is called."""
    assert ["source/memory-dump"] == rules({"data/file": head + bytes(2000)})


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<H", 3) + bytes(100),
        b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<H", 2) + bytes(100),
        b"\xcf\xfa\xed\xfe" + bytes(8) + struct.pack("<I", 2) + bytes(100),
        b"\x7fELF",
        b"MDMP is a format\0",
        b"the shell's core dumped\n",
    ],
)
def test_programs_and_libraries_are_no_dumps(content: bytes) -> None:
    """Nor is a file that is called `core`."""
    assert [] == rules({"core": content, "lib/core.dmp": content})
