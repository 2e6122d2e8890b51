"""Plants canaries into copies of an artifact, and has the configured gate judge each copy."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leakguard import inspector, targets
from leakguard.doctor._canaries import LARGEST, STEM, Canary, NotPlantable, canaries, planted, truncated
from leakguard.doctor._checks import Check, State
from leakguard.errors import Incomplete
from leakguard.model import Action, Openness, Verdict
from leakguard.policy import Policy
from leakguard.redact import escape

TRUNCATED = "truncated copy"


def plant(name: str, policy: Policy, *, baseline: str | None = None, fail_on_warn: bool = False) -> Iterator[Check]:
    """What the gate says of each canary in a copy of the artifact called `name`, one check for each."""
    data = _read(Path(name))
    gate = {"policy": policy, "baseline": baseline, "jobs": 1}
    with tempfile.TemporaryDirectory(prefix="leakguard-doctor-") as folder:
        place = Path(folder) / Path(name).name
        for canary in canaries():
            label = f"{canary.name} in {Path(name).name}"
            try:
                place.write_bytes(planted(data, canary.file, canary.make()))
            except NotPlantable as error:
                yield Check(about="canary", name=label, state=State.FAILED, detail=f"nothing can be planted: {error}")
                return
            yield _judged(canary, label, _verdict(name, place, gate), policy, fail_on_warn=fail_on_warn)
        place.write_bytes(truncated(data))
        yield _cut(f"{TRUNCATED} of {Path(name).name}", _verdict(name, place, gate))


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise Incomplete(f"`{escape(str(path))}` is no file", hint="name a package: the doctor works on a copy of it")
        if path.stat().st_size > LARGEST:
            raise Incomplete(f"`{escape(str(path))}` is too large to copy", hint="name a smaller package with the same policy")
        return path.read_bytes()
    except OSError as error:
        raise Incomplete(f"`{escape(str(path))}` cannot be opened: {os.strerror(error.errno or 0).lower()}") from None


def _verdict(name: str, copy: Path, gate: Mapping[str, Any]) -> Verdict:
    """The verdict on a copy under the name of the original: a role may ask for that."""
    report = inspector.inspect([targets.Target(name=name, path=copy)], **gate)
    return report.verdicts[0]


def _judged(canary: Canary, label: str, verdict: Verdict, policy: Policy, *, fail_on_warn: bool) -> Check:
    hits = [one for one in verdict.judgements if STEM in one.finding.location.path and one.finding.rule.startswith(tuple(canary.rules))]
    blocking = [one.finding.rule for one in hits if one.action is Action.BLOCK or (fail_on_warn and one.action is Action.WARN)]
    if blocking:
        return Check(about="canary", name=label, state=State.OK, detail=f"blocked by {blocking[0]}")
    if not hits and canary.name == "unlisted file" and _lists_nothing(policy, verdict):
        detail = "the policy does not say which files may ship, so a new one is not noticed"
        return Check(about="canary", name=label, state=State.ABSENT, detail=detail, hint="`files: {allow: [...]}` or `leakguard approve`")
    others = [one.finding.rule for one in verdict.judgements if STEM in one.finding.location.path and one.action is Action.BLOCK]
    if hits and others:
        return Check(about="canary", name=label, state=State.OK, detail=f"blocked by {others[0]}")
    if hits and verdict.artifact.identity.openness is Openness.OPEN and hits[0].finding.rule == "source-map/embedded-source":
        detail = f"{hits[0].action.value}: an open package may ship its maps"
        return Check(about="canary", name=label, state=State.ALLOWED, detail=detail, hint="`extends: closed-source` blocks them too")
    detail = f"not blocked: {hits[0].finding.rule} is `{hits[0].action.value}`" if hits else "not found"
    rule = hits[0].finding.rule if hits else canary.rules[0]
    return Check(about="canary", name=label, state=State.FAILED, detail=detail, hint=f"make the policy block `{rule}`")


def _lists_nothing(policy: Policy, verdict: Verdict) -> bool:
    role = policy.role_for(verdict.artifact.target, verdict.artifact.identity)
    return role.settings.files.allow is None and (policy.lock is None or not policy.lock.exists())


def _cut(label: str, verdict: Verdict) -> Check:
    blocking = [one.finding.rule for one in verdict.judgements if one.action is Action.BLOCK and one.finding.rule.startswith("artifact/")]
    if blocking:
        return Check(about="canary", name=label, state=State.OK, detail=f"blocked by {blocking[0]}")
    return Check(
        about="canary", name=label, state=State.FAILED, detail="not blocked", hint="take the waiver of `artifact/*` out of the policy"
    )
