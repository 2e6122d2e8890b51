"""Whether the policy or the baseline lets more through than those of the base branch."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Any

from leakguard import policy as policies
from leakguard.doctor._checks import Check, State
from leakguard.doctor._reading import parsed
from leakguard.errors import LeakguardError
from leakguard.git import Repository
from leakguard.limits import Limits
from leakguard.model import Action, Confidence, Openness
from leakguard.policy import Policy, Role
from leakguard.redact import escape
from leakguard.settings import Settings

BASELINE = "leakguard.baseline"

MOST_FILES = 32
"""That a policy of the base branch may consist of."""

MOST_SAID = 5
"""Ways of being looser that are told."""

_STRENGTH = list(Action)
_GUESSES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def base_of(repository: Repository, environ: Mapping[str, str]) -> str | None:
    """The base branch: of the pull request in CI, else what the remote calls its own, else a usual name."""
    asked = environ.get("GITHUB_BASE_REF") or environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") or ""
    for one in ((f"origin/{asked}",) if asked else ()) + _GUESSES:
        if repository.resolve(one) is not None:
            return one
    return None


def loosening(repository: Repository, base: str | None) -> Iterator[Check]:
    """Compare with the base branch, rule by rule and bound by bound."""
    if base is None:
        yield Check(
            about="policy", name="base branch", state=State.ABSENT, detail="there is no base branch to compare with", hint="`--base REF`"
        )
        return
    name = f"policy against {base}"
    try:
        before = _policy_at(repository, base)
        now = policies.load(cwd=repository.root)
    except LeakguardError as error:
        yield Check(about="policy", name=name, state=State.FAILED, detail=f"cannot be compared: {error.message}", hint=error.hint)
    else:
        said = list(_looser(before, now))
        if said:
            more = f", and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
            detail = f"is looser: {'; '.join(said[:MOST_SAID])}{more}"
            yield Check(about="policy", name=name, state=State.FAILED, detail=detail, hint="have it reviewed, or undo it")
        else:
            same = "is the same" if now.digest == before.digest else "is no looser"
            yield Check(about="policy", name=name, state=State.OK, detail=same)
    yield from _baseline(repository, base)


def _baseline(repository: Repository, base: str) -> Iterator[Check]:
    here = repository.root / BASELINE
    if not here.exists():
        return
    before = repository.show(base, BASELINE)
    known = {line.split()[0] for line in (before or b"").decode("ascii", "replace").splitlines() if line.split()}
    added = set(policies.read_baseline(here).lines) - known
    name = f"baseline against {base}"
    if added:
        detail = f"accepts {len(added)} more {'finding' if len(added) == 1 else 'findings'}"
        yield Check(about="policy", name=name, state=State.FAILED, detail=detail, hint="fix them, or have the additions reviewed")
    else:
        yield Check(about="policy", name=name, state=State.OK, detail="accepts nothing more")


def _policy_at(repository: Repository, base: str) -> Policy:
    """The policy of the base branch, read from git's objects into a private folder; the default where it had none."""
    text = repository.show(base, policies.FILE_NAME)
    if text is None:
        return policies.load("default")
    with tempfile.TemporaryDirectory(prefix="leakguard-base-") as folder:
        root = Path(os.path.realpath(folder))
        (root / ".git").mkdir()  # where a policy's root ends
        waiting, seen = [policies.FILE_NAME], set[str]()
        while waiting and len(seen) < MOST_FILES:
            name = waiting.pop()
            content = repository.show(base, name) if name not in seen else None
            seen.add(name)
            if content is not None:
                place = root / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                waiting.extend(_named(name, parsed(content.decode("utf-8", "replace"))))
        return policies.load(root / policies.FILE_NAME, cwd=root)


def _named(file: str, document: Any) -> Iterator[str]:
    """The files that a policy names, below the top of the repository and nowhere else."""
    if not isinstance(document, dict):
        return
    secrets = _mapping(document.get("secrets"))
    second = _mapping(secrets.get("detect-secrets"))
    for value in (document.get("extends"), document.get("lock"), secrets.get("rules"), second.get("baseline")):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one not in policies.PRESETS and "\0" not in one:
                path = PurePosixPath(os.path.normpath(PurePosixPath(file).parent / one))
                if not path.is_absolute() and ".." not in path.parts and ".git" not in path.parts:
                    yield str(path)


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


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
