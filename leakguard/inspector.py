"""The one verb: `inspect(targets, policy) -> Report`."""

import contextlib
import os
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct

from leakguard import checkout, database, workers
from leakguard import policy as policies
from leakguard import targets as naming
from leakguard.anchors import Anchors
from leakguard.errors import Incomplete, LeakguardError, UsageError
from leakguard.model import (
    Artifact,
    Confidence,
    Coverage,
    Damage,
    Finding,
    Identity,
    Location,
    Outcome,
    Report,
    RuleId,
    Severity,
    TargetError,
    Verdict,
)
from leakguard.paths import safe_path
from leakguard.policy import Policy, Reference
from leakguard.recover import prepare
from leakguard.redact import escape, escape_name, fingerprint_of_place
from leakguard.scan import Inspection, Scanned, place_in_order
from leakguard.scan import prepare as prepare_scan
from leakguard.version import VERSION

MANY = 6
"""Artifacts from which on it pays to load first what the process of each of them would load again."""

Target = str | os.PathLike[str] | naming.Target
"""What may be named: a path, `git:`, or a target that was made before."""


class Progress(Struct, frozen=True, kw_only=True):
    """How far a run is."""

    done: int
    total: int
    target: str
    """The artifact that was finished last; escaped, empty at the start."""


class Bug(LeakguardError):
    """leakguard itself failed on an artifact; the message names type and place of the failure, never its data."""

    exit_code = 70


def inspect(
    targets: Sequence[Target],
    *,
    policy: Policy | str | Path | None = None,
    limits: Mapping[str, str] | None = None,
    jobs: int | None = None,
    as_is: bool = False,
    allow_incomplete: bool = False,
    recover: Path | None = None,
    secret_env: Sequence[str] = (),
    trust_plugins: Sequence[str | os.PathLike[str]] = (),
    baseline: str | os.PathLike[str] | None = None,
    survey: bool = False,
    against: Callable[[Sequence[Artifact]], Reference] | None = None,
    policy_from: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    today: date | None = None,
) -> Report:
    """Inspect every target and judge what was found by the policy.

    `policy` is a loaded policy, the name of a preset, or a file; `None` finds `leakguard.yaml` as the command does. `limits` are
    overrides as on the command line (`{"bytes": "1 GB"}`). `jobs` is the number of artifacts inspected at a time (default: one for
    each processor that may be used). `recover` is a new or empty folder for the sources that maps hold. `secret_env` names variables
    whose values must not occur anywhere. `trust_plugins` are plug-ins of `detect-secrets`, whose code then runs. `baseline` is a file of
    accepted fingerprints. `survey` asks for digests of the entries and for what manifests declare. `against` is asked, once the artifacts
    are known, for what to compare them with. `policy_from` names the commit whose policy, packs, lock and baseline count in place of those
    of the working tree. Raises `UsageError` before any work when something is asked for wrongly, `Bug` when leakguard fails; a target
    about which nothing can be said is in `Report.errors`.
    """
    if not targets:
        raise UsageError("no target", hint="name a package, or the folder that holds it")
    with contextlib.ExitStack() as stack:
        origin = stack.enter_context(policies.snapshot(policy_from)) if policy_from else None
        return _inspect(
            targets,
            policy,
            origin,
            limits=limits,
            jobs=jobs,
            as_is=as_is,
            allow_incomplete=allow_incomplete,
            recover=recover,
            secret_env=secret_env,
            trust_plugins=trust_plugins,
            survey=survey,
            against=against,
            baseline=None if baseline is None else Path(baseline),
            progress=progress,
            today=today,
        )


def _inspect(
    targets: Sequence[Target],
    policy: Policy | str | Path | None,
    origin: policies.Snapshot | None,
    *,
    limits: Mapping[str, str] | None,
    jobs: int | None,
    as_is: bool,
    allow_incomplete: bool,
    recover: Path | None,
    secret_env: Sequence[str],
    trust_plugins: Sequence[str | os.PathLike[str]],
    survey: bool,
    against: Callable[[Sequence[Artifact]], Reference] | None,
    baseline: Path | None,
    progress: Callable[[Progress], None] | None,
    today: date | None,
) -> Report:
    database.begin()
    governing = _governing(policy, origin, limits or {}, secret_env, [Path(one) for one in trust_plugins])
    accepted = policies.read_baseline(baseline, origin) if baseline is not None else None
    lock = policies.lock_of(governing)
    resolved = naming.resolve(targets, as_is=as_is)
    known = checkout.read(Path.cwd(), [one.path.name for one in resolved if not one.directory])
    anchors = database.built_in()
    governing = replace(governing, settings=replace(governing.settings, checkout=known))
    searched = governing.settings.secrets
    if searched.environment or searched.packs or searched.plugins or searched.second_opinion:
        anchors = database.asked_for(governing.settings)
    day = today or datetime.now(UTC).date()
    if recover:
        prepare(recover, [one.path for one in resolved])
    outcomes = _scan_all(resolved, governing, anchors, jobs or _processors(), progress, recover, survey=survey)
    fingerprints = accepted.lines if accepted else {}
    judged = [_judge(outcome, governing, day, allow_incomplete=allow_incomplete, baseline=fingerprints) for outcome in outcomes]
    shipping = [index for index, one in enumerate(resolved) if one.held is None]
    published = [judged[index] for index in shipping]
    beside = [place for place, one in enumerate(published) if not one.artifact.publishable]
    references = [Reference.of_lock(lock)] if lock else []
    if against:
        references.append(against([one.artifact for one in published if is_published(one)]))
    for place, finding in policies.changes_since(references, governing, published, beside=beside):
        index = shipping[place]
        judged[index] = _with(judged[index], [finding], governing, day, allow_incomplete=allow_incomplete, baseline=fingerprints)
    published = [judged[index] for index in shipping]
    for place, finding in policies.governance(governing, published, today=day, beside=beside, baseline=accepted):
        index = shipping[place]
        judged[index] = _with(judged[index], [finding], governing, day, allow_incomplete=allow_incomplete)
    return Report(
        tool_version=VERSION,
        policy_name=governing.name,
        policy_digest=governing.digest,
        weakened_by=(f"--baseline {accepted.label}",) if accepted and accepted.lines else (),
        outcome=max((one.outcome for one in judged), key=list(Outcome).index, default=Outcome.PASS),
        verdicts=tuple(judged),
        errors=tuple(_error(one) for one in outcomes if isinstance(one.result, Incomplete)),
    )


def _governing(
    policy: Policy | str | Path | None,
    origin: policies.Snapshot | None,
    limits: Mapping[str, str],
    secret_env: Sequence[str],
    trust_plugins: Sequence[Path],
) -> Policy:
    """The policy with what was asked for on top of it."""
    governing = policy if isinstance(policy, Policy) else policies.load(policy, origin=origin)
    if limits:
        governing = policies.override_limits(governing, limits)
    if secret_env:
        governing = policies.search_for(governing, secret_env, os.environ)
    return policies.trust(governing, trust_plugins) if trust_plugins else governing


def is_published(verdict: Verdict) -> bool:
    """Whether a verdict is on something that ships, and not on what merely lies beside packages or could not be opened."""
    return bool(verdict.artifact.listing) and verdict.artifact.publishable


class _Inspected(Struct, frozen=True, kw_only=True):
    """A target with what came of it."""

    target: naming.Target
    result: Scanned | Incomplete | Damage


def _scan_all(
    resolved: Sequence[naming.Target],
    governing: Policy,
    anchors: Anchors,
    jobs: int,
    progress: Callable[[Progress], None] | None,
    recover: Path | None,
    *,
    survey: bool,
) -> list[_Inspected]:
    """Scan the targets, the largest first; the results are in the order of the targets."""
    results: dict[int, Scanned | Incomplete | Damage] = {index: one.error for index, one in enumerate(resolved) if one.error}
    order = sorted((index for index, one in enumerate(resolved) if one.error is None), key=lambda index: -_size(resolved[index].path))
    if progress:
        progress(Progress(done=0, total=len(order), target=""))
    folders = _folders(recover, resolved)
    if len(order) >= MANY:
        prepare_scan()
    works = [Inspection(resolved[index], governing, anchors, folders[index], survey) for index in order]
    for done, (number, outcome) in enumerate(
        workers.run(works, jobs=jobs, limits=governing.limits, keep=governing.settings.secrets.environment), 1
    ):
        results[order[number]] = _result(outcome)
        if progress:
            progress(Progress(done=done, total=len(order), target=escape(resolved[order[number]].name)))
    return [_Inspected(target=one, result=results[index]) for index, one in enumerate(resolved)]


def _folders(recover: Path | None, resolved: Sequence[naming.Target]) -> list[Path | None]:
    """Where the sources of each target go: straight into the folder if there is one target only."""
    if recover is None or len(resolved) == 1:
        return [recover] * len(resolved)
    return [recover / f"{number}-{safe_path(one.path.name).replace('/', '_')}" for number, one in enumerate(resolved, 1)]


def _result(outcome: workers.Outcome) -> Scanned | Incomplete | Damage:
    if not isinstance(outcome, workers.Failure):
        return outcome
    match outcome.kind:
        case "incomplete":
            return Incomplete(outcome.message, hint=outcome.hint)
        case "died":
            return Damage(rule=RuleId("artifact/unreadable"), reason=outcome.message)
        case _:
            raise Bug(outcome.message)


def _judge(inspected: _Inspected, governing: Policy, day: date, *, allow_incomplete: bool, baseline: Collection[str]) -> Verdict:
    result = inspected.result
    if isinstance(result, Scanned):
        empty = Verdict(artifact=result.artifact, outcome=Outcome.PASS, judgements=())
        commits = inspected.target.held is not None
        return _with(empty, result.findings, governing, day, allow_incomplete=allow_incomplete, baseline=baseline, commits=commits)
    size = _size(inspected.target.path)
    artifact = Artifact(
        target=escape(inspected.target.name),
        identity=Identity(format="file"),
        sha256=None,
        size=size or None,
        coverage=Coverage(entries=1, bytes=size, unreadable=size),
        listing=(),
    )
    blind = Verdict(artifact=artifact, outcome=Outcome.BLOCK, judgements=())
    if isinstance(result, Incomplete):
        return blind
    return _with(blind, [_died(inspected.target, result)], governing, day, allow_incomplete=allow_incomplete)


def _died(target: naming.Target, damage: Damage) -> Finding:
    path = escape_name(target.path.name)
    return Finding(
        rule=damage.rule,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        location=Location(path=path),
        message=damage.reason,
        hint="find out what makes the artifact so heavy; `--limits seconds=…` or `--limits memory=…` raises a limit",
        fingerprint=fingerprint_of_place(damage.rule, path),
    )


def _with(
    verdict: Verdict,
    findings: Sequence[Finding],
    governing: Policy,
    day: date,
    *,
    allow_incomplete: bool,
    baseline: Collection[str] = (),
    commits: bool = False,
) -> Verdict:
    """The verdict with these findings added and judged."""
    identity = verdict.artifact.identity
    role = governing.role_for(verdict.artifact.target, identity)
    if commits:
        role = replace(role, settings=role.settings.for_commits())
    added = policies.decide(
        findings, role, identity.openness, today=day, root=identity.root, allow_incomplete=allow_incomplete, baseline=baseline
    )
    judgements = sorted((*verdict.judgements, *added), key=lambda one: place_in_order(one.finding))
    outcome = max(verdict.outcome, policies.outcome(added), key=list(Outcome).index)
    return replace(verdict, judgements=tuple(judgements), outcome=outcome)


def _error(inspected: _Inspected) -> TargetError:
    assert isinstance(inspected.result, Incomplete)
    return TargetError(target=escape(inspected.target.name), message=inspected.result.message, hint=inspected.result.hint)


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
