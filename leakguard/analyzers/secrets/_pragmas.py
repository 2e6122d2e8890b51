"""Inline pragmas: comments by which other tools are told that a secret is meant to stand there.

In an artifact nobody can be trusted who wrote a comment: they count only where the policy names the tool (`secrets.pragmas`), and what
they suppress stays in every report.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from leakguard.analyzers.secrets._sight import Candidate
from leakguard.content import Content
from leakguard.patterns import lazily

LONGEST_LINE = 2_000
"""Bytes on each side of a secret that are its line: a minified bundle is one line of megabytes."""

_SAME_LINE = {
    "detect-secrets": lazily(rb"pragma: ?(?:allow|white)list[ -]secret", re.IGNORECASE),
    "gitleaks": lazily(rb"(?:gitleaks|betterleaks):allow"),
    "kingfisher": lazily(rb"kingfisher:(?:ignore|allow)"),
    "leakguard": lazily(rb"leakguard: ?allow\b"),
    "secretlint": lazily(rb"secretlint-disable-line\b"),
    "trufflehog": lazily(rb"trufflehog:ignore"),
}
_LINE_BEFORE = {
    "detect-secrets": lazily(rb"pragma: ?(?:allow|white)list nextline[ -]secret", re.IGNORECASE),
    "leakguard": lazily(rb"leakguard: ?allow-next-line\b"),
    "secretlint": lazily(rb"secretlint-disable-next-line\b"),
}


def marked(content: Content, candidates: Iterable[Candidate], tools: Sequence[str]) -> Iterator[Candidate]:
    """The candidates, those that a pragma of one of `tools` speaks of with its name in the evidence."""
    for candidate in candidates:
        tool = _tool(content, candidate, tools)
        yield replace(candidate, opinion=candidate.opinion.but(pragma=tool)) if tool else candidate


def _tool(content: Content, candidate: Candidate, tools: Sequence[str]) -> str:
    before = content.read(candidate.start - LONGEST_LINE, candidate.start)
    after = content.read(candidate.end, candidate.end + LONGEST_LINE).partition(b"\n")[0]
    above, _, before = before.rpartition(b"\n")
    line, above = before + b"\0" + after, above.rpartition(b"\n")[2]
    for tool in tools:
        same, previous = _SAME_LINE.get(tool), _LINE_BEFORE.get(tool)
        if (same is not None and same.search(line)) or (previous is not None and previous.search(above)):
            return tool
    return ""
