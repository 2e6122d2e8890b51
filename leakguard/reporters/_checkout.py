"""What ships against the repository, as one sentence: who reads the commit must know what was not in it."""

from collections.abc import Mapping
from typing import Any

from leakguard.reporters._page import Page, count

STATES = ("tracked", "modified", "untracked", "ignored", "generated")
NAMED = 3
"""Modified files that are named."""


def show(checkout: Mapping[str, Any], page: Page, *, indent: int, always: bool) -> None:
    """How many files are in which state: where something ships that is not as git has it, or when it is asked for."""
    if not (checkout["modified"] or always):
        return
    told = ", ".join(f"{checkout[state]:,} {state}" for state in STATES if checkout[state])
    page.prose(f"against the repository: {told or 'no file'}", indent=indent)
    paths = checkout["modified_paths"]
    for path in paths[:NAMED]:
        page.name("- ", path, indent=indent + 2, tail=" is not as git has it")
    if checkout["modified"] > NAMED:
        page.prose(f"… and {count(checkout['modified'] - NAMED, 'more file')}", indent=indent + 2)
