"""`leakguard doctor`: proves that the gate is wired."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakguard.cli import _streams
from leakguard.cli._gate import BLOCKED, PASS
from leakguard.cli._options import SETTINGS, option
from leakguard.errors import Incomplete, UsageError
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.doctor import Check

SCHEMA = "leakguard-doctor/1"

MOST_ARTIFACTS = 16

SUFFIXES = (".whl", ".tgz", ".tar.gz", ".zip", ".vsix", ".crate", ".nupkg", ".jar", ".gem")

EPILOG = """\b
Exit codes:
  0    everything that is there holds
  1    something would get through, or would not be asked
  2    usage: arguments or the policy are wrong
  3    incomplete: an artifact could not be opened
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("artifacts", nargs=-1, metavar="[ARTIFACT]...")
@option("--policy", metavar="NAME|FILE", help="A preset or a policy file. Default: leakguard.yaml here or above, else `default`.")
@option("--baseline", metavar="FILE", help="The baseline that the gate uses.")
@option("--fail-on", type=click.Choice(["block", "warn"]), default="block", help="As the gate uses it. Default: block.")
@click.option("--base", metavar="REF", help="The branch to compare policy and baseline with. Default: that of the remote.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to say it. Default: text.")
def command(*, artifacts: Sequence[str], policy: str | None, baseline: str | None, fail_on: str, base: str | None, form: str) -> int:
    """Prove that the gate is wired.

    Plants canaries (a map, a map in a comment, a token, an unlisted file) into
    temporary copies of each ARTIFACT (default: those in dist/), cuts one copy
    short, and expects the gate to block them all. Checks that hooks fire, that
    jobs which publish wait for one that inspects, and that policy and baseline
    are no looser than those of the base branch.
    """
    checks = list(_checks(tuple(artifacts) or _built(), policy, baseline, base, strict=fail_on == "warn"))
    healthy = all(one.state.value != "failed" for one in checks)
    _streams.write_bytes(_document(checks, healthy=healthy)) if form == "json" else _streams.write_text(_table(checks, healthy=healthy))
    return PASS if healthy else BLOCKED


def _checks(artifacts: Sequence[str], policy: str | None, baseline: str | None, base: str | None, *, strict: bool) -> "Iterator[Check]":
    from leakguard import doctor, git
    from leakguard import policy as policies
    from leakguard.cli._pull_request import target_branch
    from leakguard.doctor._loosening import base_of

    governing = policies.load(policy)
    if len(artifacts) > MOST_ARTIFACTS:
        raise UsageError(f"more than {MOST_ARTIFACTS} artifacts", hint="one of each kind is enough")
    for name in artifacts:
        yield from doctor.plant(name, governing, baseline=baseline, fail_on_warn=strict)
    if not artifacts:
        hint = "build it, then `leakguard doctor dist/*`"
        yield doctor.Check(
            about="canary", name="artifact", state=doctor.State.ABSENT, detail="there is no artifact to plant anything in", hint=hint
        )
    repository = git.around(Path.cwd())
    if repository is None:
        if base:
            raise Incomplete("this is no git repository, or one that git does not trust", hint="`git status` says more")
        yield from doctor.pipelines(Path.cwd())
        return
    yield from doctor.hooks(repository)
    yield from doctor.pipelines(repository.root)
    if base and repository.resolve(base) is None:
        raise UsageError(f"there is no commit `{escape(base)}`", hint="fetch it first: a shallow checkout holds only the newest")
    yield from doctor.loosening(repository, base or base_of(repository, target_branch(os.environ)))


def _built() -> Sequence[str]:
    """The packages in dist/."""
    folder = Path("dist")
    if not folder.is_dir():
        return ()
    return tuple(sorted(str(one) for one in folder.iterdir() if one.name.endswith(SUFFIXES) and one.is_file()))[:MOST_ARTIFACTS]


def _document(checks: "Sequence[Check]", *, healthy: bool) -> bytes:
    said = [
        {"about": one.about, "name": escape(one.name), "state": one.state.value, "detail": escape(one.detail), "hint": escape(one.hint)}
        for one in checks
    ]
    return json.dumps({"schema": SCHEMA, "healthy": healthy, "checks": said}, ensure_ascii=False, indent=2).encode() + b"\n"


def _table(checks: "Sequence[Check]", *, healthy: bool) -> str:
    import sys

    from leakguard.reporters._page import WIDEST, Page, count

    page = Page(width=_streams.width_of(sys.stdout, WIDEST), color=_streams.wants_color(sys.stdout))
    colors = {"ok": "pass", "failed": "block", "allowed": "warn", "absent": "warn"}
    for about in dict.fromkeys(one.about for one in checks):
        page.gap()
        page.prose(about, label="", indent=0)
        for one in (one for one in checks if one.about == about):
            page.prose(f"{one.name}: {one.detail}", label=f"{one.state.value:7}", color=colors[one.state.value], indent=2)
            if one.hint and one.state.value != "ok":
                page.prose(one.hint, label="hint:", indent=9)
    failed = sum(one.state.value == "failed" for one in checks)
    page.gap()
    said = "everything that is there holds" if healthy else f"{count(failed, 'check')} failed"
    page.prose(
        f"{said} ({count(len(checks), 'check')})", label="healthy:" if healthy else "unhealthy:", color="pass" if healthy else "block"
    )
    return page.text()
