"""A summary in GitHub's Markdown, for a job summary or a comment: what blocks, what warns, where, and the fix.

Everything that an artifact's author could have written is inert: no link, no image, no mark-up, no mention.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from leakguard.model import Action, Judgement, Outcome, Report, Verdict
from leakguard.redact import escape
from leakguard.reporters._evidence import sentence
from leakguard.reporters._page import count, shorten, size
from leakguard.reporters._places import at, by_action

MOST_ROWS = 50
"""Findings shown of one artifact: a job summary may have 1 MB."""

LONGEST = 300
"""Characters of a name or a sentence."""

MARKS = {Outcome.PASS: "✅ pass", Outcome.WARN: "⚠️ warn", Outcome.BLOCK: "⛔ block"}
ACTIONS = {Action.BLOCK: "⛔ block", Action.WARN: "⚠️ warn", Action.ALLOW: "allow"}

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,;()/'\"…")


def write(report: Report, out: BinaryIO) -> None:
    """Write the report as UTF-8."""
    out.write("".join(f"{line}\n" for line in _lines(report)).encode("utf-8", "backslashreplace"))


def inert(text: str) -> str:
    """Text that no reader of Markdown takes for anything but itself: punctuation as numeric entities, one line."""
    return "".join(one if one in _PLAIN or not one.isascii() else f"&#{ord(one)};" for one in escape(text))


def _code(text: str) -> str:
    return f"<code>{inert(shorten(escape(text), LONGEST))}</code>"


def _lines(report: Report) -> Iterator[str]:
    yield f"## leakguard: {MARKS[report.outcome]}"
    yield ""
    if report.weakened_by:
        yield f"> The gate is weakened by {', '.join(_code(one) for one in report.weakened_by)}."
        yield ""
    for error in report.errors:
        yield f"- **incomplete** {inert(shorten(escape(error.message), LONGEST))}"
    if report.errors:
        yield ""
    for verdict in report.verdicts:
        yield from _artifact(verdict)
    yield f"Policy {_code(report.policy_name)}, {_code(report.policy_digest)}, leakguard {inert(report.tool_version)}"


def _artifact(verdict: Verdict) -> Iterator[str]:
    artifact, identity, coverage = verdict.artifact, verdict.artifact.identity, verdict.artifact.coverage
    named = " ".join(part for part in (identity.format, identity.name, identity.version) if part)
    yield f"### {MARKS[verdict.outcome]} {_code(artifact.target)}"
    yield ""
    unread = f", {size(coverage.unreadable)} could not be read" if coverage.unreadable else ""
    about = (
        f"{inert(named)}, {identity.openness.value} source, {count(coverage.entries, 'entry', 'entries')}, {size(coverage.bytes)}{unread}"
    )
    yield about
    if artifact.sha256:
        yield f"<br>{_code(f'sha256:{artifact.sha256}')}"
    yield ""
    shown = [one for one in by_action(verdict) if one.action is not Action.ALLOW or one.suppressed is not None]
    if shown:
        yield "| | rule | where | what |"
        yield "|---|---|---|---|"
        yield from (_row(one, verdict.artifact.target) for one in shown[:MOST_ROWS])
        yield ""
    if len(shown) > MOST_ROWS:
        yield f"… and {count(len(shown) - MOST_ROWS, 'more finding')}"
        yield ""
    yield from _fixes(shown)


def _row(judgement: Judgement, target: str) -> str:
    finding = judgement.finding
    said = "; ".join(part for part in (finding.message, sentence(finding.evidence)) if part)
    suppressed = judgement.suppressed
    why = f" (accepted by a {suppressed.by}: {suppressed.reason})" if suppressed else ""
    where = f"{shorten(escape(finding.location.path or target), LONGEST)}{at(finding)}"
    what = inert(shorten(escape(f"{said}{why}"), 2 * LONGEST))
    return f"| {ACTIONS[judgement.action]} | {_code(finding.rule)} | <code>{inert(where)}</code> | {what} |"


def _fixes(shown: Sequence[Judgement]) -> Iterator[str]:
    hints = dict.fromkeys(one.finding.hint for one in shown if one.finding.hint and one.action is Action.BLOCK)
    if not hints:
        return
    yield "**Fix**"
    yield ""
    for hint in list(hints)[:MOST_ROWS]:
        yield f"- {inert(shorten(escape(' '.join(hint.split())), 2 * LONGEST))}"
    yield ""
