"""What a run costs before it looks at anything: counted, since milliseconds differ from machine to machine."""

import base64
import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import leakguard
from leakguard import database, patterns
from leakguard import policy as policies
from leakguard.scan import scan
from leakguard.targets import resolve
from tests.builders import token, wheel
from tests.cli.command import python

RARE = (
    "asyncio",
    "concurrent.futures",
    "configparser",
    "cryptography",
    "detect_secrets",
    "difflib",
    "fractions",
    "importlib.metadata",
    "jinja2",
    "logging",
    "pathspec",
    "re2",
    "rich",
    "subprocess",
    "tempfile",
    "tomllib",
    "urllib.request",
)
"""Modules that the inspection of a small wheel has no use for."""

MOST_MODULES = 465
MOST_EXPRESSIONS = 50
MOST_DATACLASSES = 44
"""About a tenth above what was counted when this was written. Each module costs 0.2 ms, each expression 0.2, each dataclass 0.6."""

COUNTING = """
import dataclasses, json, re._compiler, sys
counts = {"expressions": 0, "dataclasses": 0}
def counted(name, function):
    def call(*arguments, **options):
        counts[name] += 1
        return function(*arguments, **options)
    return call
re._compiler.compile = counted("expressions", re._compiler.compile)
dataclasses._process_class = counted("dataclasses", dataclasses._process_class)
from leakguard.cli import main
sys.argv = ["leakguard", "inspect", sys.argv[1]]
code = main()
print(json.dumps({"code": code, "modules": sorted(sys.modules), **counts}))
"""


def test_small_wheel_costs_little(tmp_path: Path) -> None:
    """Few modules, expressions and dataclasses are made for it, and nothing that only other runs need."""
    (tmp_path / "example-1.0-py3-none-any.whl").write_bytes(wheel({"x/__init__.py": "x = 1\n"}))
    done = python("-c", COUNTING, "example-1.0-py3-none-any.whl", cwd=tmp_path)
    counted = json.loads(done.stdout.splitlines()[-1])
    assert counted["code"] in (0, 1), done.stderr
    assert [name for name in RARE if name in counted["modules"]] == []
    assert len(counted["modules"]) <= MOST_MODULES
    assert counted["expressions"] <= MOST_EXPRESSIONS
    assert counted["dataclasses"] <= MOST_DATACLASSES


def test_one_database_serves_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names (here and in `RECORD`) and what is decoded are searched with the database that there is: none is compiled for an artifact."""
    encoded = base64.b64encode(f"the token is {token('npm_', 36)}, keep it safe\n".encode()).decode()
    (tmp_path / "example-1.0-py3-none-any.whl").write_bytes(
        wheel({"x/__init__.py": f'X = "{encoded}"\n', f"x/{token('npm_', 36, seed=2)}.txt": ""})
    )
    anchors = database.built_in()
    monkeypatch.setattr("leakguard.anchors._compiled", None)
    (target,) = resolve([tmp_path / "example-1.0-py3-none-any.whl"], as_is=False)
    found = scan(target, policies.load("default"), anchors).findings
    assert 3 == [str(one.rule) for one in found].count("secret/npm-token")


def test_built_in_anchors_are_compiled_once() -> None:
    """Whoever asks gets the same, and no thread is left that a fork would break."""
    database.begin()
    assert database.built_in() is database.built_in()


def test_late_expressions_are_right() -> None:
    """What is compiled on first use compiles: all of it, in every module."""
    for module in pkgutil.walk_packages(leakguard.__path__, "leakguard."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    patterns.compile_all()
    assert "leakguard.analyzers.secrets._values" in sys.modules


def test_late_expression_behaves_like_any_other() -> None:
    """It matches, and says what it was made of; a wrong one raises when it is used."""
    late = patterns.lazily("(a+)b", re.IGNORECASE)
    assert "(a+)b" == late.pattern
    found = late.fullmatch("AAB")
    assert found is not None
    assert "AA" == found[1]
    wrong = patterns.lazily("(")
    with pytest.raises(re.error):
        wrong.search("x")
    with pytest.raises(re.error):
        patterns.compile_all()
