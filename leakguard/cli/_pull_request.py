"""Which commit's policy counts: on a pull request that of the branch it is for, so that it cannot exempt itself."""

import os
from collections.abc import Mapping
from pathlib import Path

WORKING_TREE = "."
"""As `--policy-from`: the files that are here, whoever changed them."""

_EVENTS = ("pull_request", "pull_request_target")
_BRANCHES = (
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BITBUCKET_PR_DESTINATION_BRANCH",
)
"""Variables that hold the target branch of a merge request and are there for nothing else: GitLab, Azure Pipelines, Bitbucket."""


def target_branch(variables: Mapping[str, str]) -> str | None:
    """The branch that the pull request of this CI job is for; `None` when it is no such job."""
    if variables.get("GITHUB_EVENT_NAME") in _EVENTS and variables.get("GITHUB_BASE_REF"):
        return variables["GITHUB_BASE_REF"]
    named = next((variables[name] for name in _BRANCHES if variables.get(name)), None)
    return named.removeprefix("refs/heads/") if named else None


def governing_commit(asked: str | None) -> str | None:
    """What `--policy-from` comes to: the commit to read the policy from, `None` for the working tree."""
    if asked is not None:
        return None if asked == WORKING_TREE else asked
    branch = target_branch(os.environ)
    return f"refs/remotes/origin/{branch}" if branch and _in_a_checkout() else None


def own_exemption(asked: str | None) -> list[str]:
    """How the report says that a pull request is judged by the policy that it brings itself."""
    on_request = target_branch(os.environ) is not None
    return [f"--policy-from {WORKING_TREE}"] if on_request and governing_commit(asked) is None else []


def _in_a_checkout() -> bool:
    from leakguard.git import top_around

    return top_around(Path.cwd().resolve()) is not None
