"""Waivers to paste into `leakguard.yaml` for what is blocked and yet meant to ship."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from leakguard.model import Finding, Identity
from leakguard.redact import pattern_of
from leakguard.reporters._page import LONGEST_NAME

LIFETIME = timedelta(days=90)
"""How long an accepted leak stays accepted before somebody has to look at it again."""


def lines(findings: Sequence[tuple[Identity, Finding]], today: date) -> Iterator[str]:
    """YAML, one waiver for each finding; the reason is left open, and a policy without one is refused."""
    yield "waivers:"
    for identity, finding in findings:
        yield f"  - rule: {finding.rule}"
        path = inner(finding.location.path, identity)
        if 0 < len(path) <= LONGEST_NAME:  # none for what is said of the artifact as a whole
            yield f"    path: {json.dumps(pattern_of(path), ensure_ascii=False)}"
        yield f'    fingerprint: "{finding.fingerprint}"'
        yield "    reason:   # why this may ship"
        yield f"    expires: {today + LIFETIME}"


def inner(path: str, identity: Identity) -> str:
    """The path inside the package: a location's without the archive's own top folder."""
    return path.removeprefix(identity.root)
