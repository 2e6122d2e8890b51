"""The YAML files of the rules: strict reading, and the index that is made of them. Never imported in a normal run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from leakguard.model import Confidence, Severity
from leakguard.rules import NEARBY, AnchorRow, Checksum, Judge, SecretRule
from leakguard.rules._expressions import check, shortest_of, width_of

MARGIN = 16
"""Bytes beyond the widest match that a window holds: what follows decides whether a token ends there."""


class RuleSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as it is written."""

    id: str
    title: str
    description: str
    impact: str
    pattern: str
    """One without the group `secret` is the secret as a whole."""
    examples: tuple[str, ...]
    """Expressions of texts in which it must be found; `<checksum>` is filled in."""
    counterexamples: tuple[str, ...]
    """Expressions of texts in which it must not be found."""
    anchors: tuple[str, ...] = ()
    caseless: bool = False
    """Of the anchors."""
    reach: int = 0
    longest: int = 0
    revoke: str = ""
    severity: Severity = Severity.CRITICAL
    confidence: Confidence = Confidence.HIGH
    prefixes: tuple[str, ...] = ()
    bits: int = 0
    entropy: float = 3.0
    rank: int = 3
    checksum: Checksum = ""
    judge: Judge = ""
    context: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    wordless: bool = True
    embedded: bool = False


class IssuerSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file."""

    issuer: str
    revoke: str = ""
    rules: tuple[RuleSource, ...]


class _StrictLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [key.value for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read(path: Path) -> IssuerSource:
    """Read one issuer's file; raises `ValueError` or `yaml.YAMLError` on any fault."""
    return msgspec.convert(yaml.load(path.read_text(encoding="utf-8"), _StrictLoader), IssuerSource)  # noqa: S506 - a safe loader


def sources() -> Iterator[tuple[IssuerSource, RuleSource]]:
    """Every rule as written, with its issuer, in the order of file names."""
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        issuer = read(path)
        for rule in issuer.rules:
            yield issuer, rule


def compiled(issuer: IssuerSource, rule: RuleSource) -> SecretRule:
    """The rule as the engine wants it; raises `ValueError` where its expression is not safe or not bounded."""
    pattern = rule.pattern if "(?P<secret>" in rule.pattern else f"(?P<secret>{rule.pattern})"
    widest = check(pattern)
    anchors = tuple(AnchorRow(one, rule.caseless, width_of(one)) for one in rule.anchors)
    if bool(anchors) == bool(rule.context):
        raise ValueError(f"{rule.id}: either anchors or context")
    return SecretRule(
        id=rule.id,
        title=rule.title,
        issuer=issuer.issuer,
        description=rule.description,
        impact=rule.impact,
        revoke=rule.revoke or issuer.revoke,
        severity=rule.severity,
        confidence=rule.confidence,
        anchors=anchors,
        pattern=pattern,
        longest=rule.longest or widest + MARGIN + (NEARBY if rule.context else 0),
        reach=rule.reach or max((anchor.width for anchor in anchors), default=NEARBY),
        shortest=shortest_of(pattern),
        prefixes=rule.prefixes,
        bits=rule.bits,
        entropy=rule.entropy,
        rank=rule.rank,
        checksum=rule.checksum,
        judge=rule.judge,
        context=rule.context,
        partners=rule.partners,
        wordless=rule.wordless,
        embedded=rule.embedded,
    )


def index() -> bytes:
    """The content of `index.json`; ids are unique."""
    rules = sorted((compiled(issuer, rule) for issuer, rule in sources()), key=lambda rule: rule.id)
    if len({rule.id for rule in rules}) != len(rules):
        raise ValueError("an id stands twice")
    return msgspec.json.format(msgspec.json.encode(rules), indent=1) + b"\n"
