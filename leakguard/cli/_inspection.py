"""Inspect and report on the way to something else: what `publish` and `attest` share with `inspect`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from leakguard.cli._delivery import compared, deliver, pairs_of, raised_limits, tell_unset
from leakguard.cli._options import option
from leakguard.cli._outputs import check, parse
from leakguard.cli._progress import ProgressLine
from leakguard.cli._pull_request import governing_commit, own_exemption
from leakguard.model import Action, Report

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
        help="Write a report: text, json, sarif, github, markdown, junit or gitlab. Without FILE to standard output. Repeatable.",
    ),
    option("--jobs", type=click.IntRange(min=1), metavar="N", help="Inspect N artifacts at a time. Default: one for each processor."),
    option("--limits", metavar="KEY=VALUE", multiple=True, help="Replace a limit of the policy, such as `bytes=1 GB`. Repeatable."),
    option("--fail-on", type=click.Choice(["block", "warn"]), default="block", help="Refuse on warnings too. Default: block."),
    option("--allow-incomplete", is_flag=True, help="Let waivers accept parts that could not be inspected."),
    option(
        "--policy-from",
        metavar="REF",
        help="Read policy, lock, packs and baseline from this commit. Default: the target branch in CI on pull requests. `.`: never.",
    ),
    option("--baseline", metavar="FILE", help="Accept the findings whose fingerprints FILE lists; `leakguard baseline` writes it."),
    option(
        "--against",
        metavar="OLD",
        help="Block what is new since OLD: a file, folder or lock, npm:NAME@VERSION, pypi:NAME==VERSION, previous.",
    ),
    option(
        "--secret-env",
        metavar="NAME",
        multiple=True,
        help="The value of this variable must not occur anywhere, in any encoding. Repeatable.",
    ),
    click.option(
        "--trust-plugin",
        "trust_plugins",
        metavar="FILE",
        multiple=True,
        help="A plug-in of `detect-secrets`: its code runs, on all text. Here only, not as a variable. Repeatable.",
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
    policy_from: str | None
    baseline: str | None
    against: str | None
    secret_env: Sequence[str]
    trust_plugins: Sequence[str]
    quiet: bool
    no_progress: bool
    explain: bool

    def load_policy(self, stack: ExitStack, rules: Mapping[str, Action] | None = None) -> "Policy":
        """The policy, with rules above all of its own; good until `stack` is unwound."""
        from leakguard import policy as policies

        reference = governing_commit(self.policy_from)
        origin = stack.enter_context(policies.snapshot(reference)) if reference else None
        loaded = policies.load(self.policy, origin=origin)
        return policies.override_rules(loaded, rules) if rules else loaded

    def run(self, targets: "Sequence[str | Target]", policy: "Policy") -> tuple[Report, int]:
        """Inspect the targets, deliver the reports, and return the report with the exit code of `inspect`."""
        from leakguard import inspector

        outputs = parse(self.formats)
        check(outputs, [target if isinstance(target, str) else target.name for target in targets])
        overrides = pairs_of(self.limits)
        with ProgressLine(wanted=not (self.no_progress or self.quiet)) as progress:
            report = inspector.inspect(
                targets,
                policy=policy,
                policy_from=governing_commit(self.policy_from),
                limits=overrides,
                jobs=self.jobs,
                allow_incomplete=self.allow_incomplete,
                secret_env=self.secret_env,
                trust_plugins=self.trust_plugins,
                baseline=self.baseline,
                against=compared(self.against),
                progress=progress,
            )
        tell_unset(self.secret_env)
        given = ["--allow-incomplete"] if self.allow_incomplete else []
        weakened = [*given, *own_exemption(self.policy_from), *raised_limits(policy, overrides)]
        report = replace(report, weakened_by=(*report.weakened_by, *weakened))
        return report, deliver(report, outputs, fail_on_warn=self.fail_on == "warn", quiet=self.quiet, explain=self.explain)
