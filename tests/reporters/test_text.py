"""The text report says what leaks, how much, where, and what to do, in 80 plain columns, whatever the names are."""

import io
from datetime import date

import pytest

from leakguard.model import Action, Coverage, Outcome, Report, Rule, RuleId, Severity, Suppression
from leakguard.reporters import text
from leakguard.reporters.text import Layout, render
from tests.reporters.reports import HOSTILE, MAP_EVIDENCE, judgement, report, unread, verdict

TODAY = date(2026, 11, 22)

BLOCKED = r"""block dist/example-1.0.0.tgz
  npm example 1.0.0, closed source (no licence is declared)
  12 entries, 4.6 MB: every byte accounted for

  block[source-map/embedded-source]: the map holds original source
    --> package/cli.js.map:1:7
      anyone can rebuild 1,900 first-party files from it: 512,000 lines, 46.2
      MB; 1 line ships nowhere else in the artifact; 1 source is third-party
      - src/
        - a.ts
        - deep/only/
          - b.ts
          - c.ts
      … and 1,897 more files
     fix: in package.json, set `"files": ["dist/**/*.js"]`, which leaves the map
          out of the package

  warn[file/litter]: a file that the system left
    --> package/.DS_Store

  1 more finding allowed, 1 by waiver, baseline or pragma (`--explain` lists it)

If any of this is meant to ship, say so in `leakguard.yaml`, with the reason:

waivers:
  - rule: source-map/embedded-source
    path: "/cli.js.map"
    fingerprint: "0123456789abcdef0123456789abcdef"
    reason:   # why this may ship
    expires: 2027-02-20

blocked: 1 of 1 artifact must not be published (1 block, 1 warn, 1 allowed;
         policy `default`)
"""

PASSED = """pass dist/example-1.0.0.tgz
  npm example 1.0.0, closed source (no licence is declared)
  12 entries, 4.6 MB: every byte accounted for

passed: 1 artifact may be published (0 block, 0 warn, 0 allowed; policy
        `default`)
"""


def shown(made: Report, *, quiet: bool = False, explain: bool = False, fail_on_warn: bool = False) -> str:
    """The report as text, on the day of the tests."""
    return render(made, Layout(today=TODAY, quiet=quiet, explain=explain, fail_on_warn=fail_on_warn))


def leaking() -> Report:
    """A map that gives everything away, some litter, and a waived credential."""
    return report(
        verdict(
            judgement("file/litter", "package/.DS_Store", action=Action.WARN, message="a file that the system left", line=None),
            judgement(
                "source-map/embedded-source",
                "package/cli.js.map",
                severity=Severity.CRITICAL,
                message="the map holds original source",
                evidence=MAP_EVIDENCE,
                hint='in package.json, set `"files": ["dist/**/*.js"]`, which leaves the map out of the package',
            ),
            judgement(action=Action.ALLOW, suppressed=Suppression(by="waiver", reason="a test", expires="2027-01-31")),
        )
    )


def test_block_ends_with_what_to_do_next() -> None:
    """A block shows evidence, place, fix and a waiver to paste that expires in 90 days."""
    assert shown(leaking()) == BLOCKED


def test_pass_is_short() -> None:
    """What passes gets its verdict, its identity and its coverage."""
    assert shown(report(verdict())) == PASSED


def test_reporter_writes_plain_utf_8() -> None:
    """As a reporter it writes without colour."""
    out = io.BytesIO()
    text.write(report(verdict()), out)
    assert out.getvalue().decode() == PASSED


def test_quiet_says_only_what_blocks() -> None:
    """Quiet is one line for the artifact and one for each rule that blocks it."""
    assert shown(leaking(), quiet=True) == "block dist/example-1.0.0.tgz\n  source-map/embedded-source package/cli.js.map:1:7\n"


@pytest.mark.parametrize("action", [Action.WARN, Action.ALLOW])
def test_quiet_has_nothing_to_say_of_a_pass(action: Action) -> None:
    """Without a block, quiet is silent."""
    assert shown(report(verdict(judgement(action=action))), quiet=True) == ""


def test_unreadable_target_is_an_error_and_no_verdict() -> None:
    """A target that cannot be read is told with its hint, and not as an artifact of zero entries."""
    blind, error = unread()
    expected = """error: `dist/missing.tgz` does not exist
 hint: check the path

incomplete: nothing can be said of 1 of 1 artifact (0 block, 0 warn, 0 allowed;
            policy `default`)
"""
    assert shown(report(blind, errors=(error,))) == expected
    assert shown(report(blind, errors=(error,)), quiet=True) == expected.partition("\n\n")[0] + "\n"


def test_two_unreadable_targets_of_one_name_are_both_told() -> None:
    """A target that was named twice fails twice."""
    blind, error = unread()
    assert shown(report(blind, blind, errors=(error, error))).count("does not exist") == 2


def test_similar_findings_are_folded() -> None:
    """Forty findings of a rule are four places and a count, which includes what the machine left out."""
    many = [judgement(path=f"package/{number:02}.js") for number in range(40)]
    many.append(judgement(path="package/99.js", evidence={"omitted": 1000}))
    lines = shown(report(verdict(*many))).splitlines()
    assert [line.strip() for line in lines if "-->" in line] == [f"--> package/{number:02}.js:1:7" for number in range(4)]
    assert "    … and 1,037 more like this" in lines
    assert lines.count("  - rule: secret/npm-token") == 1


def test_different_messages_of_a_rule_are_shown() -> None:
    """What a further finding says otherwise stands below its place."""
    made = report(verdict(judgement(), judgement(path="package/b.js", message="another npm token")))
    assert "    --> package/b.js:1:7\n        another npm token\n" in shown(made)


def test_blocks_come_before_warnings_and_the_worst_first() -> None:
    """Order is by action, then by severity, then by rule."""
    made = verdict(
        judgement("file/a", action=Action.WARN, severity=Severity.CRITICAL),
        judgement("file/b", severity=Severity.LOW),
        judgement("file/d", severity=Severity.HIGH),
        judgement("file/c", severity=Severity.HIGH),
    )
    labels = [line.split(":")[0].strip() for line in shown(report(made)).splitlines() if line.startswith("  ") and "]:" in line]
    assert labels == ["block[file/c]", "block[file/d]", "block[file/b]", "warn[file/a]"]


def test_allowed_findings_are_listed_when_explaining() -> None:
    """`--explain` lists what is allowed, by whom, and what each rule means."""
    rule = Rule(
        id=RuleId("secret/npm-token"), title="t", severity=Severity.HIGH, description="What it is.", impact="Who has it, publishes."
    )
    out = render(leaking(), Layout(today=TODAY, explain=True, rules={rule.id: rule}))
    assert "  allow[secret/npm-token]: an npm token\n    --> package/index.js:1:7\n" in out
    assert "        accepted by a waiver until 2027-01-31: a test\n" in out
    assert "    what: What it is.\n    risk: Who has it, publishes.\n" in out
    assert "--explain" not in out


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (Coverage(entries=1, bytes=999, inspected=999), "1 entry, 999 B: every byte accounted for"),
        (Coverage(entries=0), "0 entries, 0 B: every byte accounted for"),
        (Coverage(entries=2, bytes=1500, inspected=1000, unreadable=500), "2 entries, 1.5 kB: 500 B could not be read"),
        (Coverage(entries=2, bytes=999_999, inspected=999_999), "2 entries, 1.0 MB: every byte accounted for"),
        (Coverage(entries=2, bytes=5 * 10**12, inspected=5 * 10**12), "2 entries, 5,000.0 GB: every byte accounted for"),
    ],
)
def test_coverage_line_adds_up(coverage: Coverage, expected: str) -> None:
    """The coverage line says what was looked at and what was not."""
    assert f"\n  {expected}\n" in shown(report(verdict(coverage=coverage)))


def test_opaque_bytes_are_not_called_inspected() -> None:
    """What was searched but not understood is told apart."""
    made = report(verdict(coverage=Coverage(entries=1, bytes=3000, inspected=1000, opaque=2000)))
    assert "accounted for; 2.0 kB are opaque and were searched" in " ".join(shown(made).split())


def test_weakened_gate_is_told() -> None:
    """Options that weaken the gate stand before the result."""
    assert "\nwarning: the gate is weakened by `--as-is`\npassed: " in shown(report(verdict(), weakened_by=("--as-is",)))


def test_warnings_that_fail_the_run_say_so() -> None:
    """With `--fail-on warn` the last line does not read like a pass."""
    made = report(verdict(judgement(action=Action.WARN)))
    assert "\nfailed: 1 artifact with warnings, and `--fail-on warn` is in force" in shown(made, fail_on_warn=True)
    assert "\nwarned: 1 artifact may be published, with warnings" in shown(made)


def test_block_without_a_finding_never_reads_as_a_pass() -> None:
    """An artifact that is blocked without a finding or an error still is blocked."""
    blind, _ = unread()
    assert "\nblocked: 1 of 1 artifact must not be published" in shown(report(blind))
    assert blind.outcome is Outcome.BLOCK


def test_binary_places_have_offsets() -> None:
    """A binary location is told in bytes."""
    assert "--> package/a.node at byte 1,024\n" in shown(report(verdict(judgement(path="package/a.node", line=None, offset=1024))))


def test_colour_changes_no_character() -> None:
    """Without its colours, the coloured text is the plain one."""
    colored = render(leaking(), Layout(today=TODAY, color=True))
    assert colored != BLOCKED
    for code in ("0", "1", "2", "36", "1;31", "1;33", "1;32"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == BLOCKED


@pytest.mark.parametrize("options", [{}, {"explain": True}, {"quiet": True}])
@pytest.mark.parametrize("name", [HOSTILE, "::error::x", "  ::set-output name=a::b", "a/::add-mask::b", "x ::y::z " * 40, "\udcff\ud800"])
def test_hostile_text_stays_text(name: str, options: dict[str, bool]) -> None:
    """No name, message, hint, reason or sample becomes a line, a colour or a command of a build service."""
    evidence = {**MAP_EVIDENCE, "samples": [name, f"{name}/{name}"]}
    suppressed = Suppression(by="waiver", reason=name)
    blind, error = unread(name)
    made = report(
        verdict(
            judgement("source-map/embedded-source", name, message=name, evidence=evidence, hint=name),
            judgement(path=name, action=Action.ALLOW, suppressed=suppressed),
            target=name,
        ),
        blind,
        errors=(error,),
        weakened_by=(name,),
    )
    out = shown(made, **options)
    assert not [character for character in out if not character.isprintable() and character != "\n"]
    assert not [line for line in out.splitlines() if line.lstrip().startswith("::") or "##[" in line or "##vso[" in line]
    out.encode()


def test_endless_names_are_cut() -> None:
    """A name of a megabyte is shown by its ends."""
    out = shown(report(verdict(judgement(path=f"start{'x' * 10**6}end", message="m" * 10**6))))
    assert "--> startxxx" in out
    assert "xxxend:1:7\n" in out
    assert len(out) < 10_000


def test_lines_keep_to_the_width() -> None:
    """Prose keeps to 80 columns; only names, which are to be copied, may not."""
    long = "a sentence of many words " * 20
    made = report(verdict(judgement(message=long, hint=f"{long}\n  {long}", suppressed=None)), weakened_by=("--limits bytes=9GB",) * 9)
    assert max(len(line) for line in shown(made, explain=True).splitlines()) <= 80


def test_hint_of_several_lines_keeps_them() -> None:
    """An edit of several lines is shown as such, with its own indentation."""
    made = report(verdict(judgement(hint="add to MANIFEST.in:\n  prune tests")))
    assert "     fix: add to MANIFEST.in:\n            prune tests\n" in shown(made)


def test_deep_samples_are_no_recursion() -> None:
    """A sample path of ten thousand folders is one line."""
    evidence = {**MAP_EVIDENCE, "samples": ["a/" * 10_000 + "b"]}
    lines = shown(report(verdict(judgement(evidence=evidence)))).splitlines()
    assert len([line for line in lines if line.startswith("      - a/a/")]) == 1


def test_only_a_few_waivers_are_offered() -> None:
    """Whoever needs more than three waivers needs a policy."""
    made = verdict(*(judgement(f"file/{letter}", fingerprint=letter * 32) for letter in "abcdef"))
    out = shown(report(made))
    assert out.count("  - rule:") == 3
    assert "\n3 more would need one; `--format json` has every fingerprint\n" in out


def test_same_finding_in_two_artifacts_is_offered_one_waiver() -> None:
    """A waiver that covers both is printed once."""
    assert shown(report(verdict(judgement()), verdict(judgement(), target="dist/b.tgz"))).count("  - rule:") == 1


@pytest.mark.parametrize("action", [Action.WARN, Action.ALLOW])
def test_no_waiver_is_offered_for_what_does_not_block(action: Action) -> None:
    """Warnings need none."""
    assert "waivers:" not in shown(report(verdict(judgement(action=action))))


@pytest.mark.parametrize(("offset", "place"), [(None, "dist/example-1.0.0.tgz"), (5, "dist/example-1.0.0.tgz at byte 5")])
def test_what_is_said_of_the_whole_artifact_has_its_name(offset: int | None, place: str) -> None:
    """Never an empty place."""
    made = report(verdict(judgement("size/artifact", "", line=None, offset=offset)))
    assert f"    --> {place}\n" in shown(made)
    assert f"  size/artifact {place}\n" in shown(made, quiet=True)
