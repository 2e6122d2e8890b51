"""Every rule is proved by its own examples, which are made when the test runs."""

import json
import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
import yaml

from leakguard import rules
from leakguard.analyzers import secrets
from leakguard.rules import SecretRule, _sources
from leakguard.rules._sources import IssuerSource, RuleSource
from tests.analyzers.secrets.search import found, made
from tests.analyzers.secrets.search import rules as rules_of

SOURCES = tuple(_sources.sources())
EACH = pytest.mark.parametrize(("issuer", "rule"), SOURCES, ids=[rule.id for _, rule in SOURCES])
SEEDS = range(4)


@EACH
def test_examples_are_found(issuer: IssuerSource, rule: RuleSource) -> None:
    """Every example of a rule is a finding of that rule, whatever random value it holds."""
    assert rule.examples, issuer.issuer
    for example in rule.examples:
        for seed in SEEDS:
            assert f"secret/{rule.id}" in rules_of(made(example, seed)), example


@EACH
def test_counterexamples_are_silent(issuer: IssuerSource, rule: RuleSource) -> None:
    """No counter-example of a rule is a finding of that rule."""
    assert rule.counterexamples, issuer.issuer
    for example in rule.counterexamples:
        for seed in SEEDS:
            assert f"secret/{rule.id}" not in rules_of(made(example, seed)), example


@EACH
def test_example_is_found_deep_in_a_long_line(issuer: IssuerSource, rule: RuleSource) -> None:
    """What stands before and after on a minified line does not hide a token that has a format of its own."""
    text = made(rule.examples[0], 1)
    if rule.rank >= 3:  # a format of its own
        assert f"secret/{rule.id}" in rules_of("e(1);" * 5000 + f"x={text};" + "f(2);" * 5000), issuer.issuer


@EACH
def test_nothing_of_a_secret_leaves_the_analyzer(issuer: IssuerSource, rule: RuleSource) -> None:
    """No field of a finding holds eight consecutive characters of the secret's variable part."""
    compiled = _sources.compiled(issuer, rule)
    for example in rule.examples:
        text = made(example, 2)
        findings = [finding for finding in found(text) if finding.rule == f"secret/{rule.id}"]
        told = json.dumps([msgspec.to_builtins(finding) for finding in findings])
        for match in secrets_in(compiled, text):
            variable = re.sub("-----[A-Z ]+-----", "", _variable(match["secret"], rule.prefixes))
            assert not [variable[at : at + 8] for at in range(len(variable) - 7) if variable[at : at + 8] in told]


def secrets_in(rule: SecretRule, text: str) -> Iterator[re.Match[str]]:
    """Where the rule's expression finds a secret; behind the issuer's word, if it needs one."""
    if not rule.context:
        return re.finditer(rule.pattern, text)
    words = "|".join(re.escape(word.removesuffix("*")) for word in rule.context)
    word = re.search(words, text, re.IGNORECASE)
    assert word is not None
    return re.compile(f"(?<![0-9A-Za-z]){rule.pattern}(?![0-9A-Za-z])").finditer(text, word.end())


def test_index_is_fresh() -> None:
    """`index.json` is what `python -m leakguard.rules` would write now."""
    path = Path(rules.__file__).with_name(rules.INDEX)
    assert path.read_bytes() == _sources.index()


def test_findings_may_name_every_rule() -> None:
    """The analyzer's rules are the packs' and its own two, each once, with words for the reference."""
    ids = [rule.id for rule in secrets.RULES]
    assert sorted({f"secret/{rule.id}" for rule in rules.load()} | {"secret/environment-value", "secret/second-opinion"}) == ids
    assert all(rule.title and rule.description and rule.impact and rule.fixes["*"] for rule in secrets.RULES)


def test_issuers_are_many() -> None:
    """Far more issuers are covered than npm and Python projects meet in a year."""
    assert len({rule.issuer for rule in rules.load()}) >= 800


def test_every_rule_has_either_anchors_or_context() -> None:
    """A rule is announced by a byte pattern or by the name that stands beside the value."""
    assert all(bool(rule.anchors) != bool(rule.context) for rule in rules.load())


def test_prefixes_are_short_and_public() -> None:
    """What a report may show of a secret is at most the literal beginning of its pattern."""
    assert all(len(prefix) <= 36 and set(prefix) <= set(string.printable) for rule in rules.load() for prefix in rule.prefixes)


@pytest.mark.parametrize("text", ["issuer: a\nissuer: b\nrules: []\n", "issuer: a\nrules:\n  - {id: x, id: y}\n"])
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, text: str) -> None:
    """A duplicate key in a rule file is an error, not a silent choice."""
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(yaml.YAMLError, match="twice"):
        _sources.read(path)


@pytest.mark.parametrize(
    "text", ["issuer: a\nrules: []\nnonsense: 1\n", "issuer: 7\nrules: []\n", "rules: []\n", "issuer: a\nrules:\n  - {id: x}\n"]
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    """Unknown keys, wrong types and missing fields of a rule file are errors."""
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(msgspec.ValidationError):
        _sources.read(path)


def _variable(secret: str, prefixes: Sequence[str]) -> str:
    return secret[max((len(one) for one in prefixes if secret.startswith(one)), default=0) :]
