"""The draft as a YAML document with comments, as a person would write it."""

import json
from collections.abc import Iterator, Sequence

from leakguard.drafting._part import Part, Undecided, part_of
from leakguard.model import Openness, Verdict
from leakguard.patterns import lazily
from leakguard.redact import escape
from leakguard.shape import spelled_size

COLUMN = 44
"""Where comments beside a value begin, if they can."""

_PLAIN = lazily(r"[A-Za-z0-9/_.][A-Za-z0-9/_.*+@~()=,$-]*")

UNDECIDED = (
    "# undecided: each of these ships now and stays blocked until you decide.",
    "# Leave it out of what is packed, or uncomment its line to let it ship.",
)


def draft(verdicts: Sequence[Verdict]) -> str:
    """The policy that the artifacts of these verdicts suggest; they were inspected with a survey."""
    return "".join(f"{line}\n" for line in _lines(verdicts))


def _lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    names = [_base(verdict) for verdict in verdicts]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    yield f"# Drafted by `leakguard init` from {shown}."
    yield "# Only what a pattern names may ship. Read it, decide what is undecided, and commit it."
    yield "version: 1"
    yield from _openness(verdicts)
    roles = _roles(verdicts)
    if len(roles) == 1:
        yield from _part(part_of(verdicts), "")
    else:
        yield "rules:"
        yield "  policy/no-role: block"
        yield "artifacts:"
        for match, members in roles:
            yield f"  - match: {match}"
            yield from _part(part_of(members), "    ")
    yield "# The reviewed shape of what ships, file by file: `leakguard approve ARTIFACT` writes it"
    yield "# lock: leakguard.lock"


def _openness(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Closed is said outright, so that a licence file that gets in by mistake opens nothing; open is left to the licence."""
    identities = [verdict.artifact.identity for verdict in verdicts]
    if all(one.openness is Openness.CLOSED for one in identities):
        yield _beside("openness: closed", identities[0].openness_reason)


def _roles(verdicts: Sequence[Verdict]) -> list[tuple[str, list[Verdict]]]:
    """One role a format, or a format and name where several packages have the same."""
    by_format: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_format.setdefault(verdict.artifact.identity.format, []).append(verdict)
    roles: list[tuple[str, list[Verdict]]] = []
    for form, members in sorted(by_format.items()):
        by_name: dict[str, list[Verdict]] = {}
        for verdict in members:
            by_name.setdefault(verdict.artifact.identity.name or "", []).append(verdict)
        if len(by_name) == 1 or "" in by_name:
            roles.append((f"{{format: {form}}}", members))
        else:
            roles += [(f"{{format: {form}, name: {json.dumps(escape(name))}}}", own) for name, own in sorted(by_name.items())]
    return roles


def _part(part: Part, margin: str) -> Iterator[str]:
    doubted = [one for one in part.undecided if not one.denied]
    denied = [one for one in part.undecided if one.denied]
    yield f"{margin}files:"
    yield f"{margin}  allow:" if part.allow or doubted else f"{margin}  allow: []"
    for one in part.allow:
        yield f"{margin}    " + _beside(f"- {_text(one.text)}", f"{one.count} files" if one.count > 1 else "")
    for pattern in part.exclude:
        yield f"{margin}    " + _beside(f"- {_text('!' + pattern)}", "not these: see below")
    if doubted:
        yield from (f"{margin}    {line}" for line in UNDECIDED)
        for one in doubted:
            yield from _undecided(one, f"{margin}    ", "# ")
    if denied:
        yield f"{margin}  deny:"
        for one in denied:
            yield from _undecided(one, f"{margin}    ", "")
    if part.require:
        yield f"{margin}  require:"
        yield from (f"{margin}    - {_text(one)}" for one in part.require)
    limits = ", ".join(f"{key}: {spelled_size(value) if key != 'files' else value}" for key, value in part.size.items())
    yield f"{margin}size: {{{limits}}}"


def _undecided(one: Undecided, margin: str, comment: str) -> Iterator[str]:
    count = f" ({one.count} files)" if one.count > len(one.patterns) else ""
    yield f"{margin}#   {escape(one.reason)}{count}:" if comment else f"{margin}# {escape(one.reason)}{count}"
    yield from (f"{margin}{comment}- {_text(pattern)}" for pattern in one.patterns)


def _beside(text: str, comment: str) -> str:
    return f"{text:<{COLUMN}} # {escape(comment)}" if comment else text


def _text(pattern: str) -> str:
    return pattern if _PLAIN.fullmatch(pattern) else json.dumps(pattern, ensure_ascii=False)


def _base(verdict: Verdict) -> str:
    return verdict.artifact.target.replace("\\", "/").rstrip("/").rpartition("/")[2]
