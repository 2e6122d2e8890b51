"""`rules`, `formats` and `explain` say what can be found, opened and done."""

import json
from pathlib import Path

import pytest

from leakguard import plugins
from tests.cli.command import leakguard


def test_list_names_every_rule_in_order(tmp_path: Path) -> None:
    """One line a rule, in alphabetical order, and the same as JSON."""
    lines = leakguard("rules", "list", cwd=tmp_path).stdout.splitlines()
    read = json.loads(leakguard("rules", "list", "--json", cwd=tmp_path).stdout)
    assert [line.split()[0] for line in lines] == [rule["id"] for rule in read] == sorted(rule["id"] for rule in read)
    assert {"source-map/embedded-source", "artifact/unreadable", "policy/unused-waiver"} <= {rule["id"] for rule in read}
    assert set(read[0]) == {"id", "severity", "title"}


def test_show_prints_one_rule(tmp_path: Path) -> None:
    """A rule with all its fields, as text and as JSON."""
    read = json.loads(leakguard("rules", "show", "policy/unused-waiver", "--json", cwd=tmp_path).stdout)
    assert list(read) == ["id", "severity", "title", "description", "impact", "fixes"]
    text = leakguard("rules", "show", "policy/unused-waiver", cwd=tmp_path).stdout
    assert text.startswith(f"id: policy/unused-waiver\nseverity: {read['severity']}\ntitle: {read['title']}\n")


@pytest.mark.parametrize("command", [["rules", "show"], ["explain"]])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("policy/unused-waver", "did you mean `policy/unused-waiver`?"),
        ("zzzzzz", "`leakguard rules list` names them all"),
        ("", "`leakguard rules list`"),
    ],
)
def test_unknown_rule_is_exit_2(command: list[str], name: str, hint: str, tmp_path: Path) -> None:
    """A rule that there is not is told with the nearest one."""
    done = leakguard(*command, name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: there is no rule `{name}`\nhint: {hint}")


def test_explain_says_what_to_do_and_what_the_policy_does(tmp_path: Path) -> None:
    """Meaning, impact, fixes, and the action for closed and open packages with the lines that decide."""
    done = leakguard("explain", "source-map/embedded-source", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("source-map/embedded-source (severity ")
    for heading in ("What it means", "What somebody who downloads it gains", "How to fix it", "What the policy `default` does"):
        assert heading in lines
    assert lines[-3:-1] == ["  closed source: block", "  open source: warn"]
    assert lines[-1].startswith("  as `source-map/embedded-source` (default.yaml:")
    assert max(len(line) for line in lines) <= 80
    assert "{path}" not in done.stdout


def test_explain_asks_the_policy_in_force(tmp_path: Path) -> None:
    """A policy file here is what is asked, by confidence where it matters, and its openness is settled."""
    tmp_path.joinpath("leakguard.yaml").write_text(
        "version: 1\nopenness: closed\nrules:\n  policy/unused-waiver: {high: block, low: allow}\n"
    )
    lines = leakguard("explain", "policy/unused-waiver", cwd=tmp_path).stdout.splitlines()
    assert "What the policy `leakguard.yaml` does" in lines
    assert "  closed source: block at high confidence, warn at medium confidence, allow at" in lines
    assert not [line for line in lines if line.startswith("  open source")]
    assert "`policy/unused-waiver` (leakguard.yaml:4)" in " ".join(lines)


def test_explain_says_that_roles_may_differ(tmp_path: Path) -> None:
    """Where the policy has roles, its general part is not all."""
    tmp_path.joinpath("p.yaml").write_text("version: 1\nartifacts: [{match: {format: npm}, rules: {file/litter: allow}}]\n")
    done = leakguard("explain", "policy/unused-waiver", "--policy", "p.yaml", cwd=tmp_path)
    assert done.stdout.endswith("  roles under `artifacts:` may say otherwise\n")


def test_formats_names_every_format(tmp_path: Path) -> None:
    """Every package and container is listed with its suffixes, within 80 columns."""
    done = leakguard("formats", cwd=tmp_path)
    lines = done.stdout.splitlines()
    named = {line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "}
    assert named == {one.NAME for one in plugins.formats()} | {one.NAME for one in plugins.packages()}
    assert (done.returncode, done.stderr, max(len(line) for line in lines) <= 80) == (0, "", True)
    assert any(line.split() == ["wheel", ".whl"] for line in lines)


PACK = """\
issuer: Acme
rules:
  - id: acme-token
    title: Acme token
    description: what it is
    impact: what it opens
    anchors: ['acme_']
    pattern: 'acme_[0-9A-Za-z]{30}'
    bits: 150
    examples: ['token = acme_[0-9A-Za-z]{LENGTH}\\n']
    counterexamples: ['acme_x{30}']
"""
FOREIGN = '[[rules]]\nid = "Acme_1"\nregex = "acme_[0-9a-z]{30}"\nkeywords = ["acme_"]\n[[rules]]\nid = "b"\nregex = "b{40}"\n'


@pytest.mark.parametrize(
    ("files", "told", "code"),
    [
        (["own.yaml"], "every rule holds (1 proved)\n", 0),
        (["own.yaml", "own.yaml"], "every rule holds (2 proved)\n", 0),
        (["foreign.toml"], "every rule holds (2 proved, 2 of them without examples)\n", 0),
        (["own.yaml", "foreign.toml"], "every rule holds (3 proved, 2 of them without examples)\n", 0),
        (["broken.yaml", "foreign.toml"], "1 of 3 rules does not hold\n", 1),
        (["empty.toml"], "there is no rule to prove\n", 0),
    ],
)
def test_rules_of_files_are_proved_and_counted(files: list[str], told: str, code: int, tmp_path: Path) -> None:
    """Of leakguard's own format and of packs, in one run."""
    tmp_path.joinpath("own.yaml").write_text(PACK.replace("LENGTH", "30"))
    tmp_path.joinpath("broken.yaml").write_text(PACK.replace("LENGTH", "20"))
    tmp_path.joinpath("foreign.toml").write_text(FOREIGN)
    tmp_path.joinpath("empty.toml").write_text("")
    done = leakguard("rules", "test", *files, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.endswith(told)
    assert bool(code) == ("secret/acme-token: example 1 is not found alone\n" in done.stdout)


@pytest.mark.parametrize("text", ["[[rules]]\nid = 1\n", "[[rules]]\nid = 'a'\nregex = '(?=x)'\n", "[[", "[[rules]]\nid = 'a'\n"])
def test_a_pack_with_faults_is_exit_2(text: str, tmp_path: Path) -> None:
    """With the line, and nothing is proved."""
    tmp_path.joinpath("foreign.toml").write_text(text)
    done = leakguard("rules", "test", "foreign.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("foreign.toml:")


def test_a_rule_that_is_too_slow_does_not_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A foreign one, by the time that it takes on its own keywords."""
    from leakguard.analyzers.secrets import _proving
    from leakguard.rules import packs

    path = tmp_path / "foreign.toml"
    path.write_text(FOREIGN)
    assert [] == list(_proving.pack_faults(packs.load(path)))
    monkeypatch.setattr(_proving, "SLOWEST_PACK_RULE", -1.0)
    assert ["acme-1", "b"] == [rule for rule, _ in _proving.pack_faults(packs.load(path))]
