"""Whether the hooks that somebody set up would fire."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leakguard.doctor._checks import Check, State
from leakguard.doctor._reading import read_text, read_yaml
from leakguard.git import Repository

_NAMES = ("pre-commit", "pre-push", "pre-merge-commit")
_OURS = re.compile(r"\bleakguard\b|\bnpm-prepublish\b")
_FRAMEWORK = re.compile(r"\bpre[-_]commit\b.*\bhook-impl\b|--hook-type=|ARGS=\(hook-impl", re.DOTALL)
_SCRIPTS = ("prepublishOnly", "prepublish", "prepack")


def hooks(repository: Repository) -> Iterator[Check]:
    """Git's hooks, pre-commit's configuration, and npm's scripts."""
    folder = hooks_folder(repository)
    wanted = _framework_stages(repository.root)
    fired = [name for name in _NAMES if _fires(folder / name, framework=name in wanted)]
    yield from _git_hooks(folder, wanted, fired)
    yield from _npm_scripts(repository.root)


def hooks_folder(repository: Repository) -> Path:
    """Where git looks for hooks: `core.hooksPath`, else the folder of the repository."""
    configured = repository.configured("core.hooksPath")
    if configured:
        return repository.root / os.path.expanduser(configured)  # noqa: PTH111 - as git expands it
    common = os.fsdecode(repository.ask("rev-parse", "--git-common-dir").rstrip(b"\n"))
    return repository.root / common / "hooks"


def _git_hooks(folder: Path, wanted: set[str], fired: list[str]) -> Iterator[Check]:
    shown = folder.name if folder.parent.name in {".git", ""} else str(folder)
    if fired:
        yield Check(about="hook", name="git hooks", state=State.OK, detail=f"{', '.join(fired)} {'fires' if len(fired) == 1 else 'fire'}")
    for name in sorted(wanted - set(fired)):
        detail = f"`.pre-commit-config.yaml` asks for leakguard, but git runs no such hook from `{shown}`"
        yield Check(about="hook", name=name, state=State.FAILED, detail=detail, hint=f"`pre-commit install --hook-type {name}`")
    for name in _NAMES:
        path = folder / name
        if name not in fired and _OURS.search(read_text(path) or "") and not os.access(path, os.X_OK):
            yield Check(
                about="hook", name=name, state=State.FAILED, detail="is not executable, so git skips it", hint=f"`chmod +x {path.name}`"
            )
    if not fired and not wanted:
        hint = "`hooks/README.md` of leakguard, or `.pre-commit-hooks.yaml`"
        yield Check(about="hook", name="git hooks", state=State.ABSENT, detail="no git hook calls leakguard", hint=hint)


def _fires(path: Path, *, framework: bool) -> bool:
    text = read_text(path)
    if text is None or not os.access(path, os.X_OK):
        return False
    return bool(_OURS.search(text) or (framework and _FRAMEWORK.search(text)))


def _framework_stages(root: Path) -> set[str]:
    """The git hooks that pre-commit's configuration needs for leakguard."""
    document = read_yaml(root / ".pre-commit-config.yaml")
    found: set[str] = set()
    repos = document.get("repos") if isinstance(document, dict) else None
    for repo in repos if isinstance(repos, list) else ():
        named = repo.get("hooks") if isinstance(repo, dict) else None
        for hook in named if isinstance(named, list) else ():
            name = str(hook.get("id", "")) if isinstance(hook, dict) else ""
            if name.startswith("leakguard"):
                stages = hook.get("stages")
                found.add("pre-push" if name == "leakguard-artifacts" and not stages else "pre-commit")
                found.update(str(stage) for stage in stages if stage in _NAMES) if isinstance(stages, list) else None
    return found


def _npm_scripts(root: Path) -> Iterator[Check]:
    manifest = _json(root / "package.json")
    if manifest is None:
        return
    scripts = manifest.get("scripts")
    named = [name for name in _SCRIPTS if isinstance(scripts, dict) and _OURS.search(str(scripts.get(name, "")))]
    if not named:
        hint = "`hooks/npm-prepublish` of leakguard as `prepublishOnly` stops a bare `npm publish`"
        yield Check(about="hook", name="npm scripts", state=State.ABSENT, detail="no script of `package.json` calls leakguard", hint=hint)
        return
    ignored = re.search(r"^\s*ignore-scripts\s*=\s*true\b", read_text(root / ".npmrc") or "", re.MULTILINE)
    if ignored:
        detail = f"`{named[0]}` calls leakguard, but `.npmrc` says `ignore-scripts=true`, so npm never runs it"
        yield Check(about="hook", name="npm scripts", state=State.FAILED, detail=detail, hint="publish with `leakguard publish`")
    elif re.search(r"leakguard[^&;]*\|\|", str(scripts[named[0]]) if isinstance(scripts, dict) else ""):
        detail = f"`{named[0]}` goes on when leakguard fails"
        yield Check(about="hook", name="npm scripts", state=State.FAILED, detail=detail, hint="take the `||` out")
    else:
        yield Check(about="hook", name="npm scripts", state=State.OK, detail=f"`{named[0]}` calls leakguard")


def _json(path: Path) -> dict[str, Any] | None:
    text = read_text(path)
    if text is None:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
