"""Baselines: what they hold, what they accept, and what is left over of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from leakguard.errors import FaultyFile, UsageError
from leakguard.model import Action, Confidence, Finding, Judgement, Openness
from leakguard.policy import Baseline, decide, governance, load, read_baseline
from leakguard.settings import SecretSettings
from tests.policy.samples import TODAY, finding, policy_of, verdict

FIRST, SECOND, THIRD = (digit * 32 for digit in "abc")


def read(folder: Path, text: str) -> Baseline:
    """A baseline with this text."""
    path = folder / "b.txt"
    path.write_bytes(text.encode())
    return read_baseline(path)


def judged(one: Finding, *accepted: str) -> Judgement:
    """What the default policy makes of a finding with a baseline."""
    return decide([one], load("default").general, Openness.CLOSED, today=TODAY, baseline=set(accepted))[0]


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}\n{SECOND}\n",
        f"# a comment\n\n{SECOND} # why\r\n{FIRST}",
        f"\ufeff{FIRST}\n{SECOND}\n{FIRST}\n",
        f"  # x\n{FIRST}  \n{SECOND}\n",
    ],
)
def test_fingerprints_and_comments_are_read(tmp_path: Path, text: str) -> None:
    """In any order and repeated, as a merge may leave them, with comments and with any line ends."""
    assert {FIRST, SECOND} == set(read(tmp_path, text).lines)


@pytest.mark.parametrize(
    "line", ["x", FIRST[:31], FIRST + "0", FIRST.upper(), f" {FIRST}", f"{FIRST} why", f"{FIRST},{SECOND}", '{"results": {}}', "\0", "é"]
)
def test_anything_else_is_a_fault_with_its_line(tmp_path: Path, line: str) -> None:
    """Which is not quoted: it may be what somebody wanted to hide."""
    with pytest.raises(FaultyFile) as caught:
        read(tmp_path, f"{FIRST}\n{line}\n{SECOND}\n")
    ((fault),) = caught.value.faults
    assert (2, "not a fingerprint") == (fault.line, fault.message)


def test_missing_baseline_is_a_usage_error(tmp_path: Path) -> None:
    """It says how to write one."""
    with pytest.raises(UsageError, match="cannot be read") as caught:
        read_baseline(tmp_path / "none")
    assert "leakguard baseline" in caught.value.hint


def test_accepted_finding_is_allowed_and_stays() -> None:
    """It says by what."""
    accepted = judged(finding(print_of=FIRST), FIRST)
    assert accepted.action is Action.ALLOW
    assert accepted.suppressed is not None
    assert "baseline" == accepted.suppressed.by


def test_other_finding_is_not_accepted() -> None:
    """Only the fingerprint counts."""
    assert judged(finding(print_of=FIRST), SECOND).suppressed is None


@pytest.mark.parametrize("rule", ["artifact/limit-exceeded", "artifact/unreadable", "policy/expired-waiver"])
def test_what_was_not_inspected_is_never_accepted(rule: str) -> None:
    """That needs a waiver that names it; and the policy's own findings are not for a baseline."""
    assert judged(finding(rule, print_of=FIRST), FIRST).suppressed is None


def test_pragma_counts_where_the_policy_names_the_tool(tmp_path: Path) -> None:
    """And only for secrets."""
    policy = policy_of(tmp_path, "secrets: {pragmas: [gitleaks]}\n")
    marked = {tool: replace(finding(), evidence={"pragma": tool}) for tool in ("gitleaks", "trufflehog")}
    marked["other"] = replace(finding("source-map/embedded-source"), evidence={"pragma": "gitleaks"})
    outcomes = {}
    for name, one in marked.items():
        (judgement,) = decide([one], policy.general, Openness.CLOSED, today=TODAY)
        outcomes[name] = judgement.suppressed.by if judgement.suppressed else judgement.action
    assert {"gitleaks": "pragma", "trufflehog": Action.BLOCK, "other": Action.BLOCK} == outcomes


def test_pragma_counts_for_nothing_by_default() -> None:
    """The settings are empty."""
    assert SecretSettings().pragmas == ()
    assert judged(replace(finding(), evidence={"pragma": "gitleaks"})).action is Action.BLOCK


def test_unused_entries_are_said_with_their_lines(tmp_path: Path) -> None:
    """Those that belong to no finding of any artifact, at the first artifact."""
    policy = load("default")
    baseline = read(tmp_path, f"# x\n{FIRST}\n{SECOND}\n{THIRD}\n")
    verdicts = [verdict(policy), verdict(policy, findings=[finding(print_of=SECOND, confidence=Confidence.LOW)])]
    said = governance(policy, verdicts, today=TODAY, baseline=baseline)
    assert [(0, "policy/unused-baseline", 2), (0, "policy/unused-baseline", 4)] == [(at, one.rule, one.location.line) for at, one in said]
    assert () == governance(policy, [], today=TODAY, baseline=baseline)


def test_unused_entries_are_bounded() -> None:
    """A hundred are told, the last with the number of the others."""
    baseline = Baseline(label="b", lines={f"{number:032x}": number + 1 for number in range(250)})
    policy = load("default")
    said = governance(policy, [verdict(policy)], today=TODAY, baseline=baseline)
    assert (100, [150]) == (len(said), [one.evidence["omitted"] for _, one in said if "omitted" in one.evidence])


@pytest.mark.parametrize(
    ("text", "keep", "add", "expected"),
    [
        ("", [], [SECOND, FIRST], f"{FIRST}\n{SECOND}\n"),
        (f"{FIRST}\n{SECOND}\n", [SECOND], [], f"{SECOND}\n"),
        (f"{SECOND}\n{FIRST}\n{FIRST}\n", [FIRST, SECOND], [], f"{FIRST}\n{SECOND}\n"),
        (f"# head\n{SECOND} # why\n# end\n", [SECOND], [FIRST], f"{FIRST}\n# head\n{SECOND} # why\n# end\n"),
        (f"# gone with it\n{FIRST}\n{SECOND}\n", [SECOND], [], f"{SECOND}\n"),
        (f"{FIRST}\r\n", [FIRST], [FIRST], f"{FIRST}\n"),
    ],
)
def test_written_file_is_sorted_and_keeps_its_comments(tmp_path: Path, text: str, keep: list[str], add: list[str], expected: str) -> None:
    """Nothing but fingerprints and the comments that people wrote."""
    assert expected == read(tmp_path, text).changed(keep, add).decode()
