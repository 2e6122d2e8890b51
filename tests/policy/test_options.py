"""What the command line may change about a policy."""

import pytest

from leakguard.errors import UsageError
from leakguard.limits import Limits
from leakguard.model import Action
from leakguard.policy import load, override_limits, override_rules
from leakguard.policy.schema import LIMITS
from tests.policy.samples import NPM, action_of


def test_limits_are_overridden_as_a_policy_spells_them() -> None:
    """The others keep their values, and so does everything else."""
    policy = load("default")
    changed = override_limits(policy, {"depth": "3", "bytes": "1 GB", "seconds": " 30 "})
    assert Limits(depth=3, bytes=10**9, seconds=30) == changed.limits
    assert (policy.digest, policy.settings) == (changed.digest, changed.settings)


def test_every_limit_can_be_set() -> None:
    """A new limit needs a line in the schema."""
    assert set(Limits.names()) == set(LIMITS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dept", "3"),
        ("", "3"),
        ("depth", "0"),
        ("depth", "-1"),
        ("depth", "101"),
        ("depth", "3 MB"),
        ("bytes", "lots"),
        ("bytes", "0"),
        ("ratio", ""),
        ("seconds", "1.5"),
        ("seconds", "1e9"),
        ("x\n", "1"),
    ],
)
def test_what_is_no_limit_is_a_usage_error(name: str, value: str) -> None:
    """The value is not repeated."""
    with pytest.raises(UsageError) as caught:
        override_limits(load("default"), {name: value})
    assert 2 == caught.value.exit_code
    assert "\n" not in caught.value.message


def test_a_command_may_lay_rules_above_all_others() -> None:
    """As `publish` does with private packages."""
    policy = override_rules(load("open-source"), {"metadata/private-package": Action.BLOCK})
    assert Action.BLOCK is action_of(policy, "metadata/private-package")
    assert Action.WARN is action_of(policy, "file/litter")
    assert policy.role_for("x", NPM) is policy.general
