"""Findings about maps: the words and the evidence."""

from collections.abc import Iterator
from typing import Any

from leakguard.analyzers.source_maps import _rules
from leakguard.analyzers.source_maps._ledger import Ledger
from leakguard.analyzers.source_maps._places import MOST_SAMPLES, host_of, is_local_absolute, is_remote, user_of
from leakguard.analyzers.source_maps._references import Reference
from leakguard.model import Confidence, Finding, Location, RuleId, Severity
from leakguard.redact import escape, fingerprint_of_place

SIGNIFICANT = 20
"""Novel lines from which on a leak is critical."""


def content_of(ledger: Ledger, unshipped: set[int], *, alone: bool) -> Iterator[Finding]:
    """The finding about what a map holds, and one more about names where there is no content; none for a map without sources."""
    evidence = _evidence(ledger, unshipped, ledger.count_novel(unshipped, alone=alone))
    novel = evidence["novel_lines"]
    if not evidence["sources"]:
        return
    if not ledger.with_content:
        yield _finding(
            ledger, _rules.NO_CONTENT, Severity.INFO, f"map names {_count(evidence['sources'], 'source')} without content", evidence
        )
        if evidence["names"] and not ledger.is_third_party:
            message = f"map restores {_count(evidence['names'], 'original identifier')}"
            yield _finding(ledger, _rules.ORIGINAL_NAMES, Severity.LOW, message, evidence)
    elif not novel:
        yield _finding(ledger, _rules.SHIPPED_SOURCE, Severity.INFO, _all_ships(evidence), evidence)
    else:
        rule = _rules.INLINE_SOURCE if ledger.inline else _rules.EMBEDDED_SOURCE
        severity = Severity.CRITICAL if novel >= SIGNIFICANT else Severity.HIGH
        yield _finding(ledger, rule, severity, _reconstructs(ledger, evidence), evidence)


def places_of(ledger: Ledger) -> Iterator[Finding]:
    """Findings about what the paths in a map give away."""
    named = [*ledger.summary["roots"], *ledger.summary["paths"]]
    local = [path for path in named if is_local_absolute(path)]
    if local:
        users = list(dict.fromkeys(escape(user) for path in local if (user := user_of(path))))
        whose = f", of user `{users[0]}`" if users else ""
        message = f"map names {_count(len(local), 'absolute local path')}{whose}"
        evidence = {"absolute_paths": len(local), "users": users[:MOST_SAMPLES], "samples": [escape(path) for path in local[:MOST_SAMPLES]]}
        yield _finding(ledger, _rules.SOURCE_PATHS, Severity.LOW, message, evidence)
    remote = [url for url in [*ledger.summary["urls"], *named] if is_remote(url)]
    if remote:
        hosts = list(dict.fromkeys(escape(host_of(url)) for url in remote))
        message = f"map points to {_count(len(remote), 'file')} on `{hosts[0]}`" + (" and other hosts" if len(hosts) > 1 else "")
        evidence = {"remote": len(remote), "hosts": hosts[:MOST_SAMPLES], "samples": [_public(url) for url in remote[:MOST_SAMPLES]]}
        yield _finding(ledger, _rules.REMOTE_REFERENCE, Severity.MEDIUM, message, evidence)


def remote_map(reference: Reference) -> Finding:
    """A comment that names a map on another host."""
    message = f"the map of this file is said to be on `{escape(host_of(reference.url))}`"
    return _about(reference, _rules.REMOTE_REFERENCE, Severity.MEDIUM, message)


def local_map(reference: Reference) -> Finding:
    """A comment that names a map on somebody's machine."""
    return _about(reference, _rules.SOURCE_PATHS, Severity.LOW, f"`sourceMappingURL` names the local path `{_public(reference.url)}`")


def dangling(reference: Reference) -> Finding:
    """A comment that names a map that is not there."""
    message = f"refers to the map `{_public(reference.url)}`, which is not in the artifact"
    return _about(reference, _rules.DANGLING_REFERENCE, Severity.INFO, message)


def _about(reference: Reference, rule: RuleId, severity: Severity, message: str) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        confidence=Confidence.HIGH,
        location=Location(path=reference.path, line=reference.line, column=reference.column),
        message=message,
        fingerprint=fingerprint_of_place(rule, reference.path, reference.url.encode("utf-8", "replace")),
        evidence={"url": _public(reference.url)},
    )


def _finding(ledger: Ledger, rule: RuleId, severity: Severity, message: str, evidence: dict[str, Any]) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        confidence=Confidence.HIGH,
        location=Location(path=ledger.path, line=ledger.line, column=ledger.column),
        message=message,
        fingerprint=fingerprint_of_place(rule, ledger.map_path),
        evidence={**evidence, "map": ledger.map_path} if ledger.inline else evidence,
    )


def _evidence(ledger: Ledger, unshipped: set[int], novel: int) -> dict[str, Any]:
    evidence: dict[str, Any] = {
        "sources": ledger.summary["sources"],
        "with_content": ledger.with_content,
        "first_party": len(ledger.own),
        "third_party": ledger.third_party,
        "lines": ledger.lines,
        "bytes": ledger.size,
        "novel_lines": novel,
        "samples": [escape(path) for path in ledger.samples(unshipped, MOST_SAMPLES)],
        "names": ledger.summary["names"] + ledger.summary["functions"],
    }
    if ledger.summary["original_lines"] and not ledger.with_content:
        evidence["original_lines"] = ledger.summary["original_lines"]
    if ledger.summary["debug_ids"]:
        evidence["debug_ids"] = list(ledger.summary["debug_ids"][:MOST_SAMPLES])
    if not ledger.own:
        evidence["samples"] = [escape(path) for path in ledger.summary["paths"][:MOST_SAMPLES]]
    if any(source.beyond for source in ledger.own):
        evidence["novel_lines_bounded"] = True
    return evidence


def _reconstructs(ledger: Ledger, evidence: dict[str, Any]) -> str:
    kind = "inline map" if ledger.inline else "map"
    files, lines = _count(evidence["first_party"], "first-party file"), _count(evidence["lines"], "line")
    return f"{kind} reconstructs {files}, {lines} ({evidence['novel_lines']} not shipped elsewhere)"


def _all_ships(evidence: dict[str, Any]) -> str:
    if not evidence["first_party"]:
        return f"map holds third-party source only ({_count(evidence['third_party'], 'file')})"
    return f"map holds {_count(evidence['first_party'], 'first-party file')}, all of whose lines ship elsewhere in the artifact"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _public(url: str) -> str:
    """A URL as a report may show it: no credentials, no query, not too long."""
    scheme, separator, rest = url.partition("://")
    if separator:
        authority, slash, path = rest.partition("/")
        rest = authority.rpartition("@")[2] + slash + path
    return escape(f"{scheme}{separator}{rest}".partition("?")[0][:200])
