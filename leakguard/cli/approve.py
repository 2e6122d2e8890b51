"""`leakguard approve`: look at what is new in what ships, and write it down as reviewed."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakguard.cli import _streams
from leakguard.cli._gate import INCOMPLETE
from leakguard.cli._options import SETTINGS, option
from leakguard.cli._outputs import replace_file
from leakguard.errors import UsageError
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.policy import Policy

EPILOG = """\b
  leakguard approve dist/*.tgz
  git add leakguard.lock

The lock holds patterns, kinds and sizes, one a line. Content hashes and the
package's own version are left out, so that a rebuild leaves it as it is.
Name every artifact of a release at once; roles that are not named stay.

In CI (where the variable CI is set) this command refuses: who approves is
a person, and the change of the lock is reviewed like code.
"""

_NO = frozenset(("", "0", "false", "no", "off"))


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("targets", nargs=-1, required=True, metavar="ARTIFACT...")
@click.option("--yes", is_flag=True, help="Do not ask. Refused in CI like the question.")
@option("--policy", metavar="NAME|FILE", help="A preset or a policy file, whose `lock:` is written. Default: leakguard.lock.")
@option("--as-is", is_flag=True, help="Approve a project folder as if it were what ships.")
def command(*, targets: Sequence[str], yes: bool, policy: str | None, as_is: bool) -> int:
    """Write the reviewed shape of what ships into leakguard.lock.

    Shows what is added, removed, grown or of a new kind since the last
    approval, and asks. Nothing is written without a yes.
    """
    if os.environ.get("CI", "").lower() not in _NO:
        hint = "approve on your own machine, commit the lock, and let its change be reviewed"
        raise UsageError("`approve` refuses in CI: an approval is a person's", hint=hint)
    from leakguard import inspector
    from leakguard import policy as policies
    from leakguard.policy import lock as locks
    from leakguard.reporters import _changes
    from leakguard.shape import shapes_of

    governing = policies.load(policy)
    path = governing.lock or Path(locks.FILE_NAME)
    before = locks.read(path).shapes if os.path.lexists(path) else {}
    report = inspector.inspect(targets, policy=_without_lock(governing), as_is=as_is)
    if report.errors:
        for error in report.errors:
            _streams.say("error", error.message)
        raise _Incomplete("nothing was approved", hint="name artifacts that can be opened")
    now = shapes_of(verdict.artifact for verdict in report.verdicts if inspector.is_published(verdict))
    after = locks.renewed(before, now)
    shown = escape(os.path.relpath(path))
    changed = _changes.of_shapes({role: before[role] for role in now if role in before}, {role: after[role] for role in now})
    if after == before:
        _streams.write_text(f"{shown}: nothing to approve\n")
        return 0
    _streams.write_text(changed)
    if not yes:
        _ask(shown)
    replace_file(path, locks.text(after), "the lock")
    _streams.write_text(f"{shown}: {len(now)} {'artifact' if len(now) == 1 else 'artifacts'} approved\n")
    if governing.lock is None:
        _streams.say("note", f"the policy names no lock yet: add `lock: {shown}` to {policies.FILE_NAME}, or nothing compares with it")
    return 0


def _without_lock(governing: "Policy") -> "Policy":
    """The policy without its lock: what is about to be approved is not compared with what was."""
    import dataclasses

    return dataclasses.replace(governing, lock=None)


def _ask(shown: str) -> None:
    """Ask for a yes; raises `UsageError` where nobody can answer, `click.Abort` on a no."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"`{shown}` was not written: nobody to ask", hint="`--yes` approves without the question")
    if not click.confirm("Approve this?", default=False, err=True):
        raise _Declined(f"`{shown}` was not written")


class _Incomplete(UsageError):
    """An artifact could not be opened."""

    exit_code = INCOMPLETE


class _Declined(UsageError):
    """The person said no."""

    exit_code = 1
