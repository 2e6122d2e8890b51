"""Where a policy is looked for, and which files are trusted."""

import os
from pathlib import Path

import pytest

from leakguard.errors import FaultyFile, UsageError
from leakguard.model import Openness
from leakguard.policy import FILE_NAME, Policy, load
from leakguard.policy import files as places

CLOSED = "version: 1\nopenness: closed\n"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home folder of its own, with the project below it."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home/project/src/deep").mkdir(parents=True)


def project(tmp_path: Path) -> Path:
    """The project folder."""
    return tmp_path / "home/project"


def found(folder: Path) -> Policy:
    """The policy found from a folder."""
    return load(cwd=folder, environ={})


def test_the_nearest_policy_above_is_found(tmp_path: Path) -> None:
    """From any folder of the project; paths are relative to the policy's own folder."""
    (project(tmp_path) / FILE_NAME).write_text(CLOSED)
    (project(tmp_path) / "src" / FILE_NAME).write_text("version: 1\nopenness: open\n")
    assert Openness.OPEN is found(project(tmp_path) / "src/deep").settings.openness
    assert Openness.CLOSED is found(project(tmp_path)).settings.openness


def test_without_a_policy_the_default_holds(tmp_path: Path) -> None:
    """No file is no fault."""
    assert "default" == found(project(tmp_path) / "src").name


def test_the_home_folder_is_the_last_that_is_searched(tmp_path: Path) -> None:
    """A policy in it counts, one above does not."""
    (tmp_path / FILE_NAME).write_text("broken: [")
    assert "default" == found(project(tmp_path)).name
    (tmp_path / "home" / FILE_NAME).write_text(CLOSED)
    assert FILE_NAME == found(project(tmp_path)).name


@pytest.mark.parametrize("worktree", [True, False])
def test_the_git_root_is_the_last_that_is_searched(tmp_path: Path, *, worktree: bool) -> None:
    """Also where `.git` is the file of a worktree."""
    (tmp_path / "home" / FILE_NAME).write_text(CLOSED)
    git = project(tmp_path) / ".git"
    if worktree:
        git.write_text("gitdir: elsewhere\n")
    else:
        git.mkdir()
    assert "default" == found(project(tmp_path) / "src/deep").name


def test_a_link_is_refused(tmp_path: Path) -> None:
    """What lies there must be the policy itself."""
    (tmp_path / "real.yaml").write_text(CLOSED)
    (project(tmp_path) / FILE_NAME).symlink_to(tmp_path / "real.yaml")
    with pytest.raises(UsageError, match="is a link") as caught:
        found(project(tmp_path) / "src")
    assert 2 == caught.value.exit_code


def test_a_dangling_link_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Neither is overlooked: the gate must not fall back to the default."""
    (project(tmp_path) / "src" / FILE_NAME).symlink_to(tmp_path / "nowhere")
    (project(tmp_path) / FILE_NAME).mkdir()
    with pytest.raises(UsageError, match="is a link"):
        found(project(tmp_path) / "src")
    with pytest.raises(UsageError, match="not a regular file"):
        found(project(tmp_path))


def test_somebody_elses_policy_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who owns the folder above a build could otherwise open the gate."""
    (project(tmp_path) / FILE_NAME).write_text(CLOSED)
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    with pytest.raises(UsageError, match="belongs to somebody else"):
        found(project(tmp_path))
    assert FILE_NAME == load(project(tmp_path) / FILE_NAME, cwd=tmp_path, environ={}).name


def test_a_link_that_leads_nowhere_is_no_crash(tmp_path: Path) -> None:
    """Named on purpose, it cannot be read."""
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    for name in ("loop.yaml", "gone.yaml"):
        with pytest.raises(FaultyFile, match="cannot be read"):
            load(name, cwd=tmp_path)


def test_a_policy_named_on_purpose_may_be_anywhere(tmp_path: Path) -> None:
    """Also below another name; the text of a preset's name means the preset."""
    (tmp_path / "other.yaml").write_text(CLOSED)
    (tmp_path / "strict").write_text(CLOSED)
    assert "other.yaml" == load("other.yaml", cwd=tmp_path).name
    assert "strict" == load("strict", cwd=tmp_path).name
    assert load(Path("strict"), cwd=tmp_path).settings.openness is Openness.CLOSED


@pytest.mark.parametrize(
    "key", ["extends: {}", "secrets: {{rules: ['{}']}}", "secrets: {{detect-secrets: {{baseline: '{}'}}}}", "lock: {}"]
)
def test_a_policy_names_only_files_below_its_root(tmp_path: Path, key: str) -> None:
    """Not above it, not by an absolute path, not through a link to a file or a folder, not a device."""
    (tmp_path / "outside.yaml").write_text("version: 1\n")
    folder = project(tmp_path)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "own.yaml").write_text("issuer: a\nrules: []\n" if "rules" in key else "version: 1\n")
    os.mkfifo(folder / "pipe")
    for name in (
        "../../outside.yaml",
        str(tmp_path / "outside.yaml"),
        "link.yaml",
        "linked/outside.yaml",
        "src/deep",
        "pipe",
        "src/../../../outside.yaml",
    ):
        (folder / FILE_NAME).write_text(f"version: 1\n{key.format(name)}\n")
        with pytest.raises(FaultyFile):
            found(folder)
    (folder / FILE_NAME).write_text(f"version: 1\n{key.format('src/../own.yaml')}\n")
    assert FILE_NAME == found(folder).name


def test_a_policy_of_a_subfolder_may_name_files_up_to_the_git_root(tmp_path: Path) -> None:
    """As the packages of one repository share a base; names and origins count from the git root."""
    folder = project(tmp_path)
    (folder / ".git").mkdir()
    (folder / "base.yaml").write_text("version: 1\nopenness: open\n")
    (folder / "src" / FILE_NAME).write_text("version: 1\nextends: ../base.yaml\n")
    policy = found(folder / "src")
    assert (Openness.OPEN, "src/leakguard.yaml") == (policy.settings.openness, policy.name)
    assert "base.yaml:2" == policy.merged()["openness"].origin


def test_presets_are_found_in_a_wheel_and_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the modules if they are there, else at the top of the repository."""
    monkeypatch.setattr(places, "__file__", str(tmp_path / "site/leakguard/policy/files.py"))
    assert tmp_path / "site/policies/strict.yaml" == places.preset("strict")
    (tmp_path / "site/leakguard/policies").mkdir(parents=True)
    (tmp_path / "site/leakguard/policies/strict.yaml").write_text("")
    assert tmp_path / "site/leakguard/policies/strict.yaml" == places.preset("strict")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A policy has at most a megabyte."""
    (project(tmp_path) / FILE_NAME).write_text("# x\n" * 300_000)
    with pytest.raises(FaultyFile, match="larger than"):
        found(project(tmp_path))
