"""What to do about findings: load a policy, decide by it, and say what is wrong with it.

A policy is layers (presets, files that extend each other, a role) merged at load time into `Settings`, which steer the analyzers,
and rules and waivers, by which `decide` judges afterwards: a pure function without clock and files.
"""

from leakguard.policy.actions import RuleTable
from leakguard.policy.baseline import Baseline
from leakguard.policy.baseline import read as read_baseline
from leakguard.policy.changing import Reference, changes_since, lock_of
from leakguard.policy.deciding import decide, outcome
from leakguard.policy.files import FILE_NAME, PRESETS
from leakguard.policy.governing import governance
from leakguard.policy.known import RULES, catalogue
from leakguard.policy.loading import load
from leakguard.policy.lock import Lock
from leakguard.policy.lock import read as read_lock
from leakguard.policy.options import override_limits, override_rules, search_for, trust
from leakguard.policy.resolved import Policy, Role
from leakguard.policy.schema import json_schema
from leakguard.policy.shapes import Leaf
from leakguard.policy.snapshot import Snapshot, snapshot
from leakguard.policy.waivers import Waiver, git_match

__all__ = [
    "FILE_NAME",
    "PRESETS",
    "RULES",
    "Baseline",
    "Leaf",
    "Lock",
    "Policy",
    "Reference",
    "Role",
    "RuleTable",
    "Snapshot",
    "Waiver",
    "catalogue",
    "changes_since",
    "decide",
    "git_match",
    "governance",
    "json_schema",
    "load",
    "lock_of",
    "outcome",
    "override_limits",
    "override_rules",
    "read_baseline",
    "read_lock",
    "search_for",
    "snapshot",
    "trust",
]
