"""The private folder, and what becomes of it."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakguard.errors import UsageError
from leakguard.publish import Room
from tests.cli.command import environment
from tests.publish import packages

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions and signals of POSIX")


def test_the_copy_is_the_users_alone(tmp_path: Path) -> None:
    """A folder of mode 0700, a file that nobody writes, and both are gone afterwards."""
    path = packages.wheel(tmp_path, "private")
    with Room() as room:
        (target,) = room.take([str(path)])
        assert 0o700 == stat.S_IMODE(room.path.stat().st_mode)
        assert 0o400 == stat.S_IMODE(target.path.stat().st_mode)
        assert (str(path), path.name) == (target.name, target.path.name)
        assert path.read_bytes() == target.path.read_bytes()
    assert not room.path.exists()


def test_it_is_gone_when_something_fails() -> None:
    """Whatever it is."""
    with pytest.raises(RuntimeError), Room() as room:
        raise RuntimeError
    assert not room.path.exists()


def test_a_folder_is_its_packages(tmp_path: Path) -> None:
    """In name order, without what lies beside them."""
    packages.wheel(tmp_path, "b"), packages.wheel(tmp_path, "a")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with Room() as room:
        names = [target.path.name for target in room.take([str(tmp_path)])]
    assert ["a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"] == names


def test_two_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    """Each has a folder of its own."""
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    one, other = packages.wheel(tmp_path / "x", "same"), packages.leaking_wheel(tmp_path / "y", "same")
    with Room() as room:
        copies = room.take([str(one), str(other)])
        assert [one.read_bytes(), other.read_bytes()] == [copy.path.read_bytes() for copy in copies]


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    """There is nothing to send."""
    with Room() as room, pytest.raises(UsageError, match="only packages are published"):
        room.take([str(tmp_path)])


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """The run ends with 130, its folder is gone, and nothing was published."""
    with running(tmp_path, "publish", str(packages.tarball(tmp_path, "ended"))) as process:
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert (130, []) == (process.returncode, list((tmp_path / "tmp").glob("leakguard-*")))
    assert b"error: interrupted" in errors
    assert not (tmp_path / "published").exists()


@pytest.mark.slow
def test_a_killed_process_has_published_nothing(tmp_path: Path) -> None:
    """Without a verdict nothing is handed on; what remains is the user's alone."""
    with running(tmp_path, "publish", str(packages.tarball(tmp_path, "killed"))) as process:
        process.kill()
        process.communicate(timeout=60)
    assert not (tmp_path / "published").exists()
    assert all(0o700 == stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tmp").glob("leakguard-*"))


def running(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """The command at the moment at which it waits for npm's configuration; an npm that publishes leaves a mark."""
    (folder / "bin").mkdir()
    (folder / "tmp").mkdir()
    script = folder / "bin" / "npm"
    script.write_text(
        f"#!/bin/sh\ncase $1 in config) touch {folder}/asked; exec sleep 30;; publish) touch {folder}/published;; esac\n", encoding="utf-8"
    )
    script.chmod(0o755)
    variables = environment({"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(folder / "tmp")})
    process = subprocess.Popen(
        [sys.executable, "-m", "leakguard", *arguments],
        env=variables,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    for _ in range(600):
        if (folder / "asked").exists():
            break
        time.sleep(0.05)
    time.sleep(0.5)
    return process


@pytest.mark.slow
def test_a_full_disk(tmp_path: Path) -> None:
    """The copy does not fit: 3, with a hint, and nothing is published."""
    path = packages.wheel(tmp_path, "large", **{"large/data.txt": os.urandom(300_000).hex()})
    done = subprocess.run(
        [sys.executable, "-m", "leakguard", "publish", str(path)],
        env=environment({"TMPDIR": str(tmp_path), "TWINE_REPOSITORY_URL": "http://127.0.0.1:9/"}),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert 3 == done.returncode, done.stderr
    assert "cannot be copied: file too large" in done.stdout
    assert "TMPDIR" in done.stdout
    assert "nothing was published" in done.stderr
    assert list(tmp_path.glob("leakguard-*")) == []
