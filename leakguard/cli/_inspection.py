"""Inspect and report on the way to something else: what `publish` and `attest` share with `inspect`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from leakguard.cli import _streams
from leakguard.cli._gate import exit_code
from leakguard.cli._options import option
from leakguard.cli._outputs import check, parse
from leakguard.cli._progress import ProgressLine
from leakguard.cli.inspect import _deliver, _pairs, _raised, tell_unset
from leakguard.model import Action, Report
from leakguard.reporters._page import WIDEST
from leakguard.reporters.text import Layout

if TYPE_CHECKING:
    from leakguard.policy import Policy
    from leakguard.targets import Target

_DECLARED = (
    option("--policy", metavar="NAME|FILE", help="A preset or a policy file. Default: leakguard.yaml here or above, else `default`."),
    option(
        "--format",
        "formats",
        metavar="NAME[=FILE]",
        multiple=True,
        help="Write a report: text, json. Without FILE to standard output. Repeatable.",
    ),
    option("--jobs", type=click.IntRange(min=1), metavar="N", help="Inspect N artifacts at a time. Default: one for each processor."),
    option("--limits", metavar="KEY=VALUE", multiple=True, help="Replace a limit of the policy, such as `bytes=1 GB`. Repeatable."),
    option("--fail-on", type=click.Choice(["block", "warn"]), default="block", help="Refuse on warnings too. Default: block."),
    option("--allow-incomplete", is_flag=True, help="Let waivers accept parts that could not be inspected."),
    option("--baseline", metavar="FILE", help="Accept the findings whose fingerprints FILE lists; `leakguard baseline` writes it."),
    option(
        "--secret-env",
        metavar="NAME",
        multiple=True,
        help="The value of this variable must not occur anywhere, in any encoding. Repeatable.",
    ),
    option("--quiet", is_flag=True, help="Print only what blocks, one line for each rule."),
    option("--no-progress", is_flag=True, help="No progress line on long runs."),
    option("--explain", is_flag=True, help="Print what is allowed too, and what each rule means."),
)


def inspecting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `inspect` that make sense before something is done with the artifacts."""
    for declare in reversed(_DECLARED):
        command = declare(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """How to inspect, as the command line says it."""

    policy: str | None
    formats: Sequence[str]
    jobs: int | None
    limits: Sequence[str]
    fail_on: str
    allow_incomplete: bool
    baseline: str | None
    secret_env: Sequence[str]
    quiet: bool
    no_progress: bool
    explain: bool

    def load_policy(self, rules: Mapping[str, Action] | None = None) -> "Policy":
        """The policy, with rules above all of its own."""
        from leakguard import policy as policies

        loaded = policies.load(self.policy)
        return policies.override_rules(loaded, rules) if rules else loaded

    def run(self, targets: "Sequence[str | Target]", policy: "Policy") -> tuple[Report, int]:
        """Inspect the targets, deliver the reports, and return the report with the exit code of `inspect`."""
        from leakguard import inspector
        from leakguard import policy as policies

        outputs = parse(self.formats)
        check(outputs, [target if isinstance(target, str) else target.name for target in targets])
        overrides = _pairs(self.limits)
        with ProgressLine(wanted=not (self.no_progress or self.quiet)) as progress:
            report = inspector.inspect(
                targets,
                policy=policy,
                limits=overrides,
                jobs=self.jobs,
                allow_incomplete=self.allow_incomplete,
                secret_env=self.secret_env,
                baseline=self.baseline,
                progress=progress,
            )
        tell_unset(self.secret_env)
        weakened = [*(["--allow-incomplete"] if self.allow_incomplete else []), *_raised(policy, overrides)]
        report = replace(report, weakened_by=(*report.weakened_by, *weakened))
        strict = self.fail_on == "warn"
        layout = Layout(
            width=_streams.width_of(sys.stdout, WIDEST),
            color=_streams.wants_color(sys.stdout),
            quiet=self.quiet,
            explain=self.explain,
            fail_on_warn=strict,
            rules=policies.catalogue() if self.explain else {},
        )
        return report, _deliver(report, outputs, exit_code(report, fail_on_warn=strict), layout)
