"""A policy file is read strictly, and everything that is wrong with it is said at once."""

from pathlib import Path

import pytest

from leakguard.errors import FaultyFile, UsageError
from leakguard.model import Action, Openness
from leakguard.policy import load
from leakguard.settings import FileRules, SizeRules
from tests.policy.samples import NPM, WHEEL, action_of, faults_of, policy_of

EVERYTHING = """\
extends: closed-source
openness: open
rules:
  source-map/*: block
  secret/*: {high: block, medium: block, low: warn}
files:
  allow: ["dist/**/*.js", "package.json"]
  deny: ["**/*.map"]
  require: ["LICENSE*"]
size: {artifact: 5 MB, entry: 1 MiB, files: 200, growth: 50%}
artifacts:
  - match: {format: npm, name: "@acme/*"}
    files: {allow: ["*"]}
  - match: {format: [sdist, wheel], target: "dist/*"}
    rules: {source/original: allow}
secrets:
  rules: [packs/gitleaks.toml]
  environment: [NPM_TOKEN, TWINE_PASSWORD]
  detect-secrets: {baseline: .secrets.baseline}
  pragmas: [leakguard]
limits: {depth: 3, entries: 20, bytes: 8 GB, ratio: 10, seconds: 60, memory: 1 GB}
lock: leakguard.lock
publish: {registry: "https://registry.example/npm/"}
waivers:
  - rule: secret/private-key
    path: "tests/certs/*.pem"
    fingerprint: ab12cd34
    reason: self-signed key of the test server
    expires: 2027-06-30
    by: release-team
"""


def write_companions(folder: Path) -> None:
    """The files that `EVERYTHING` names."""
    (folder / "packs").mkdir()
    (folder / "packs/gitleaks.toml").write_text("")
    (folder / ".secrets.baseline").write_text("{}")


def test_every_key_of_the_contract_arrives(tmp_path: Path) -> None:
    """One file with everything in it."""
    write_companions(tmp_path)
    policy = policy_of(tmp_path, EVERYTHING)
    secrets = policy.settings.secrets
    assert "leakguard.yaml" == policy.name
    assert Openness.OPEN is policy.settings.openness
    assert FileRules(allow=("dist/**/*.js", "package.json"), deny=("**/*.map",), require=("LICENSE*",)) == policy.settings.files
    assert SizeRules(artifact=5_000_000, entry=2**20, files=200, growth=0.5) == policy.settings.size
    assert (tmp_path / "packs/gitleaks.toml",) == secrets.packs
    assert ("NPM_TOKEN", "TWINE_PASSWORD") == secrets.environment
    assert secrets.second_opinion
    assert tmp_path / ".secrets.baseline" == secrets.baseline
    assert ("leakguard",) == secrets.pragmas
    assert (3, 8 * 10**9, 10**9) == (policy.limits.depth, policy.limits.bytes, policy.limits.memory)
    assert tmp_path / "leakguard.lock" == policy.lock
    assert "https://registry.example/npm/" == policy.publish_registry
    (waiver,) = policy.general.waivers
    assert ("tests/certs/*.pem", "ab12cd34", "2027-06-30", "release-team") == (
        waiver.path,
        waiver.fingerprint,
        str(waiver.expires),
        waiver.by,
    )


def test_the_first_role_that_matches_is_laid_over_the_rest(tmp_path: Path) -> None:
    """Its `allow` replaces, what it does not speak of stays."""
    write_companions(tmp_path)
    policy = policy_of(tmp_path, EVERYTHING)
    first, second = policy.role_for("dist/x.tgz", NPM), policy.role_for("./dist/x.whl", WHEEL)
    assert (0, ("*",), ("**/*.map",)) == (first.index, first.settings.files.allow, first.settings.files.deny)
    assert (1, ("dist/**/*.js", "package.json")) == (second.index, second.settings.files.allow)
    assert policy.role_for("other/x.whl", WHEEL).index is None


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("filez: {}\n", 2, 1, 'unknown key "filez"', 'did you mean "files"?'),
        ("files: {alow: []}\n", 2, 9, 'unknown key "alow"', 'did you mean "allow"?'),
        ("rules:\n  secret/npn-token: warn\n", 3, 3, 'unknown rule "secret/npn-token"', 'did you mean "secret/npm-token"?'),
        ("rules: {sauce-map/*: warn}\n", 2, 9, 'unknown rule "sauce-map/*"', ""),
        ("rules: {source-map/embedded-source: blok}\n", 2, 37, "expected `allow`, `warn` or `block`", 'did you mean "block"?'),
        ("rules: {file/*: {open: warn, hihg: warn}}\n", 2, 30, "expected `open` or `closed`", ""),
        ("rules: {file/*: {open: {open: warn}}}\n", 2, 25, "expected `high`, `medium` or `low`", ""),
        ("rules: {file/*: {}}\n", 2, 17, "expected `open` or `closed` or `high`, `medium` or `low`", ""),
        ("rules: {file/*: {high: {open: {low: warn}}}}\n", 2, 32, "expected an action", ""),
        ("rules: {file/*: }\n", 2, 17, "expected `allow`, `warn` or `block`", ""),
        ("rules: [file/*]\n", 2, 8, "expected a mapping from rules to actions", ""),
        ("rules: {A RULE: warn}\n", 2, 9, "not the name of a rule", ""),
        ("files: {allow: dist/**}\n", 2, 16, "expected a list", ""),
        ("files: {allow: }\n", 2, 16, "expected a list", ""),
        ("files: {allow: ['']}\n", 2, 17, "expected a git pattern such as `dist/**`", ""),
        ("files: {deny: ['#x']}\n", 2, 16, "expected a git pattern such as `dist/**`", ""),
        ("files:\n", 2, 7, "expected a mapping", ""),
        ("size: {artifact: 5 XB}\n", 2, 18, "expected a size such as `5 MB`", ""),
        ("size: {growth: 50}\n", 2, 16, "expected a percentage such as `50%`", ""),
        ("size: {files: many}\n", 2, 15, "expected a whole number", ""),
        ("limits: {depth: 0}\n", 2, 17, "expected a whole number from 1 to 100", ""),
        ("limits: {depth: 1000000}\n", 2, 17, "expected a whole number from 1 to 100", ""),
        ("limits: {secondz: 1}\n", 2, 10, 'unknown key "secondz"', 'did you mean "seconds"?'),
        ("openness: opn\n", 2, 11, "expected `open` or `closed`", 'did you mean "open"?'),
        ("extends: closed-sauce\n", 2, 10, 'no preset or file "closed-sauce"', 'did you mean "closed-source"?'),
        ("extends: ../base.yaml\n", 2, 10, "this file leaves the folder of the policy", ""),
        ("extends: /etc/passwd\n", 2, 10, "this file leaves the folder of the policy", ""),
        ("extends: leakguard.yaml\n", 2, 10, "a policy that extends itself", ""),
        ("artifacts: [{rules: {}}]\n", 2, 13, "`match` is missing", ""),
        ("artifacts: [{match: {}}]\n", 2, 21, "needs `format`, `name` or `target`", ""),
        ("artifacts: [{match: {format: npm}, secrets: {}}]\n", 2, 36, 'unknown key "secrets"', ""),
        ("secrets: {rules: [missing.toml]}\n", 2, 19, "this file does not exist", ""),
        ("secrets: {rules: [.]}\n", 2, 19, "this file leaves the folder", ""),
        ("secrets: {environment: [A-B]}\n", 2, 25, "expected the name of an environment variable", ""),
        ("secrets: {pragmas: [gitleeks]}\n", 2, 21, "expected `detect-secrets`, `gitleaks`, ", 'did you mean "gitleaks"?'),
        ("secrets: {detect-secrets: yes}\n", 2, 27, "expected a mapping, `true` or `false`", ""),
        ("secrets: {detect-secrets: {plugins: []}}\n", 2, 28, 'unknown key "plugins"', ""),
        ("lock: ../leakguard.lock\n", 2, 7, "this file leaves the folder", ""),
        ("publish: {registry: 'http://registry.example'}\n", 2, 21, "expected an `https` address without credentials", ""),
        ("publish: {registry: 'https://me:pw@registry.example'}\n", 2, 21, "expected an `https` address without credentials", ""),
        ("waivers: [{rule: secret/*, path: a, expires: 2027-01-01}]\n", 2, 11, "`reason` is missing", ""),
        ("waivers: [{rule: secret/*, path: a, reason: ' ', expires: 2027-01-01}]\n", 2, 45, "expected a reason", ""),
        ("waivers: [{rule: secret/*, path: a, reason: x}]\n", 2, 11, "`expires` is missing", ""),
        ("waivers: [{rule: secret/*, path: a, reason: x, expires: never}]\n", 2, 57, "expected a day such as `2027-06-30`", ""),
        ("waivers: [{rule: secret/*, reason: x, expires: 2027-01-01}]\n", 2, 11, "needs `path` or `fingerprint`", ""),
        ("waivers: [{rule: secret/npn-token, path: a, reason: x, expires: 2027-01-01}]\n", 2, 18, 'unknown rule "secret/npn-token"', ""),
        (
            "waivers: [{rule: secret/*, path: '!a', reason: x, expires: 2027-01-01}]\n",
            2,
            34,
            "expected a git pattern inside the package",
            "",
        ),
        (
            "waivers: [{rule: secret/*, path: 'a!/', reason: x, expires: 2027-01-01}]\n",
            2,
            34,
            "expected a git pattern inside the package",
            "",
        ),
        ("waivers: [{rule: secret/*, fingerprint: XYZ, reason: x, expires: 2027-01-01}]\n", 2, 41, "expected a fingerprint", ""),
        ("waivers: [*all]\n", 2, 11, "YAML aliases are refused", ""),
        ("rules: {}\nrules: {}\n", 3, 1, 'duplicate key "rules"', ""),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, line: int, column: int, message: str, hint: str) -> None:
    """Line, column, what was expected, and what was probably meant."""
    found = [(one.line, one.column) for one in faults_of(tmp_path, text) if one.message.startswith(message) and one.hint.startswith(hint)]
    assert [(line, column)] == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: {}\n", "`version` is missing"),
        ("version: 2\nnew-key: x\n", "a policy of another version than 1"),
        ("version: 1.0\n", "a policy of another version than 1"),
        ("version: one\n", "expected `1`"),
        ("", "not a policy"),
        ("- version: 1\n", "not a policy"),
        ("version: 1", None),
        ("version: 1\n---\nversion: 1\n", "a second document begins here"),
    ],
)
def test_only_version_1_is_read(tmp_path: Path, text: str, message: str | None) -> None:
    """A file of another version gets this one fault, since its other keys may be right there."""
    assert ([message] if message else []) == [one.message for one in faults_of(tmp_path, text, version=False)]


def test_all_faults_of_all_files_are_shown_at_once(tmp_path: Path) -> None:
    """Also those of the files that are extended, each under its own name."""
    (tmp_path / "base.yaml").write_text("version: 1\nfoo: 1\nsize: 3\n")
    found = faults_of(tmp_path, "extends: base.yaml\nrules: {secret/npn-token: warn}\nrules: 1\nfilez: 1\n")
    assert [("base.yaml", 2), ("base.yaml", 3), ("leakguard.yaml", 3), ("leakguard.yaml", 4), ("leakguard.yaml", 5)] == [
        (one.path, one.line) for one in found
    ]


def test_no_fault_quotes_a_value(tmp_path: Path) -> None:
    """A policy with a secret in the wrong place does not spread it."""
    content = "hunter2-" * 6
    text = f"""extends: "{content}"
openness: {content}
size: {{artifact: {content}}}
lock: "{content}\\0"
publish: {{registry: "https://me:{content}@registry.example"}}
secrets: {{environment: ["{content}"], pragmas: [{content}], rules: ["{content}.toml"]}}
waivers: [{{rule: "Secret {content}", path: a, reason: x, expires: {content}}}]
"{content} =": 1
limits: {content}
"""
    found = faults_of(tmp_path, text)
    assert len(found) > 8
    assert not [one for one in found if "hunter2" in one.message + one.hint]


def test_a_token_in_place_of_a_rule_is_not_quoted(tmp_path: Path) -> None:
    """Lower-case hexadecimal has the letters of a rule's name."""
    content = "0123456789abcdef" * 3
    text = f"rules: {{{content}: warn}}\nwaivers: [{{rule: {content}, path: a, reason: x, expires: 2030-01-01}}]\n"
    assert ["unknown rule", "unknown rule"] == [one.message for one in faults_of(tmp_path, text)]


def test_rules_that_are_yet_to_come_are_known(tmp_path: Path) -> None:
    """A policy may speak of every rule of the contract today."""
    rules = [
        "source/bytecode",
        "source/vcs",
        "change/added",
        "metadata/file-list",
        "artifact/ambiguous",
        "policy/no-role",
        "file/untracked",
    ]
    assert Action.WARN is action_of(policy_of(tmp_path, f"rules: {{{', '.join(f'{rule}: warn' for rule in rules)}}}\n"), "source/vcs")


def test_ids_of_foreign_packs_are_not_judged(tmp_path: Path) -> None:
    """Where a policy names a pack, a secret rule may be one of the pack's."""
    (tmp_path / "own.yaml").write_text("issuer: a\nrules: []\n")
    assert [] == faults_of(tmp_path, "secrets: {rules: [own.yaml]}\nrules: {secret/acme-key: block}\n")
    assert 1 == len(faults_of(tmp_path, "secrets: {rules: [own.yaml]}\nrules: {file/acme-key: block}\n"))


def test_a_variable_with_a_short_value_is_refused(tmp_path: Path) -> None:
    """Under 8 characters would be found everywhere; an unset variable is none of our business."""
    (tmp_path / "leakguard.yaml").write_text("version: 1\nsecrets:\n  environment: [SHORT, LONG, UNSET, EMPTY]\n")
    with pytest.raises(FaultyFile) as caught:
        load(cwd=tmp_path, environ={"SHORT": "1234567", "LONG": "12345678", "EMPTY": ""})
    (fault,) = caught.value.faults
    assert (3, 17) == (fault.line, fault.column)
    assert "1234567" not in fault.message + fault.hint


def test_files_that_extend_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    """However long the way round is."""
    (tmp_path / "a.yaml").write_text("version: 1\nextends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("version: 1\nextends: [default, leakguard.yaml]\n")
    assert ["a policy that extends itself"] == [one.message for one in faults_of(tmp_path, "extends: a.yaml\n")]


def test_a_long_chain_of_files_is_refused(tmp_path: Path) -> None:
    """Nobody can follow a hundred files."""
    for number in range(100):
        (tmp_path / f"p{number}.yaml").write_text(f"version: 1\nextends: p{number + 1}.yaml\n")
    assert ["more than 32 policy files"] == [one.message for one in faults_of(tmp_path, "extends: p0.yaml\n")]


@pytest.mark.parametrize("spec", ["no-such", "strickt", "missing.yaml", "a/b.yaml", "x\ny"])
def test_a_policy_that_is_not_there_is_a_usage_error(tmp_path: Path, spec: str) -> None:
    """Exit code 2 with the presets in the hint, never 3."""
    with pytest.raises(UsageError) as caught:
        load(spec, cwd=tmp_path)
    assert 2 == caught.value.exit_code
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_a_folder_is_no_policy(tmp_path: Path) -> None:
    """It cannot be read as one."""
    with pytest.raises(FaultyFile, match="cannot be read"):
        load(tmp_path, cwd=tmp_path)


def test_the_digest_covers_the_merged_policy_and_the_files_it_names(tmp_path: Path) -> None:
    """Another pack, baseline, lock or base is another policy; comments and the place of the file are not."""
    digests: list[str] = []
    for text, pack, lock in [
        ("", "", None),
        ("# x\n", "", None),
        ("openness: open\n", "", None),
        ("", "# x", None),
        ("", "", "x"),
        ("", "", "y"),
    ]:
        folder = tmp_path / str(len(digests))
        folder.mkdir()
        (folder / "pack.toml").write_text(pack)
        if lock:
            (folder / "leakguard.lock").write_text(lock)
        digests.append(policy_of(folder, f"{text}secrets: {{rules: [pack.toml]}}\nlock: leakguard.lock\n").digest)
    assert digests[0] == digests[1]
    assert 5 == len(set(digests))
    assert all(one.startswith("sha256:") and 71 == len(one) for one in digests)
