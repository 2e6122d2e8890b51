"""FS: folders that loop, hang, lie or change under the hands; and targets that are not what they seem."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import leakguard
from leakguard import targets
from leakguard.content import Content
from leakguard.errors import Incomplete
from leakguard.model import Action, Outcome, Report
from tests.attacks.attack import ESCAPE, GITHUB, LIMIT, SECRET, TOKEN, UNREADABLE, UNSUPPORTED
from tests.builders import npm
from tests.conftest import Cli


def inspected(*paths: Path, **limits: str) -> Report:
    """A run as a person starts it, with the default policy."""
    return leakguard.inspect(list(paths), policy="default", limits=limits)


def blocking(report: Report) -> set[str]:
    """The rules that block."""
    return {str(one.finding.rule) for verdict in report.verdicts for one in verdict.judgements if one.action is Action.BLOCK}


@pytest.mark.parametrize("target", ["/", "..", "../..", "../../../../../../etc/passwd", "/dev/zero", "/proc/self/mem", ".", "up"])
def test_fs1_fs3_links_out_of_a_folder_block(target: str, tmp_path: Path) -> None:
    """A link is not followed, and blocks where whoever follows it would leave the folder or never end."""
    (tmp_path / "d" / "a").mkdir(parents=True)
    (tmp_path / "d" / "a" / "x.js").write_text("x")
    (tmp_path / "d" / "a" / "up").symlink_to(target)
    assert blocking(inspected(tmp_path / "d")) == ({ESCAPE} if target != "up" else set())


def test_fs2_pipes_and_sockets_block_without_waiting(tmp_path: Path) -> None:
    """Nothing is opened that could hang."""
    folder = tmp_path / "d"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as one, contextlib.chdir(folder):
        one.bind("socket")
        report = inspected(folder)
    assert here == Path.cwd()
    assert blocking(report) == {UNSUPPORTED}
    assert {"pipe", "socket"} == {one.finding.location.path for one in report.verdicts[0].judgements if one.action is Action.BLOCK}


def test_fs4_a_sparse_file_is_too_big(tmp_path: Path) -> None:
    """A terabyte of holes is refused from its size, and nothing of it is read."""
    folder = tmp_path / "d"
    folder.mkdir()
    with (folder / "big").open("wb") as file:
        file.truncate(2**40)
    start = time.monotonic()
    assert LIMIT in blocking(inspected(folder))
    assert time.monotonic() - start < 10


def test_fs4_a_sparse_target_is_too_big(tmp_path: Path) -> None:
    """The same for a file that is an artifact itself."""
    with (tmp_path / "big.js").open("wb") as file:
        file.truncate(2**40)
    start = time.monotonic()
    report = inspected(tmp_path / "big.js")
    assert report.outcome is Outcome.BLOCK
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("what", ["open", "scandir"])
def test_fs5_what_cannot_be_read_blocks(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission denied, for a file or for a folder, is no reason to skip."""
    (tmp_path / "d" / "a").mkdir(parents=True)
    (tmp_path / "d" / "a" / "x").write_bytes(SECRET)
    really = getattr(os, what)

    def refuse(path: str, *more: int) -> object:
        if f"{os.sep}d{os.sep}a" in str(path):
            raise PermissionError(13, "Permission denied")
        return really(path, *more)

    monkeypatch.setattr(targets.os, what, refuse)
    assert blocking(inspected(tmp_path / "d")) == {UNREADABLE}


def linked(path: Path, other: Path) -> None:
    """Replace a file by a link to another."""
    path.unlink()
    path.symlink_to(other)


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "FS6 another file in its place": lambda path, other: other.replace(path),
    "FS6 a link in its place": linked,
    "FS6 the same bytes in another file": lambda path, other: (other.write_bytes(path.read_bytes()), other.replace(path)),
    "FS6 overwritten": lambda path, other: path.write_bytes(other.read_bytes()),
    "FS6 gone": lambda path, _: path.unlink(),
    "FS7 grown": lambda path, _: path.open("ab").write(b"x"),
    "FS7 cut": lambda path, _: os.truncate(path, 5),
}


@pytest.mark.parametrize("size", [100, 40_000_000])
@pytest.mark.parametrize("change", CHANGES)
def test_fs6_fs7_a_change_during_inspection_is_exit_3(change: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was inspected is then not what would be published: nothing can be said, whatever was found."""
    path, other = tmp_path / "x-1.0.0.tgz", tmp_path / "other"
    path.write_bytes(os.urandom(size))
    other.write_bytes(npm({"a": b"b"}))
    close = targets.OpenFile.close

    def change_first(self: targets.OpenFile) -> None:
        CHANGES[change](path, other)
        close(self)

    monkeypatch.setattr(targets.OpenFile, "close", change_first)
    report = inspected(path)
    assert (Outcome.BLOCK, None) == (report.verdicts[0].outcome, report.verdicts[0].artifact.sha256)
    assert "changed while it was read" in report.errors[0].message


def test_fs6_the_bytes_inspected_are_those_digested(tmp_path: Path) -> None:
    """Whoever replaces the file after it was opened changes neither what is read nor what is digested, and is noticed."""
    path = tmp_path / "x.js"
    path.write_bytes(SECRET)
    opened = targets.OpenFile(targets.Target(name="x.js", path=path))
    (tmp_path / "clean").write_bytes(b"nothing here\n")
    (tmp_path / "clean").replace(path)
    import hashlib

    assert (SECRET, hashlib.sha256(SECRET).hexdigest()) == (opened.content.read(0, 999), opened.sha256)
    with pytest.raises(Incomplete):
        opened.close()


def test_fs7_a_file_of_a_folder_that_grows_is_exit_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that somebody writes into while it is read is no artifact yet."""
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.js").write_bytes(b"x")
    read = Content.windows

    def grow(self: Content, overlap: int) -> object:
        (folder / "a.js").write_bytes(b"xx" + os.urandom(4))
        return read(self, overlap)

    monkeypatch.setattr(Content, "windows", grow)
    report = inspected(folder)
    assert "changed while it was read" in report.errors[0].message


def test_fs8_many_files_are_a_matter_of_the_limit(tmp_path: Path) -> None:
    """Beyond the limit on entries the rest is not looked at, and that blocks."""
    for number in range(300):
        (tmp_path / f"{number}").write_bytes(b"")
    assert blocking(inspected(tmp_path, entries="200")) == {LIMIT}


def test_fs8_deep_folders(tmp_path: Path) -> None:
    """Folders deeper than a path may be long end in a finding, not in a crash."""
    folder = tmp_path / "d"
    folder.mkdir()
    with contextlib.chdir(folder):
        for _ in range(120):
            Path("n" * 60).mkdir()
            os.chdir("n" * 60)
        Path("secret.txt").write_bytes(SECRET)
        os.chdir(tmp_path)
    assert blocking(inspected(folder)) & {UNREADABLE, TOKEN, LIMIT}


def test_fs9_twins_on_disk(tmp_path: Path) -> None:
    """Two names that another disk takes for one."""
    (tmp_path / "A.py").write_bytes(b"x")
    (tmp_path / "a.py").write_bytes(b"y")
    assert blocking(inspected(tmp_path)) == {"artifact/ambiguous"}


def test_fs10_hard_links_are_files(tmp_path: Path) -> None:
    """What a file is called elsewhere does not matter: its content is searched."""
    (tmp_path / "outside").write_bytes(SECRET)
    (tmp_path / "d").mkdir()
    os.link(tmp_path / "outside", tmp_path / "d" / "h")
    assert TOKEN in blocking(inspected(tmp_path / "d"))


def test_nm25_names_that_are_not_utf8_are_escaped(tmp_path: Path, cli: Cli) -> None:
    """NM25: such a file is searched, and neither the text nor the JSON report breaks on it."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / os.fsdecode(b"\xff\xfe.py")).write_bytes(SECRET)
    for form in ("json", "text"):
        run = cli("inspect", "d", "--format", form)
        assert (1, "") == (run.exit_code, run.stderr)
        assert "%FF%FE.py" in run.stdout


@pytest.mark.parametrize("kind", ["pipe", "missing", "socket", "loop"])
def test_fs11_a_target_that_is_no_file_is_exit_3(kind: str, tmp_path: Path, cli: Cli) -> None:
    """And says why, in one line, without waiting."""
    path = tmp_path / "x.whl"
    with socket.socket(socket.AF_UNIX) as one, contextlib.chdir(tmp_path):
        match kind:
            case "pipe":
                os.mkfifo(path)
            case "socket":
                one.bind("x.whl")
            case "loop":
                path.symlink_to("x.whl")
            case _:
                pass
        run = cli("inspect", "x.whl")
    assert run.exit_code == 3
    assert "x.whl" in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize("name", ["x-1.0-py3-none-any.whl", "x-1.0.0.tgz", "x-1.0.tar.gz"])
def test_fs11_an_empty_package_blocks(name: str, tmp_path: Path) -> None:
    """No bytes are no package."""
    (tmp_path / name).write_bytes(b"")
    assert blocking(inspected(tmp_path / name)) == {"artifact/mismatch"}


def test_fs11_a_folder_named_like_a_package_is_a_folder(tmp_path: Path) -> None:
    """It is searched as what it is."""
    (tmp_path / "x.whl").mkdir()
    (tmp_path / "x.whl" / "a.py").write_bytes(SECRET)
    report = inspected(tmp_path / "x.whl")
    assert ("directory", {TOKEN}) == (report.verdicts[0].artifact.identity.format, blocking(report))


def test_fs6_a_race_is_never_a_pass_for_other_bytes(tmp_path: Path) -> None:
    """Somebody swaps a clean and a leaking file as fast as possible: a pass is always of the clean one's digest."""
    import hashlib

    clean, leaking = npm({"a": "ok"}), npm({"a": SECRET.decode()})
    path = tmp_path / "x-1.0.0.tgz"
    path.write_bytes(clean)
    stop = threading.Event()

    def swap() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            (tmp_path / "next").write_bytes(leaking if turn % 2 else clean)
            (tmp_path / "next").replace(path)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(8):
            verdict = inspected(path).verdicts[0]
            if verdict.outcome is Outcome.PASS:
                assert verdict.artifact.sha256 == hashlib.sha256(clean).hexdigest()
            assert GITHUB[:12] not in repr(verdict)
    finally:
        stop.set()
        thread.join()
