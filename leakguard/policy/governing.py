"""What a run says about the policy itself: what has expired, what is left over, what nobody described."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from leakguard.model import Confidence, Finding, Kind, Location, RuleId, Verdict
from leakguard.policy import known
from leakguard.policy.baseline import Baseline
from leakguard.policy.meaning import meant_by
from leakguard.policy.resolved import FilePattern, Policy, Role
from leakguard.policy.waivers import Waiver, git_match
from leakguard.redact import escape, fingerprint_of_place

_MOST_ENTRIES = 100
"""Of a baseline that are told one by one."""

_MOST_RULES = 5
_MOST_PATHS = 100
"""That one waiver can accept with good reason."""

_BY_ID = {rule.id: rule for rule in known.RULES}

_Said = tuple[int, Finding]


def governance(
    policy: Policy, verdicts: Sequence[Verdict], *, today: date, beside: Collection[int] = (), baseline: Baseline | None = None
) -> Sequence[_Said]:
    """Findings about the policy, each with the index of the verdict that it belongs to.

    `beside` are the indices of verdicts on what merely lies beside packages: no role and no file rule speaks of it. Locations name
    the policy file. The findings are yet to be judged, with the role of their verdict.
    """
    roles = [policy.role_for(verdict.artifact.target, verdict.artifact.identity) for verdict in verdicts]
    published = [(index, role) for index, role in enumerate(roles) if index not in beside]
    said = [*_undescribed(policy, published), *_unused_patterns(verdicts, published)]
    said += _unused_entries(verdicts, baseline)
    said += _broad_waivers(verdicts, roles, today)
    return tuple(sorted([*said, *_idle_waivers(verdicts, roles, said, today)], key=_order))


def _undescribed(policy: Policy, published: Iterable[tuple[int, Role]]) -> Iterator[_Said]:
    label, line = policy.place
    for index, role in published:
        if policy.roles and role.index is None:
            yield index, _finding(known.NO_ROLE, label, line, "none of the roles of the policy matches this artifact")
        if role.allowlist_required:
            yield index, _finding(known.NO_ALLOWLIST, label, line, "the policy demands a list of what may ship, and there is none")


def _unused_patterns(verdicts: Sequence[Verdict], published: Iterable[tuple[int, Role]]) -> Iterator[_Said]:
    pending: dict[FilePattern, int] = {}
    used: set[FilePattern] = set()
    for index, role in published:
        names = [one.inner for one in verdicts[index].artifact.listing if one.kind is not Kind.DIRECTORY]
        for pattern in role.patterns if names else ():
            pending.setdefault(pattern, index)
            if pattern not in used and any(git_match(pattern.text, name) for name in names):
                used.add(pattern)
    for pattern, index in pending.items():
        if pattern not in used:
            message = f"the pattern `{escape(pattern.text)}` of `files.{pattern.kind}` matches nothing"
            finding = _finding(known.UNUSED_PATTERN, pattern.label, pattern.line, message, about=f"{pattern.kind} {pattern.text}")
            meant = meant_by(pattern.text, verdicts[index].artifact.listing)
            yield index, replace(finding, hint=f"{meant}; else {finding.hint}") if meant else finding


def _broad_waivers(verdicts: Sequence[Verdict], roles: Sequence[Role], today: date) -> Iterator[_Said]:
    first: dict[Waiver, int] = {}
    rules: dict[Waiver, set[str]] = defaultdict(set)
    paths: dict[Waiver, set[tuple[int, str]]] = defaultdict(set)
    for index, (verdict, role) in enumerate(zip(verdicts, roles, strict=True)):
        for waiver in role.waivers:
            if waiver.fingerprint is not None or waiver.expired(today):
                continue
            first.setdefault(waiver, index)
            for one in verdict.judgements:
                if one.suppressed is not None and waiver.covers(one.finding, verdict.artifact.identity.root):
                    rules[waiver].add(one.finding.rule)
                    paths[waiver].add((index, one.finding.location.path))
    for waiver, index in first.items():
        many = f"accepts findings of {len(rules[waiver])} rules at {len(paths[waiver])} paths"
        if waiver.names_everything():
            many = f"names every {'path' if waiver.rule.strip('*?/') else 'rule'}"
        elif len(rules[waiver]) <= _MOST_RULES and len(paths[waiver]) <= _MOST_PATHS:
            continue
        message = f"the waiver of `{waiver.rule}` {many}"
        yield index, _finding(known.BROAD_WAIVER, waiver.label, waiver.line, message, about=f"{waiver.rule} {waiver.path}")


def _idle_waivers(verdicts: Sequence[Verdict], roles: Sequence[Role], said: Sequence[_Said], today: date) -> Iterator[_Said]:
    first: dict[Waiver, int] = {}
    matched: dict[Waiver, int] = {}
    for index, (verdict, role) in enumerate(zip(verdicts, roles, strict=True)):
        findings = [one.finding for one in verdict.judgements] + [finding for at, finding in said if at == index]
        for waiver in role.waivers:
            first.setdefault(waiver, index)
            if waiver not in matched and any(waiver.covers(finding, verdict.artifact.identity.root) for finding in findings):
                matched[waiver] = index
    for waiver, index in first.items():
        about = f"{waiver.rule} {waiver.path} {waiver.fingerprint}"
        if waiver.expired(today):
            message = f"the waiver of `{waiver.rule}` expired on {waiver.expires.isoformat()}"
            yield matched.get(waiver, index), _finding(known.EXPIRED_WAIVER, waiver.label, waiver.line, message, about=about)
        elif waiver not in matched:
            message = f"the waiver of `{waiver.rule}` matches no finding"
            yield index, _finding(known.UNUSED_WAIVER, waiver.label, waiver.line, message, about=about)


def _unused_entries(verdicts: Sequence[Verdict], baseline: Baseline | None) -> Iterator[_Said]:
    """Of the baseline, at the first artifact: at most `_MOST_ENTRIES`, the last with the number of the others."""
    if baseline is None or not verdicts:
        return
    found = {one.finding.fingerprint for verdict in verdicts for one in verdict.judgements}
    unused = sorted((line, fingerprint) for fingerprint, line in baseline.lines.items() if fingerprint not in found)
    for number, (line, fingerprint) in enumerate(unused[:_MOST_ENTRIES], 1):
        message = f"the entry `{fingerprint}` of the baseline belongs to no finding"
        finding = _finding(known.UNUSED_BASELINE, baseline.label, line, message, about=fingerprint)
        omitted = len(unused) - number if number == _MOST_ENTRIES else 0
        yield 0, replace(finding, evidence={"omitted": omitted}) if omitted else finding


def _finding(rule: RuleId, label: str, line: int, message: str, *, about: str = "") -> Finding:
    return Finding(
        rule=rule,
        severity=_BY_ID[rule].severity,
        confidence=Confidence.HIGH,
        location=Location(path=label, line=line or None, column=1 if line else None),
        message=message,
        hint=_BY_ID[rule].fixes["*"],
        fingerprint=fingerprint_of_place(rule, label, about.encode("utf-8", "surrogatepass")),
    )


def _order(said: _Said) -> tuple[int, str, int, str, str]:
    index, finding = said
    return index, finding.location.path, finding.location.line or 0, finding.rule, finding.fingerprint
