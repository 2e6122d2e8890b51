"""A key id and its secret near each other: one finding with both parts."""

from collections.abc import Sequence

from msgspec.structs import replace

from leakguard.analyzers.secrets._sight import NEAR, Candidate
from leakguard.model import Confidence, Severity

_RANKED = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def paired(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, ascending by start, where each id has taken in the secret that stands nearest to it."""
    taken: dict[int, int] = {}
    for number, one in enumerate(candidates):
        if one.rule.partners:
            partner = _nearest(candidates, number, taken)
            if partner is not None:
                taken[partner] = number
    whole = {owner: _merged(candidates[owner], candidates[partner]) for partner, owner in taken.items()}
    return [whole.get(number, one) for number, one in enumerate(candidates) if number not in taken]


def _nearest(candidates: Sequence[Candidate], number: int, taken: dict[int, int]) -> int | None:
    one = candidates[number]
    found: tuple[int, int] | None = None
    for step in (1, -1):
        other = number + step
        while 0 <= other < len(candidates) and _distance(one, candidates[other]) <= NEAR:
            if candidates[other].rule.id in one.rule.partners and other not in taken:
                found = min(found or (NEAR + 1, other), (_distance(one, candidates[other]), other))
                break
            other += step
    return found[1] if found else None


def _distance(one: Candidate, other: Candidate) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _merged(identifier: Candidate, secret: Candidate) -> Candidate:
    """The id's finding, as certain as the surer of the two and with the secret's fingerprint: that is what has to be revoked."""
    sure = max(identifier.opinion.confidence, secret.opinion.confidence, key=_RANKED.index)
    opinion = identifier.opinion.but(
        confidence=sure,
        severity=Severity.CRITICAL,
        note="" if identifier.opinion.evidence.get("pair") == "complete" else "with its secret beside it",
        pair="complete",
        parts=[f"secret/{identifier.rule.id}", f"secret/{secret.rule.id}"],
    )
    return replace(identifier, opinion=opinion, fingerprint=secret.fingerprint)
