"""Which findings a waiver covers."""

from datetime import date

import pytest

from leakguard.model import Fingerprint, Openness, RuleId
from leakguard.policy import Waiver, decide, git_match, load
from leakguard.policy.waivers import LONGEST_PATH, matches_nested
from leakguard.redact import pattern_of
from tests.policy.samples import finding

EXPIRES = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("tests/certs/*.pem", "tests/certs/a.pem"),
        ("*.pem", "tests/certs/a.pem"),
        ("tests/", "tests/certs/a.pem"),
        ("tests", "tests/certs/a.pem"),
        ("tests/**", "tests/certs/a.pem"),
        ("**/a.pem", "a.pem"),
        ("/a.pem", "a.pem"),
        ("a\\*b", "a*b"),
        ("a.whl!/b/c.py", "a.whl!/b/c.py"),
        ("vendor/*.whl!/*.py", "vendor/a.whl!/b/c.py"),
        ("cli.js!/inline-0.map!/src/**", "cli.js!/inline-0.map!/src/a/b.ts"),
        ("cli.js!/**", "cli.js!/inline-0.map!/src/a/b.ts"),
        ("cli.js!/**", "cli.js!/inline-0.map"),
    ],
)
def test_patterns_match_layer_by_layer(pattern: str, path: str) -> None:
    """Each part between `!/` is a git pattern for one layer."""
    assert matches_nested(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("tests/certs/*.pem", "tests/certs/sub/a.pem"),
        ("tests/certs/*.pem", "x/tests/certs/a.pem"),
        ("/a.pem", "x/a.pem"),
        ("*.PEM", "a.pem"),
        ("*.pem", "a.pem.txt"),
        ("*.pem", "a.zip!/b.pem"),
        ("**", "a.zip!/b.pem"),
        ("a.zip", "a.zip!/b.pem"),
        ("vendor/", "vendor/a.zip!/b.pem"),
        ("a.zip!/b.pem", "a.zip"),
        ("a.zip!/**", "a.zip"),
        ("a.zip!/b.pem", "a.zip!/b.pem!/c"),
        ("a.zip!/*!/c", "a.zip!/b"),
        ("[", "["),
        ("**", ""),
        ("**", "a" * (LONGEST_PATH + 1)),
        ("a", "a%0A"),
    ],
)
def test_patterns_match_no_more_than_they_say(pattern: str, path: str) -> None:
    """A pattern without `!/` says nothing of what is nested."""
    assert not matches_nested(pattern, path)


def test_rule_path_and_fingerprint_must_all_match() -> None:
    """A waiver with both a path and a fingerprint needs both."""
    both = Waiver(rule=RuleId("secret/*"), path="a.js", fingerprint=Fingerprint("ab12cd34"), reason="x", expires=EXPIRES)
    assert both.covers(finding(), "package/")
    assert not both.covers(finding(print_of="00000000"), "package/")
    assert not both.covers(finding(path="package/b.js"), "package/")
    assert not both.covers(finding("file/litter"), "package/")


def test_a_waiver_of_nothing_covers_nothing() -> None:
    """Neither path nor fingerprint: the loader refuses it, and it would not match."""
    assert not Waiver(rule=RuleId("*"), reason="x", expires=EXPIRES).covers(finding())


def test_the_top_folder_is_taken_off_once() -> None:
    """Paths are those inside the package."""
    waiver = Waiver(rule=RuleId("*"), path="/package/a.js", reason="x", expires=EXPIRES)
    assert waiver.covers(finding(path="package/package/a.js"), "package/")
    assert not waiver.covers(finding(path="package/a.js"), "package/")


@pytest.mark.parametrize("path", ["a.js", "x/[id].js", "a*b?.js", "#a", "!a", "a ", "a\\b", "z.whl!/[x]/!y", "%25.js"])
def test_a_literal_pattern_matches_its_path(path: str) -> None:
    """What a report offers to paste matches, whatever the name holds."""
    assert matches_nested(pattern_of(path), path)


def test_literal_patterns_match_no_similar_path() -> None:
    """Wildcards in a name are spelt out."""
    assert not matches_nested(pattern_of("x/a*.js"), "x/ab.js")
    assert not matches_nested(pattern_of("x/[ab].js"), "x/a.js")


def test_a_negated_pattern_matches_what_it_takes_out() -> None:
    """Taken by itself, to see whether it is used at all."""
    assert git_match("!dist/secret.js", "dist/secret.js")


@pytest.mark.parametrize(
    ("rule", "suppressed"), [("*", False), ("policy/*", False), ("policy/unused-*", False), ("policy/unused-pattern", True)]
)
def test_what_is_wrong_with_the_policy_is_waived_by_its_exact_name_only(rule: str, suppressed: bool) -> None:  # noqa: FBT001 - a table
    """No broad waiver hides that it is broad."""
    waiver = Waiver(rule=RuleId(rule), path="leakguard.yaml", reason="x", expires=EXPIRES)
    found = [finding("policy/unused-pattern", "leakguard.yaml")]
    (judged,) = decide(found, load("strict").general, Openness.OPEN, today=EXPIRES, waivers=[waiver])
    assert suppressed is (judged.suppressed is not None)
