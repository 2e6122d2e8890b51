"""`leakguard inspect`: the main verb."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leakguard.cli import _streams
from leakguard.cli._delivery import compared, deliver, pairs_of, raised_limits, tell_unset
from leakguard.cli._options import SETTINGS, option
from leakguard.cli._outputs import check, parse
from leakguard.cli._progress import ProgressLine
from leakguard.cli._pull_request import governing_commit, own_exemption
from leakguard.cli._staged import advise, downloaded, is_staged
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.policy import Policy

DEFAULT_TARGET = "dist/"

EPILOG = """\b
Each option can be given as a variable too: LEAKGUARD_POLICY,
LEAKGUARD_FAIL_ON, LEAKGUARD_ALLOW_INCOMPLETE=1 …; several values are
separated by spaces. NO_COLOR and FORCE_COLOR are honoured.

\b
Exit codes:
  0    pass: every byte was accounted for and the policy allows all of it
  1    blocked: at least one finding blocks
  2    usage: arguments or the policy are wrong
  3    incomplete: a target could not be found or opened, or changed
  70   a bug in leakguard
  130  interrupted
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@option("--policy", metavar="NAME|FILE", help="A preset or a policy file. Default: leakguard.yaml here or above, else `default`.")
@option(
    "--format",
    "formats",
    metavar="NAME[=FILE]",
    multiple=True,
    help="Write a report: text, json, sarif, github, markdown, junit or gitlab. Without FILE to standard output. Repeatable.",
)
@option("--jobs", type=click.IntRange(min=1), metavar="N", help="Inspect N artifacts at a time. Default: one for each processor.")
@option("--limits", metavar="KEY=VALUE", multiple=True, help="Replace a limit of the policy, such as `bytes=1 GB`. Repeatable.")
@option("--fail-on", type=click.Choice(["block", "warn"]), default="block", help="Exit with 1 on warnings too. Default: block.")
@option("--allow-incomplete", is_flag=True, help="Let waivers accept parts that could not be inspected.")
@option("--as-is", is_flag=True, help="Inspect a project folder as if it were what ships.")
@option("--recover", metavar="DIR", help="Write the sources that maps hold to DIR, which is new or empty: what a leak would have cost.")
@option(
    "--policy-from",
    metavar="REF",
    help="Read policy, lock, packs and baseline from this commit. Default: the target branch in CI on pull requests. `.`: never.",
)
@option("--baseline", metavar="FILE", help="Accept the findings whose fingerprints FILE lists; `leakguard baseline` writes it.")
@option(
    "--against", metavar="OLD", help="Block what is new since OLD: a file, folder or lock, npm:NAME@VERSION, pypi:NAME==VERSION, previous."
)
@option(
    "--secret-env",
    metavar="NAME",
    multiple=True,
    help="The value of this variable must not occur anywhere, in any encoding. Repeatable.",
)
@click.option(
    "--trust-plugin",
    "trust_plugins",
    metavar="FILE",
    multiple=True,
    help="A plug-in of `detect-secrets`: its code runs, on all text. Here only, not as a variable. Repeatable.",
)
@option("--quiet", is_flag=True, help="Print only what blocks, one line for each rule.")
@option("--no-progress", is_flag=True, help="No progress line on long runs.")
@option("--explain", is_flag=True, help="Print what is allowed too, and what each rule means.")
def command(**options: Any) -> int:
    """Inspect packages before they are published.

    TARGET is a package, a folder of packages (default: dist/), an unpacked
    package or any file; `npm-stage:ID` is a package that waits in npm's
    staging area, and is downloaded by npm.
    """
    return run(**options)


def run(
    *,
    targets: Sequence[str],
    policy: str | None,
    formats: Sequence[str],
    jobs: int | None,
    limits: Sequence[str],
    fail_on: str,
    allow_incomplete: bool,
    as_is: bool,
    recover: str | None,
    policy_from: str | None,
    baseline: str | None,
    against: str | None,
    secret_env: Sequence[str],
    trust_plugins: Sequence[str],
    quiet: bool,
    no_progress: bool,
    explain: bool,
) -> int:
    """Inspect, report, and say by the exit code whether it may be published."""
    named = tuple(targets) or (DEFAULT_TARGET,)
    outputs = parse(formats)
    check(outputs, named)
    overrides = pairs_of(limits)
    from leakguard import database

    database.begin()
    from leakguard import inspector

    reference = governing_commit(policy_from)
    with contextlib.ExitStack() as stack:
        resolved = downloaded(named, stack)
        progress = stack.enter_context(ProgressLine(wanted=not (no_progress or quiet)))
        report = inspector.inspect(
            resolved,
            policy=policy,
            policy_from=reference,
            limits=overrides,
            jobs=jobs,
            as_is=as_is,
            allow_incomplete=allow_incomplete,
            recover=Path(recover) if recover else None,
            secret_env=secret_env,
            trust_plugins=trust_plugins,
            baseline=baseline,
            against=compared(against),
            progress=progress,
        )
    tell_unset(secret_env)
    if reference and policy is None and report.policy_name == "default":
        _streams.say("note", f"`{escape(reference)}` has no leakguard.yaml here or above, so the preset `default` decides")
    if recover:
        _tell_recovered(Path(recover))
    raised = raised_limits(_loaded(policy, reference), overrides) if overrides else []
    own = own_exemption(policy_from)
    weakened = [*(["--allow-incomplete"] if allow_incomplete else []), *(["--as-is"] if as_is else []), *own, *raised]
    report = replace(report, weakened_by=(*report.weakened_by, *weakened))
    strict = fail_on == "warn"
    code = deliver(report, outputs, fail_on_warn=strict, quiet=quiet, explain=explain)
    if any(map(is_staged, named)):
        advise(report, fail_on_warn=strict)
    return code


def _tell_recovered(folder: Path) -> None:
    files = sum(len(names) for _, _, names in os.walk(folder))
    _streams.say("note", f"{files} recovered {'file is' if files == 1 else 'files are'} in `{escape(str(folder))}`")


def _loaded(policy: str | None, reference: str | None) -> "Policy":
    from leakguard.policy import load, snapshot

    with contextlib.ExitStack() as stack:
        return load(policy, origin=stack.enter_context(snapshot(reference)) if reference else None)
