"""What a commit may hold is the same whether pre-commit or a plain script asks."""

import pytest

from tests import builders
from tests.hooks.conftest import Hooked
from tests.repositories import Repo, leak


def test_first_commit_is_blocked_and_then_passes(hooked: Hooked) -> None:
    """There is no HEAD, and what blocks is printed; a clean commit passes, and so does an empty one."""
    hooked.stage("a.py", leak())
    done = hooked.commits()
    assert done.code == 1
    assert "block[secret/github-token]" in done.output
    assert "a.py:1:" in done.output
    hooked.stage("a.py", "a = 1\n")
    done = hooked.commits()
    assert done.code == 0, done.output
    assert hooked.commits("--allow-empty").code == 0


def test_partially_staged_files(hooked: Hooked) -> None:
    """What is staged counts, in both directions, and the working tree is as it was."""
    hooked.stage("a.py", leak()).write_text("clean = 1\n")
    assert hooked.commits().code == 1
    hooked.stage("a.py", "clean = 1\n").write_text("clean = 1\n" + leak())
    done = hooked.commits()
    assert done.code == 0, done.output
    assert "token" in (hooked.root / "a.py").read_text()


def test_commit_of_everything_and_of_one_file(hooked: Hooked) -> None:
    """`git commit -a` and `git commit FILE` commit from an index of their own."""
    hooked.stage("a.py", "a = 1\n")
    hooked.stage("b.py", "b = 1\n")
    assert hooked.commits().code == 0
    hooked.write("a.py", leak())
    assert hooked.commits("-a").code == 1
    assert hooked.commits("a.py").code == 1
    hooked.write("b.py", "b = 2\n")
    done = hooked.commits("b.py")
    assert done.code == 0, done.output


def test_rename_and_deletion(hooked: Hooked) -> None:
    """A leak is blocked under its new name; to delete it is not."""
    hooked.stage("a.py", leak())
    hooked.commit()
    hooked.git("mv", "a.py", "b.py")
    assert hooked.commits().code == 1
    hooked.git("rm", "-q", "--cached", "b.py")
    done = hooked.commits()
    assert done.code == 0, done.output


def test_merges(hooked: Hooked) -> None:
    """A conflict resolved with a leak, and a clean merge that brings one."""
    hooked.stage("a.py", "a = 0\n")
    assert hooked.commits().code == 0
    hooked.git("checkout", "-q", "-b", "other")
    hooked.stage("a.py", "a = 1\n")
    hooked.commit()
    hooked.git("checkout", "-q", "main")
    hooked.stage("a.py", "a = 2\n")
    hooked.commit()
    hooked.git("merge", "other", code=1)
    hooked.stage("a.py", leak())
    assert hooked.commits().code == 1
    hooked.stage("a.py", "a = 3\n")
    done = hooked.commits()
    assert done.code == 0, done.output
    hooked.git("checkout", "-q", "other")
    hooked.stage("leak.py", leak())
    hooked.commit()
    hooked.git("checkout", "-q", "main")
    done = hooked.by_hand("git", "merge", "--no-edit", "other")
    assert done.code != 0
    assert "leak.py:1:" in done.output


def test_linked_work_trees_are_their_own(hooked: Hooked) -> None:
    """Where git tells its hook about another folder than the work tree's `.git`."""
    hooked.commit()
    linked = hooked.root.parent / "linked"
    hooked.git("worktree", "add", "-q", "--detach", str(linked))
    other = Hooked(root=linked, variables=hooked.variables)
    other.stage("a.py", leak())
    assert other.commits().code == 1
    other.stage("a.py", "a = 1\n")
    done = other.commits()
    assert done.code == 0, done.output


def test_submodules(hooked: Hooked) -> None:
    """A new submodule is no reason to stop."""
    other = Repo.make(hooked.root.parent / "other")
    other.stage("secret.py", leak())
    other.commit()
    hooked.git("submodule", "--quiet", "add", str(other.root), "vendor/other")
    done = hooked.commits()
    assert done.code == 0, done.output


FAULTY = {
    "leakguard.yaml": ("version: 1\nrulez: {}\n", "leakguard.yaml:2:1"),
    "leakguard.lock": ("version: 1\nartifacts: {npm a: {files: {a.js: script 1 KB}}}\n", "leakguard.lock:2:"),
    "deeper/leakguard.lock": ("version: 2\nartifacts: {}\n", "deeper/leakguard.lock:1:"),
    "leakguard.baseline": ("not a fingerprint\n", "leakguard.baseline:1:"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_faults_of_what_decides_are_refused(hooked: Hooked, name: str) -> None:
    """In policy, lock and baseline."""
    text, place = FAULTY[name]
    hooked.stage(name, text)
    done = hooked.commits()
    assert done.code != 0
    assert place in done.output
    assert hooked.leakguard("hook", "policy").code == 2


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("leakguard.yaml", "version: 1\nrules: {file/litter: allow}\n", "+rules: {file/litter: allow}"),
        ("leakguard.lock", "version: 1\nartifacts: {}\n", "+artifacts: {}"),
        ("leakguard.baseline", f"{'a' * 32}\n", f"+{'a' * 32}"),
    ],
)
def test_edits_of_what_decides_are_shown(hooked: Hooked, name: str, text: str, shown: str) -> None:
    """A change is seen by whoever commits it."""
    hooked.stage(name, text)
    done = hooked.commits()
    assert done.code == 0, done.output
    assert shown in done.output


def test_staged_lock_counts_and_not_the_one_on_disk(hooked: Hooked) -> None:
    """What is committed is what the index has."""
    hooked.stage("leakguard.lock", "version: 9\nartifacts: {}\n").write_text("version: 1\nartifacts: {}\n")
    done = hooked.commits()
    assert done.code != 0
    assert "leakguard.lock:1:" in done.output


MAP = builders.source_map({f"../src/{number}.ts": builders.code(60, label=f"m{number}") for number in range(20)})


def test_a_map_blocks_if_it_ships(hooked: Hooked) -> None:
    """As npm itself says; one that does not ship is a warning, and a secret blocks wherever it is."""
    hooked.stage("package.json", '{"name": "a", "version": "1.0.0", "files": ["dist"]}')
    hooked.stage("fixtures/cli.js.map", MAP)
    assert "the file does not ship" in hooked.leakguard("hook", "pre-commit").output
    done = hooked.commits()
    assert done.code == 0, done.output
    hooked.stage("dist/cli.js.map", MAP)
    done = hooked.commits()
    assert done.code == 1
    assert "block[source-map/embedded-source]" in done.output
    (hooked.root / "dist/cli.js.map").unlink()
    assert hooked.leakguard("hook", "pre-commit").code == 1, "it is still staged"
    hooked.git("rm", "-q", "--cached", "dist/cli.js.map")
    hooked.stage("fixtures/a.py", leak())
    assert hooked.commits().code == 1


def test_founding_incidents_are_blocked(hooked: Hooked) -> None:
    """A map beside the bundle, and one in a comment inside it, where no file name tells."""
    hooked.stage("dist/cli.js.map", MAP)
    done = hooked.commits()
    assert done.code == 1
    assert "source-map/embedded-source" in done.output
    hooked.git("rm", "-q", "--cached", "dist/cli.js.map")
    hooked.stage("dist/cli.mjs", f"cli()\n//# sourceMappingURL={builders.inline_base64(MAP)}\n")
    done = hooked.commits()
    assert done.code == 1
    assert "source-map/inline-source" in done.output
