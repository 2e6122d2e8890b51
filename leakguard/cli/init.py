"""`leakguard init`: a policy drafted from what the artifacts hold now."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakguard.cli import _streams
from leakguard.cli._gate import INCOMPLETE
from leakguard.cli._options import SETTINGS
from leakguard.cli._outputs import create_file
from leakguard.errors import UsageError
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.model import Report

DEFAULT_FILE = "leakguard.yaml"
DEFAULT_TARGET = "dist/"

EPILOG = """\b
  npm pack --pack-destination dist && leakguard init dist/*.tgz
  leakguard init --build

What the draft allows is what the artifacts hold now, in patterns that no
unknown file matches. What is doubtful (source maps, tests, hidden files,
sources of a package that is not open) is listed and stays blocked until
you decide. An existing file is never overwritten.
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("targets", nargs=-1, metavar="[ARTIFACT]...")
@click.option("-o", "--output", default=DEFAULT_FILE, metavar="FILE", help=f"The policy to write. Default: {DEFAULT_FILE}.")
@click.option("--build", is_flag=True, help="Build the project of this folder in a temporary copy: python -m build, npm pack.")
@click.option("--scripts", is_flag=True, help="With --build: let npm run the project's own prepack and prepare scripts.")
@click.option("--as-is", is_flag=True, help="Take a project folder as if it were what ships.")
def command(*, targets: Sequence[str], output: str, build: bool, scripts: bool, as_is: bool) -> int:
    """Draft a policy from real artifacts (default: dist/).

    Sorts what they hold into allowed, denied and undecided, with required
    files, size limits and a role for each kind of artifact.
    """
    path = Path(output)
    if os.path.lexists(path):
        raise UsageError(f"`{escape(output)}` exists already", hint="name another file with `-o`, or move it out of the way")
    if scripts and not build:
        raise UsageError("`--scripts` says how to `--build`", hint="add `--build`, or leave it out")
    from leakguard import inspector

    if build:
        from leakguard import building

        with building.built(Path.cwd(), targets, scripts=scripts) as artifacts:
            report = inspector.inspect(artifacts, policy="default", survey=True)
    else:
        report = inspector.inspect(tuple(targets) or (DEFAULT_TARGET,), policy="default", as_is=as_is, survey=True)
    if report.errors:
        for error in report.errors:
            _streams.say("error", error.message)
        raise _Incomplete("nothing was drafted", hint=report.errors[0].hint or "name artifacts that can be opened")
    return _write(report, path, escape(output))


def _write(report: "Report", path: Path, shown: str) -> int:
    from leakguard.drafting import draft
    from leakguard.inspector import is_published

    published = [verdict for verdict in report.verdicts if is_published(verdict)]
    if not published:
        raise UsageError("there is nothing to draft from", hint="name a package: `npm pack` or `python -m build` make one")
    text = draft(published)
    create_file(path, text.encode(), "the policy")
    undecided = sum(line.lstrip().startswith("# - ") for line in text.splitlines())
    _streams.write_text(f"{shown}: drafted from {len(published)} {'artifact' if len(published) == 1 else 'artifacts'}\n")
    if undecided:
        _streams.say(
            "note", f"{undecided} {'line is' if undecided == 1 else 'lines are'} undecided: those files stay blocked until you decide"
        )
    _tell_findings(report)
    return 0


def _tell_findings(report: "Report") -> None:
    """What a list of files cannot settle: it blocks before and after."""
    from leakguard.model import Action

    blocked = [one for verdict in report.verdicts for one in verdict.judgements if one.action is Action.BLOCK]
    left = sorted({one.finding.rule for one in blocked if not one.finding.rule.startswith(("file/", "policy/"))})
    if left:
        names = ", ".join(f"`{rule}`" for rule in left[:6])
        _streams.say("note", f"`leakguard inspect` blocks all the same for {names}: fix that first")


class _Incomplete(UsageError):
    """An artifact could not be opened."""

    exit_code = INCOMPLETE
