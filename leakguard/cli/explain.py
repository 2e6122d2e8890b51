"""`leakguard explain`: a rule in prose."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from leakguard.cli import _streams
from leakguard.cli._options import SETTINGS, option
from leakguard.cli.rules import find
from leakguard.model import Action, Confidence, Openness, Rule
from leakguard.reporters._page import WIDEST, Page

if TYPE_CHECKING:
    from leakguard.policy import Policy

ANY_TOOL = "*"


@click.command(context_settings=dict(SETTINGS))
@click.argument("rule_id", metavar="RULE")
@option("--policy", "spec", metavar="NAME|FILE", help="The policy to ask. Default: leakguard.yaml here or above, else `default`.")
def command(rule_id: str, spec: str | None) -> int:
    """Say what a rule means and how to fix what it finds.

    What it means, what somebody who downloads the package gains, the fix in
    each packaging tool, and what the policy in force does about it.
    """
    rule = find(rule_id)
    from leakguard import policy as policies

    page = Page(width=_streams.width_of(sys.stdout, WIDEST), color=_streams.wants_color(sys.stdout))
    _describe(rule, page)
    _heading(f"What the policy `{(governing := policies.load(spec)).name}` does", page)
    for line in decisions(rule, governing):
        page.prose(line, indent=2)
    _streams.write_text(page.text())
    return 0


def _describe(rule: Rule, page: Page) -> None:
    page.name("", f"{rule.id}", indent=0, color="label", tail=f" (severity {rule.severity}): {rule.title}")
    for heading, text in (("What it means", rule.description), ("What somebody who downloads it gains", rule.impact)):
        _heading(heading, page)
        page.prose(text, indent=2)
    if not rule.fixes:
        return
    _heading("How to fix it", page)
    for tool, fix in rule.fixes.items():
        page.prose(fix.replace("{path}", "PATH"), label="" if tool == ANY_TOOL else f"{tool}:", indent=2, hang=2)


def _heading(text: str, page: Page) -> None:
    page.gap()
    page.prose("", label=text)


def decisions(rule: Rule, governing: "Policy") -> Iterator[str]:
    """What a policy does about a rule, for closed and open packages, and which of its lines say so."""
    openness = governing.settings.openness
    for one in [openness] if openness else [Openness.CLOSED, Openness.OPEN]:
        actions = {confidence: governing.general.rules.action(rule.id, one, confidence) for confidence in Confidence}
        yield f"{one} source: {_by_confidence(actions)}"
    origins = ", ".join(_origins(rule, governing))
    if origins:
        yield f"as {origins} {'says' if ', ' not in origins else 'say'}"
    if governing.roles:
        yield "roles under `artifacts:` may say otherwise"


def _by_confidence(actions: dict[Confidence, Action]) -> str:
    if len(set(actions.values())) == 1:
        return str(actions[Confidence.HIGH])
    return ", ".join(f"{action} at {confidence} confidence" for confidence, action in actions.items())


def _origins(rule: Rule, governing: "Policy") -> Iterator[str]:
    """The patterns that decide, with their places, the deciding one first."""
    from leakguard.policy.actions import CASES, names_rule

    rules = governing.merged().get("rules", {})
    decided: set[tuple[Openness, Confidence]] = set()
    for pattern, choice in governing.general.rules:
        if not names_rule(pattern, rule.id):
            continue
        fresh = {case for case in CASES if choice.at(*case) is not None} - decided
        decided |= fresh
        if fresh and pattern in rules:
            yield f"`{pattern}` ({rules[pattern].origin})"
