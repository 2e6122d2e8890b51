"""The environment of the build machine: names only, never a value."""

import json

import pytest

from tests.analyzers.sources.inspecting import inspect, only, rules
from tests.builders import token

RULE = "source/environment-dump"
SECRET = token("", 24)
VARIABLES = {
    "SHELL": "/bin/bash",
    "PWD": "/home/luigi/acme",
    "HOME": "/home/luigi",
    "PATH": "/usr/bin:/bin",
    "ACME_TOKEN": SECRET,
    "npm_config_x": "1",
}


def unquoted(variables: dict[str, str]) -> str:
    """The object as a minifier writes it."""
    return "{" + ",".join(f"{name}:{json.dumps(value)}" for name, value in variables.items()) + "}"


@pytest.mark.parametrize(
    "text",
    [
        f"var define_process_env_default = {json.dumps(VARIABLES)};",
        f"const e={unquoted(VARIABLES)};",
        f"({json.dumps(VARIABLES, indent=2)}).NODE_ENV",
        f"process.env = {VARIABLES!r}",
        f"environ({VARIABLES!r})",
        "eval(" + json.dumps(f"var e = {json.dumps(VARIABLES)};") + ")",
    ],
)
def test_an_environment_in_code_is_named_and_counted(text: str) -> None:
    """However a bundler spells it; no value is in the finding."""
    found = only({"dist/x.js": text})
    assert (RULE, 6, sorted(VARIABLES)) == (found.rule, found.evidence["variables"], found.evidence["names"])
    assert SECRET not in repr(found)


def test_each_copy_is_counted() -> None:
    """A definition of `process.env` is repeated at each use."""
    assert 3 == only({"x.js": f"a({json.dumps(VARIABLES)}.A);b({json.dumps(VARIABLES)}.B);c({json.dumps(VARIABLES)}.C)"}).evidence["copies"]


def test_the_output_of_env_is_a_dump() -> None:
    """Lines as `env` and `export -p` print them."""
    extra = {"SHLVL": "1", "LANG": "C", "TERM": "xterm", "_": "/usr/bin/env"}
    lines = "".join(f"{name}={value}\n" for name, value in (VARIABLES | extra).items())
    assert (RULE, 10) == (only({"build.log": lines}).rule, only({"build.log": lines}).evidence["variables"])
    assert [RULE] == rules({"env.sh": "".join(f"declare -x {line}\n" for line in lines.splitlines())})


@pytest.mark.parametrize(
    "text",
    [
        "/** {\n *   TERM: 'x',\n *   SHELL: '/bin/sh',\n *   USER: 'me',\n *   PATH: '~/.bin/:/bin',\n *   HOME: '/Users/me' }\n */",
        "const keys = {PATH: process.env.PATH, HOME: os.homedir(), SHELL: '/bin/sh', USER: user}",
        'ENV={USER:"web_user",LOGNAME:"web_user",PATH:"/",PWD:"/",HOME:"/home/web_user",LANG:lang}',
        'routes({PATH: "/api", HOME: "/"})',
        'const names = ["PATH", "HOME", "PWD", "SHELL"]',
        "spawn(cmd, {env: {PATH: '/usr/bin', HOME: '/tmp'}})",
        "#!/bin/sh\nPATH=/usr/bin\nHOME=/root\nSHLVL=1\nexport PATH\n",
    ],
)
def test_code_that_deals_with_variables_is_no_dump(text: str) -> None:
    """Documentation, lists of names, a few variables for a child, Emscripten's invention."""
    assert [] == rules({"lib/x.js": text})


def test_an_example_in_prose_proves_nothing() -> None:
    """Documentation and declarations show what people wrote for people."""
    assert [] == rules({"docs/env.md": json.dumps(VARIABLES), "index.d.ts": f"/* {json.dumps(VARIABLES)} */"})


def test_a_flood_of_hits_is_bounded() -> None:
    """Thousands of lone keys cost next to nothing and find nothing."""
    assert [] == inspect({"x.js": 'a={PATH:"x"};' * 50_000})
