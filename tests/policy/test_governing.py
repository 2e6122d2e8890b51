"""What a run says about the policy itself."""

from dataclasses import replace
from pathlib import Path

from leakguard.model import Identity, Kind
from leakguard.policy import governance, load
from tests.policy.samples import TODAY, WHEEL, finding, policy_of, verdict

Said = list[tuple[int, str, int | None]]


def said(folder: Path, text: str, *names: str, **more: object) -> Said:
    """Index, rule and line of what is said about a policy after one npm tarball with these inner paths."""
    policy = policy_of(folder, text)
    found = governance(policy, [verdict(policy, names, **more)], today=TODAY)  # type: ignore[arg-type]
    return [(index, one.rule, one.location.line) for index, one in found]


def test_unused_patterns_are_named_with_their_lines(tmp_path: Path) -> None:
    """Allow, deny and require alike; what matches in any artifact of the run is used."""
    text = "files:\n  allow: ['*.js', lib/**]\n  deny:\n  - '*.map'\n  - src/\n  require: [LICENSE, '!x']\n"
    policy = policy_of(tmp_path, text)
    verdicts = [verdict(policy, ["a.js"]), verdict(policy, ["src/b.ts", "LICENSE"], identity=WHEEL)]
    found = governance(policy, verdicts, today=TODAY)
    assert [3, 5, 7] == [one.location.line for _, one in found]
    assert {"policy/unused-pattern"} == {one.rule for _, one in found}
    assert {"leakguard.yaml"} == {one.location.path for _, one in found}
    assert {0} == {index for index, _ in found}
    assert "the pattern `lib/**` of `files.allow` matches nothing" == found[0][1].message
    assert 3 == len({one.fingerprint for _, one in found})


def test_patterns_of_roles_that_did_not_apply_are_not_judged(tmp_path: Path) -> None:
    """A run over the wheel says nothing of the tarball's patterns; what a role replaces is not judged either."""
    text = "files: {allow: [general]}\nartifacts:\n- {match: {format: npm}, files: {allow: ['*.js']}}\n"
    text += "- {match: {format: wheel}, files: {deny: [x]}}\n"
    assert [] == said(tmp_path, text, "a.js")
    assert [(0, "policy/unused-pattern", 2), (0, "policy/unused-pattern", 5)] == said(tmp_path, text, "a.js", identity=WHEEL)


def test_an_artifact_without_entries_says_nothing_of_patterns(tmp_path: Path) -> None:
    """It could not be opened; that is said elsewhere."""
    assert [] == said(tmp_path, "files: {allow: ['*.js']}\n")


def test_a_folder_entry_does_not_use_a_pattern(tmp_path: Path) -> None:
    """Only what ships does: files and links."""
    policy = policy_of(tmp_path, "files: {deny: [src]}\n")
    for kind, count in ((Kind.DIRECTORY, 1), (Kind.LINK, 0), (Kind.FILE, 0)):
        one = verdict(policy, ["a.js", "src"])
        listing = tuple(replace(item, kind=kind) if item.inner == "src" else item for item in one.artifact.listing)
        assert count == len(governance(policy, [replace(one, artifact=replace(one.artifact, listing=listing))], today=TODAY))


def test_a_waiver_that_matches_nothing_is_said(tmp_path: Path) -> None:
    """One that matches any finding of any artifact is not."""
    text = "waivers:\n- {rule: secret/*, path: a.js, reason: x, expires: 2030-01-01}\n"
    text += "- {rule: file/*, path: a.js, reason: x, expires: 2030-01-01}\n"
    assert [(0, "policy/unused-waiver", 3), (0, "policy/unused-waiver", 4)] == said(tmp_path, text, "a.js")
    assert [(0, "policy/unused-waiver", 4)] == said(tmp_path, text, "a.js", findings=[finding()])


def test_a_waiver_whose_day_is_over_is_said_once(tmp_path: Path) -> None:
    """As expired, not as unused, and at the artifact where it would have counted."""
    text = "waivers:\n- {rule: secret/*, path: a.js, reason: x, expires: 2026-11-21}\n"
    assert [(0, "policy/expired-waiver", 3)] == said(tmp_path, text, "a.js")
    policy = policy_of(tmp_path, text)
    (only,) = governance(policy, [verdict(policy), verdict(policy, findings=[finding()])], today=TODAY)
    assert 1 == only[0]
    assert "the waiver of `secret/*` expired on 2026-11-21" == only[1].message


def test_a_waiver_for_what_is_said_of_the_policy_is_used(tmp_path: Path) -> None:
    """A pattern that is unused on purpose can be waived."""
    text = "files: {deny: [src/]}\nwaivers: [{rule: policy/unused-pattern, path: leakguard.yaml, reason: x, expires: 2030-01-01}]\n"
    assert [(0, "policy/unused-pattern", 2)] == said(tmp_path, text, "a.js")


def test_an_artifact_without_a_role_is_said_where_roles_are_declared(tmp_path: Path) -> None:
    """Not without any role, and not of what lies beside packages."""
    text = "artifacts:\n- match: {format: wheel}\n"
    assert [(0, "policy/no-role", 3)] == said(tmp_path, text, "a.js")
    assert [] == said(tmp_path, text, "a.js", identity=WHEEL)
    assert [] == said(tmp_path, "", "a.js")
    policy = policy_of(tmp_path, text)
    verdicts = [verdict(policy, identity=WHEEL), verdict(policy, identity=Identity(format="directory"))]
    assert [] == list(governance(policy, verdicts, today=TODAY, beside={1}))


def test_strict_demands_an_allowlist(tmp_path: Path) -> None:
    """One finding for each package, instead of one for each file; a list in the policy or the role is enough."""
    policy = load("strict")
    assert ["policy/no-allowlist"] == [one.rule for _, one in governance(policy, [verdict(policy)], today=TODAY)]
    assert [] == said(tmp_path, "extends: strict\nfiles: {allow: [a.js]}\n", "a.js")
    assert [] == said(tmp_path, "extends: strict\nartifacts: [{match: {format: npm}, files: {allow: [a.js]}}]\n", "a.js")


def test_nothing_is_said_of_a_run_without_verdicts(tmp_path: Path) -> None:
    """There is nothing to attach it to."""
    assert () == governance(policy_of(tmp_path, "files: {deny: [x]}\n"), [], today=TODAY)
