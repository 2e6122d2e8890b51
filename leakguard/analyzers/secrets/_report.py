"""Candidates become findings: the only words about a secret that leave the search."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from leakguard import redact
from leakguard.analyzers.secrets._places import positions
from leakguard.analyzers.secrets._sight import Candidate
from leakguard.content import Content, Entry
from leakguard.model import Finding, Fingerprint, Json, Location, RuleId

_HINT = "take it out of the file, and replace it where it is used"

MOST_FINDINGS = 100
"""Of one rule in one entry."""


def findings(entry: Entry, content: Content, candidates: Iterable[Candidate], surplus: Mapping[str, int]) -> Iterator[Finding]:
    """At most `MOST_FINDINGS` of a rule, the last with the number of those left out; candidates ascend by start."""
    kept, omitted = _shortened(candidates, surplus)
    for candidate, location in zip(kept, locations_of(entry, content, [one.start for one in kept]), strict=True):
        finding = _finding(candidate, location)
        left_out = omitted.pop(id(candidate), 0)
        yield replace(finding, evidence={**finding.evidence, "omitted": left_out}) if left_out else finding


def _shortened(candidates: Iterable[Candidate], surplus: Mapping[str, int]) -> tuple[list[Candidate], dict[int, int]]:
    kept: list[Candidate] = []
    last: dict[str, Candidate] = {}
    counts: dict[str, int] = {}
    for candidate in candidates:
        rule = candidate.rule.id
        counts[rule] = counts.get(rule, 0) + 1
        if counts[rule] <= MOST_FINDINGS:
            kept.append(candidate)
            last[rule] = candidate
    return kept, {id(last[rule]): max(0, count - MOST_FINDINGS) + surplus.get(rule, 0) for rule, count in counts.items()}


def locations_of(entry: Entry, content: Content, starts: Sequence[int]) -> Iterator[Location]:
    """Where ascending offsets of `content` are: line and column in a text, the offset in anything else.

    What is found in the name or in the container's own text about an entry is placed at the entry as a whole.
    """
    if content is not entry.content:
        return (Location(path=entry.path) for _ in starts)
    if entry.opaque or not content.encoding:
        return (Location(path=entry.path, offset=start) for start in starts)
    return (Location(path=entry.path, line=line, column=column) for line, column in positions(content, starts))


def _finding(candidate: Candidate, location: Location) -> Finding:
    rule, opinion = candidate.rule, candidate.opinion
    evidence: dict[str, Json] = {"issuer": rule.issuer, "length": candidate.end - candidate.start, **opinion.evidence}
    length = int(str(evidence["length"]))
    message = f"{rule.title} {redact.preview(candidate.prefix, length)}" if length else f"{rule.title}: the path says so"
    return Finding(
        rule=RuleId(f"secret/{rule.id}"),
        severity=opinion.severity,
        confidence=opinion.confidence,
        location=location,
        message=f"{message}, {opinion.note}" if opinion.note else message,
        hint=f"revoke it ({rule.revoke}), then take it out of the file" if rule.revoke else _HINT,
        fingerprint=Fingerprint(candidate.fingerprint),
        evidence=evidence,
    )
