"""What holds for all findings and all waivers."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leakguard.model import Action, Confidence, Finding, Fingerprint, Openness, Outcome, RuleId
from leakguard.policy import Waiver, decide, load, outcome
from leakguard.policy.actions import Choice, RuleTable, is_glob, names_rule
from leakguard.policy.quantities import parse_size
from leakguard.policy.waivers import matches_nested
from leakguard.redact import pattern_of
from tests.policy.samples import TODAY, finding

RULES = ("secret/npm-token", "file/litter", "source-map/embedded-source", "artifact/truncated", "artifact/unsupported", "x/y")
PATHS = ("package/a.js", "package/b.zip!/c.js", "package/b.zip!/d.gz!/e", "leakguard.yaml", "")
PRINTS = ("ab12cd34", "00000000")

findings = st.builds(
    lambda rule, path, sure, print_of: finding(rule, path, confidence=sure, print_of=print_of),
    st.sampled_from(RULES),
    st.sampled_from(PATHS),
    st.sampled_from(Confidence),
    st.sampled_from(PRINTS),
)
waivers = st.builds(
    lambda rule, path, print_of, days: Waiver(
        rule=RuleId(rule), path=path, fingerprint=print_of, reason="x", expires=TODAY + timedelta(days)
    ),
    st.sampled_from((*RULES, "*", "artifact/*", "secret/*")),
    st.sampled_from((None, "**", "*.js", "a.js", "b.zip!/**", "b.zip!/c.js", "/a.js")),
    st.sampled_from((None, *map(Fingerprint, PRINTS))),
    st.integers(-2, 2),
)
many = st.lists(findings, max_size=8)
some = st.lists(waivers, max_size=5)
open_or_closed = st.sampled_from(Openness)
GENERAL = load("default").general
STRENGTH = (Outcome.PASS, Outcome.WARN, Outcome.BLOCK)


def decided(
    found: Sequence[Finding], excused: Sequence[Waiver], openness: Openness = Openness.CLOSED, *, allow: bool = False
) -> list[tuple[Finding, Action]]:
    """Findings with their actions under the default policy."""
    judged = decide(found, GENERAL, openness, today=TODAY, waivers=excused, root="package/", allow_incomplete=allow)
    return [(one.finding, one.action) for one in judged]


@given(many, some, open_or_closed, st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(found: list[Finding], excused: list[Waiver], openness: Openness, random: object) -> None:
    """Workers finish in any order."""
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decided(found, excused, openness) == decided(shuffled, excused, openness)


@given(many, some)
def test_deciding_again_changes_nothing(found: list[Finding], excused: list[Waiver]) -> None:
    """The findings of a judgement lead to the same judgement."""
    first = decided(found, excused)
    assert first == decided([one for one, _ in first], excused)


@given(many, some, waivers, st.booleans())
def test_another_waiver_never_adds_a_block(found: list[Finding], excused: list[Waiver], another: Waiver, allow: bool) -> None:  # noqa: FBT001 - drawn
    """Wherever it stands; and it takes none away once its day is over."""
    before, after = decided(found, excused, allow=allow), decided(found, [another, *excused], allow=allow)
    assert all(new is Action.ALLOW or new is old for (_, old), (_, new) in zip(before, after, strict=True))
    if another.expires < TODAY:
        assert before == after


@given(many, some, findings)
def test_another_finding_never_takes_one_away(found: list[Finding], excused: list[Waiver], another: Finding) -> None:
    """Each finding is judged by itself, and the outcome only gets worse."""
    before, after = decided(found, excused), decided([*found, another], excused)
    assert all(one in after for one in before)
    assert len(before) + 1 == len(after)
    outcomes = [outcome(decide(one, GENERAL, Openness.OPEN, today=TODAY, waivers=excused)) for one in (found, [*found, another])]
    assert STRENGTH.index(outcomes[0]) <= STRENGTH.index(outcomes[1])


@given(many, some)
def test_no_waiver_but_an_exact_one_excuses_what_was_not_inspected(found: list[Finding], excused: list[Waiver]) -> None:
    """Whatever else the policy holds."""
    wide = [one for one in excused if one.rule != "artifact/truncated" or one.path is None or "*" in one.path]
    assert all(action is Action.BLOCK for one, action in decided(found, wide) if one.rule == "artifact/truncated")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20))
def test_a_literal_pattern_matches_the_path_that_it_spells(name: str) -> None:
    """For every name as a report shows it (escaped, so without control characters)."""
    parts = [part.strip("/") for part in name.split("!/")]
    path = "!/".join(part for part in parts if part and "//" not in part and set(part) != {"."})
    if path:
        assert matches_nested(pattern_of(path), path)


@given(st.lists(st.sampled_from((*RULES, "*", "secret/*", "s*", "?ecret/*", "*/litter")), min_size=1, unique=True), st.sampled_from(RULES))
def test_an_exact_id_beats_every_glob_of_its_layer(patterns: list[str], rule: str) -> None:
    """Wherever it stands."""
    table = RuleTable.of([dict.fromkeys(patterns, Choice.always(Action.WARN))])
    tried = [pattern for pattern, _ in table if names_rule(pattern, rule)]
    assert rule not in tried or tried[0] == rule
    assert "*" not in tried or tried[-1] == "*"
    assert sorted(map(is_glob, tried)) == list(map(is_glob, tried))


@given(st.integers(0, 10**12), st.sampled_from([("", 1), (" B", 1), ("kB", 10**3), (" MB", 10**6), (" GiB", 2**30)]))
def test_a_size_is_its_number_times_its_unit(number: int, unit: tuple[str, int]) -> None:
    """Without rounding."""
    assert number * unit[1] == parse_size(f"{number}{unit[0]}")


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_a_waiver_is_over_after_its_last_day(expires: date, today: date) -> None:
    """And not before."""
    assert (today > expires) is Waiver(rule=RuleId("*"), path="a", reason="x", expires=expires).expired(today)
