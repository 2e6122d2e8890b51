"""Whether a job that publishes waits for one that inspects, and whether its failure counts."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leakguard.doctor._checks import Check, State
from leakguard.doctor._reading import read_yaml

_PUBLISHES = re.compile(
    r"\b(?:npm|pnpm|bun|lerna|cargo|poetry|uv|hatch|flit|pdm|maturin|vsce|jsr)\s+(?:[\w@./-]+\s+)*?publish\b|\byarn\s+(?:npm\s+)?publish\b"
    r"|\bnpm\s+stage\s+publish\b|\btwine\s+upload\b|\bleakguard\s+publish\b|\bsemantic-release\b|\bchangeset\s+publish\b|\bgoreleaser\s+release\b"
    r"|\bgem\s+push\b|\bnuget\s+push\b",
)
_PUBLISHING_ACTIONS = ("pypa/gh-action-pypi-publish", "js-devtools/npm-publish", "changesets/action", "goreleaser/goreleaser-action")
_INSPECTS = re.compile(r"\bleakguard\s+(?:inspect|publish|verify)\b|-m\s+leakguard\s+(?:inspect|publish|verify)\b")
_IGNORED = re.compile(r"\bleakguard\s+(?:inspect|publish|verify)\b[^\n;&]*(?:\\\n[^\n;&]*)*\|\|\s*(?:true|:|exit\s+0|echo)")
_OWN_ACTION = re.compile(r"(?:^|/)leakguard(?:/[^@]*)?@|^\./\.github/actions/leakguard")
_REGARDLESS = re.compile(r"\b(?:always|failure|cancelled)\s*\(\s*\)")
_GITLAB_WORDS = frozenset(
    {"stages", "variables", "include", "default", "workflow", "image", "before_script", "after_script", "cache", "services"}
)


def pipelines(root: Path) -> Iterator[Check]:
    """The workflows of GitHub and the pipeline of GitLab, a check for each job that publishes."""
    found = False
    folder = root / ".github" / "workflows"
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        jobs = _mapping(_mapping(read_yaml(path)).get("jobs"))
        for check in _github(path.name, jobs):
            found = True
            yield check
    for check in _gitlab(_mapping(read_yaml(root / ".gitlab-ci.yml"))):
        found = True
        yield check
    if not found:
        yield Check(about="pipeline", name="publish job", state=State.ABSENT, detail="no workflow of this repository publishes anything")


def _github(file: str, jobs: Mapping[str, Any]) -> Iterator[Check]:
    """Each job that publishes: it inspects before that, or needs, directly or not, a job that does."""
    for name, job in jobs.items():
        steps = [_mapping(one) for one in _list(_mapping(job).get("steps")) if isinstance(one, dict)]
        at = next((index for index, step in enumerate(steps) if _publishes(step)), None)
        if at is None:
            continue
        label = f"{file}: {name}"
        before = [step for step in steps[: at + 1] if _inspects(step)]
        needed = _needed(name, jobs, "needs")
        judges = [(one, step) for one in needed for step in _list(_mapping(jobs[one]).get("steps")) if _inspects(_mapping(step))]
        judges += [(one, {}) for one in needed if _OWN_ACTION.search(str(_mapping(jobs[one]).get("uses", "")))]
        yield _answer(label, own=before, judges=judges, jobs=jobs, job=_mapping(job), step=steps[at])


def _answer(
    label: str,
    *,
    own: list[Mapping[str, Any]],
    judges: list[tuple[str, Any]],
    jobs: Mapping[str, Any],
    job: Mapping[str, Any],
    step: Mapping[str, Any],
) -> Check:
    if not own and not judges:
        detail = "publishes, and neither inspects before that nor needs a job that does"
        return Check(about="pipeline", name=label, state=State.FAILED, detail=detail, hint="`needs: inspect`, or `leakguard publish`")
    weak = [one for one in (*own, *(one for _, one in judges)) if _is_ignored(_mapping(one))]
    lenient = [one for one, _ in judges if _mapping(jobs[one]).get("continue-on-error") not in (None, False)]
    if (weak and len(weak) == len(own) + len(judges)) or (lenient and not own):
        detail = "a failing inspection is ignored (`continue-on-error`, `|| true`)"
        return Check(about="pipeline", name=label, state=State.FAILED, detail=detail, hint="let it fail")
    regardless = _REGARDLESS.search(f"{step.get('if', '')} {'' if own else job.get('if', '')}")
    if regardless:
        detail = f"publishes whatever the inspection says: `{regardless[0]}` in its condition"
        return Check(about="pipeline", name=label, state=State.FAILED, detail=detail, hint="take it out of `if`")
    where = "in the same job" if own else f"in `{judges[0][0]}`, which it needs"
    return Check(about="pipeline", name=label, state=State.OK, detail=f"publishes after an inspection {where}")


def _gitlab(document: Mapping[str, Any]) -> Iterator[Check]:
    jobs = {name: job for name, job in document.items() if name not in _GITLAB_WORDS and isinstance(job, dict)}
    stages = document.get("stages") if isinstance(document.get("stages"), list) else [".pre", "build", "test", "deploy", ".post"]
    for name, job in jobs.items():
        script = _script(job)
        if name.startswith(".") or not _PUBLISHES.search(script):
            continue
        own = _INSPECTS.search(script) is not None and not _IGNORED.search(script)
        earlier = (
            _needed(name, jobs, "needs") if "needs" in job else [one for one in jobs if _stage(jobs[one], stages) < _stage(job, stages)]
        )
        judges = [one for one in earlier if _INSPECTS.search(_script(jobs[one])) or ".leakguard" in _list(jobs[one].get("extends"))]
        lenient = [one for one in judges if jobs[one].get("allow_failure") not in (None, False) or _IGNORED.search(_script(jobs[one]))]
        label = f".gitlab-ci.yml: {name}"
        if not own and (not judges or len(lenient) == len(judges)):
            detail = (
                "a failing inspection is ignored"
                if lenient
                else "publishes, and neither inspects before that nor waits for a job that does"
            )
            yield Check(
                about="pipeline", name=label, state=State.FAILED, detail=detail, hint="`needs: [leakguard]`, or `leakguard publish`"
            )
        elif job.get("when") in {"always", "on_failure"} and not own:
            yield Check(
                about="pipeline", name=label, state=State.FAILED, detail="publishes whatever the inspection says", hint="take `when` out"
            )
        else:
            where = "in the same job" if own else f"in `{judges[0]}`"
            yield Check(about="pipeline", name=label, state=State.OK, detail=f"publishes after an inspection {where}")


def _publishes(step: Mapping[str, Any]) -> bool:
    used = str(step.get("uses", "")).lower()
    return used.startswith(_PUBLISHING_ACTIONS) or _PUBLISHES.search(_uncommented(str(step.get("run", "")))) is not None


def _inspects(step: Mapping[str, Any]) -> bool:
    return bool(_INSPECTS.search(_uncommented(str(step.get("run", "")))) or _OWN_ACTION.search(str(step.get("uses", ""))))


def _is_ignored(step: Mapping[str, Any]) -> bool:
    return step.get("continue-on-error") not in (None, False) or _IGNORED.search(str(step.get("run", ""))) is not None


def _uncommented(script: str) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", script)


def _needed(name: str, jobs: Mapping[str, Any], key: str) -> list[str]:
    """The jobs that one waits for, directly or not."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        for one in _list(_mapping(jobs.get(waiting.pop())).get(key)):
            needed = str(one.get("job", "")) if isinstance(one, dict) else str(one)
            if needed in jobs and needed not in found:
                found.append(needed)
                waiting.append(needed)
    return found


def _script(job: Mapping[str, Any]) -> str:
    lines = [*_list(job.get("before_script")), *_list(job.get("script"))]
    return _uncommented("\n".join(str(line) for line in lines))


def _stage(job: Mapping[str, Any], stages: Any) -> int:
    stage = job.get("stage", "test")
    return stages.index(stage) if stage in stages else 0


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _mapping(value: Any) -> Mapping[str, Any]:
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else {}
