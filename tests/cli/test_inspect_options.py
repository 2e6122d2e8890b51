"""The options of `inspect` reach the engine, and each has a variable that mirrors it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leakguard.cli.inspect import command
from tests.cli.command import environment
from tests.cli.standing_in import PRELUDE, with_engine

ECHO = (
    "print(targets, sorted((key, value) for key, value in options.items() if key != 'progress'), file=sys.stderr)\nreturn report(verdict())"
)
DEFAULTS: dict[str, object] = {"policy": None, "limits": {}, "jobs": None, "as_is": False, "allow_incomplete": False, "recover": None} | {
    "against": None,
    "baseline": None,
    "policy_from": None,
    "secret_env": (),
    "trust_plugins": (),
}
WARNED = "return report(verdict(judgement(action=Action.WARN)))"
BLOCKED = "return report(verdict(judgement()))"


def asked(options: dict[str, object], targets: tuple[str, ...] = ("dist/",)) -> str:
    """What the engine says that it was asked for."""
    return f"{targets} {sorted({**DEFAULTS, **options}.items())}\n"


def test_default_target_is_dist(tmp_path: Path) -> None:
    """Without a target, `dist/` is inspected, by the policy that is found."""
    done = with_engine(ECHO, "inspect", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, asked({}))


@pytest.mark.parametrize(
    ("arguments", "variables", "options"),
    [
        (["--policy", "strict"], {"LEAKGUARD_POLICY": "strict"}, {"policy": "strict"}),
        (["--jobs", "3"], {"LEAKGUARD_JOBS": "3"}, {"jobs": 3}),
        (["--as-is"], {"LEAKGUARD_AS_IS": "1"}, {"as_is": True}),
        (["--allow-incomplete"], {"LEAKGUARD_ALLOW_INCOMPLETE": "true"}, {"allow_incomplete": True}),
        ([], {"LEAKGUARD_AS_IS": "0"}, {}),
        (["--policy", "strict"], {"LEAKGUARD_POLICY": "strict", "LEAKGUARD_QUIET": "1", "LEAKGUARD_EXPLAIN": "1"}, {"policy": "strict"}),
    ],
)
def test_options_and_their_variables_say_the_same(
    arguments: list[str], variables: dict[str, str], options: dict[str, object], tmp_path: Path
) -> None:
    """An option reaches the engine, and so does its variable."""
    assert with_engine(ECHO, "inspect", "a", "b", *arguments, cwd=tmp_path).stderr == asked(options, ("a", "b"))
    assert with_engine(ECHO, "inspect", "a", "b", cwd=tmp_path, env=variables).stderr == asked(options, ("a", "b"))


def test_option_beats_its_variable(tmp_path: Path) -> None:
    """What is typed wins."""
    done = with_engine(ECHO, "inspect", "--jobs", "2", cwd=tmp_path, env={"LEAKGUARD_JOBS": "9"})
    assert done.stderr == asked({"jobs": 2})


@pytest.mark.parametrize(
    ("name", "value"), [("JOBS", "many"), ("ALLOW_INCOMPLETE", "perhaps"), ("FAIL_ON", "pass"), ("FORMAT", "xml"), ("LIMITS", "depth")]
)
def test_wrong_variable_is_a_usage_error(name: str, value: str, tmp_path: Path) -> None:
    """A variable that makes no sense is exit 2 and not ignored."""
    done = with_engine("raise AssertionError", "inspect", cwd=tmp_path, env={f"LEAKGUARD_{name}": value})
    assert (done.returncode, done.stdout) == (2, "")


def test_every_option_has_its_variable() -> None:
    """`--fail-on` is `LEAKGUARD_FAIL_ON`, and so for each but the one that makes foreign code run."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and not {"--help", "--trust-plugin"} & set(parameter.opts):
            assert parameter.envvar == "LEAKGUARD_" + parameter.opts[0].removeprefix("--").replace("-", "_").upper()


@pytest.mark.parametrize(
    ("arguments", "weakened"),
    [
        ([], []),
        (["--policy", "open-source"], []),
        (["--allow-incomplete"], ["--allow-incomplete"]),
        (["--as-is"], ["--as-is"]),
        (["--limits", "depth=3"], []),
        (["--limits", "depth=13", "--limits", "bytes=1 GB"], ["--limits depth=13"]),
        (["--as-is", "--allow-incomplete", "--limits", "bytes=9TB"], ["--allow-incomplete", "--as-is", "--limits bytes=9TB"]),
    ],
)
def test_what_weakens_the_gate_is_in_the_report(arguments: list[str], weakened: list[str], tmp_path: Path) -> None:
    """Options that let more through are listed; limits only where they are raised."""
    done = with_engine("return report(verdict())", "inspect", "--format", "json", *arguments, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["weakened_by"]) == (0, weakened)


@pytest.mark.parametrize("limit", ["depth=x", "deepness=3", "depth=", "=3", "bytes=1 parsec"])
def test_wrong_limit_is_a_usage_error(limit: str, tmp_path: Path) -> None:
    """Unknown limits and values that are none are exit 2."""
    assert (
        with_engine(
            "from leakguard.policy import load, override_limits\noverride_limits(load(), options['limits'])",
            "inspect",
            "--limits",
            limit,
            cwd=tmp_path,
        ).returncode
        == 2
    )


@pytest.mark.parametrize(
    ("arguments", "body", "code"),
    [
        ([], WARNED, 0),
        (["--fail-on", "warn"], WARNED, 1),
        (["--fail-on", "block"], WARNED, 0),
        (["--format", "json"], WARNED, 0),
        (["--quiet"], WARNED, 0),
        (["--explain"], BLOCKED, 1),
        (["--quiet"], BLOCKED, 1),
        (["--format", "json"], BLOCKED, 1),
        (["--format", "json=r.json", "--quiet"], BLOCKED, 1),
    ],
)
def test_output_never_changes_the_code(arguments: list[str], body: str, code: int, tmp_path: Path) -> None:
    """Only `--fail-on` has a say in the exit code."""
    assert with_engine(body, "inspect", *arguments, cwd=tmp_path).returncode == code


def test_error_of_a_target_goes_to_standard_error_beside_json(tmp_path: Path) -> None:
    """Where standard output is for a machine, a person reads the error on the other."""
    body = "blind, error = unread()\nreturn report(blind, errors=(error,))"
    done = with_engine(body, "inspect", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (3, "error: `dist/missing.tgz` does not exist\nhint: check the path\n")
    assert json.loads(done.stdout)["errors"][0]["target"] == "dist/missing.tgz"


@pytest.mark.parametrize(
    ("variables", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colour_variables_are_honoured(variables: dict[str, str], colored: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a value of the table
    """`FORCE_COLOR` colours a pipe, `NO_COLOR` nothing at all; neither touches JSON."""
    done = with_engine(BLOCKED, "inspect", cwd=tmp_path, env=variables)
    assert ("\x1b[" in done.stdout) == colored
    assert "\x1b[" not in with_engine(BLOCKED, "inspect", "--format", "json", cwd=tmp_path, env=variables).stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_text_fits_the_encoding_of_the_terminal(encoding: str, tmp_path: Path) -> None:
    """A character that the terminal lacks is written out instead of failing."""
    body = "return report(verdict(*[judgement(path='文.js')] * 9))"
    done = with_engine(body, "inspect", cwd=tmp_path, env={"PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert ("文.js" if encoding == "utf-8" else "\\u6587.js") in done.stdout


@pytest.mark.parametrize(("arguments", "drawn"), [([], True), (["--no-progress"], False), (["--quiet"], False)])
def test_long_run_has_a_progress_line_on_a_terminal(arguments: list[str], drawn: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """After a second a line on standard error says how far the run is, and it is wiped at the end."""
    body = "import time\noptions['progress'](types.SimpleNamespace(done=1, total=3, target='x'))\ntime.sleep(1.5)\nreturn report(verdict())"
    code = PRELUDE.format(body="".join(f"    {line}\n" for line in body.splitlines()))
    ours, theirs = pytest.importorskip("pty").openpty()
    environ = environment({"TERM": "xterm"})
    done = subprocess.run(
        [sys.executable, "-c", code, "inspect", *arguments], cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=theirs, check=False
    )
    os.close(theirs)
    try:
        seen = os.read(ours, 100_000)
    except OSError:
        seen = b""
    os.close(ours)
    assert done.returncode == 0
    assert (b"inspecting: 1 of 3 done, 1 s" in seen) == drawn
    assert not drawn or seen.endswith(b"\r\x1b[2K")
