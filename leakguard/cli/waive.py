"""`leakguard waive`: accept a finding, for a reason, until a day."""

import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from leakguard.cli import _streams
from leakguard.cli._options import SETTINGS
from leakguard.cli._outputs import replace_file
from leakguard.errors import UsageError
from leakguard.redact import escape

EPILOG = """\b
  leakguard waive secret/private-key "tests/certs/*.pem" \\
    --reason "self-signed key of the test server" --expires 2027-06-30

PATH is the one inside the package, without package/ or NAME-VERSION/, and
goes into nested archives with !/. Comments and order of the policy stay as
they are. A waived finding stays in every report, and counts again on the
day after it expires.
"""

_DAYS = re.compile(r"([1-9][0-9]{0,3})d")


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("rule", metavar="RULE")
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may ship.")
@click.option("--expires", required=True, metavar="DAY", help="The last day (UTC) on which it holds: 2027-06-30, or 90d.")
@click.option("--fingerprint", metavar="HEX", help="Of the one finding that is meant, as a report shows it.")
@click.option("--by", metavar="NAME", help="Who accepts it.")
@click.option("--policy", metavar="FILE", help="The policy to add it to. Default: leakguard.yaml here or above.")
@click.option("--create", is_flag=True, help="Write a leakguard.yaml where there is none.")
def command(*, rule: str, path: str | None, policy: str | None, create: bool, expires: str, **more: str | None) -> int:
    """Write a waiver into the policy.

    RULE is the name of a rule as a report shows it, PATH a git pattern. One
    of PATH and --fingerprint is needed.
    """
    from leakguard.policy import load, waiving

    given = {"rule": rule, "path": path, "fingerprint": more["fingerprint"], "reason": more["reason"]}
    waiver = {key: text for key, text in {**given, "expires": _day(expires), "by": more["by"]}.items() if text is not None}
    if path is None and "fingerprint" not in waiver:
        raise UsageError("a waiver needs a path or a fingerprint", hint="`leakguard waive RULE PATH …`, as a report shows the path")
    waiving.checked(waiver)
    file = _policy_file(policy, create=create)
    shown = escape(os.path.relpath(file))
    exists = os.path.lexists(file)
    written = waiving.with_waiver(file.read_bytes() if exists else waiving.NEW.encode(), waiver, file, shown)
    _check_rule(rule, load(file) if exists else None)
    replace_file(file, written, "the policy")
    _streams.write_text(f"{shown}: `{escape(rule)}` is waived until {waiver['expires']}\n")
    return 0


def _day(text: str, today: date | None = None) -> str:
    """The day that is meant, which must not be over."""
    today = today or datetime.now(UTC).date()
    days = _DAYS.fullmatch(text)
    try:
        day = today + timedelta(int(days[1])) if days else date.fromisoformat(text)
    except ValueError:
        raise UsageError("`--expires` is no day", hint="such as `2027-06-30`, or `90d` for 90 days from now") from None
    if day < today:
        raise UsageError(f"`--expires {day.isoformat()}` is over already", hint="name the last day on which the waiver holds")
    return day.isoformat()


def _policy_file(named: str | None, *, create: bool) -> Path:
    """The file to write to: never a preset, a link, or somebody else's."""
    from leakguard.policy import FILE_NAME, PRESETS, files

    here = Path.cwd().resolve()
    if named in PRESETS:
        raise UsageError(
            f"`{named}` is a preset, which comes with leakguard", hint=f"write a {FILE_NAME} that begins with `extends: {named}`"
        )
    found = here / named if named else files.discover(here)
    if found is None or not os.path.lexists(found):
        if create:
            return found or here / FILE_NAME
        missing = f"no policy `{escape(named)}`" if named else f"there is no {FILE_NAME} here or above"
        raise UsageError(missing, hint="`--create` writes one")
    problem = files.refusal(found, root=found.parent)
    if problem:
        raise UsageError(f"the policy `{escape(os.path.relpath(found))}` {problem}", hint="name a file of your own")
    return found


def _check_rule(rule: str, policy: object) -> None:
    """Refuse the name of a rule that nobody knows; a pack may bring rules of its own."""
    from leakguard.policy import Policy, known
    from leakguard.policy.shapes import suggestion

    packs: Sequence[Path] = policy.settings.secrets.packs if isinstance(policy, Policy) else ()
    if not known.is_known(rule) and not (packs and rule.startswith("secret/")):
        hint = suggestion(rule, known.known_names()) or "`leakguard rules list` shows all"
        raise UsageError(f"unknown rule `{escape(rule)}`", hint=hint)
