"""The one verb, on real artifacts: what is found, where, and what the policy makes of it."""

import datetime as dt
import os
from pathlib import Path

import pytest

import leakguard
from leakguard.model import Action, Openness, Outcome, Report
from leakguard.scan import KEPT_TEXT
from tests.builders import MIT_TEXT, code, inline_base64, npm, sdist, source_map, tar_of, token, wheel, zip_of

TODAY = dt.date(2026, 11, 22)
GITHUB = token("ghp_", 36)


def _report(folder: Path, artifacts: dict[str, bytes], policy: str = "default", jobs: int | None = None) -> Report:
    for name, data in artifacts.items():
        (folder / name).write_bytes(data)
    return leakguard.inspect([folder / name for name in artifacts], policy=policy, today=TODAY, jobs=jobs)


def _rules(report: Report, *actions: Action) -> list[str]:
    wanted = actions or tuple(Action)
    return [one.finding.rule for verdict in report.verdicts for one in verdict.judgements if one.action in wanted]


def test_a_clean_package_passes(tmp_path: Path) -> None:
    """Nothing is found in a package that holds nothing."""
    report = _report(tmp_path, {"x-1.0.0.tgz": npm({"index.js": "module.exports = 1\n", "LICENSE": MIT_TEXT}, manifest={"license": "MIT"})})
    assert Outcome.PASS is report.outcome
    assert [] == _rules(report)
    identity = report.verdicts[0].artifact.identity
    assert ("npm", "example", "1.0.0", "package/", Openness.OPEN) == (
        identity.format,
        identity.name,
        identity.version,
        identity.root,
        identity.openness,
    )


def test_a_closed_package_with_a_map_is_blocked(tmp_path: Path) -> None:
    """The founding incident: an external map that holds the whole source."""
    leak = source_map({f"../src/module_{number}.ts": code(40, label=f"m{number}") for number in range(20)})
    report = _report(tmp_path, {"x-1.0.0.tgz": npm({"cli.js": "x\n//# sourceMappingURL=cli.js.map\n", "cli.js.map": leak})})
    assert Outcome.BLOCK is report.outcome
    (found,) = [one.finding for one in report.verdicts[0].judgements if one.action is Action.BLOCK]
    assert "source-map/embedded-source" == found.rule
    assert "package/cli.js.map" == found.location.path
    assert (20, 800, 800) == (found.evidence["first_party"], found.evidence["lines"], found.evidence["novel_lines"])
    assert found.hint


def test_an_open_package_with_a_map_is_warned(tmp_path: Path) -> None:
    """Open source ships its source on purpose."""
    leak = source_map({"../src/a.ts": code(40)})
    report = _report(tmp_path, {"x-1.0.0.tgz": npm({"cli.js.map": leak}, manifest={"license": "MIT"})})
    assert Outcome.WARN is report.outcome
    assert ["source-map/embedded-source"] == _rules(report, Action.WARN)


def test_an_inline_map_is_blocked_even_when_open(tmp_path: Path) -> None:
    """The earlier incident: the same as a comment in a bundle, where no file name shows it."""
    leak = source_map({"../src/a.ts": code(40)})
    files = {"cli.mjs": f"x()\n//# sourceMappingURL={inline_base64(leak)}\n"}
    report = _report(tmp_path, {"x-1.0.0.tgz": npm(files, manifest={"license": "MIT"})})
    assert ["source-map/inline-source"] == _rules(report, Action.BLOCK)


@pytest.mark.parametrize("size", [0, KEPT_TEXT])
def test_what_ships_anyway_is_no_leak(tmp_path: Path, size: int) -> None:
    """A map whose sources all ship as files gives nothing away, also when the second pass must read the artifact again."""
    text = code(40)
    files = {"src/a.ts": text, "a.js.map": source_map({"../src/a.ts": text}), "big.txt": "line of text\n" * (size // 13)}
    report = _report(tmp_path, {"x-1.0.0.tgz": npm(files, manifest={"license": "MIT"})})
    assert [] == _rules(report, Action.BLOCK, Action.WARN)
    assert ["source-map/shipped-source"] == [rule for rule in _rules(report) if rule.startswith("source-map/")]


@pytest.mark.parametrize(
    "path",
    [
        "a.py",
        "a.whl!/m.py",
        "deep.tgz!/package/v.zip!/x/y.js",
        "app.js.map!/src/a.ts",
        "wide.txt",
        "bundle.js!/inline-0.map!/src/b.ts",
        "x.js.gz!/x.js",
    ],
)
def test_a_secret_is_found_in_every_layer(tmp_path: Path, path: str) -> None:
    """Inside nested archives, inside a map's sources, inside compressed and inside UTF-16 text."""
    import gzip

    line = f'key = "{GITHUB}"\n'
    files: dict[str, str | bytes] = {
        "a.py": line,
        "a.whl": wheel({"m.py": line}),
        "deep.tgz": npm({"v.zip": zip_of({"x/y.js": line})}),
        "app.js.map": source_map({"src/a.ts": line}),
        "wide.txt": line.encode("utf-16"),
        "bundle.js": f"x\n//# sourceMappingURL={inline_base64(source_map({'src/b.ts': line}))}\n",
        "x.js.gz": gzip.compress(line.encode()),
    }
    outer = path.split("!/", 1)[0]
    report = _report(tmp_path, {"o-1.0.0.tgz": npm({outer: files[outer]})})
    assert [f"package/{path}"] == [
        one.finding.location.path for one in report.verdicts[0].judgements if one.finding.rule == "secret/github-token"
    ]


def test_a_secret_is_located_by_line_and_column(tmp_path: Path) -> None:
    """The position is that of the value, in code points."""
    report = _report(tmp_path, {"o-1.0.0.tgz": npm({"a.py": f'x = 1\nkey = "ü{GITHUB}"\n'.replace("ü", "ü ")})})
    (found,) = [one.finding for one in report.verdicts[0].judgements if one.finding.rule == "secret/github-token"]
    assert (2, 10) == (found.location.line, found.location.column)


def test_no_secret_leaves(tmp_path: Path) -> None:
    """Neither message, hint, evidence nor fingerprint holds eight characters of the secret in a row."""
    report = _report(tmp_path, {"o-1.0.0.tgz": npm({"a.py": f'key = "{GITHUB}"\n'})})
    text = repr(report)
    assert not [GITHUB[at : at + 8] for at in range(4, len(GITHUB) - 8) if GITHUB[at : at + 8] in text]


def test_targets_keep_their_order_and_errors_their_place(tmp_path: Path) -> None:
    """A target that is missing is an error, is not passed, and does not keep the others from being inspected."""
    (tmp_path / "b.tgz").write_bytes(npm({"a.js": ""}))
    (tmp_path / "a.tgz").write_bytes(npm({"a.js": ""}))
    names = [tmp_path / one for one in ("b.tgz", "missing.whl", "a.tgz")]
    report = leakguard.inspect(names, policy="default", today=TODAY)
    assert [str(one) for one in names] == [one.artifact.target for one in report.verdicts]
    assert [str(names[1])] == [one.target for one in report.errors]
    assert [Outcome.PASS, Outcome.BLOCK, Outcome.PASS] == [one.outcome for one in report.verdicts]
    assert report.verdicts[1].artifact.sha256 is None


@pytest.mark.parametrize("cut", [10, 200, -30, -9])
def test_a_truncated_artifact_is_blocked(tmp_path: Path, cut: int) -> None:
    """What cannot be read to its end does not pass."""
    report = _report(tmp_path, {"x-1.0.0.tgz": npm({"a.js": token("", 900)}, manifest={"license": "MIT"})[:cut]})
    assert Outcome.BLOCK is report.outcome
    assert any(rule.startswith("artifact/") for rule in _rules(report, Action.BLOCK))


def test_a_renamed_file_is_a_mismatch(tmp_path: Path) -> None:
    """`.tgz` on something else blocks, as an artifact of format `file`."""
    report = _report(tmp_path, {"x-1.0.0.tgz": b"this is no archive\n"})
    assert ["artifact/mismatch"] == _rules(report, Action.BLOCK)
    assert "file" == report.verdicts[0].artifact.identity.format


def test_isc_alone_is_closed(tmp_path: Path) -> None:
    """What `npm init` writes is no decision to give the source away."""
    leak = {"a.js.map": source_map({"../src/a.ts": code(40)})}
    isc = _report(tmp_path, {"x-1.0.0.tgz": npm(leak, manifest={"license": "ISC"})})
    mit = _report(tmp_path, {"x-1.0.0.tgz": npm(leak, manifest={"license": "MIT"})})
    assert (Outcome.BLOCK, Outcome.WARN) == (isc.outcome, mit.outcome)


def test_openness_stated_by_a_policy(tmp_path: Path) -> None:
    """A policy beats what the package declares."""
    (tmp_path / "p.yaml").write_text("version: 1\nopenness: closed\n")
    leak = npm({"a.js.map": source_map({"../src/a.ts": code(40)})}, manifest={"license": "MIT"})
    report = _report(tmp_path, {"x-1.0.0.tgz": leak}, policy=str(tmp_path / "p.yaml"))
    assert Outcome.BLOCK is report.outcome
    assert Openness.CLOSED is report.verdicts[0].artifact.identity.openness


def test_roles_apply_to_their_artifacts(tmp_path: Path) -> None:
    """An allowlist of a role judges the artifacts that match it, by paths inside the package."""
    (tmp_path / "p.yaml").write_text("version: 1\nartifacts:\n  - match: {format: npm}\n    files: {allow: [package.json, 'dist/**']}\n")
    artifacts = {"x-1.0.0.tgz": npm({"dist/a.js": "", "src/b.js": ""}), "example-1.0.tar.gz": sdist({"src/b.py": ""})}
    report = _report(tmp_path, artifacts, policy=str(tmp_path / "p.yaml"))
    blocked = [one.finding for verdict in report.verdicts for one in verdict.judgements if one.action is Action.BLOCK]
    assert [("file/not-allowed", "package/src/b.js")] == [(one.rule, one.location.path) for one in blocked]


def test_a_waiver_suppresses_and_stays_visible(tmp_path: Path) -> None:
    """A waived finding is allowed, still listed, and blocks again after its expiry."""
    (tmp_path / "p.yaml").write_text(
        "version: 1\nwaivers:\n  - {rule: secret/github-token, path: a.py, reason: revoked, expires: 2026-12-01}\n",
    )
    artifact = {"x-1.0.0.tgz": npm({"a.py": f'key = "{GITHUB}"\n'})}
    report = _report(tmp_path, artifact, policy=str(tmp_path / "p.yaml"))
    assert Outcome.PASS is report.outcome
    (judgement,) = report.verdicts[0].judgements
    assert judgement.suppressed is not None
    assert "revoked" == judgement.suppressed.reason
    later = leakguard.inspect([tmp_path / "x-1.0.0.tgz"], policy=tmp_path / "p.yaml", today=dt.date(2026, 12, 2))
    assert Outcome.BLOCK is later.outcome
    assert "policy/expired-waiver" in _rules(later)


def test_what_lies_beside_packages_is_searched_but_not_judged(tmp_path: Path) -> None:
    """An allowlist does not speak of a note in `dist/`; a secret in it blocks all the same."""
    (tmp_path / "p.yaml").write_text("version: 1\nfiles: {allow: [a.js, package.json]}\n")
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "x-1.0.0.tgz").write_bytes(npm({"a.js": ""}))
    (dist / "notes.txt").write_text("nothing")
    assert Outcome.PASS is leakguard.inspect([dist], policy=tmp_path / "p.yaml", today=TODAY).outcome
    (dist / "notes.txt").write_text(GITHUB)
    assert ["secret/github-token"] == _rules(leakguard.inspect([dist], policy=tmp_path / "p.yaml", today=TODAY), Action.BLOCK)


def test_a_project_is_refused_before_any_work(tmp_path: Path) -> None:
    """A checkout is not what ships."""
    (tmp_path / ".git").mkdir()
    with pytest.raises(leakguard.UsageError, match="project"):
        leakguard.inspect([tmp_path], policy="default")


def test_more_than_a_hundred_of_one_rule_are_counted(tmp_path: Path) -> None:
    """A hundred findings are listed, the rest is a number."""
    lines = "".join(f'k{number} = "{token("ghp_", 36, seed=number)}"\n' for number in range(150))
    report = _report(tmp_path, {"x-1.0.0.tgz": npm({"a.py": lines})})
    found = [one.finding for one in report.verdicts[0].judgements if one.finding.rule == "secret/github-token"]
    assert 100 == len(found)
    assert 50 == found[-1].evidence["omitted"]


def test_two_runs_are_the_same(tmp_path: Path) -> None:
    """Whatever the number of workers, the report is the same."""
    artifacts = {
        f"x{number}-1.0.0.tgz": npm({"a.py": f'key = "{GITHUB}"\n', "b.map": source_map({"s.ts": code(9)})}) for number in range(5)
    }
    assert _report(tmp_path, artifacts, jobs=1) == _report(tmp_path, artifacts, jobs=3)


def test_coverage_accounts_for_every_byte(tmp_path: Path) -> None:
    """Inspected, opaque and unreadable bytes are all there are."""
    report = _report(tmp_path, {"example-1.0.tar.gz": sdist({"a.py": "x" * 1000, "b.png": b"\x89PNG\r\n\x1a\n" + os.urandom(500)})})
    coverage = report.verdicts[0].artifact.coverage
    assert coverage.bytes == coverage.inspected + coverage.opaque + coverage.unreadable
    assert 508 == coverage.opaque
    assert 0 == coverage.unreadable


def test_unknown_tar_is_its_container(tmp_path: Path) -> None:
    """A tarball that is no package is a `tar`."""
    report = _report(tmp_path, {"x.tar": tar_of({"a": "b"})})
    assert "tar" == report.verdicts[0].artifact.identity.format


def test_values_of_variables_are_searched_in_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by the caller or by the policy, in an artifact of several; the process that inspects keeps no other variable."""
    monkeypatch.setenv("LEAKGUARD_TEST_VALUE", token("", 40))
    path = tmp_path / "x-1.0.0.tgz"
    path.write_bytes(npm({"a.js": f"const a = '{token('', 40)}'\n"}))
    other = tmp_path / "y-1.0.0.tgz"
    other.write_bytes(npm({"a.js": "1\n"}))
    report = leakguard.inspect([path, other], policy="default", today=TODAY, secret_env=["LEAKGUARD_TEST_VALUE"])
    assert ["secret/environment-value"] == _rules(report, Action.BLOCK)
    assert "secret/environment-value" not in _rules(leakguard.inspect([path], policy="default", today=TODAY))


def test_pack_of_the_policy_is_in_force(tmp_path: Path) -> None:
    """Its findings are judged like all others, and a fault in it ends the run before any work."""
    (tmp_path / "pack.toml").write_text("[[rules]]\nid = 'acme'\nregex = 'acme-[0-9]{6}'\nkeywords = ['acme']\n")
    (tmp_path / "leakguard.yaml").write_text("version: 1\nsecrets: {rules: [pack.toml]}\nrules: {secret/acme: block}\n")
    report = _report(tmp_path, {"x-1.0.0.tgz": npm({"a.js": "const a = 'acme-123456'\n"})}, policy=str(tmp_path / "leakguard.yaml"))
    assert ["secret/acme"] == _rules(report, Action.BLOCK)
    (tmp_path / "pack.toml").write_text("[[rules]]\nid = 'acme'\nregex = '(?=x)'\n")
    with pytest.raises(leakguard.FaultyFile) as caught:
        leakguard.inspect([tmp_path / "x-1.0.0.tgz"], policy=tmp_path / "leakguard.yaml")
    assert [("pack.toml", 3)] == [(fault.path, fault.line) for fault in caught.value.faults]


def test_policy_digest_covers_what_a_pack_extends(tmp_path: Path) -> None:
    """Another base is another policy."""
    (tmp_path / "leakguard.yaml").write_text("version: 1\nsecrets: {rules: [pack.toml]}\n")
    (tmp_path / "pack.toml").write_text("[extend]\npath = 'base.toml'\n")
    digests = set()
    for regex in ("a", "b"):
        (tmp_path / "base.toml").write_text(f"[[rules]]\nid = 'x'\nregex = '{regex}'\n")
        digests.add(leakguard.load_policy(tmp_path / "leakguard.yaml").digest)
    assert 2 == len(digests)
