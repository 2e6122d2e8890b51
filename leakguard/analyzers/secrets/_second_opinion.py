"""`detect-secrets` as a second opinion, where the policy asks for it: its plug-ins on short windows, nothing verified, no network.

It is imported on first use: that takes 0.3 s. Of a `.secrets.baseline` only `results` is read: its other entries can name code.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from leakguard import redact
from leakguard.analyzers.secrets._report import locations_of
from leakguard.analyzers.secrets._sight import Candidate
from leakguard.analyzers.secrets._work import Allowance
from leakguard.content import Content, Entry
from leakguard.errors import Fault, FaultyFile
from leakguard.model import Confidence, Finding, RuleId, Severity
from leakguard.plugins import Hit

RULE = RuleId("secret/second-opinion")

WINDOW = 400
"""Characters that its plug-ins see at a time: they cost 1.4 ms a line."""

MOST_LINES = 2_000
"""Of one entry: they take three seconds."""

_SHORTEST_LINE = 8
"""Bytes: in a shorter one there is no room for a secret."""

_NOISY = frozenset({"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"})
"""Judged by `secret/generic` already, or no secret."""


class _Baselined(msgspec.Struct):
    hashed_secret: str


class _Baseline(msgspec.Struct):
    results: dict[str, list[_Baselined]]


def accepted(baseline: Path | None) -> frozenset[str]:
    """The digests of the secrets that a `.secrets.baseline` accepts; raises `FaultyFile` when it is none."""
    if baseline is None:
        return frozenset()
    try:
        known = msgspec.json.decode(baseline.read_bytes(), type=_Baseline)
    except (OSError, msgspec.DecodeError) as error:
        raise FaultyFile([Fault(path=str(baseline), line=0, column=0, message="is no baseline of `detect-secrets`")]) from error
    return frozenset(one.hashed_secret for secrets in known.results.values() for one in secrets)


class SecondOpinion:
    """The plug-ins of `detect-secrets`, and what a baseline of it accepts."""

    def __init__(self, baseline: Path | None) -> None:
        self._accepted = accepted(baseline)
        self._plugins: list[Any] = []

    def findings(
        self, entry: Entry, content: Content, hits: Iterable[Hit], known: Iterable[Candidate], allowance: Allowance
    ) -> Iterator[Finding]:
        """What it finds around those hits that led to nothing; bytes that a finding of ours covers are not told twice."""
        taken = [(one.start, one.end) for one in known]
        seen: set[bytes] = set()
        lines = 0
        for start, stop in _windows(hits, content.size):
            window = content.read(start, stop)
            for line in window.splitlines():
                if len(line) < _SHORTEST_LINE:
                    continue
                lines += 1
                if lines > MOST_LINES:
                    allowance.exceed("holds more lines with hints of secrets than `detect-secrets` is asked about")
                    return
                for secret in self._secrets(line.decode("utf-8", "replace")):
                    value = secret.encode("utf-8", "replace")
                    at = start + window.find(value)
                    if value in seen or at < start or any(low < at + len(value) and at < high for low, high in taken):
                        continue
                    seen.add(value)
                    yield finding(entry, content, at, len(value))

    def _secrets(self, line: str) -> Iterator[str]:
        from detect_secrets.filters import heuristic

        for plugin in self._loaded():
            for found in plugin.analyze_line(filename="", line=line, line_number=1):
                value = found.secret_value or ""
                if (
                    value
                    and digest(value.encode("utf-8", "replace")) not in self._accepted
                    and not (
                        heuristic.is_sequential_string(value) or heuristic.is_templated_secret(value) or heuristic.is_potential_uuid(value)
                    )
                ):
                    yield value

    def _loaded(self) -> list[Any]:
        if not self._plugins:
            from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

            classes: set[Any] = set(get_mapping_from_secret_type_to_class().values())
            self._plugins = [one() for one in sorted(classes, key=lambda one: str(one.__name__)) if one.__name__ not in _NOISY]
        return self._plugins


def _windows(hits: Iterable[Hit], size: int) -> Iterator[tuple[int, int]]:
    last = -1
    for cell in sorted({hit.end // (WINDOW // 2) for hit in hits}):
        start = max(last, (cell - 1) * (WINDOW // 2), 0)
        last = min(size, start + WINDOW)
        yield start, last


def digest(value: bytes) -> str:
    """As `detect-secrets` writes a secret into its baseline."""
    return hashlib.sha1(value, usedforsecurity=False).hexdigest()


def finding(entry: Entry, content: Content, start: int, length: int, *, plugin: str = "") -> Finding:
    """What stands at `start`; of medium confidence when it is `plugin`, which the user brought along, that found it."""
    around = content.read(start - redact.CONTEXT, start + length + redact.CONTEXT)
    at = min(start, redact.CONTEXT)
    whose = f"the plug-in `{redact.escape(plugin)}`" if plugin else "`detect-secrets`"
    return Finding(
        rule=RULE,
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM if plugin else Confidence.LOW,
        location=next(locations_of(entry, content, [start])),
        message=f"what {whose} takes for a secret {redact.preview('', length)}",
        hint="take it out of the file, or accept it in the baseline of `detect-secrets`",
        fingerprint=redact.fingerprint_of_place(RULE, entry.path, around, at, at + length),
        evidence={"issuer": "unknown", "length": length},
    )
