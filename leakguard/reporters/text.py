"""The report for people: what leaks, how much of it, where, and the edit that fixes it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import BinaryIO

from msgspec import Struct, field

from leakguard.model import (
    Action,
    Artifact,
    Finding,
    Identity,
    Judgement,
    Location,
    Outcome,
    Report,
    Rule,
    RuleId,
    Severity,
    TargetError,
    Verdict,
)
from leakguard.reporters import _checkout, _evidence, _ledger, _waivers
from leakguard.reporters._page import Page, count, size

LOCATIONS = 4
"""Locations shown of findings that a rule has in one artifact; the others are counted."""

MOST_KINDS = 3
"""Kinds of opaque bytes that are named."""

WAIVERS = 3
"""Waivers offered in one report: who wants more has a policy to write."""

_SEVERITIES = list(Severity)


class Layout(Struct, frozen=True, kw_only=True):
    """How the text is to look."""

    width: int = 80
    color: bool = False
    quiet: bool = False
    """Only what blocks, one line for each rule."""
    explain: bool = False
    """Also what is allowed, and what each rule means."""
    fail_on_warn: bool = False
    """Whether warnings fail the run, so that the last line can say so."""
    today: date | None = None
    """The day from which a waiver's expiry counts; `None`: the day of the call."""
    rules: Mapping[RuleId, Rule] = field(default_factory=dict)
    """For `explain`."""


def write(report: Report, out: BinaryIO) -> None:
    """Write the report as UTF-8, without colour, 80 columns wide."""
    out.write(render(report, Layout()).encode("utf-8", "backslashreplace"))


def render(report: Report, layout: Layout) -> str:
    """The report as text; the empty string if nothing blocks and it is to be quiet."""
    page = Page(width=layout.width, color=layout.color)
    unknown = {error.target for error in report.errors}
    for verdict in report.verdicts:
        if verdict.judgements or verdict.artifact.target not in unknown:
            (_brief if layout.quiet else _artifact)(verdict, page, layout)
    for error in report.errors:
        _error(error, page, layout)
    if not layout.quiet:
        _offer_waivers(report, page, layout)
        _conclude(report, page, layout)
    return page.text()


def _error(error: TargetError, page: Page, layout: Layout) -> None:
    if not layout.quiet:
        page.gap()
    about = "" if error.target in error.message else f"`{error.target}`: "
    page.prose(f"{about}{error.message}", label="error:", color="error")
    if error.hint:
        page.prose(error.hint, label="hint:", indent=1)


def _brief(verdict: Verdict, page: Page, _layout: Layout) -> None:
    if verdict.outcome is not Outcome.BLOCK:
        return
    page.name("block ", verdict.artifact.target, indent=0, color="block")
    for rule, judgements in _groups(verdict, Action.BLOCK):
        total = len(judgements) + _omitted(judgements)
        tail = f" and {total - 1:,} more" if total > 1 else ""
        page.name(f"{rule} ", _place(judgements[0].finding.location, verdict.artifact), indent=2, tail=tail)


def _artifact(verdict: Verdict, page: Page, layout: Layout) -> None:
    page.gap()
    _head(verdict, page, layout)
    actions = list(Action)[::-1] if layout.explain else [Action.BLOCK, Action.WARN]
    for action in actions:
        for rule, judgements in _groups(verdict, action):
            page.gap()
            _group(rule, judgements, verdict.artifact, page, layout)
    if not layout.explain:
        _count_allowed(verdict, page)


def _head(verdict: Verdict, page: Page, layout: Layout) -> None:
    artifact = verdict.artifact
    label = verdict.outcome.value
    page.name(f"{page.paint(label, label)} ", artifact.target, indent=0, color="label")
    page.prose(_identity(artifact.identity), indent=2)
    page.prose(_coverage(artifact), indent=2)
    if artifact.ledger is not None:
        _ledger.show(artifact.ledger, page, indent=2)
    if artifact.checkout is not None:
        _checkout.show(artifact.checkout, page, indent=2, always=layout.explain)


def _identity(identity: Identity) -> str:
    named = " ".join(part for part in (identity.format, identity.name, identity.version) if part)
    reason = f" ({identity.openness_reason})" if identity.openness_reason else ""
    return f"{named}, {identity.openness.value} source{reason}"


def _coverage(artifact: Artifact) -> str:
    coverage = artifact.coverage
    held = f"{count(coverage.entries, 'entry', 'entries')}, {size(coverage.bytes)}"
    if coverage.unreadable:
        return f"{held}: {size(coverage.unreadable)} could not be read"
    kinds = ", ".join(kind for kind, _ in sorted(coverage.opaque_by.items(), key=lambda pair: -pair[1])[:MOST_KINDS])
    why = f" ({kinds})" if kinds else ""
    opaque = f"; {size(coverage.opaque)} are opaque{why} and were searched for secrets only" if coverage.opaque else ""
    return f"{held}: every byte accounted for{opaque}"


def _group(rule: RuleId, judgements: Sequence[Judgement], artifact: Artifact, page: Page, layout: Layout) -> None:
    first = judgements[0].finding
    action = judgements[0].action.value
    page.prose(first.message, label=f"{action}[{rule}]:", color=action, indent=2, hang=4)
    _location(judgements[0], artifact, page)
    _evidence.show(first.evidence, page, indent=6)
    for judgement in judgements[1:LOCATIONS]:
        _location(judgement, artifact, page)
        if judgement.finding.message != first.message:
            page.prose(judgement.finding.message, indent=8)
    more = len(judgements[LOCATIONS:]) + _omitted(judgements)
    if more:
        page.prose(f"… and {more:,} more like this", indent=4)
    meaning = layout.rules.get(rule) if layout.explain else None
    if meaning is not None:
        page.prose(meaning.description, label="what:", indent=4)
        page.prose(meaning.impact, label="risk:", indent=4)
    if first.hint:
        page.prose(first.hint, label="fix:", indent=5)


def _location(judgement: Judgement, artifact: Artifact, page: Page) -> None:
    original = judgement.finding.evidence.get("original")
    tail = f" (`{original}`, through the map)" if isinstance(original, str) else ""
    page.name("--> ", _place(judgement.finding.location, artifact), indent=4, tail=tail)
    suppressed = judgement.suppressed
    if suppressed is not None:
        until = f" until {suppressed.expires}" if suppressed.expires else ""
        page.prose(f"accepted by a {suppressed.by}{until}: {suppressed.reason}", indent=8)


def _place(location: Location, artifact: Artifact) -> str:
    """Where in the artifact; its own name for what is said of it as a whole."""
    path = location.path or artifact.target
    if location.line is not None:
        return f"{path}:{location.line}:{location.column or 1}"
    return path if location.offset is None else f"{path} at byte {location.offset:,}"


def _count_allowed(verdict: Verdict, page: Page) -> None:
    allowed = [one for one in verdict.judgements if one.action is Action.ALLOW]
    if not allowed:
        return
    accepted = sum(one.suppressed is not None for one in allowed)
    by = f", {accepted:,} by waiver, baseline or pragma" if accepted else ""
    page.gap()
    page.prose(f"{count(len(allowed), 'more finding')} allowed{by} (`--explain` lists {'it' if len(allowed) == 1 else 'them'})", indent=2)


def _groups(verdict: Verdict, action: Action) -> Iterator[tuple[RuleId, list[Judgement]]]:
    """The findings of one action by rule, the most severe rule first; inside a rule in the order of the report."""
    chosen = [one for one in verdict.judgements if one.action is action]
    worst: dict[RuleId, int] = {}
    for one in chosen:
        rank = _SEVERITIES.index(one.finding.severity)
        worst[one.finding.rule] = min(rank, worst.get(one.finding.rule, rank))
    chosen.sort(key=lambda one: (worst[one.finding.rule], one.finding.rule))
    for rule, judgements in groupby(chosen, key=lambda one: one.finding.rule):
        yield rule, list(judgements)


def _omitted(judgements: Sequence[Judgement]) -> int:
    counts = (one.finding.evidence.get("omitted") for one in judgements)
    return sum(one for one in counts if isinstance(one, int))


def _offer_waivers(report: Report, page: Page, layout: Layout) -> None:
    chosen: dict[str, tuple[Identity, Finding]] = {}
    for verdict in report.verdicts:
        for _, judgements in _groups(verdict, Action.BLOCK):
            finding = judgements[0].finding
            chosen.setdefault(f"{finding.rule} {finding.fingerprint}", (verdict.artifact.identity, finding))
    if not chosen:
        return
    page.gap()
    page.prose("If any of this is meant to ship, say so in `leakguard.yaml`, with the reason:")
    page.gap()
    for line in _waivers.lines(list(chosen.values())[:WAIVERS], layout.today or datetime.now(UTC).date()):
        page.verbatim(line)
    if len(chosen) > WAIVERS:
        page.gap()
        page.prose(f"{len(chosen) - WAIVERS:,} more would need one; `--format json` has every fingerprint")


def _conclude(report: Report, page: Page, layout: Layout) -> None:
    page.gap()
    if report.weakened_by:
        page.prose(f"the gate is weakened by {', '.join(f'`{one}`' for one in report.weakened_by)}", label="warning:", color="warn")
    actions = [one.action for verdict in report.verdicts for one in verdict.judgements]
    words = {Action.BLOCK: "block", Action.WARN: "warn", Action.ALLOW: "allowed"}
    found = ", ".join(f"{actions.count(action):,} {word}" for action, word in words.items())
    label, color, sentence = _result(report, layout)
    page.prose(f"{sentence} ({found}; policy `{report.policy_name}`)", label=f"{label}:", color=color)


def _result(report: Report, layout: Layout) -> tuple[str, str, str]:
    """Label, colour and sentence of the last line."""
    artifacts = count(len(report.verdicts), "artifact")
    blocked = sum(verdict.outcome is Outcome.BLOCK for verdict in report.verdicts)
    if report.errors and all(one.action is not Action.BLOCK for verdict in report.verdicts for one in verdict.judgements):
        return "incomplete", "error", f"nothing can be said of {len(report.errors):,} of {artifacts}"
    if report.outcome is Outcome.BLOCK:
        return "blocked", "block", f"{blocked:,} of {artifacts} must not be published"
    if report.outcome is Outcome.WARN and layout.fail_on_warn:
        return "failed", "block", f"{artifacts} with warnings, and `--fail-on warn` is in force"
    if report.outcome is Outcome.WARN:
        return "warned", "warn", f"{artifacts} may be published, with warnings"
    return "passed", "pass", f"{artifacts} may be published"
