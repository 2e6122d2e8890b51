"""What `inspect` shares with the commands that inspect on the way to something else: reading its options, writing its reports."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from leakguard.cli import _streams
from leakguard.cli._gate import USAGE, exit_code
from leakguard.cli._outputs import Output, rendered, write_file
from leakguard.errors import UsageError
from leakguard.limits import Limits
from leakguard.model import Artifact, Report
from leakguard.redact import escape
from leakguard.reporters._page import WIDEST
from leakguard.reporters.text import Layout, render

if TYPE_CHECKING:
    from leakguard.policy import Policy, Reference


def pairs_of(limits: Sequence[str]) -> dict[str, str]:
    """Limits as they were given, KEY=VALUE each, by key; raises `UsageError`."""
    pairs = {}
    for spec in limits:
        key, equals, value = spec.partition("=")
        if not equals or not key or not value:
            keys = ", ".join(f"`{name}`" for name in Limits.names())
            raise UsageError(f"`--limits {escape(spec)}` is not KEY=VALUE", hint=f"such as `bytes=1GB`; the keys are {keys}")
        pairs[key] = value
    return pairs


def compared(against: str | None) -> "Callable[[Sequence[Artifact]], Reference] | None":
    """What to ask, once the artifacts are known, for what to compare them with; a wrong name is told before any work."""
    if against is None:
        return None
    from leakguard import before

    before.check(against)
    return partial(before.reference, against)


def raised_limits(governing: "Policy", overrides: Mapping[str, str]) -> list[str]:
    """The overrides that let more through than the policy does, as they were given."""
    from leakguard.policy import override_limits

    raised = override_limits(governing, overrides).limits
    return [f"--limits {key}={value}" for key, value in overrides.items() if getattr(raised, key) > getattr(governing.limits, key)]


def tell_unset(names: Sequence[str]) -> None:
    """Warn of variables that are not set: there is nothing to search for, which a misspelt name would hide."""
    for name in names:
        if not os.environ.get(name):
            _streams.say("warning", f"the variable `{escape(name)}` is not set, so its value was not searched for")


def deliver(report: Report, outputs: Sequence[Output], *, fail_on_warn: bool, quiet: bool, explain: bool) -> int:
    """Write every report, and return the exit code; a report that cannot be written fails a run that has not failed already."""
    from leakguard.policy import catalogue

    layout = Layout(
        width=_streams.width_of(sys.stdout, WIDEST),
        color=_streams.wants_color(sys.stdout),
        quiet=quiet,
        explain=explain,
        fail_on_warn=fail_on_warn,
        rules=catalogue() if explain else {},
    )
    code, lost = exit_code(report, fail_on_warn=fail_on_warn), False
    for output in outputs:
        try:
            if output.path is not None:
                write_file(report, output)
            elif output.reporter == "text":
                _streams.write_text(render(report, layout))
            else:
                _tell_errors(report)
                _streams.write_bytes(rendered(report, output.reporter))
        except UsageError as error:
            _streams.say("error", error.message)
            lost = True
    return code or (USAGE if lost else 0)


def _tell_errors(report: Report) -> None:
    for error in report.errors:
        _streams.say("error", error.message)
        if error.hint:
            _streams.say("hint", error.hint)
