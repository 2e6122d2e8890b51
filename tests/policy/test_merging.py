"""How layers of a policy are laid over each other."""

from pathlib import Path

import pytest

from leakguard.model import Action, Openness
from leakguard.policy import load
from tests.policy.samples import NPM, action_of, policy_of

BASE = """\
version: 1
openness: open
rules: {file/litter: allow, secret/*: {low: block}}
files: {allow: [a], deny: [b], require: [c], allowlist: required}
size: {artifact: 1 MB, files: 3}
secrets: {environment: [ONE], pragmas: [leakguard], rules: [one.toml], detect-secrets: true}
artifacts:
  - {match: {format: npm}, size: {files: 1}}
waivers:
  - {rule: secret/*, path: x, reason: base, expires: 2030-01-01}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a base policy and what it names."""
    (tmp_path / "base.yaml").write_text(BASE)
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text("")
    return tmp_path


def test_single_values_and_allow_and_require_replace(folder: Path) -> None:
    """What the later file does not speak of stays."""
    settings = policy_of(
        folder, "extends: base.yaml\nopenness: closed\nfiles: {allow: [d], require: []}\nsize: {artifact: 2 MB}\n"
    ).settings
    assert Openness.CLOSED is settings.openness
    assert (("d",), ("b",), ()) == (settings.files.allow, settings.files.deny, settings.files.require)
    assert (2_000_000, 3) == (settings.size.artifact, settings.size.files)


def test_deny_packs_and_waivers_append(folder: Path) -> None:
    """A later layer adds to them; the same item is there once."""
    text = "extends: base.yaml\nfiles: {deny: [d, b]}\nsecrets: {rules: [two.toml, one.toml], environment: [TWO]}\n"
    policy = policy_of(folder, text + "waivers: [{rule: file/*, path: y, reason: own, expires: 2030-01-01}]\n")
    assert ("b", "d") == policy.settings.files.deny
    assert ("one.toml", "two.toml") == tuple(path.name for path in policy.settings.secrets.packs)
    assert ("ONE", "TWO") == policy.settings.secrets.environment
    assert ("base", "own") == tuple(waiver.reason for waiver in policy.general.waivers)


def test_pragmas_and_the_second_opinion_can_be_taken_back(folder: Path) -> None:
    """An empty list honours none; `false` asks nobody."""
    secrets = policy_of(folder, "extends: base.yaml\nsecrets: {pragmas: [], detect-secrets: false}\n").settings.secrets
    assert ((), False) == (secrets.pragmas, secrets.second_opinion)


def test_rules_merge_by_key(folder: Path) -> None:
    """A case that the later file leaves open is decided by the earlier one."""
    policy = policy_of(folder, "extends: base.yaml\nrules: {secret/*: {high: warn}}\n")
    assert Action.WARN is action_of(policy, "secret/generic")
    assert {"high": "warn", "low": "block", "medium": "block"} == policy.merged()["rules"]["secret/*"].value
    assert Action.ALLOW is action_of(policy, "file/litter")


def test_roles_of_a_later_file_are_tried_first(folder: Path) -> None:
    """And those of the earlier one after them."""
    text = "extends: base.yaml\nartifacts: [{match: {name: '@acme/*'}, size: {files: 9}}]\n"
    assert 9 == policy_of(folder, text).role_for("x.tgz", NPM).settings.size.files
    assert 1 == policy_of(folder, text.replace("@acme", "@other")).role_for("x.tgz", NPM).settings.size.files


def test_the_rules_of_several_bases_apply_left_to_right(folder: Path) -> None:
    """The last base wins, and the implicit `default` of a base does not undo the base before it."""
    (folder / "two.yaml").write_text("version: 1\nsize: {artifact: 7 MB}\n")
    policy = policy_of(folder, "extends: [base.yaml, two.yaml]\n")
    assert 7_000_000 == policy.settings.size.artifact
    assert Action.ALLOW is action_of(policy, "file/litter")


def test_a_base_that_is_named_last_wins(folder: Path) -> None:
    """Also when another base has brought it in before."""
    assert Action.WARN is action_of(policy_of(folder, "extends: [closed-source, default]\n"), "file/litter")
    assert Action.BLOCK is action_of(policy_of(folder, "extends: [default, closed-source]\n"), "file/litter")
    assert Action.BLOCK is action_of(policy_of(folder, "extends: [open-source, closed-source]\n"), "file/litter")


def test_two_bases_with_the_same_base_do_not_undo_each_other(folder: Path) -> None:
    """Their common base lies below both."""
    (folder / "a.yaml").write_text("version: 1\nextends: closed-source\nrules: {file/litter: warn}\n")
    (folder / "b.yaml").write_text("version: 1\nextends: closed-source\nrules: {source/bytecode: warn}\n")
    policy = policy_of(folder, "extends: [a.yaml, b.yaml]\n")
    assert [Action.WARN, Action.WARN, Action.BLOCK] == [
        action_of(policy, rule) for rule in ("file/litter", "source/bytecode", "file/untracked")
    ]


def test_every_leaf_of_the_merged_policy_knows_where_it_is_from(folder: Path) -> None:
    """For `policy show`: file and line, rules in the order in which they are tried."""
    merged = policy_of(folder, "extends: base.yaml\nfiles:\n  deny:\n  - d\nrules: {source/*: warn}\n").merged()
    assert ["base.yaml:4", "leakguard.yaml:5"] == [leaf.origin for leaf in merged["files"]["deny"]]
    assert "base.yaml:5" == merged["size"]["artifact"].origin
    assert ["source/*", "file/litter", "secret/*"] == list(merged["rules"])[:3]
    assert "*" == list(merged["rules"])[-1]
    assert "default.yaml" == merged["rules"]["*"].label
    assert "npm" == merged["artifacts"][0]["match"]["format"][0].value


def test_a_list_with_an_allowlist_satisfies_the_demand_for_one(folder: Path) -> None:
    """An empty list is a list too: nothing may ship then."""
    assert not policy_of(folder, "extends: base.yaml\n").general.allowlist_required
    assert load("strict").general.allowlist_required
    assert not policy_of(folder, "extends: strict\nfiles: {allow: []}\n").general.allowlist_required
    assert not policy_of(folder, "extends: strict\nfiles: {allowlist: optional}\n").general.allowlist_required
