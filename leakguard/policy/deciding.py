"""What a policy makes of findings: pure, so that the same findings on the same day give the same verdict."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from leakguard.model import Action, Finding, Judgement, Openness, Outcome, Suppression
from leakguard.policy.resolved import Role
from leakguard.policy.waivers import Waiver

_UNINSPECTED = "artifact/"
_OWN, _SECRETS = "policy/", "secret/"
_LIKE_ANY_OTHER = "artifact/unsupported"


def decide(
    findings: Sequence[Finding],
    role: Role,
    openness: Openness,
    *,
    today: date,
    waivers: Sequence[Waiver] | None = None,
    root: str = "",
    allow_incomplete: bool = False,
    fail_on_warn: bool = False,
    baseline: Collection[str] = (),
) -> tuple[Judgement, ...]:
    """Judge findings of one artifact, sorted by path, line, column, offset, rule and fingerprint.

    `today` is the day in UTC; `waivers` are those of the role unless given; `root` is the artifact's own top folder
    (`Identity.root`); `baseline` are fingerprints that were accepted before. What says that something could not be inspected blocks,
    whatever the rules say, unless a waiver names it exactly or `allow_incomplete` is set.
    """
    active = [one for one in (role.waivers if waivers is None else waivers) if not one.expired(today)]
    judged = []
    for finding in sorted(findings, key=_order):
        guarded = is_guarded(finding.rule) and not allow_incomplete
        waiver = _waiver_for(finding, active, root, exact=guarded)
        suppressed = _suppression(waiver) if waiver is not None else _accepted(finding, role, baseline)
        if suppressed is not None:
            judged.append(Judgement(finding=finding, action=Action.ALLOW, suppressed=suppressed))
            continue
        action = Action.BLOCK if guarded else role.rules.action(finding.rule, openness, finding.confidence)
        judged.append(Judgement(finding=finding, action=Action.BLOCK if action is Action.WARN and fail_on_warn else action))
    return tuple(judged)


def outcome(judgements: Iterable[Judgement]) -> Outcome:
    """The strongest action: block over warn over pass."""
    actions = {judgement.action for judgement in judgements}
    if Action.BLOCK in actions:
        return Outcome.BLOCK
    return Outcome.WARN if Action.WARN in actions else Outcome.PASS


def is_guarded(rule: str) -> bool:
    """Whether a rule says that something could not be inspected, which only an exact waiver can excuse."""
    return rule.startswith(_UNINSPECTED) and rule != _LIKE_ANY_OTHER


def can_be_accepted(rule: str) -> bool:
    """Whether a baseline may speak of a rule: neither of what was not inspected, nor of the policy itself."""
    return not is_guarded(rule) and not rule.startswith(_OWN)


def _accepted(finding: Finding, role: Role, baseline: Collection[str]) -> Suppression | None:
    """By an inline pragma that the policy honours, or by the baseline."""
    tool = finding.evidence.get("pragma")
    if tool in role.settings.secrets.pragmas and finding.rule.startswith(_SECRETS):
        return Suppression(by="pragma", reason=f"a comment for `{tool}` in the line says so")
    if finding.fingerprint in baseline and can_be_accepted(finding.rule):
        return Suppression(by="baseline", reason="accepted in the baseline")
    return None


def _waiver_for(finding: Finding, active: Sequence[Waiver], root: str, *, exact: bool) -> Waiver | None:
    for waiver in active:
        if waiver.covers(finding, root) if not exact else _covers_exactly(waiver, finding, root):
            return waiver
    return None


def _covers_exactly(waiver: Waiver, finding: Finding, root: str) -> bool:
    return waiver.names_exactly(finding, root) and waiver.fingerprint in {None, finding.fingerprint}


def _suppression(waiver: Waiver) -> Suppression:
    return Suppression(by="waiver", reason=waiver.reason, expires=waiver.expires.isoformat())


def _order(finding: Finding) -> tuple[object, ...]:
    at = finding.location
    numbers = tuple(-1 if number is None else number for number in (at.line, at.column, at.offset))
    return at.path, *numbers, finding.rule, finding.fingerprint, finding.message, repr(finding)
