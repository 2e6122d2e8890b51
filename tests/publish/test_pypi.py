"""`leakguard publish` and a real Python package index."""

import os
from pathlib import Path

import pytest

from leakguard import inspector, publish
from leakguard.publish import Clients, Orders, Room, Substituted
from tests.conftest import Cli
from tests.publish import packages
from tests.publish.servers import PyPi

pytestmark = pytest.mark.slow


class TestPublish:
    """With pypiserver."""

    def test_a_clean_wheel_and_its_sdist_arrive_with_the_inspected_digests(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """What lies in the folder goes in one call, and the output has the digests that the registry can be asked for."""
        dist = tmp_path / "dist"
        dist.mkdir()
        made = [packages.wheel(dist, "clean"), packages.sdist(dist, "clean")]
        done = cli("publish", **pypi.variables())
        assert (done.exit_code, done.stderr.count("Uploading distributions")) == (0, 1), done.output
        for path in made:
            assert packages.sha256(path) == pypi.digest(path.name)
            assert f"published: dist/{path.name} (sha256:{packages.sha256(path)}) to {pypi.address}" in done.stderr

    def test_a_leaking_wheel_never_reaches_the_registry(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """Exit 1, and not one request, also for the clean one beside it."""
        packages.wheel(tmp_path, "beside"), packages.leaking_wheel(tmp_path, "leaking")
        before = pypi.requests()
        done = cli("publish", "beside-1.0-py3-none-any.whl", "leaking-1.0-py3-none-any.whl", **pypi.variables())
        assert (1, before) == (done.exit_code, pypi.requests())
        assert "nothing was published" in done.stderr
        assert "ghp_" not in done.stderr

    def test_a_dry_run_sends_nothing(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """It says where the file would go."""
        path, before = packages.wheel(tmp_path, "rehearsed"), pypi.requests()
        done = cli("publish", path, "--dry-run", **pypi.variables())
        assert (0, before) == (done.exit_code, pypi.requests())
        assert f"would go to `{pypi.address}`" in done.stderr

    def test_a_version_is_not_published_twice(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """The registry refuses, and that is 4: no verdict, and no success."""
        path = packages.wheel(tmp_path, "twice")
        assert cli("publish", path, **pypi.variables()).exit_code == 0
        done = cli("publish", path, **pypi.variables())
        assert done.exit_code == 4
        assert f"not published: {path}" in done.stderr
        assert "refuses the upload: 4" in done.stderr
        assert "hint: " in done.stderr

    def test_the_first_failure_ends_it_and_is_told_of_every_file(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """What went before it is published, what comes after it is not tried."""
        second = packages.wheel(tmp_path, "second")
        assert cli("publish", second, **pypi.variables()).exit_code == 0
        first, third = packages.wheel(tmp_path, "first"), packages.wheel(tmp_path, "third")
        done = cli("publish", first, second, third, **pypi.variables())
        assert done.exit_code == 4
        assert f"\npublished: {first} " in done.stderr
        assert f"not published: {second}\nnot published: {third}\n" in done.stderr
        assert not (pypi.folder / third.name).exists()

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [("https://upload.example.org/legacy/", 2), ("http://127.0.0.1:1/", 2), ("{address}", 0), ("{address}sub", 2)],
    )
    def test_only_the_registry_of_the_policy_gets_it(self, cli: Cli, pypi: PyPi, tmp_path: Path, policy: str, expected: int) -> None:
        """Both addresses are in the message, and nothing was sent."""
        allowed = policy.format(address=pypi.address)
        (tmp_path / "leakguard.yaml").write_text(f"version: 1\npublish: {{registry: '{allowed}'}}\n", encoding="utf-8")
        path, before = packages.wheel(tmp_path, "bound"), pypi.requests("bound")
        done = cli("publish", path, **pypi.variables())
        assert expected == done.exit_code, done.output
        if expected:
            assert pypi.address in done.stderr
            assert allowed in done.stderr
            assert before == pypi.requests("bound")

    def test_a_private_package_is_blocked_here_though_it_only_warns_elsewhere(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """`Private :: Do Not Upload` means this command."""
        from tests import builders

        path = tmp_path / "private-1.0-py3-none-any.whl"
        path.write_bytes(builders.wheel({"a.py": "x = 1\n"}, name="private", metadata="Classifier: Private :: Do Not Upload\n"))
        before = pypi.requests()
        assert cli("inspect", path).exit_code == 0
        done = cli("publish", path, **pypi.variables())
        assert (1, before) == (done.exit_code, pypi.requests())
        assert "metadata/private-package" in done.stdout

    def test_a_warning_is_published_unless_it_is_to_fail(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """What exits 0 in `inspect` goes, and `--fail-on warn` holds it back."""
        path = packages.wheel(tmp_path, "warned", **{".idea/workspace.xml": "<project/>\n"})
        before = pypi.requests("warned")
        assert cli("publish", path, "--fail-on", "warn", **pypi.variables()).exit_code == 1
        assert before == pypi.requests("warned")
        assert cli("publish", path, **pypi.variables()).exit_code == 0

    def test_pypirc_is_read_as_twine_reads_it(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """Repository and credentials of a section that TWINE_REPOSITORY names."""
        section = f"[here]\nrepository = {pypi.address}\nusername = somebody\npassword = correct-horse\n"
        home = tmp_path / ".home"
        home.mkdir()
        (home / ".pypirc").write_text(f"[distutils]\nindex-servers = here\n{section}", encoding="utf-8")
        path = packages.wheel(tmp_path, "configured")
        done = cli("publish", path, TWINE_REPOSITORY="here")
        assert done.exit_code == 0, done.output
        assert packages.sha256(path) == pypi.digest(path.name)


class TestFailures:
    """One clear line, the right exit code, and nothing published."""

    def test_wrong_password(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """4, with a hint at the variables, and without the password."""
        done = cli("publish", packages.wheel(tmp_path, "locked"), **pypi.variables(password="battery-staple"))
        assert done.exit_code == 4
        assert "refuses the upload: 403" in done.stderr
        assert "hint: check TWINE_USERNAME" in done.stderr
        assert "battery-staple" not in done.output
        assert not (pypi.folder / "locked-1.0-py3-none-any.whl").exists()

    def test_no_password(self, cli: Cli, pypi: PyPi, tmp_path: Path) -> None:
        """Nobody is asked for one where nobody sits."""
        done = cli("publish", packages.wheel(tmp_path, "anonymous"), TWINE_REPOSITORY_URL=pypi.address)
        assert done.exit_code == 4, done.output
        assert "hint: set TWINE_USERNAME" in done.stderr

    def test_no_network(self, cli: Cli, tmp_path: Path) -> None:
        """4, with the address."""
        variables = {"TWINE_USERNAME": "a", "TWINE_PASSWORD": "b", "TWINE_REPOSITORY_URL": "http://127.0.0.1:9/"}
        done = cli("publish", packages.wheel(tmp_path, "offline"), **variables)
        assert done.exit_code == 4
        assert "error: `http://127.0.0.1:9/` cannot be reached: ConnectionError" in done.stderr
        assert "Traceback" not in done.output

    def test_no_twine(self, cli: Cli, tmp_path: Path) -> None:
        """2 before any inspection, with the name of the extra."""
        (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['twine'] = None\n", encoding="utf-8")
        root = os.fspath(Path(__file__).resolve().parent.parent.parent)
        done = cli("publish", packages.wheel(tmp_path, "lacking"), PYTHONPATH=f"{tmp_path}{os.pathsep}{root}")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "leakguard[publish]" in done.stderr

    def test_broken_pypirc(self, cli: Cli, tmp_path: Path) -> None:
        """2, and no line of it is shown."""
        home = tmp_path / ".home"
        home.mkdir()
        (home / ".pypirc").write_text("password = hunter2hunter2\n", encoding="utf-8")
        done = cli("publish", packages.wheel(tmp_path, "misread"))
        assert done.exit_code == 2, done.output
        assert "hunter2" not in done.output

    @pytest.mark.parametrize("names", [["a.map"], ["folder"], ["absent.whl"], ["same-1.0-py3-none-any.whl"] * 2])
    def test_what_cannot_be_published(self, cli: Cli, tmp_path: Path, names: list[str]) -> None:
        """Something that is no package, a folder, a file that is not there, the same one twice: never 0 and never 1."""
        (tmp_path / "a.map").write_text("{}", encoding="utf-8")
        (tmp_path / "folder").mkdir()
        packages.wheel(tmp_path, "same")
        done = cli("publish", *names, TWINE_USERNAME="a", TWINE_PASSWORD="b", TWINE_REPOSITORY_URL="http://127.0.0.1:9/")
        assert done.exit_code == (3 if "absent" in names[0] else 2), done.output
        assert "hint: " in done.output

    def test_staging_is_for_npm(self, cli: Cli, tmp_path: Path) -> None:
        """A wheel has no staging area."""
        assert cli("publish", packages.wheel(tmp_path, "staged"), "--stage").exit_code == 2


class TestSwap:
    """Bytes that change on the way."""

    def load(self, room: Room, path: Path, pypi: PyPi, monkeypatch: pytest.MonkeyPatch) -> publish.Shipment:
        """Copy and inspect; what follows is up to the test."""
        for name, value in pypi.variables().items():
            monkeypatch.setenv(name, value)
        targets = room.take([os.fspath(path)])
        report = inspector.inspect(targets)
        with Clients(room, targets) as clients:
            (shipment,) = clients.load(publish.parcels(report, targets), Orders())
            return shipment

    def test_a_file_that_is_swapped_after_the_inspection_is_not_what_arrives(
        self, pypi: PyPi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The copy goes, whatever the name stands for by then."""
        path = packages.wheel(tmp_path, "swapped")
        approved = packages.sha256(path)
        with Room() as room:
            shipment = self.load(room, path, pypi, monkeypatch)
            packages.leaking_wheel(tmp_path, "swapped")
            assert approved != packages.sha256(path)
            shipment.send(print)
        assert approved == pypi.digest(path.name)

    def test_a_copy_that_is_changed_is_not_sent(self, pypi: PyPi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Twine's own digest is compared at the last moment."""
        path, before = packages.wheel(tmp_path, "tampered"), pypi.requests()
        with Room() as room:
            shipment = self.load(room, path, pypi, monkeypatch)
            shipment.parcels[0].path.chmod(0o600)
            shipment.parcels[0].path.write_bytes(packages.leaking_wheel(tmp_path, "tampered").read_bytes())
            with pytest.raises(Substituted, match="another file than the inspected"):
                shipment.send(print)
        assert (before, ()) == (pypi.requests(), shipment.sent)

    def test_a_copy_that_is_changed_before_it_is_loaded_is_refused(self, tmp_path: Path) -> None:
        """What the report speaks of is what is handed on."""
        path = packages.wheel(tmp_path, "early")
        with Room() as room:
            targets = room.take([os.fspath(path)])
            report = inspector.inspect(targets)
            targets[0].path.chmod(0o600)
            targets[0].path.write_bytes(b"other")
            with pytest.raises(Substituted, match="is not what was inspected"):
                publish.parcels(report, targets)
