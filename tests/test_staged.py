"""`git:` is what will be committed: from the index, whatever the working tree and the repository's configuration say."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.repositories import Done, Repo, leak


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one clean commit."""
    made = Repo.make(tmp_path / "repo")
    made.stage("README.md", "hello\n")
    made.commit()
    return made


def inspect(repo: Repo, target: str = "git:", *options: str, env: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """The exit code, and the only artifact of the report."""
    done: Done = repo.leakguard("inspect", target, "--format", "json", *options, env=env)
    assert done.code in {0, 1}, done.output
    (artifact,) = json.loads(done.output)["artifacts"]
    return done.code, artifact


def found(repo: Repo, target: str = "git:", env: dict[str, str] | None = None) -> dict[str, set[str]]:
    """Rule → paths of what blocks."""
    code, artifact = inspect(repo, target, env=env)
    told: dict[str, set[str]] = {}
    for one in artifact["findings"]:
        if one["action"] == "block":
            told.setdefault(one["rule"], set()).add(one["location"]["path"])
    assert code == (1 if told else 0)
    return told


TOKEN = "secret/github-token"


def test_nothing_staged_passes(repo: Repo) -> None:
    """There is nothing to say, and what is committed already is not what is staged."""
    repo.stage("old.py", leak())
    repo.commit()
    code, artifact = inspect(repo)
    assert (code, artifact["coverage"]["entries"], artifact["findings"]) == (0, 0, [])


def test_first_commit_is_all_of_the_index(tmp_path: Path) -> None:
    """There is no HEAD yet."""
    repo = Repo.make(tmp_path / "new")
    assert found(repo) == {}
    repo.stage("a/b.py", leak())
    assert found(repo) == {TOKEN: {"a/b.py"}}


def test_index_counts_and_not_the_working_tree(repo: Repo) -> None:
    """A partially staged file: a leak that is staged is found though the file is clean by now, and the reverse is not."""
    repo.stage("staged.py", leak()).write_text("clean = 1\n")
    repo.stage("unstaged.py", "clean = 1\n").write_text(leak())
    repo.write("untracked.py", leak())
    assert found(repo) == {TOKEN: {"staged.py"}}


def test_deleted_files_are_not_inspected(repo: Repo) -> None:
    """Removing a secret is what one should do."""
    repo.stage("old.py", leak())
    repo.commit()
    repo.git("rm", "-q", "old.py")
    assert found(repo) == {}


def test_rename_is_inspected_under_its_new_name(repo: Repo) -> None:
    """Though its content is the same."""
    repo.stage("old.py", leak())
    repo.commit()
    repo.git("mv", "old.py", "new.py")
    assert found(repo) == {TOKEN: {"new.py"}}


def test_merge_brings_what_the_other_branch_has(repo: Repo) -> None:
    """A conflict resolved with a leak in it, and a leak that the other branch committed."""
    repo.git("checkout", "-q", "-b", "other")
    repo.stage("shared.py", "a = 1\n")
    repo.stage("theirs.py", leak())
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.stage("shared.py", "a = 2\n")
    repo.commit()
    repo.git("merge", "other", code=1)
    code, artifact = inspect(repo)
    assert code == 1
    assert {one["rule"] for one in artifact["findings"]} == {TOKEN, "artifact/unreadable"}
    repo.stage("shared.py", leak())
    assert found(repo) == {TOKEN: {"shared.py", "theirs.py"}}


def test_index_of_a_hook_is_the_one_that_counts(repo: Repo) -> None:
    """`git commit FILE` and `git commit -a` commit from an index of their own, whose relative name is below the hook's folder."""
    repo.stage("a.py", "a = 1\n")
    repo.git("add", "a.py")
    index = repo.root / ".git" / "next-index-1.lock"
    index.write_bytes((repo.root / ".git" / "index").read_bytes())
    repo.write("b.py", leak())
    assert repo.run("git", "add", "b.py", env={"GIT_INDEX_FILE": ".git/next-index-1.lock"}).code == 0
    assert found(repo) == {}
    assert found(repo, env={"GIT_INDEX_FILE": ".git/next-index-1.lock"}) == {TOKEN: {"b.py"}}


def test_submodules_are_said_and_not_opened(repo: Repo, tmp_path: Path) -> None:
    """A gitlink is a commit of another repository."""
    other = Repo.make(tmp_path / "other")
    other.stage("secret.py", leak())
    other.commit()
    repo.git("submodule", "--quiet", "add", str(other.root), "vendor/other")
    code, artifact = inspect(repo)
    assert code == 0
    assert [(one["rule"], one["location"]["path"], one["action"]) for one in artifact["findings"]] == [
        ("git/submodule", "vendor/other/", "allow")
    ]


def test_symbolic_links_are_their_text(repo: Repo) -> None:
    """Never what they point at; a secret in the text of a link is one."""
    repo.write("outside.py", leak())
    (repo.root / "link").symlink_to("outside.py")
    (repo.root / "absolute").symlink_to("/etc/hostname")
    repo.git("add", "link", "absolute")
    assert found(repo) == {}
    (repo.root / "telling").symlink_to(leak().split('"')[1])
    repo.git("add", "telling")
    assert found(repo) == {TOKEN: {"telling"}}


def test_large_files_are_opened_where_lfs_keeps_them(repo: Repo) -> None:
    """The pointer is a file of its own where the content is not here."""
    content = leak().encode()
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    repo.stage("model.bin", pointer)
    _, artifact = inspect(repo)
    assert [(one["rule"], one["action"]) for one in artifact["findings"]] == [("git/lfs-pointer", "allow")]
    repo.write(f".git/lfs/objects/{digest[:2]}/{digest[2:4]}/{digest}", content)
    assert found(repo) == {TOKEN: {"model.bin"}}


@pytest.mark.parametrize("tool", ["pragma: allowlist secret", "leakguard: allow"])
def test_pragmas_of_the_committer_count(repo: Repo, tool: str) -> None:
    """Those of detect-secrets and leakguard, without a policy that names them; they stay in the report."""
    repo.stage("a.py", f"{leak().rstrip()}  # {tool}\n")
    code, artifact = inspect(repo)
    assert (code, artifact["findings"][0]["suppressed"]["by"]) == (0, "pragma")


def test_pragmas_of_other_tools_do_not_count(repo: Repo) -> None:
    """Unless the policy names them; and none counts in an artifact."""
    repo.stage("a.py", f"{leak().rstrip()}  # gitleaks:allow\n")
    assert found(repo) == {TOKEN: {"a.py"}}
    repo.write("leakguard.yaml", "version: 1\nsecrets: {pragmas: [gitleaks]}\n")
    assert found(repo) == {}
    path = repo.write("x.tgz", builders.npm({"a.py": f"{leak().rstrip()}  # leakguard: allow\n"}))
    assert repo.leakguard("inspect", path.name).code == 1


def test_what_is_for_packages_only_is_not_said(repo: Repo) -> None:
    """Source is what a repository is for; a policy's files, sizes, roles and unused waivers speak of artifacts."""
    repo.stage("src/fast.pyx", "def f(): pass\n")
    repo.stage("CLAUDE.md", "be good\n")
    repo.stage(".vscode/settings.json", "{}\n")
    waiver = "waivers: [{rule: secret/generic, path: x, reason: r, expires: 2099-01-01}]"
    files = "files: {allow: [dist/**], deny: ['**/*.pyx'], require: [LICENSE]}\nsize: {files: 1}\nartifacts: [{match: {format: npm}}]"
    repo.stage("leakguard.yaml", f"version: 1\nextends: closed-source\n{files}\n{waiver}\n")
    code, artifact = inspect(repo)
    assert (code, artifact["findings"]) == (0, [])


def test_credential_files_agent_state_and_maps_block(repo: Repo) -> None:
    """The rest of what a commit must not have, and what nests in a staged archive."""
    repo.stage(".npmrc", f"//registry.example/:_authToken=npm_{builders.token('', 36)}\n")
    repo.stage(".claude/settings.local.json", '{"permissions": {"allow": ["Bash"]}}\n')
    repo.stage("dist/cli.js.map", builders.source_map({"../src/a.ts": builders.code(40)}))
    repo.stage("vendor/a.zip", builders.zip_of({"b.py": leak()}))
    told = found(repo)
    assert told["file/credential-file"] == {".npmrc"}
    assert told["file/agent-state"]
    assert told["source-map/embedded-source"] == {"dist/cli.js.map"}
    assert told[TOKEN] == {"vendor/a.zip!/b.py"}


def test_names_of_every_kind_are_found(repo: Repo) -> None:
    """Newlines, quotes, bytes that are not UTF-8, names that look like options."""
    names = [b"a\nb.py", b'q"uote.py', b"\xff\xfe.py", "ünï.py".encode(), b"-rf.py", b" .py"]
    for name in names:
        path = os.fsencode(repo.root) + b"/" + name
        with open(path, "w") as file:  # noqa: PTH123 - a name in bytes
            file.write(leak())
    repo.git("add", "-A")
    assert len(found(repo)[TOKEN]) == len(names)


def test_nothing_that_a_repository_configures_runs(repo: Repo) -> None:
    """No hook, no file system monitor, no filter, no external diff, no text conversion, no alias."""
    script = repo.write("evil.sh", f"#!/bin/sh\ntouch {repo.root}/ran\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "filter.evil.smudge", "core.pager"):
        repo.git("config", key, str(script))
    repo.stage("a.py", "a = 1\n")
    repo.write(".gitattributes", "* diff=evil\n")
    repo.write(".git/hooks/pre-commit", script.read_text()).chmod(0o755)
    repo.write(".git/hooks/post-index-change", script.read_text()).chmod(0o755)
    (repo.root / "ran").unlink(missing_ok=True)
    environment = {
        "GIT_EXTERNAL_DIFF": str(script),
        "GIT_PAGER": str(script),
        "GIT_TRACE": str(repo.root / "ran"),
        "GIT_EDITOR": str(script),
    }
    assert found(repo, env=environment) == {}
    assert not (repo.root / "ran").exists()


def test_works_from_a_folder_and_from_a_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    """Paths are those below the top of the repository."""
    repo.stage("deep/er/a.py", leak())
    code = Repo(root=repo.root / "deep")
    assert found(code) == {TOKEN: {"deep/er/a.py"}}
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = Repo(root=tmp_path / "linked")
    linked.stage("b.py", leak())
    assert found(linked) == {TOKEN: {"b.py"}}


def test_repositories_of_sha256_are_read(tmp_path: Path) -> None:
    """Object names are longer there."""
    repo = Repo(root=tmp_path / "long")
    repo.root.mkdir()
    (tmp_path / ".home").mkdir(exist_ok=True)
    repo.git("init", "-q", "--object-format=sha256", ".")
    repo.stage("a.py", leak())
    assert found(repo) == {TOKEN: {"a.py"}}


def test_range_has_every_version_that_its_commits_bring(repo: Repo) -> None:
    """A secret that a later commit took out is still pushed."""
    first = repo.git("rev-parse", "HEAD").strip()
    repo.stage("a.py", leak())
    repo.commit()
    commit = repo.git("rev-parse", "HEAD").strip()
    repo.stage("a.py", "clean = 1\n")
    repo.commit()
    assert found(repo, f"git:{first}..HEAD") == {TOKEN: {f"{commit[:12]}:a.py"}}
    assert found(repo, f"git:{commit}..HEAD") == {}
    assert found(repo, "git:..HEAD") == {TOKEN: {f"{commit[:12]}:a.py"}}


@pytest.mark.parametrize("target", ["git:HEAD", "git:--all..HEAD", "git:HEAD..--exec=x", "git:..", "git:none..HEAD", "git:a b..HEAD"])
def test_other_targets_of_git_are_usage_errors(repo: Repo, target: str) -> None:
    """Nothing that could be an option reaches git."""
    done = repo.leakguard("inspect", target)
    assert done.code == 2, done.output
    assert done.output.startswith("error: ")
    assert "hint: " in done.output


def test_outside_of_a_repository_nothing_can_be_said(tmp_path: Path) -> None:
    """Exit 3, one line and a hint; the same without git."""
    (tmp_path / ".home").mkdir()
    (tmp_path / "plain").mkdir()
    plain = Repo(root=tmp_path / "plain")
    done = plain.leakguard("inspect", "git:", env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert (done.code, "Traceback" in done.output) == (3, False)
    assert "this is no git repository" in done.output
    done = plain.leakguard("inspect", "git:", env={"PATH": str(tmp_path)})
    assert done.code == 3
    assert "install git" in done.output


def test_large_content_is_read_in_bounded_memory(repo: Repo) -> None:
    """A file of 80 MB with a leak at its end."""
    repo.stage("big.txt", b"some plain words of no weight\n" * 2_700_000 + leak().encode())
    assert found(repo) == {TOKEN: {"big.txt"}}
