"""Findings about executables: the words that they have in common."""

from collections.abc import Mapping
from typing import Any

from leakguard.model import Confidence, Finding, Location, RuleId, Severity
from leakguard.redact import escape, fingerprint_of_place

MOST_SAMPLES = 10


def finding(
    rule: RuleId, severity: Severity, path: str, message: str, evidence: Mapping[str, Any], *, confidence: Confidence = Confidence.HIGH
) -> Finding:
    """A finding about a file as a whole."""
    return Finding(
        rule=rule,
        severity=severity,
        confidence=confidence,
        location=Location(path=path),
        message=message,
        fingerprint=fingerprint_of_place(rule, path),
        evidence=evidence,
    )


def count(number: int, noun: str) -> str:
    """`1 module`, `2 modules`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(text: str, most: int = 200) -> str:
    """A foreign text as a message may show it, between backticks."""
    return escape(text if len(text) <= most else f"{text[:most]}…").replace("`", "'")
