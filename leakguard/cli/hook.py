"""`leakguard hook`: what `.pre-commit-hooks.yaml` and the scripts of `hooks/` call."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakguard.cli import _streams
from leakguard.cli._gate import exit_code
from leakguard.cli._options import SETTINGS, option
from leakguard.cli._shell import Group
from leakguard.errors import UsageError
from leakguard.model import Outcome, Report, Verdict
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.git import Repository
    from leakguard.policy import Policy
    from leakguard.targets import Target

POLICY_FILES = ("leakguard.yaml", "leakguard.lock", "leakguard.baseline")
"""What decides about the gate itself; edits of these are shown."""

MOST_LISTED = 40
"""Files of an artifact that are listed."""

MOST_REFS = 1000
"""Refs of one push."""

_ZEROS = ("0" * 40, "0" * 64)

_policy = option("--policy", metavar="NAME|FILE", help="A preset or a policy file. Default: leakguard.yaml here or above, else `default`.")
_baseline = option("--baseline", metavar="FILE", help="Accept the findings whose fingerprints FILE lists.")
_fail_on = option("--fail-on", type=click.Choice(["block", "warn"]), default="block", help="Fail on warnings too. Default: block.")


@click.group(cls=Group, context_settings=dict(SETTINGS))
def command() -> None:
    """Entry points for git hooks and pre-commit.

    They print nothing when there is nothing to say, and exit as `inspect`
    does.
    """


@command.command("pre-commit")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@_policy
@_baseline
@_fail_on
def pre_commit(files: Sequence[str], policy: str | None, baseline: str | None, fail_on: str) -> int:
    """Inspect what is staged, from the index and not the working tree.

    With FILE: what the index has of these files, staged or not, as
    `pre-commit run --all-files` asks. Between two refs (pre-commit's
    --from-ref and --to-ref): what the commits between them bring.
    """
    from leakguard import staged, targets

    old, new = os.environ.get("PRE_COMMIT_FROM_REF", ""), os.environ.get("PRE_COMMIT_TO_REF", "")
    if new and new not in _ZEROS:
        target = targets.of_git(_range(old, new))
    elif files:
        target = targets.of_git(staged.PREFIX, staged.of_paths(_below_top(files)))
    else:
        target = targets.of_git(staged.PREFIX)
    return _judge([target], policy, baseline, fail_on, root=target.path)


@command.command("pre-push")
@click.argument("remote", required=False, metavar="[REMOTE]")
@click.argument("address", required=False, metavar="[URL]")
@_policy
@_baseline
@_fail_on
def pre_push(remote: str | None, address: str | None, policy: str | None, baseline: str | None, fail_on: str) -> int:
    """Inspect what the commits about to be pushed bring, every version of it.

    Reads the refs from standard input and takes the arguments that git gives
    to a pre-push hook.
    """
    from leakguard import targets

    del remote, address
    ranges = list(islice(_pushed(), MOST_REFS + 1))
    if len(ranges) > MOST_REFS:
        raise UsageError(f"more than {MOST_REFS} refs are pushed at once", hint="push them in parts")
    found = [targets.of_git(one) for one in dict.fromkeys(ranges)]
    return _judge(found, policy, baseline, fail_on) if found else 0


@command.command("artifacts")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@_policy
@_baseline
@_fail_on
@click.option("--build", metavar="COMMAND", default="", help="Run this in the copy before packing. Default: `npm run build`.")
@click.option("--no-isolation", is_flag=True, help="Build Python packages with the back end that is installed here.")
def artifacts(files: Sequence[str], policy: str | None, baseline: str | None, fail_on: str, build: str, *, no_isolation: bool) -> int:
    """Build what would ship, in a clean temporary copy, and inspect that.

    Runs the project's own build (`npm pack`, `python -m build`): installing
    this hook asks for it. Prints what ships.
    """
    from leakguard import git
    from leakguard.cli import _building

    del files
    repository = git.find()
    with tempfile.TemporaryDirectory(prefix="leakguard-artifacts-") as folder:
        out, copy = Path(folder) / "dist", Path(folder) / "copy"
        for place in (out, copy):
            place.mkdir(mode=0o700)
        _building.build(_building.copy_of(repository, copy), out, command=build, isolated=not no_isolation)
        return _judge([os.fspath(one) for one in sorted(out.iterdir())], policy, baseline, fail_on, listing=True)


@command.command("policy")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
def policy_files(files: Sequence[str]) -> int:
    """Check policy, lock and baseline, and show their staged edits.

    Exits with 2 when one of them has a fault: what decides about leaks must
    not change unseen.
    """
    from leakguard import git
    from leakguard import policy as policies

    del files
    repository = git.find()
    for edit in repository.staged_patch(POLICY_FILES).splitlines():
        _streams.write_text(f"{escape(edit)}\n")
    found = policies.load()
    baseline = repository.root / "leakguard.baseline"
    if os.path.lexists(baseline):
        policies.read_baseline(baseline)
    _check_locks(repository, found)
    _streams.write_text(f"policy `{escape(found.name)}`: no faults\n")
    return 0


def _check_locks(repository: "Repository", policy: "Policy") -> None:
    """Raise `FaultyFile` for the lock that the policy names, the usual one, and any that is staged: what the index has of it counts."""
    from leakguard.git import SUBMODULE
    from leakguard.policy import lock_of, read_lock
    from leakguard.policy.lock import FILE_NAME, MOST_BYTES, parse

    lock_of(policy)
    usual = repository.root / FILE_NAME
    if os.path.lexists(usual):
        read_lock(usual, FILE_NAME)
    for change in repository.staged():
        name = os.fsdecode(change.path)
        if name.rpartition("/")[2] != FILE_NAME or change.mode == SUBMODULE or change.status == "U":
            continue
        data = repository.content(change.digest, MOST_BYTES)
        if data is None:
            raise UsageError(f"the lock `{escape(name)}` has more than {MOST_BYTES} bytes", hint="`leakguard approve ARTIFACT…` writes one")
        parse(data, escape(name))


def _judge(
    named: "Sequence[str | Target]",
    policy: str | None,
    baseline: str | None,
    fail_on: str,
    *,
    listing: bool = False,
    root: Path | None = None,
) -> int:
    """Inspect, say what there is to say, and the exit code; with `root`, only what ships from there blocks for being source."""
    from leakguard import inspector

    report = inspector.inspect(named, policy=policy, baseline=baseline)
    if root is not None:
        from leakguard.cli._only_shipped import relaxed

        report = relaxed(report, root)
    strict = fail_on == "warn"
    if report.outcome is not Outcome.PASS or report.errors:
        _show(report, strict=strict)
    if listing:
        for verdict in report.verdicts:
            _streams.write_text("".join(f"{line}\n" for line in _shipped(verdict)))
    return exit_code(report, fail_on_warn=strict)


def _show(report: Report, *, strict: bool) -> None:
    from leakguard.reporters._page import WIDEST
    from leakguard.reporters.text import Layout, render

    layout = Layout(width=_streams.width_of(sys.stdout, WIDEST), color=_streams.wants_color(sys.stdout), fail_on_warn=strict)
    _streams.write_text(render(report, layout))


def _shipped(verdict: Verdict) -> Iterator[str]:
    """What an artifact holds, so that a person sees it before the world does."""
    from leakguard.reporters._page import count, defused, shorten, size

    artifact = verdict.artifact
    files = [one for one in artifact.listing if one.kind.value == "file"]
    yield defused(f"{escape(Path(artifact.target).name)} ships {count(len(files), 'file')}, {size(artifact.size or 0)}:")
    for one in files[:MOST_LISTED]:
        yield defused(f"  {shorten(escape(one.inner))} ({size(one.size)})")
    if len(files) > MOST_LISTED:
        yield f"  … and {count(len(files) - MOST_LISTED, 'more file')}"


def _range(old: str, new: str) -> str:
    return f"git:..{new}" if not old or old in _ZEROS else f"git:{old}..{new}"


def _pushed() -> Iterator[str]:
    """The ranges of the refs that git announces on standard input: `local-ref local-digest remote-ref remote-digest`."""
    from leakguard import git

    repository = git.find()
    for line in sys.stdin:
        words = line.split()
        if len(words) != 4 or not all(git.is_digest(word) for word in (words[1], words[3])):
            raise UsageError("this is not what git tells a pre-push hook", hint="git runs it by itself: `git push`")
        new, old = words[1], words[3]
        if new not in _ZEROS:
            known = old not in _ZEROS and repository.resolve(old) is not None
            yield _range(old if known else "", new)


def _below_top(files: Sequence[str]) -> Iterator[str]:
    """The files as git names them: relative to the top of the repository."""
    from leakguard import git

    top, here = os.path.realpath(git.find().root), os.path.realpath(Path.cwd())
    for file in files:
        yield os.path.relpath(os.path.join(here, file), top)  # noqa: PTH118 - a link's own name must stay
