"""Whether the policy or the baseline lets more through than those of the base branch."""

from collections.abc import Iterator
from dataclasses import fields

from leakguard import policy as policies
from leakguard.doctor._checks import Check, State
from leakguard.errors import LeakguardError
from leakguard.git import Repository
from leakguard.limits import Limits
from leakguard.model import Action, Confidence, Openness
from leakguard.policy import Policy, Role, Snapshot
from leakguard.redact import escape
from leakguard.settings import Settings

BASELINE = "leakguard.baseline"

MOST_SAID = 5
"""Ways of being looser that are told."""

_STRENGTH = list(Action)
_REMOTE, _LOCAL = "refs/remotes/", "refs/heads/"
_GUESSES = (
    *(f"{_REMOTE}origin/{name}" for name in ("HEAD", "main", "master")),
    *(f"{_LOCAL}{name}" for name in ("main", "master")),
)


def base_of(repository: Repository, target: str | None) -> str | None:
    """The base branch, by its full name: `target`, that of the pull request, else what the remote calls its own, else a usual name."""
    wanted = (f"{_REMOTE}origin/{target}", *_GUESSES) if target else _GUESSES
    return next((one for one in wanted if repository.resolve(one) is not None), None)


def loosening(repository: Repository, base: str | None) -> Iterator[Check]:
    """Compare with the base branch, rule by rule and bound by bound."""
    if base is None:
        yield Check(
            about="policy", name="base branch", state=State.ABSENT, detail="there is no base branch to compare with", hint="`--base REF`"
        )
        return
    shown = base.removeprefix(_REMOTE).removeprefix(_LOCAL)
    with policies.snapshot(base, repository.root) as origin:
        yield _policy(repository, origin, f"policy against {shown}")
        yield from _baseline(repository, origin, f"baseline against {shown}")


def _policy(repository: Repository, origin: Snapshot, name: str) -> Check:
    try:
        before = policies.load(cwd=repository.root, origin=origin)
        now = policies.load(cwd=repository.root)
    except LeakguardError as error:
        return Check(about="policy", name=name, state=State.FAILED, detail=f"cannot be compared: {error.message}", hint=error.hint)
    said = list(_looser(before, now))
    if said:
        more = f", and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
        detail = f"is looser: {'; '.join(said[:MOST_SAID])}{more}"
        return Check(about="policy", name=name, state=State.FAILED, detail=detail, hint="have it reviewed, or undo it")
    same = "is the same" if now.digest == before.digest else "is no looser"
    return Check(about="policy", name=name, state=State.OK, detail=same)


def _baseline(repository: Repository, origin: Snapshot, name: str) -> Iterator[Check]:
    here = repository.root / BASELINE
    if not here.exists():
        return
    try:
        known = set(policies.read_baseline(here, origin).lines)
    except LeakguardError:  # there is none, or one that accepts nothing
        known = set()
    added = set(policies.read_baseline(here).lines) - known
    if added:
        detail = f"accepts {len(added)} more {'finding' if len(added) == 1 else 'findings'}"
        yield Check(about="policy", name=name, state=State.FAILED, detail=detail, hint="fix them, or have the additions reviewed")
    else:
        yield Check(about="policy", name=name, state=State.OK, detail="accepts nothing more")


def _looser(before: Policy, now: Policy) -> Iterator[str]:
    """Every way in which more gets through."""
    yield from _looser_role("", before.general, now.general)
    for index, (match, role) in enumerate(now.roles):
        known = next((one for its, one in before.roles if its == match), before.general)
        yield from _looser_role(f"artifacts[{index}]: ", known, role)
    for one in fields(Limits):
        old, new = getattr(before.limits, one.name), getattr(now.limits, one.name)
        if new > old:
            yield f"limit `{one.name}` was raised from {old} to {new}"
    if before.lock is not None and now.lock is None:
        yield "the lock is gone"
    if before.publish_registry is not None and now.publish_registry != before.publish_registry:
        yield "`publish: registry:` was changed"


def _looser_role(place: str, before: Role, now: Role) -> Iterator[str]:
    for said in (_looser_rules(before, now), _looser_files(before.settings, now.settings), _looser_search(before, now)):
        yield from (f"{place}{one}" for one in said)


def _looser_rules(before: Role, now: Role) -> Iterator[str]:
    for rule in policies.catalogue():
        for openness, confidence in ((one, other) for one in Openness for other in Confidence):
            old, new = before.rules.action(rule, openness, confidence), now.rules.action(rule, openness, confidence)
            if _STRENGTH.index(new) < _STRENGTH.index(old):
                yield f"`{rule}` went from {old.value} to {new.value}"
                break


def _looser_files(before: Settings, now: Settings) -> Iterator[str]:
    if before.files.allow is not None:
        added = sorted(set(now.files.allow or ()) - set(before.files.allow))
        if now.files.allow is None or added:
            yield f"`files: allow:` gained `{escape(added[0])}`" if added else "`files: allow:` is gone"
    for kind in ("deny", "require"):
        if gone := sorted(set(getattr(before.files, kind)) - set(getattr(now.files, kind))):
            yield f"`files: {kind}:` lost `{escape(gone[0])}`"
    for bound in fields(before.size):
        old, new = getattr(before.size, bound.name), getattr(now.size, bound.name)
        if old is not None and (new is None or new > old):
            yield f"`size: {bound.name}:` was {old} and is {'gone' if new is None else new}"


def _looser_search(before: Role, now: Role) -> Iterator[str]:
    old, new = before.settings, now.settings
    if (new.openness is Openness.OPEN and old.openness is not Openness.OPEN) or (old.openness is Openness.CLOSED and new.openness is None):
        yield f"`openness` is {new.openness.value if new.openness else 'as the package says'} now"
    if gone := sorted(set(old.secrets.environment) - set(new.secrets.environment)):
        yield f"`{escape(gone[0])}` is no longer searched for"
    if added := sorted(set(new.secrets.pragmas) - set(old.secrets.pragmas)):
        yield f"pragmas of `{added[0]}` count now"
    known = {(one.rule, one.path, one.fingerprint): one.expires for one in before.waivers}
    for waiver in now.waivers:
        until = known.get((waiver.rule, waiver.path, waiver.fingerprint))
        if until is None or waiver.expires > until:
            yield f"a waiver of `{waiver.rule}` was {'added' if until is None else 'extended'}"
