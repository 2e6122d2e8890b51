"""Rule packs in the TOML of gitleaks mean what they mean there."""

import base64
from pathlib import Path

import pytest

from leakguard.model import Finding
from leakguard.settings import SecretSettings
from tests.analyzers.secrets.search import found
from tests.builders import token

LOWER = "kx9vtq2lmwz8rbyc4nfhs6jgpd1uaeo7qi3"
VALUE = token("", 20, LOWER)

ACME = r"""
title = "acme"

[[rules]]
id = "Acme_Token"
description = "Acme deployment token."
regex = '''(?i)acme[_-]?key\s*=\s*["']([a-z0-9]{20})["']'''
entropy = 3.0
keywords = ["ACME"]
"""


def findings(tmp_path: Path, pack: str, text: str, path: str = "package/src/a.txt") -> list[Finding]:
    """What a pack finds, besides the built-in rules' findings."""
    file = tmp_path / "pack.toml"
    file.write_text(pack, encoding="utf-8")
    built_in = {(one.rule, one.fingerprint) for one in found(text, path=path)}
    both = found(text, path=path, settings=SecretSettings(packs=(file,)))
    return [one for one in both if (one.rule, one.fingerprint) not in built_in]


def rules(tmp_path: Path, pack: str, text: str, path: str = "package/src/a.txt") -> list[str]:
    """Their rules."""
    return [one.rule for one in findings(tmp_path, pack, text, path)]


def rule(more: str, regex: str = "zz[0-9]{4}([a-z]{6})") -> str:
    """A pack with one rule."""
    return f"[[rules]]\nid = 'zed'\nregex = '''{regex}'''\n{more}\n"


def test_rule_of_a_pack_is_a_finding(tmp_path: Path) -> None:
    """The rule's id in kebab case, the description, the group's place, and nothing of the secret."""
    (finding,) = findings(tmp_path, ACME, f'first\n  acme_key = "{VALUE}"\n')
    assert ("secret/acme-token", "high", "medium") == (finding.rule, finding.severity, finding.confidence)
    assert (2, 15) == (finding.location.line, finding.location.column)
    assert finding.message == "Acme deployment token … (20 characters)"
    assert {"issuer": "rule pack pack.toml", "length": 20} == finding.evidence
    assert VALUE[:8] not in repr(finding)


@pytest.mark.parametrize("text", ['acme_key = "{}"', "Acme-Key='{}'", '  ACMEKEY = "{}"'])
def test_keywords_ignore_case(tmp_path: Path, text: str) -> None:
    """As the tool compares them."""
    assert ["secret/acme-token"] == rules(tmp_path, ACME, text.format(VALUE))


@pytest.mark.parametrize(
    "text", [f'akme_key = "{VALUE}"', f'acme_key = "{VALUE[:19]}"', f'acme_key = "{"ab" * 10}"', "acme_key = process.env.ACME", "acme"]
)
def test_what_a_rule_does_not_match_is_silent(tmp_path: Path, text: str) -> None:
    """Without the keyword, of another length, of too little entropy, or no value at all."""
    assert [] == rules(tmp_path, ACME, text)


def test_keyword_may_stand_anywhere_in_the_file(tmp_path: Path) -> None:
    """A file with the keyword is searched as a whole."""
    pack = rule("keywords = ['zebra']")
    assert ["secret/zed"] == rules(tmp_path, pack, "zz1234abcdef\n" + "x\n" * 5000 + "zebra")
    assert [] == rules(tmp_path, pack, "zz1234abcdef\n" + "x\n" * 5000 + "horse")


def test_rule_without_keywords_is_tried_on_everything(tmp_path: Path) -> None:
    """Also on content that no other rule looks at."""
    assert ["secret/zed"] == rules(tmp_path, rule(""), "zz1234abcdef")


@pytest.mark.parametrize(
    ("regex", "more", "length"),
    [
        ("zz[0-9]{4}([a-z]{6})", "", 6),
        ("zz[0-9]{4}[a-z]{6}", "", 12),
        ("zz([0-9]{4})([a-z]{6})", "secretGroup = 2", 6),
        ("zz(q)?([0-9]{4})", "", 4),
    ],
)
def test_group_is_the_secret(tmp_path: Path, regex: str, more: str, length: int) -> None:
    """The one that the rule names, else the first that holds anything, else the whole match."""
    assert [length] == [one.evidence["length"] for one in findings(tmp_path, rule(more, regex), "a zz1234abcdef b")]


@pytest.mark.parametrize(
    ("allowlist", "allowed"),
    [
        ("stopwords = ['ABC']", True),
        ("stopwords = ['xyz']", False),
        ("regexes = ['^abcdef$']", True),
        ("regexes = ['^zz']", False),
        ("regexes = ['^zz']\nregexTarget = 'match'", True),
        ("regexes = ['sample']\nregexTarget = 'line'", True),
        ("regexes = ['sample']\nregexTarget = 'match'", False),
        ("paths = ['^src/']", True),
        ("paths = ['(^|/)a\\.txt$']", True),
        ("paths = ['^tests/']", False),
        ("commits = ['abc']", False),
        ("condition = 'AND'\npaths = ['^src/']\nstopwords = ['abc']", True),
        ("condition = 'AND'\npaths = ['^src/']\nstopwords = ['xyz']", False),
        ("condition = 'AND'\ncommits = ['abc']\nstopwords = ['abc']", False),
        ("condition = 'OR'\npaths = ['^tests/']\nstopwords = ['abc']", True),
    ],
)
@pytest.mark.parametrize(
    "header", ["[rules.allowlist]", "[[rules.allowlists]]", "[allowlist]", "[[allowlists]]", "[[allowlists]]\ntargetRules = ['zed']"]
)
def test_allowlists(tmp_path: Path, header: str, allowlist: str, *, allowed: bool) -> None:
    """Of a rule or of all of them, in the old spelling and the new one."""
    assert allowed is (rules(tmp_path, rule(f"{header}\n{allowlist}"), "sample zz1234abcdef") == [])


def test_allowlist_for_other_rules_does_not_count(tmp_path: Path) -> None:
    """One that names rules is theirs."""
    assert ["secret/zed"] == rules(tmp_path, rule("[[allowlists]]\ntargetRules = ['other']\nstopwords = ['abc']"), "zz1234abcdef")


def test_path_of_a_rule_must_fit(tmp_path: Path) -> None:
    """A rule with a path looks at those files only; one with nothing else finds the file itself."""
    assert [] == rules(tmp_path, rule("path = '\\.env$'"), "zz1234abcdef")
    assert ["secret/zed"] == rules(tmp_path, rule("path = '\\.env$'"), "zz1234abcdef", "package/.env")
    only = "[[rules]]\nid = 'vault'\npath = '''\\.vault$'''\n"
    assert ["secret/vault"] == rules(tmp_path, only, "anything", "package/a.vault")
    assert [] == rules(tmp_path, only, "anything", "package/a.txt")


def test_extended_pack_is_built_upon(tmp_path: Path) -> None:
    """Rules add up; one of the same id is filled up from below; disabled ones go."""
    (tmp_path / "base.toml").write_text(rule("keywords = ['zz']") + "[[rules]]\nid = 'yps'\nregex = 'yy[0-9]{4}'\n")
    text = "zz1234abcdef yy1234 acme_key = '" + VALUE + "'"
    acme = ACME.partition("\n\n")[2]
    extend = "[extend]\npath = 'base.toml'\n"
    assert {"secret/acme-token", "secret/zed", "secret/yps"} == set(rules(tmp_path, extend + acme, text))
    assert {"secret/acme-token", "secret/zed"} == set(rules(tmp_path, extend + "disabledRules = ['yps']\n" + acme, text))
    quiet = extend + "[[rules]]\nid = 'zed'\n[rules.allowlist]\nstopwords = ['abc']\n"
    assert {"secret/yps"} == set(rules(tmp_path, quiet, text))


def test_encoded_text_is_searched_for_the_rules_of_packs(tmp_path: Path) -> None:
    """Like for all others."""
    text = base64.b64encode(f'acme_key = "{VALUE}"; and more text'.encode()).decode()
    assert ["base64"] == [one.evidence.get("decoded") for one in findings(tmp_path, ACME, f'x = "{text}"')]


def test_built_in_rule_beats_a_pack_on_the_same_bytes(tmp_path: Path) -> None:
    """A token with a format of its own is told once, by the rule that knows more."""
    text = f"npm_{VALUE}{VALUE[:16]}"
    assert [] == rules(tmp_path, rule("", "npm_[a-z0-9]{36}"), text)


def test_slow_expressions_take_linear_time(tmp_path: Path) -> None:
    """What would keep a backtracking engine busy for ages."""
    assert [] == rules(tmp_path, rule("", "(a+)+$b"), "a" * 200_000 + "!")


def test_matches_everywhere_are_bounded(tmp_path: Path) -> None:
    """At most a hundred findings of a rule, and a number for the rest."""
    told = findings(tmp_path, rule("", "a"), "a " * 5_000)
    assert 100 == sum(one.rule == "secret/zed" for one in told)
    assert 4_900 == next(one.evidence["omitted"] for one in told if "omitted" in one.evidence)


def test_pack_of_our_own_is_searched(tmp_path: Path) -> None:
    """Rules in leakguard's YAML, run by the linear-time engine."""
    path = tmp_path / "acme.yaml"
    path.write_text(OWN)
    settings = SecretSettings(packs=(path,))
    assert ["secret/acme-deploy-key"] == [one.rule for one in found(f"key acmd_{VALUE} end", settings=settings)]
    assert [] == found(f"key acmd_{VALUE[:-1]} end", settings=settings)


OWN = """
issuer: Acme
revoke: the console
rules:
  - id: acme-deploy-key
    title: Acme deploy key
    description: Twenty letters and digits after `acmd_`.
    impact: Deploys.
    anchors: [acmd_]
    pattern: 'acmd_[a-z0-9]{20}'
    prefixes: [acmd_]
    examples: ['acmd_[a-z0-9]{20}']
    counterexamples: ['acmd_[a-z0-9]{10}']
"""
