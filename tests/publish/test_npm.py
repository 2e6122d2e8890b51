"""`leakguard publish` and a real npm registry."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.publish import packages
from tests.publish.servers import Npm

pytestmark = pytest.mark.slow


def npm_that(folder: Path, script: str) -> dict[str, str]:
    """A PATH on which `npm` is a shell script; `$NPM` in it is the real one."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "npm"
    program.write_text(f"#!/bin/sh\nNPM={shutil.which('npm')}\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


class TestPublish:
    """With verdaccio."""

    def test_a_clean_tarball_arrives_with_the_inspected_digest(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """What anybody downloads is what was inspected."""
        path = packages.tarball(tmp_path, "clean")
        done = cli("publish", path, **npm.variables(tmp_path))
        assert done.exit_code == 0, done.output
        assert path.read_bytes() == npm.tarball("clean", "1.0.0")
        assert f"published: {path} (sha256:{packages.sha256(path)}) to {npm.address}" in done.stderr

    @pytest.mark.parametrize("make", [packages.with_map, packages.with_inline_map])
    def test_the_founding_incidents_never_reach_the_registry(self, cli: Cli, npm: Npm, tmp_path: Path, make: object) -> None:
        """The map beside the bundle, and the map inside it: exit 1, and not one request."""
        assert callable(make)
        path, before = make(tmp_path, "incident"), npm.requests()
        done = cli("publish", path, **npm.variables(tmp_path))
        assert (1, before) == (done.exit_code, npm.requests()), done.output
        assert "nothing was published" in done.stderr

    def test_a_private_package_is_blocked_here_though_it_only_warns_elsewhere(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """`"private": true` means this command: a tarball that `npm pack` made of such a workspace."""
        path, before = packages.tarball(tmp_path, "withheld", private=True), npm.requests()
        inspected = cli("inspect", path)
        assert ("warn[metadata/private-package]" in inspected.stdout, 0) == (True, inspected.exit_code)
        for more in ([], ["--dry-run"]):
            done = cli("publish", path, *more, **npm.variables(tmp_path))
            assert (1, before) == (done.exit_code, npm.requests()), done.output
            assert "block[metadata/private-package]" in done.stdout

    def test_a_file_that_is_swapped_when_npm_starts_is_not_what_arrives(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """Npm is given the private copy."""
        path = packages.tarball(tmp_path, "swapped")
        approved = path.read_bytes()
        other = packages.with_map(tmp_path, "other")
        swap = f'case "$1" in publish) cp {other} {path};; esac\nexec "$NPM" "$@"'
        done = cli("publish", path, **npm.variables(tmp_path), **npm_that(tmp_path, swap))
        assert done.exit_code == 0, done.output
        assert approved != path.read_bytes()
        assert approved == npm.tarball("swapped", "1.0.0")

    def test_other_bytes_at_the_registry_are_found_out(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """An npm that sends something else: exit 1, with the line that takes it back."""
        path, other = packages.tarball(tmp_path, "mixed"), packages.tarball(tmp_path, "mixed", keywords=["other"])
        made = tmp_path / "other.tgz"
        other.rename(made)
        path = packages.tarball(tmp_path, "mixed")
        swap = f'case "$1" in publish) shift 2; exec "$NPM" publish {made} "$@";; esac\nexec "$NPM" "$@"'
        done = cli("publish", path, **npm.variables(tmp_path), **npm_that(tmp_path, swap))
        assert done.exit_code == 1, done.output
        assert "is not the inspected" in done.stderr
        assert f"`npm unpublish mixed@1.0.0 --registry={npm.address}`" in done.stderr

    def test_an_npm_that_does_nothing_and_says_it_did_is_found_out(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """The registry is asked, and knows of nothing: 3."""
        pretend = 'case "$1" in publish) exit 0;; esac\nexec "$NPM" "$@"'
        done = cli("publish", packages.tarball(tmp_path, "pretended"), **npm.variables(tmp_path), **npm_that(tmp_path, pretend))
        assert done.exit_code == 3, done.output
        assert "does not say what has arrived" in done.stderr

    def test_a_version_is_not_published_twice(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """Npm refuses, and that is 4."""
        path = packages.tarball(tmp_path, "twice")
        assert cli("publish", path, **npm.variables(tmp_path)).exit_code == 0
        before = npm.requests('"PUT","url":"/twice"')
        done = cli("publish", path, **npm.variables(tmp_path))
        assert (4, before) == (done.exit_code, npm.requests('"PUT","url":"/twice"'))
        assert f"perhaps published: {path}" in done.stderr
        assert "the registry has these very bytes" in done.stderr

    def test_another_content_under_a_published_version_is_not_published(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """What is there is something else."""
        assert cli("publish", packages.tarball(tmp_path, "taken"), **npm.variables(tmp_path)).exit_code == 0
        path = packages.tarball(tmp_path, "taken", keywords=["other"])
        done = cli("publish", path, **npm.variables(tmp_path))
        assert done.exit_code == 4, done.output
        assert f"not published: {path}" in done.stderr

    def test_scripts_of_the_package_do_not_run(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """Not even those of publishing."""
        scripts = dict.fromkeys(("prepublishOnly", "prepack", "prepare", "publish", "postpublish"), f"touch {tmp_path}/ran")
        done = cli("publish", packages.tarball(tmp_path, "scripted", scripts=scripts), **npm.variables(tmp_path))
        assert done.exit_code == 0, done.output
        assert not (tmp_path / "ran").exists()

    def test_a_dry_run_sends_nothing(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """Not even a question."""
        before = npm.requests()
        done = cli("publish", packages.tarball(tmp_path, "rehearsed"), "--dry-run", **npm.variables(tmp_path))
        assert (0, before) == (done.exit_code, npm.requests())
        assert f"would go to `{npm.address}`" in done.stderr

    def test_a_dry_run_of_the_users_configuration_does_not_pass_for_a_publication(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """`dry-run=true` in an `.npmrc` makes npm succeed without sending."""
        variables = npm.variables(tmp_path)
        with (tmp_path / "user.npmrc").open("a", encoding="utf-8") as file:
            file.write("dry-run=true\n")
        done = cli("publish", packages.tarball(tmp_path, "insisted"), **variables, npm_config_dry_run="true")
        assert done.exit_code == 0, done.output
        assert npm.package("insisted")

    def test_a_tag_is_passed_on(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """`--tag next` moves no `latest`."""
        done = cli("publish", packages.tarball(tmp_path, "tagged", version="2.0.0-beta.1"), "--tag", "next", **npm.variables(tmp_path))
        assert done.exit_code == 0, done.output
        assert npm.package("tagged")["dist-tags"]["next"] == "2.0.0-beta.1"

    def test_wheel_and_tarball_can_go_together_only_where_both_may(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """One of them would go elsewhere than the policy says: neither goes."""
        (tmp_path / "leakguard.yaml").write_text(f"version: 1\npublish: {{registry: '{npm.address}'}}\n", encoding="utf-8")
        made, before = [packages.tarball(tmp_path, "both"), packages.wheel(tmp_path, "both")], npm.requests()
        done = cli("publish", *made, **npm.variables(tmp_path), TWINE_USERNAME="a", TWINE_PASSWORD="b")
        assert (2, before) == (done.exit_code, npm.requests()), done.output


class TestDestination:
    """Where it goes is said to npm outright."""

    def test_an_npmrc_of_the_project_does_not_redirect(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """It is not read, though the command runs in the project."""
        (tmp_path / "package.json").write_text("{}", encoding="utf-8")
        (tmp_path / ".npmrc").write_text("registry=http://127.0.0.1:9/\n", encoding="utf-8")
        done = cli("publish", packages.tarball(tmp_path, "undirected"), **npm.variables(tmp_path), TMPDIR=str(tmp_path))
        assert done.exit_code == 0, done.output
        assert npm.package("undirected")

    def test_a_scope_has_its_own_registry(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """As the user's `.npmrc` says."""
        variables = npm.variables(tmp_path)
        file = tmp_path / "user.npmrc"
        rest = file.read_text(encoding="utf-8").replace("registry=", "@acme:registry=", 1)
        file.write_text(f"registry=http://127.0.0.1:9/\n{rest}", encoding="utf-8")
        done = cli("publish", packages.tarball(tmp_path, "@acme/scoped"), **variables)
        assert done.exit_code == 0, done.output
        assert npm.package("@acme%2fscoped")

    @pytest.mark.parametrize("key", ["registry", "@acme:registry"])
    def test_publish_config_is_bound_by_the_policy(self, cli: Cli, npm: Npm, tmp_path: Path, key: str) -> None:
        """Npm honours it, so it is what is compared."""
        (tmp_path / "leakguard.yaml").write_text(f"version: 1\npublish: {{registry: '{npm.address}'}}\n", encoding="utf-8")
        before = npm.requests()
        path = packages.tarball(tmp_path, "@acme/elsewhere", publishConfig={key: "https://registry.example.org/"})
        done = cli("publish", path, "--dry-run", **npm.variables(tmp_path))
        assert (2, before) == (done.exit_code, npm.requests()), done.output
        assert "`https://registry.example.org/`" in done.stderr

    def test_publish_config_is_honoured(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """Where nothing forbids it, as npm does."""
        variables = npm.variables(tmp_path)
        file = tmp_path / "user.npmrc"
        file.write_text(
            file.read_text(encoding="utf-8").replace(f"registry={npm.address}", "registry=http://127.0.0.1:9/"), encoding="utf-8"
        )
        done = cli("publish", packages.tarball(tmp_path, "chosen", publishConfig={"registry": npm.address}), **variables)
        assert done.exit_code == 0, done.output
        assert npm.package("chosen")

    @pytest.mark.parametrize("key", ["proxy", "strict-ssl", "//registry.example.org/:_authToken", "cafile"])
    def test_publish_config_may_not_change_how_the_registry_is_reached(self, cli: Cli, npm: Npm, tmp_path: Path, key: str) -> None:
        """A proxy named inside the tarball would see the user's token."""
        before = npm.requests()
        done = cli("publish", packages.tarball(tmp_path, "detoured", publishConfig={key: "x"}), **npm.variables(tmp_path))
        assert (2, before) == (done.exit_code, npm.requests()), done.output

    def test_an_npm_beside_the_project_is_not_run(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """Folders of the path that are relative to the working directory do not count."""
        relative = npm_that(tmp_path, f"touch {tmp_path}/ran")
        relative["PATH"] = f"bin{os.pathsep}{os.environ['PATH']}"
        done = cli("publish", packages.tarball(tmp_path, "beside"), **npm.variables(tmp_path), **relative)
        assert done.exit_code == 0, done.output
        assert not (tmp_path / "ran").exists()


class TestFailures:
    """One clear line, the right exit code, and nothing published."""

    def test_wrong_password(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """4, and the password is nowhere."""
        done = cli("publish", packages.tarball(tmp_path, "locked"), **npm.variables(tmp_path, password="battery-staple"))
        assert done.exit_code == 4, done.output
        assert "error: npm could not publish" in done.stderr
        assert "battery-staple" not in done.output
        assert npm.package("locked") == {}

    def test_no_network(self, cli: Cli, tmp_path: Path) -> None:
        """4, with the address."""
        (tmp_path / "rc").write_text("registry=http://127.0.0.1:9/\n//127.0.0.1:9/:_authToken=x\nfetch-retries=0\n", encoding="utf-8")
        done = cli("publish", packages.tarball(tmp_path, "offline"), npm_config_userconfig=str(tmp_path / "rc"))
        assert done.exit_code == 4, done.output
        assert "to `http://127.0.0.1:9/`" in done.stderr

    def test_no_npm(self, cli: Cli, tmp_path: Path) -> None:
        """2 before any inspection."""
        (tmp_path / "empty").mkdir()
        done = cli("publish", packages.tarball(tmp_path, "lacking"), PATH=str(tmp_path / "empty"))
        assert (done.exit_code, done.stdout) == (2, "")
        assert "needs `npm`" in done.stderr

    def test_a_build_that_fails(self, cli: Cli, tmp_path: Path) -> None:
        """4: nothing was blocked, and nothing was published."""
        (tmp_path / "package.json").write_text(
            json.dumps({"name": "broken", "version": "1.0.0", "scripts": {"prepack": "exit 7"}}), "utf-8"
        )
        done = cli("publish", "--build", **npm_that(tmp_path, 'exec "$NPM" "$@"'))
        assert done.exit_code == 4, done.output
        assert "the build of `.` ended with" in done.stderr


class TestBuild:
    """`--build`."""

    def test_what_npm_packs_is_inspected_and_published(self, cli: Cli, npm: Npm, tmp_path: Path) -> None:
        """With the project's own scripts, and nothing is left in the project."""
        project = tmp_path / "project"
        project.mkdir()
        manifest = {"name": "built", "version": "1.0.0", "license": "MIT", "files": ["out.js"]}
        scripts = {"prepack": "echo 'module.exports = 1;' > out.js"}
        (project / "package.json").write_text(json.dumps({**manifest, "scripts": scripts}), encoding="utf-8")
        done = cli("publish", "--build", project, **npm.variables(tmp_path))
        assert done.exit_code == 0, done.output
        assert {"package.json", "out.js"} == {path.name for path in project.iterdir()}
        sent = hashlib.sha256(npm.tarball("built", "1.0.0")).hexdigest()
        assert f"sha256:{sent}" in done.stderr

    @pytest.mark.parametrize("incident", ["beside", "inside"])
    def test_the_founding_incidents_are_blocked(self, cli: Cli, npm: Npm, tmp_path: Path, incident: str) -> None:
        """As npm packs them."""
        project = packages.project(tmp_path / "project", "again", packages.incident_files()[incident])
        before = npm.requests()
        done = cli("publish", "--build", project, **npm.variables(tmp_path))
        assert (1, before) == (done.exit_code, npm.requests()), done.output

    def test_a_folder_without_a_project(self, cli: Cli, tmp_path: Path) -> None:
        """There is nothing to build."""
        assert cli("publish", "--build", tmp_path).exit_code == 2
