"""`leakguard approve` writes what a person has seen, and `inspect` holds a release to it."""

from pathlib import Path

import pytest

from tests.builders import Files, inline_base64, npm, source_map, wheel
from tests.conftest import Cli

BUNDLE = "".join(f"function f{number}(){{return {number}}}\n" for number in range(2000))
BASE: Files = {"cli.js": BUNDLE, "dist/index-CVmcbVA9.js": "1", "LICENSE": "x"}

OFF = 'version: 1\nlock: leakguard.lock\nrules: {"*": allow, "change/*": block}\n'
"""Every detector off: the lock alone judges."""


@pytest.fixture
def approved(tmp_path: Path, cli: Cli) -> Path:
    """A package whose shape is approved, in a folder where nothing but the lock judges."""
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm(BASE))
    (tmp_path / "leakguard.yaml").write_text(OFF)
    assert cli("approve", path, "--yes").exit_code == 0
    return path


def rules(cli: Cli, path: Path, *arguments: str) -> list[str]:
    """The rules that block."""
    report = cli("inspect", path, "--format", "json", *arguments).report
    return sorted({one["rule"] for artifact in report["artifacts"] for one in artifact["findings"] if one["action"] == "block"})


def test_what_was_approved_passes(approved: Path, cli: Cli) -> None:
    """As it is, and rebuilt with other hashes under another version."""
    assert [] == rules(cli, approved)
    approved.write_bytes(npm({**BASE, "dist/index-Xk29fLq0.js": "2", "cli.js": BUNDLE + BUNDLE[:2000]} | {}, version="2.0.0"))
    changed = dict(BASE)
    del changed["dist/index-CVmcbVA9.js"]
    approved.write_bytes(npm({**changed, "dist/index-Xk29fLq0.js": "2"}, version="2.0.0"))
    assert [] == rules(cli, approved)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cli.js.map": source_map({"src/a.ts": "const a = 1\n"})}, "change/new-kind"),
        ({"cli.js": BUNDLE + "//# sourceMappingURL=" + inline_base64(source_map({"src/a.ts": BUNDLE}))}, "change/new-kind"),
        ({"cli.js": BUNDLE * 2}, "change/grown"),
        ({"copy/cli.js": BUNDLE}, "change/added"),
        ({".env": "A=b\n"}, "change/new-kind"),
        ({"helper.node": b"\x7fELF" + bytes(100)}, "change/new-kind"),
    ],
)
def test_what_was_not_approved_blocks(approved: Path, cli: Cli, change: Files, expected: str) -> None:
    """Both founding incidents, a double, a copy, and two new kinds, by the lock alone."""
    approved.write_bytes(npm({**BASE, **change}))
    assert expected in rules(cli, approved)


def test_what_is_gone_blocks(approved: Path, cli: Cli) -> None:
    """With the pattern that matches nothing."""
    approved.write_bytes(npm({name: data for name, data in BASE.items() if name != "LICENSE"}))
    done = cli("inspect", approved)
    assert done.exit_code == 1
    assert "change/removed" in done.stdout
    assert "nothing matches `/LICENSE` any more" in done.stdout


def test_growth_is_what_the_policy_allows(approved: Path, tmp_path: Path, cli: Cli) -> None:
    """`size: growth:` widens it."""
    (tmp_path / "leakguard.yaml").write_text(OFF + "size: {growth: 200%}\n")
    approved.write_bytes(npm({**BASE, "cli.js": BUNDLE * 2}))
    assert [] == rules(cli, approved)


@pytest.mark.usefixtures("approved")
def test_artifact_that_nobody_approved_blocks(tmp_path: Path, cli: Cli) -> None:
    """A role that the lock does not have."""
    path = tmp_path / "b-1.0-py3-none-any.whl"
    path.write_bytes(wheel({"b.py": "1"}, name="b"))
    assert ["change/added"] == rules(cli, path)


def test_policy_that_names_a_lock_needs_one(approved: Path, tmp_path: Path, cli: Cli) -> None:
    """Who deletes the lock has not got rid of the gate."""
    (tmp_path / "leakguard.lock").unlink()
    assert ["change/added"] == rules(cli, approved)


def test_lock_with_faults_is_exit_2(approved: Path, tmp_path: Path, cli: Cli) -> None:
    """Before any work, each with its line."""
    (tmp_path / "leakguard.lock").write_text("version: 1\nartifacts:\n  npm example:\n    files:\n      a: b\n      /c: d\n")
    done = cli("inspect", approved)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "leakguard.lock:5:7" in done.stderr
    assert "leakguard.lock:6:11" in done.stderr


@pytest.mark.parametrize("value", ["true", "1", "yes"])
def test_ci_cannot_approve(approved: Path, tmp_path: Path, cli: Cli, value: str) -> None:
    """Not even with --yes, and nothing is written."""
    before = (tmp_path / "leakguard.lock").read_bytes()
    approved.write_bytes(npm({**BASE, "new.js": "1"}))
    done = cli("approve", approved, "--yes", CI=value)
    assert (done.exit_code, done.stdout) == (2, "")
    assert before == (tmp_path / "leakguard.lock").read_bytes()


def test_nobody_to_ask_is_no_yes(approved: Path, tmp_path: Path, cli: Cli) -> None:
    """The change is shown, and the lock stays as it is."""
    before = (tmp_path / "leakguard.lock").read_bytes()
    approved.write_bytes(npm({**BASE, "new.js": "1", "a.map": "{}"}))
    done = cli("approve", approved)
    assert done.exit_code == 2
    assert "+ /a.map  source-map (new kind) 10 KB" in done.stdout
    assert before == (tmp_path / "leakguard.lock").read_bytes()


def test_rebuild_leaves_the_lock_as_it_is(approved: Path, tmp_path: Path, cli: Cli) -> None:
    """Byte for byte, with another hash, version and a little more code."""
    before = (tmp_path / "leakguard.lock").read_bytes()
    changed = {name: data for name, data in BASE.items() if not name.startswith("dist")}
    approved.write_bytes(npm({**changed, "dist/index-B7Sn9aQz.js": "3", "cli.js": BUNDLE + BUNDLE[:1000]}, version="3.1.4"))
    assert "nothing to approve" in cli("approve", approved, "--yes").stdout
    assert before == (tmp_path / "leakguard.lock").read_bytes()


def test_lock_that_is_a_link_is_not_followed(tmp_path: Path, cli: Cli) -> None:
    """What it points to stays as it is."""
    victim = tmp_path / "victim"
    victim.write_text("version: 1\nartifacts: {}\n")
    (tmp_path / "leakguard.lock").symlink_to(victim)
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm(BASE))
    assert cli("approve", path, "--yes").exit_code == 2
    assert "version: 1\nartifacts: {}\n" == victim.read_text()


def test_missing_artifact_approves_nothing(tmp_path: Path, cli: Cli) -> None:
    """Exit 3, and no lock."""
    assert cli("approve", "none.tgz", "--yes").exit_code == 3
    assert not (tmp_path / "leakguard.lock").exists()


def test_one_wheel_of_several_may_hold_what_another_lacks(tmp_path: Path, cli: Cli) -> None:
    """Artifacts of one role are approved, and compared, together."""
    (tmp_path / "leakguard.yaml").write_text(OFF)
    first, second = (tmp_path / f"a-1.0-cp3{minor}-cp3{minor}-manylinux_2_17_x86_64.whl" for minor in (11, 12))
    first.write_bytes(wheel({"a/x.py": "1", "a/_compat.py": "1"}, name="a"))
    second.write_bytes(wheel({"a/x.py": "1"}, name="a"))
    assert cli("approve", first, second, "--yes").exit_code == 0
    assert "change/removed" not in cli("inspect", first, second).stdout
    assert 1 == (tmp_path / "leakguard.lock").read_text().count("wheel a (linux_x86_64):")
