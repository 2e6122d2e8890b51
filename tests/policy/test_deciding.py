"""Which action a finding leads to."""

from datetime import date
from pathlib import Path

import pytest

from leakguard.model import Action, Confidence, Openness, Outcome
from leakguard.policy import decide, load, outcome
from tests.policy.samples import NPM, TODAY, action_of, finding, policy_of

WAIVER = "waivers:\n  - {{rule: {rule}, path: '{path}', reason: known, expires: {expires}}}\n"


def judged(
    folder: Path, text: str, rule: str, path: str = "package/a.js", *, today: date = TODAY, allow_incomplete: bool = False
) -> Action:
    """The action for a finding in an npm tarball under a policy."""
    role = policy_of(folder, text).role_for("dist/x.tgz", NPM)
    (only,) = decide([finding(rule, path)], role, Openness.CLOSED, today=today, root="package/", allow_incomplete=allow_incomplete)
    return only.action


@pytest.mark.parametrize(
    ("rules", "action"),
    [
        ("{secret/*: warn, secret/npm-token: allow}", Action.ALLOW),
        ("{secret/npm-token: allow, secret/*: warn}", Action.ALLOW),
        ("{secret/npm-*: allow, secret/*: warn, '*': block}", Action.ALLOW),
        ("{'*': block, secret/*: warn}", Action.WARN),
        ("{'*-token': allow, secret/*: warn}", Action.WARN),
        ("{secret/?pm-token: allow, secret/*: warn}", Action.ALLOW),
        ("{secret/*ken: allow, secret/*-to*: warn}", Action.WARN),
        ("{secret/*-to*: warn, secret/*ken: allow}", Action.ALLOW),
        ("{secret/npm-*: allow, secret/npm-?oken: warn}", Action.WARN),
        ("{'*': allow}", Action.ALLOW),
        ("{file/*: allow}", Action.BLOCK),
    ],
)
def test_the_most_specific_pattern_of_a_layer_wins(tmp_path: Path, rules: str, action: Action) -> None:
    """An exact id beats any glob, a longer literal beginning beats a shorter, and among equals the last wins."""
    assert action is judged(tmp_path, f"rules: {rules}\n", "secret/npm-token")


def test_a_later_layer_beats_a_more_specific_pattern_of_an_earlier_one(tmp_path: Path) -> None:
    """The preset names `source-map/shipped-source`; the file's glob is later."""
    assert Action.ALLOW is judged(tmp_path, "", "source-map/shipped-source")
    assert Action.BLOCK is judged(tmp_path, "rules: {source-map/*: block}\n", "source-map/shipped-source")


def test_a_role_is_the_latest_layer(tmp_path: Path) -> None:
    """What a role says beats the general part."""
    text = "rules: {source/original: block}\nartifacts: [{match: {format: npm}, rules: {source/*: allow}}]\n"
    assert Action.ALLOW is judged(tmp_path, text, "source/original")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{open: allow, closed: warn}", "aaa www"),
        ("{high: block, medium: warn, low: allow}", "bwa bwa"),
        ("{open: {high: warn, low: allow}, closed: block}", "wba bbb"),
        ("{low: {open: allow}}", "bba bbw"),
        ("{open: allow}", "aaa bbw"),
    ],
)
def test_an_action_may_depend_on_openness_and_confidence(tmp_path: Path, rule: str, expected: str) -> None:
    """A case that a mapping leaves open falls to the earlier layer (for secrets: block, block, warn)."""
    policy = policy_of(tmp_path, f"rules: {{secret/*: {rule}}}\n")
    found = ["".join(str(action_of(policy, "secret/generic", one, sure))[0] for sure in Confidence) for one in Openness]
    assert expected.split() == found


def test_a_waiver_suppresses_and_stays_visible(tmp_path: Path) -> None:
    """The finding remains, with action allow, reason and expiry."""
    policy = policy_of(tmp_path, WAIVER.format(rule="secret/npm-token", path="a.js", expires="2027-01-31"))
    (only,) = decide([finding()], policy.general, Openness.CLOSED, today=TODAY, root="package/")
    assert Action.ALLOW is only.action
    assert only.suppressed is not None
    assert ("waiver", "known", "2027-01-31") == (only.suppressed.by, only.suppressed.reason, only.suppressed.expires)


@pytest.mark.parametrize(
    ("today", "action"), [(date(2026, 11, 21), Action.ALLOW), (date(2026, 11, 22), Action.ALLOW), (date(2026, 11, 23), Action.BLOCK)]
)
def test_a_waiver_holds_until_the_end_of_its_last_day(tmp_path: Path, today: date, action: Action) -> None:
    """At midnight UTC after it the finding blocks again."""
    text = WAIVER.format(rule="secret/npm-token", path="a.js", expires="2026-11-22")
    assert action is judged(tmp_path, text, "secret/npm-token", today=today)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (WAIVER.format(rule="artifact/truncated", path="fixtures/*.zip", expires="2030-01-01"), "package/fixtures/bad.zip"),
        (WAIVER.format(rule="artifact/truncated", path="fixtures/", expires="2030-01-01"), "package/fixtures/bad.zip"),
        (WAIVER.format(rule="artifact/truncated", path="bad.zip", expires="2030-01-01"), "package/fixtures/bad.zip"),
        (WAIVER.format(rule="artifact/*", path="fixtures/bad.zip", expires="2030-01-01"), "package/fixtures/bad.zip"),
        (WAIVER.format(rule="'*'", path="fixtures/bad.zip", expires="2030-01-01"), "package/fixtures/bad.zip"),
        ("rules: {artifact/truncated: allow}\n", "package/fixtures/bad.zip"),
        ("rules: {artifact/*: warn}\n", "package/fixtures/bad.zip"),
        ("rules: {'*': allow}\n", "package/fixtures/bad.zip"),
    ],
)
def test_what_was_not_inspected_is_weakened_widely_only_on_demand(tmp_path: Path, text: str, path: str) -> None:
    """`artifact/*` blocks whatever the rules and wide waivers say, unless incompleteness is allowed."""
    assert Action.BLOCK is judged(tmp_path, text, "artifact/truncated", path)
    assert Action.BLOCK is not judged(tmp_path, text, "artifact/truncated", path, allow_incomplete=True)


@pytest.mark.parametrize("path", ["fixtures/bad.zip", "/fixtures/bad.zip", "fixtures/a.whl!/x/bad.zip"])
def test_what_was_not_inspected_is_waived_by_rule_and_exact_path(tmp_path: Path, path: str) -> None:
    """Test fixtures hold broken archives, and may."""
    text = WAIVER.format(rule="artifact/truncated", path=path, expires="2030-01-01")
    assert Action.ALLOW is judged(tmp_path, text, "artifact/truncated", f"package/{path.removeprefix('/')}")
    assert Action.BLOCK is judged(tmp_path, text, "artifact/encrypted", f"package/{path.removeprefix('/')}")
    assert Action.BLOCK is judged(tmp_path, text, "artifact/truncated", f"package/other/{path.removeprefix('/')}")


def test_a_fingerprint_alone_does_not_waive_what_was_not_inspected(tmp_path: Path) -> None:
    """The path has to be there."""
    text = "waivers: [{rule: artifact/truncated, fingerprint: ab12cd34, reason: x, expires: 2030-01-01}]\n"
    assert Action.BLOCK is judged(tmp_path, text, "artifact/truncated")
    assert Action.ALLOW is judged(tmp_path, text.replace("truncated", "unsupported"), "artifact/unsupported")


def test_unsupported_is_weakened_like_any_rule(tmp_path: Path) -> None:
    """A format that leakguard cannot open yet is the user's decision."""
    assert Action.WARN is judged(tmp_path, "rules: {artifact/unsupported: warn}\n", "artifact/unsupported")


def test_warnings_may_be_made_to_block(tmp_path: Path) -> None:
    """As `--fail-on warn` asks; what is allowed or waived stays so."""
    policy = policy_of(tmp_path, WAIVER.format(rule="secret/npm-token", path="a.js", expires="2030-01-01"))
    findings = [finding(), finding("file/litter"), finding("source-map/no-content")]
    actions = [one.action for one in decide(findings, policy.general, Openness.CLOSED, today=TODAY, root="package/", fail_on_warn=True)]
    assert [Action.BLOCK, Action.ALLOW, Action.ALLOW] == actions


def test_the_outcome_is_the_strongest_action() -> None:
    """Block over warn over pass."""
    general = load("default").general
    found = {
        rule: decide([finding(rule)], general, Openness.CLOSED, today=TODAY)
        for rule in ("secret/generic", "file/litter", "source-map/no-content")
    }
    assert [Outcome.BLOCK, Outcome.WARN, Outcome.PASS] == [outcome(one) for one in found.values()]
    assert Outcome.BLOCK is outcome(judgement for one in found.values() for judgement in one)
    assert Outcome.PASS is outcome([])


def test_a_rule_that_nobody_speaks_of_blocks() -> None:
    """Fail closed where no pattern matches, which the presets' `*` prevents."""
    from leakguard.policy import RuleTable

    assert Action.BLOCK is RuleTable.of([{}]).action("x/y", Openness.OPEN, Confidence.LOW)
