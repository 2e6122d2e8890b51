"""Report files are written whole or not at all, and never through a link or over what is inspected."""

import json
import os
import stat
from pathlib import Path

import pytest

from leakguard.cli._outputs import Output, parse, write_file
from leakguard.errors import UsageError
from tests.cli.standing_in import with_engine
from tests.reporters.reports import report, verdict

BLOCKED = "return report(verdict(judgement()))"


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ([], [("text", None)]),
        (["json"], [("json", None)]),
        (["json=-"], [("json", None)]),
        (["json=a.json"], [("text", None), ("json", "a.json")]),
        (["json=a.json", "json"], [("json", None), ("json", "a.json")]),
        (["json=a=b.json"], [("text", None), ("json", "a=b.json")]),
    ],
)
def test_text_goes_to_standard_output_unless_another_does(specs: list[str], expected: list[tuple[str, str | None]]) -> None:
    """Each `--format` is a reporter and a file or none."""
    assert [(output.reporter, output.path and str(output.path)) for output in parse(specs)] == expected


@pytest.mark.parametrize(
    "specs", [["xml"], [""], ["=a"], ["json="], ["_page=a"], ["json", "text"], ["json", "json=-"], ["json=a", "text=a"], ["../x"]]
)
def test_wrong_format_is_refused(specs: list[str]) -> None:
    """Unknown reporters, private modules, missing files and clashes are usage errors."""
    with pytest.raises(UsageError):
        parse(specs)


def test_report_file_is_complete_and_alone(tmp_path: Path) -> None:
    """The file has the report, the folder nothing else, and standard output has the text."""
    done = with_engine(BLOCKED, "inspect", "--format", "json=report.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("block dist/example-1.0.0.tgz\n")
    assert json.loads(tmp_path.joinpath("report.json").read_bytes())["verdict"] == "block"
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_earlier_report_is_replaced_with_its_permissions(tmp_path: Path) -> None:
    """A regular file is replaced, and stays as private as it was."""
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o600)
    done = with_engine(BLOCKED, "inspect", "--format", "json=report.json", "--quiet", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads(path.read_bytes())["schema"] == "leakguard-report/1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_new_report_has_the_permissions_of_any_file(tmp_path: Path) -> None:
    """A new report is as readable as the user's mask says, not as a temporary file is."""
    before = os.umask(0o027)
    try:
        write_file(report(verdict()), Output(reporter="json", path=tmp_path / "new.json"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(tmp_path.joinpath("new.json").stat().st_mode) == 0o640


def test_link_is_not_followed(tmp_path: Path) -> None:
    """A symbolic link where the report should go is exit 2 before any work, dangling or not."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    tmp_path.joinpath("report.json").symlink_to(victim)
    tmp_path.joinpath("dangling.json").symlink_to(tmp_path / "none")
    for name in ("report.json", "dangling.json"):
        done = with_engine("raise AssertionError", "inspect", "--format", f"json={name}", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"error: the report cannot be written to `{name}`: it is a symbolic link\n")
    assert victim.read_text() == "precious"
    assert not tmp_path.joinpath("none").exists()


@pytest.mark.parametrize(
    ("name", "reason"), [(".", "it is a folder"), ("none/r.json", "there is no such folder"), ("/dev/null", "it is no regular file")]
)
def test_place_that_takes_no_report_is_refused_before_any_work(name: str, reason: str, tmp_path: Path) -> None:
    """Folders, devices and missing folders are exit 2."""
    done = with_engine("raise AssertionError", "inspect", "--format", f"json={name}", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: the report cannot be written to `{name}`: {reason}\n")


@pytest.mark.parametrize("name", ["x.tgz", "./x.tgz", "hard.json"])
def test_report_never_replaces_a_target(name: str, tmp_path: Path) -> None:
    """An artifact that is to be inspected is not overwritten, by whatever name."""
    target = tmp_path / "x.tgz"
    target.write_bytes(b"artifact")
    os.link(target, tmp_path / "hard.json")
    done = with_engine("raise AssertionError", "inspect", "x.tgz", "--format", f"json={name}", cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: the report would replace the target `x.tgz`")
    assert target.read_bytes() == b"artifact"


@pytest.mark.parametrize(("body", "code"), [(BLOCKED, 1), ("return report(verdict())", 2)])
def test_report_that_cannot_be_written_is_no_pass(body: str, code: int, tmp_path: Path) -> None:
    """What goes wrong after the inspection is told, and turns a pass into 2; a block stays a block."""
    done = with_engine(f"import os\nos.mkdir('report.json')\n{body}", "inspect", "--format", "json=report.json", cwd=tmp_path)
    assert done.returncode == code
    assert done.stderr == "error: the report cannot be written to `report.json`: it is a folder\n"


def test_failure_leaves_the_earlier_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new file cannot be put in place the old one stays, and nothing lies beside it."""
    path = tmp_path / "report.json"
    path.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(13, "no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UsageError, match="permission denied"):
        write_file(report(), Output(reporter="json", path=path))
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("report.json", "old")]
