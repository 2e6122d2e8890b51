"""The presets decide what the contract's table says."""

import functools
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from leakguard.model import Action, Confidence, Openness
from leakguard.policy import PRESETS, Policy
from leakguard.policy import load as load_afresh
from leakguard.policy.known import RESERVED
from tests.policy.samples import action_of

TABLE = """
source-map/embedded-source block warn
source-map/inline-source block block
source-map/shipped-source allow allow
source-map/no-content allow allow
source-map/dangling-reference allow allow
source-map/original-names warn allow
source-map/source-paths warn allow
source-map/remote-reference warn allow
source/bundled-modules warn allow
source/bytecode warn allow
source/debug-info warn allow
source/build-paths warn allow
source/original block allow
source/development-build block block
source/bundler-report block block
source/environment-dump block block
source/memory-dump block block
source/coverage-report block block
source/build-cache block block
source/vcs block block
source/second-checkout block block
source/deleted-file block block
file/editor-state block block
metadata/build-path block block
file/credential-file block block
file/agent-state block block
source/bundler-statistics warn allow
source/coverage-data warn allow
source/cpu-profile warn allow
source/development-output warn allow
source/notebook-output warn allow
source/build-state warn warn
file/litter warn warn
file/test-credential warn warn
metadata/local-path warn warn
metadata/file-list warn warn
metadata/direct-url warn warn
secret/npm-token block block
secret/generic block block
metadata/record-mismatch block block
metadata/dist-info block block
metadata/name-mismatch block block
file/not-allowed block block
file/denied block block
file/missing block block
size/artifact block block
size/growth block block
change/added block block
metadata/private-package warn warn
artifact/unreadable block block
artifact/unsupported block block
policy/unused-pattern warn warn
policy/expired-waiver warn warn
file/untracked warn warn
metadata/platform-tag warn warn
any/other warn warn
"""
load = functools.cache(load_afresh)
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]


def columns(policy: Policy, rule: str, confidence: Confidence = Confidence.HIGH) -> Sequence[Action]:
    """What a policy does about a rule in a closed and in an open package."""
    stated = policy.settings.openness
    return [action_of(policy, rule, stated or openness, confidence) for openness in (Openness.CLOSED, Openness.OPEN)]


@pytest.mark.parametrize(("rule", "closed", "open_"), ROWS)
def test_the_default_decides_as_the_contract_says(rule: str, closed: str, open_: str) -> None:
    """Row by row."""
    assert [closed, open_] == columns(load("default"), rule)


@pytest.mark.parametrize("rule", ["secret/npm-token", "secret/private-key", "secret/second-opinion"])
def test_secrets_of_low_confidence_are_warned_of(rule: str) -> None:
    """High and medium block."""
    actions = [columns(load("default"), rule, confidence)[0] for confidence in Confidence]
    assert [Action.BLOCK, Action.BLOCK, Action.WARN] == actions


@pytest.mark.parametrize(("rule", "closed", "open_"), [row for row in ROWS if not row[0].startswith("policy/")])
def test_closed_source_forces_the_left_column_and_blocks_what_it_warns_of(rule: str, closed: str, open_: str) -> None:
    """Whatever licence the package has."""
    assert open_
    assert ["allow" if closed == "allow" else "block"] * 2 == columns(load("closed-source"), rule)


@pytest.mark.parametrize(("rule", "closed", "open_"), ROWS)
def test_open_source_forces_the_right_column(rule: str, closed: str, open_: str) -> None:
    """Whatever licence the package has."""
    assert closed
    assert [open_] * 2 == columns(load("open-source"), rule)


@pytest.mark.parametrize("rule", [*sorted(RESERVED), "any/other", "policy/unused-pattern"])
@pytest.mark.parametrize("confidence", list(Confidence))
def test_strict_blocks_every_finding(rule: str, confidence: Confidence) -> None:
    """Also those that everybody else allows."""
    assert [Action.BLOCK] * 2 == columns(load("strict"), rule, confidence)


def test_a_clean_package_may_have_a_deny_list_under_closed_source() -> None:
    """A deny pattern that matches nothing is no reason to block."""
    policy = load("closed-source")
    assert [Action.WARN, Action.WARN] == [action_of(policy, rule) for rule in ("policy/unused-pattern", "policy/unused-waiver")]
    assert [Action.BLOCK, Action.BLOCK] == [action_of(policy, rule) for rule in ("policy/expired-waiver", "policy/no-role")]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_policy_without_faults(name: str, tmp_path: Path) -> None:
    """They are not checked when they are loaded, so this checks them: as if a user had written them."""
    from leakguard.policy.files import preset

    copy = tmp_path / "copy.yaml"
    copy.write_text(preset(name).read_text(encoding="utf-8").replace("extends: default\n", ""))
    assert "copy.yaml" == load(copy).name
    assert name == load(name).name
    assert 4 == len({load(one).digest for one in PRESETS})


def test_the_default_is_loaded_in_no_time() -> None:
    """Under 10 ms once its modules are imported; the best of ten, since machines are busy."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        load_afresh("default")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.01
