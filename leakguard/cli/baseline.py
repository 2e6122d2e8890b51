"""`leakguard baseline`: write down the findings that are there now, so that only new ones count."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from leakguard.cli import _streams
from leakguard.cli._gate import INCOMPLETE
from leakguard.cli._options import SETTINGS, option
from leakguard.cli._outputs import replace_file
from leakguard.errors import UsageError
from leakguard.model import Action, Report
from leakguard.redact import escape

DEFAULT_FILE = "leakguard.baseline"

EPILOG = """\b
  leakguard baseline dist/ -o leakguard.baseline
  leakguard inspect dist/ --baseline leakguard.baseline

The file holds fingerprints only, one a line, and comments that you add
with #. A fingerprint says nothing of a secret that could be guessed. What
could not be inspected is never accepted: that needs a waiver.
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("targets", nargs=-1, required=True, metavar="ARTIFACT...")
@click.option("-o", "--output", default=DEFAULT_FILE, metavar="FILE", help=f"The baseline. Default: {DEFAULT_FILE}.")
@click.option("--add", is_flag=True, help="Accept new findings too; without it an existing file only shrinks.")
@option("--policy", metavar="NAME|FILE", help="A preset or a policy file. Default: leakguard.yaml here or above, else `default`.")
@option("--jobs", type=click.IntRange(min=1), metavar="N", help="Inspect N artifacts at a time. Default: one for each processor.")
@option("--as-is", is_flag=True, help="Inspect a project folder as if it were what ships.")
def command(*, targets: Sequence[str], output: str, add: bool, policy: str | None, jobs: int | None, as_is: bool) -> int:
    """Write the fingerprints of the findings that warn or block now.

    A new FILE takes all of them. One that exists loses the entries that
    belong to no finding any more, and gains none unless --add says so: name
    every artifact that it is for.
    """
    from leakguard import inspector
    from leakguard.policy import baseline

    path = Path(output)
    existing = baseline.read(path) if os.path.lexists(path) else None
    report = inspector.inspect(targets, policy=policy, jobs=jobs, as_is=as_is)
    if report.errors:
        for error in report.errors:
            _streams.say("error", error.message)
        raise _Incomplete("the baseline was not written", hint="name artifacts that can be opened")
    found = _fingerprints(report)
    before = existing or baseline.Baseline(label=escape(output), lines={})
    new = found - set(before.lines)
    added = sorted(new) if add or existing is None else []
    replace_file(path, before.changed(found, added), "the baseline")
    left = len(before.lines.keys() & found)
    _streams.write_text(f"{escape(output)}: {left} kept, {len(before.lines) - left} removed, {len(added)} added\n")
    if len(new) > len(added):
        _streams.say("note", f"{_findings(len(new))} not in it: fix them, or accept them with `--add`")
    return 0


class _Incomplete(UsageError):
    """An artifact could not be inspected, so the baseline would lose what it holds."""

    exit_code = INCOMPLETE


def _fingerprints(report: Report) -> set[str]:
    from leakguard.policy.deciding import can_be_accepted

    judged = [one for verdict in report.verdicts for one in verdict.judgements]
    return {one.finding.fingerprint for one in judged if one.action is not Action.ALLOW and can_be_accepted(one.finding.rule)}


def _findings(count: int) -> str:
    return f"{count} finding is" if count == 1 else f"{count} findings are"
