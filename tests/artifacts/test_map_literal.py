"""Maps as object literals: with bare keys, in any quotes, inside strings; and the code of tools, which is none."""

import json

import pytest

from leakguard.artifacts._map_literal import FEWEST_LINES
from tests.kit import walked

TEXT = "".join(f"export const a{number} = f({number}, 'it\\'s \"q\" \\u00e9');\n" for number in range(FEWEST_LINES))
FIELDS = {"version": 3, "sources": ["src/a.ts"], "mappings": "AAAA", "sourcesContent": [TEXT]}
JSON = json.dumps(FIELDS)
KEY = "sources" + "Content"


def single(text: str) -> str:
    """A JavaScript string in single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def template(text: str) -> str:
    """A JavaScript template without substitutions."""
    return "`" + text.replace("\\", "\\\\").replace("`", "\\`").replace("$", "\\$") + "`"


def sources_in(script: str | bytes) -> dict[str, bytes]:
    """The sources that come out of a script, by name."""
    data = script.encode() if isinstance(script, str) else script
    found = walked("x.js", data)
    assert not found.damage
    return {path.rpartition(".map!/")[2]: content for path, content in found.contents.items() if ".map!/" in path}


@pytest.mark.parametrize(
    "script",
    [
        f"var c = {{version: 3, sources: ['src/a.ts'], {KEY}: [{json.dumps(TEXT)}]}};",
        f"x={{{KEY}:[{single(TEXT)}],names:[],sources:['src/a.ts']}}",
        f"x={{sources:[`src/a.ts`],'{KEY}' : [ {template(TEXT)} ]}}",
        f"module.exports = {JSON};",
        f"x=JSON.parse({json.dumps(JSON)})",
        f"x=eval({json.dumps('y=' + json.dumps(JSON))})",
        f"x=JSON.parse({single(JSON)})",
    ],
)
def test_the_text_comes_out_as_it_was(script: str) -> None:
    """Whatever the quotes and however often they are escaped."""
    assert sources_in(script) == {"src/a.ts": TEXT.encode()}


@pytest.mark.parametrize("spaces", ["", " ", "\n  "])
def test_istanbul_is_believed_at_once(spaces: str) -> None:
    """It puts `inputSourceMap` there, and a single line of text is enough."""
    script = f"var c={{inputSourceMap:{spaces}{{version:3,sources:['a.ts'],{KEY}:{spaces}['let a: number']}}}}"
    assert sources_in(script) == {"a.ts": b"let a: number"}


def test_null_and_missing_names_are_kept_in_order() -> None:
    """`null` and `void 0` are no texts, and do not move the others."""
    script = f"x={{sources:['a','b','c'],{KEY}:[null, void 0, {single(TEXT)}]}}"
    assert sources_in(script) == {"c": TEXT.encode()}


def test_two_literals_have_each_its_own_sources() -> None:
    """The list that is nearest and as long as the texts is taken."""
    one = f"{{sources:['one'],{KEY}:[{single(TEXT)}]}}"
    two = f"{{{KEY}:[{single(TEXT + '//')}],sources:['two']}}"
    assert set(sources_in(f"x=[{one},{two}]")) == {"one", "two"}


@pytest.mark.parametrize(
    "script",
    [
        f"x={{{KEY}:[content],sources:[file]}}",
        f"x={{{KEY}:[]}}",
        f"map.{KEY}=[]",
        f"if(map.{KEY}){{y(map.{KEY}[0])}}",
        f"{{ sources: ['a.js'], {KEY}: ['ONE.foo = function () {{}}\\n'] }}",
        f"x={{{KEY}:[null,null]}}",
        f"x={{{KEY}:['']}}",
        f"x={{{KEY}:[`${{code}}`]}}",
        f"x={{sources:['../node_modules/y/i.js'],{KEY}:[{single(TEXT)}]}}",
        f"// {KEY}: [the text of each source]",
        f"type Map = {{ {KEY}?: [string] }}",
    ],
)
def test_the_code_of_tools_is_no_map(script: str) -> None:
    """Expressions, types, empty lists, an example of a line or two, and what is third-party anyway."""
    assert sources_in(script) == {}


@pytest.mark.parametrize("end", ["", "'", "']", "\\", "\\u12", "`"])
def test_a_literal_that_breaks_off_does_no_harm(end: str) -> None:
    """What can be read is read, and nothing fails."""
    sources_in(f"x={{sources:['a'],{KEY}:[{single(TEXT)},'half a text {end}")
