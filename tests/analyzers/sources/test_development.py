"""Development builds: `eval` bundles, instrumented code, and the traces of compilers."""

import pytest

from tests.analyzers.sources.inspecting import inspect, only, rules
from tests.builders import source_map

BUILD, OUTPUT = "source/development-build", "source/development-output"


def evaluated(name: str, text: str, *, scheme: str = "webpack://x/", quote: str = '"', wrapper: str = "") -> str:
    """A module as webpack writes it with `devtool: eval`."""
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n")
    ends = "\\n\\n//# source" + f"URL={scheme}{name}?"
    return f'"{name}":\n((m, e, r) => {{\n\neval({wrapper}{quote}{escaped}{ends}{quote}{")" if wrapper else ""});\n\n}}),\n'


def test_an_eval_bundle_is_counted_in_modules_and_lines() -> None:
    """Each module's text can be read out of its string; dependencies are not the owner's."""
    bundle = (
        evaluated("./src/a.js", 'one("x");\n// why\ntwo()')
        + evaluated("./src/b.js", "b()")
        + evaluated("./node_modules/c/i.js", "c()\nd()")
    )
    found = only({"dist/main.js": bundle})
    assert BUILD == found.rule
    assert (3, 2, ["src/a.js", "src/b.js", "node_modules/c/i.js"]) == tuple(
        found.evidence[key] for key in ("modules", "first_party", "samples")
    )
    assert 4 == found.evidence["lines"]
    assert 4 == found.location.line


@pytest.mark.parametrize(
    "bundle",
    [
        evaluated("./src/a.js", "a()", scheme="webpack-internal:///"),
        evaluated("./src/a.js", "a()", scheme="webpack:///"),
        evaluated("./src/a.js", "a()", wrapper="__webpack_require__.ts("),
        evaluated("./src/a.js", "a()", quote="'"),
    ],
)
def test_every_spelling_of_eval_is_known(bundle: str) -> None:
    """Those of webpack 4 and 5, trusted types, either quote: and it is said once."""
    found = only({"dist/main.js": bundle})
    assert (BUILD, ["src/a.js"], 1) == (found.rule, found.evidence["samples"], found.evidence["modules"])


@pytest.mark.parametrize(
    "text",
    [
        "const footer = `\\n//# source" + "URL=webpack-internal:///${moduleId}\\n`; eval(footer)",
        'const footer = "\\n//# source" + "URL=" + "webpack"',
        'eval("a"); log("\\n//# source' + 'URL=webpack://x/./src/a.js?")',
        '"not called\\n//# source' + 'URL=webpack://x/./a.js?"',
    ],
)
def test_code_that_makes_such_bundles_is_none(text: str) -> None:
    """The library of webpack has the templates; only a string inside of a call is a module."""
    assert [] == rules({"lib/x.js": text})


def test_prose_and_dependencies_are_not_bundles() -> None:
    """A README may show one; what lies below `node_modules/` is not the owner's."""
    assert [] == rules({"README.md": evaluated("./a.js", "a"), "node_modules/x/i.js": evaluated("./a.js", "a")})


INSTRUMENTED = """function cov_1() {
  var path = "%s";
  var hash = "0";
  var coverageData = {
    path: "%s",
    statementMap: {
      "0": {
        start: {
          line: 2,
"""


def test_an_instrumented_build_names_its_modules() -> None:
    """Path, count, and the user in whose home it was built."""
    path = "/home/luigi/acme/src/a.js"
    found = only({"dist/a.cov.js": INSTRUMENTED % (path, path)})
    assert (BUILD, 1, [path], ["luigi"]) == (found.rule, found.evidence["modules"], found.evidence["samples"], found.evidence["users"])


def test_minified_instrumentation_with_a_map_is_known() -> None:
    """The map of the original may stand in the literal."""
    text = 'var d={path:"/w/a.ts",statementMap:{"0":{start:{line:1,column:0}}},inputSourceMap:{version:3,sources:["a.ts"]}}'
    assert (BUILD, 1) == (only({"a.js": text}).rule, only({"a.js": text}).evidence["embedded_maps"])


@pytest.mark.parametrize(
    "text",
    [
        "const data = {statementMap: {}, fnMap: {}, branchMap: {}}",
        "this.data = {path: filePath, statementMap: {...other}, inputSourceMap: {}}",
        "interface A { statementMap: { [key: string]: Range } }",
    ],
)
def test_code_that_instruments_is_not_instrumented(text: str) -> None:
    """Istanbul's own library has the words but no statements."""
    assert [] == rules({"lib/source-coverage.js": text})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('var _jsxFileName = "/home/luigi/app/src/App.jsx";', "/home/luigi/app/src/App.jsx"),
        (
            'jsxDEV("div", {}, void 0, false, {\n    fileName: "src/app.jsx",\n    lineNumber: 2,\n    columnNumber: 27\n  }, this)',
            "src/app.jsx",
        ),
        ('j("a",{},void 0,!1,{fileName:"/w/app/App.tsx",lineNumber:2,columnNumber:7},this)', "/w/app/App.tsx"),
        ('export default _export_sfc(_sfc_main, [["__file","/home/luigi/src/App.vue"]])', "/home/luigi/src/App.vue"),
        ('component.options.__file = "src/components/App.vue"', "src/components/App.vue"),
        ('const file = "src/App.svelte";\nadd_location(div, file, 1, 0, 2)', "src/App.svelte"),
        ("App[$.FILENAME] = 'src/App.svelte';", "src/App.svelte"),
        ('i0.ɵsetClassDebugInfo(A, { className: "A", filePath: "src/app/app.component.ts", lineNumber: 5 })', "src/app/app.component.ts"),
        ("//# source" + "URL=webpack-internal:///./src/a.js", "./src/a.js"),
        ("//# source" + "URL=turbopack:///[project]/src/a.js", "[project]/src/a.js"),
        ('var __dirname = "/home/luigi/acme/src";', "/home/luigi/acme/src"),
        ('var __filename2="C:\\\\Users\\\\luigi\\\\a.js"', "C:\\\\Users\\\\luigi\\\\a.js"),
    ],
)
def test_traces_of_a_development_build(text: str, name: str) -> None:
    """What compilers write for developers names files of the source."""
    found = only({"dist/x.js": text})
    assert (OUTPUT, [name]) == (found.rule, found.evidence["samples"])


@pytest.mark.parametrize(
    "text",
    [
        "exports.jsxDEV = function (type, config, key, isStatic, source, self) { source = {fileName: source.fileName, lineNumber: 1} }",
        'throw Object.assign(new Error(), {lineNumber: 5, columnNumber: 3, fileName: "x"})',
        'var __dirname = "/";',
        'var __dirname = "/index.js";',
        "const __dirname = path.dirname(fileURLToPath(import.meta.url))",
        "exports.__file = 'App.vue'",
        "function add_location(element, file, line, column, char) { element.__svelte_meta = { loc: { file, line } } }",
        "function ɵsetClassDebugInfo(type, debugInfo) { type.ɵcmp.debugInfo = debugInfo }",
        "const url = `//# source" + "URL=webpack-internal:///${id}`",
        '{"fileName": "src/a.jsx", "lineNumber": 2, "columnNumber": 1}',
    ],
)
def test_runtimes_and_data_are_no_traces(text: str) -> None:
    """React's, Vue's, Svelte's and Angular's own code, and shims without a real path."""
    assert [] == rules({"dist/x.js": text})


def test_what_a_source_map_holds_is_judged_as_a_map_only() -> None:
    """An original file may well say `__dirname`."""
    text = 'var __dirname = "/home/luigi/acme/src";'
    assert [] == rules({"dist/a.js.map": source_map({"src/a.js": text})})


def test_names_from_the_artifact_are_escaped() -> None:
    """A hostile file name reaches no terminal."""
    (found,) = inspect({"dist/x.js": 'var _jsxFileName = "/home/x/\x1b[31m`a.jsx";'})
    assert "\x1b" not in found.message + "".join(found.evidence["samples"])
