"""A budget ends exactly where its limit says."""

import pytest

from leakguard.errors import LimitExceeded
from leakguard.limits import RATIO_FREE_BYTES, Budget, Limits


def test_bytes_up_to_the_limit_are_fine() -> None:
    """The limit itself may be reached, one byte more may not."""
    budget = Budget(Limits(bytes=1000), 10_000)
    budget.spend_inflated(1000)
    with pytest.raises(LimitExceeded, match="more than 1000 bytes"):
        budget.spend_inflated(1)


def test_ratio_counts_only_beyond_the_free_bytes() -> None:
    """A tiny artifact may inflate to 64 MiB whatever its ratio."""
    budget = Budget(Limits(), 1)
    budget.spend_inflated(RATIO_FREE_BYTES)
    with pytest.raises(LimitExceeded, match="more than 1000 times"):
        budget.spend_inflated(1)


def test_ratio_lets_large_artifacts_grow() -> None:
    """Beyond the free bytes the artifact's size times the ratio is allowed."""
    Budget(Limits(ratio=100), 1_000_000).spend_inflated(100_000_000)


def test_entries_and_names() -> None:
    """Entries and the bytes of their names are bounded."""
    budget = Budget(Limits(entries=2), 1)
    budget.spend_entry(5)
    budget.spend_entry(5)
    with pytest.raises(LimitExceeded, match="more than 2 entries"):
        budget.spend_entry(5)
    with pytest.raises(LimitExceeded, match="names"):
        Budget(Limits(), 1).spend_entry(2**30)


def test_depth() -> None:
    """The outermost container is 1."""
    budget = Budget(Limits(depth=3), 1)
    budget.check_depth(3)
    with pytest.raises(LimitExceeded, match="deeper than 3"):
        budget.check_depth(4)


def test_clock() -> None:
    """A budget without time ends at the next check."""
    with pytest.raises(LimitExceeded, match="seconds"):
        Budget(Limits(seconds=-1), 1).check_clock()
