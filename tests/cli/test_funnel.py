"""Every failure becomes a message in the style of the house and the exit code of the contract."""

import signal
from pathlib import Path

import pytest

from tests.builders import token
from tests.cli.command import leakguard, python
from tests.cli.standing_in import with_engine


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["inspct"], "error: there is no command `inspct`", "hint: did you mean `inspect`?"),
        (["zzz"], "error: there is no command `zzz`", "hint: one of `approve`, `attest`,"),
        (["rules", "lst"], "error: there is no command `lst`", "hint: did you mean `list`?"),
        (["inspect", "--fromat", "json"], "error: there is no option `--fromat`", "hint: did you mean `--format`?"),
        (["inspect", "--jobs", "none"], "error: invalid value for `--jobs`: ", "hint: `leakguard inspect --help` says more"),
        (["inspect", "--jobs", "0"], "error: invalid value for `--jobs`: ", "hint: "),
        (["inspect", "--fail-on", "pass"], "error: invalid value for `--fail-on`: ", "hint: "),
        (["inspect", "--policy"], "error: option `--policy` requires an argument", "hint: "),
        (["inspect", "--format", "jso"], "error: `--format`: there is no format `jso`", "hint: did you mean `json`?"),
        (["inspect", "--format", "json="], "error: `--format json=` names no file", "hint: "),
        (["inspect", "--format", "json", "--format", "text"], "error: only one `--format` can go to standard output", "hint: "),
        (["inspect", "--format", "json=a", "--format", "text=./a"], "error: two `--format` options name the same file", ""),
        (["inspect", "--limits", "bytes"], "error: `--limits bytes` is not KEY=VALUE", "hint: such as `bytes=1GB`"),
        (["inspect", "--policy", "strct"], "error: no policy `strct`", 'hint: did you mean "strict"?'),
        (["explain"], "error: missing argument `rule`", "hint: `leakguard explain --help` says more"),
        (["\x1b[31m"], "error: there is no command `\\x1b[31m`", "hint: "),
    ],
)
def test_wrong_arguments_are_told_and_exit_2(arguments: list[str], message: str, hint: str, tmp_path: Path) -> None:
    """Usage errors are two lines on standard error: what is wrong, and what to do."""
    done = leakguard(*arguments, cwd=tmp_path)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert lines[0].lower().startswith(message.lower())
    assert lines[0].startswith("error: ")
    assert not lines[0].endswith(".")
    assert lines[1:] == [] if not hint else lines[1].startswith(hint)


@pytest.mark.parametrize("arguments", [[], ["rules"], ["policy"]])
def test_no_command_is_answered_with_help(arguments: list[str], tmp_path: Path) -> None:
    """Nothing asked for is exit 2, with the help on standard error."""
    done = leakguard(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: leakguard")


@pytest.mark.parametrize(
    "failure",
    [
        "RuntimeError({!r})",
        "KeyError({!r})",
        "OSError(5, {!r})",
        "BrokenPipeError(32, {!r})",
        "EOFError({!r})",
        "MemoryError({!r})",
        "SystemExit({!r})",
        "SystemExit(0)",
        "UnicodeDecodeError('utf-8', {!r}.encode(), 0, 1, 'x')",
    ],
)
def test_bug_exits_70_and_shows_no_content(failure: str, tmp_path: Path) -> None:
    """Whatever goes wrong inside is 70, one line and a way to report it, and never the message or a traceback."""
    secret = token("npm_", 36)
    done = with_engine(f"raise {failure.format(secret)}", "inspect", "x.tgz", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (70, "")
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: this is a bug in leakguard ")
    assert f": {failure.partition('(')[0]} at leakguard/cli/inspect.py:" in error
    assert "report" in hint
    assert secret not in done.stderr


def test_bug_of_a_worker_exits_70(tmp_path: Path) -> None:
    """An error of ours that says 70 itself is told like any bug."""
    body = "from leakguard.errors import LeakguardError\nraise LeakguardError('KeyError at leakguard/walk.py:1')"
    done = with_engine(body, "inspect", "x.tgz", cwd=tmp_path)
    assert done.returncode == 70
    assert "this is a bug in leakguard" in done.stderr
    assert "KeyError at leakguard/walk.py:1" in done.stderr


@pytest.mark.parametrize(("kind", "code"), [("UsageError", 2), ("Incomplete", 3)])
def test_expected_failure_has_its_code(kind: str, code: int, tmp_path: Path) -> None:
    """An expected failure is told with its hint."""
    done = with_engine(f"from leakguard.errors import {kind}\nraise {kind}('it is so', hint='do this')", "inspect", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "error: it is so\nhint: do this\n")


def test_every_fault_of_a_file_is_told(tmp_path: Path) -> None:
    """A faulty file is a list of `path:line:column: message`, each with its hint."""
    tmp_path.joinpath("leakguard.yaml").write_text("version: 1\nrules:\n  secret/npn-token: block\nfles: {}\n")
    done = with_engine("return report()", "inspect", "--limits", "depth=3", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert lines[0] == 'leakguard.yaml:3:3: unknown rule "secret/npn-token"'
    assert [line.partition(": ")[0] for line in lines if line.startswith("leakguard.yaml:")] == ["leakguard.yaml:3:3", "leakguard.yaml:4:1"]
    assert '  hint: did you mean "secret/npm-token"?' in lines
    assert lines[-1] == "error: 2 faults"


def test_interrupt_exits_130(tmp_path: Path) -> None:
    """Ctrl-C is 130, without a traceback."""
    done = with_engine("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)", "inspect", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (130, "")
    assert "Traceback" not in done.stderr


def test_start_that_fails_exits_70(tmp_path: Path) -> None:
    """An installation that lacks something ends in 70 too, and not in Python's 1."""
    code = "import sys, leakguard.cli\nsys.modules['click'] = None\nsys.exit(leakguard.cli.main())"
    done = python("-c", code, "inspect", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (70, "error: leakguard could not start: ModuleNotFoundError\n")


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="the system has no pipes that break")
@pytest.mark.parametrize(("body", "code"), [("return report(verdict(*[judgement()] * 9))", 1), ("return report(verdict())", 0)])
@pytest.mark.parametrize("form", ["text", "json"])
def test_reader_that_goes_changes_no_code(body: str, code: int, form: str, tmp_path: Path) -> None:
    """`leakguard inspect | head` keeps the verdict's exit code and is silent about the pipe."""
    done = with_engine(f"import os\nr, w = os.pipe()\nos.close(r)\nos.dup2(w, 1)\n{body}", "inspect", "--format", form, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize(("body", "code"), [("return report(verdict(judgement()))", 1), ("return report(verdict())", 2)])
def test_result_that_cannot_be_printed_is_no_pass(body: str, code: int, tmp_path: Path) -> None:
    """A full disk behind standard output is told, and turns a pass into 2."""
    done = with_engine(f"import os\nos.dup2(os.open('/dev/full', os.O_WRONLY), 1)\n{body}", "inspect", cwd=tmp_path)
    assert done.returncode == code
    assert done.stderr == "error: standard output cannot be written to: no space left on device\n"


def test_command_works_without_standard_streams(tmp_path: Path) -> None:
    """Closed standard streams change no exit code."""
    done = with_engine("import os\nsys.stdout = sys.stderr = None\nreturn report(verdict(judgement()))", "inspect", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
