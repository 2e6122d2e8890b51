"""What holds for every reporter there is: it writes no secret, obeys no name, and writes the same twice."""

import itertools
import json
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leakguard
from leakguard.model import Action, Suppression
from leakguard.redact import escape
from tests import builders
from tests.reporters.reports import HOSTILE, MAP_EVIDENCE, judgement, report, unread, verdict
from tests.reporters.written import EVERY, written

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
COMMAND = re.compile(r"^\s*::|##vso\[|##\[", re.MULTILINE)

NAMES = st.text(
    st.one_of(st.characters(), st.sampled_from("%\r\n:,#[]<>&\"'`|*_~!@$(){}\\/\x00\x1b\x85\u202e\ud800\udcff\ufffe\U000e0001")),
    max_size=40,
)
INERT = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def github_token(seed: int) -> str:
    """A token with the right checksum; it opens nothing."""
    body = builders.token("", 30, BASE62, seed=seed)
    checksum, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        checksum, digit = divmod(checksum, 62)
        digits = BASE62[digit] + digits
    return f"ghp_{body}{digits}"


def secrets() -> dict[str, str]:
    """Secrets of several kinds → how each stands in a file."""
    aws, generic = builders.token("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", seed=3), builders.token("", 40, seed=5)
    return {
        github_token(11)[4:]: f'token = "ghp_{github_token(11)[4:]}"\n',
        builders.token("", 36, BASE62, seed=9): f"//r.example/:_authToken=npm_{builders.token('', 36, BASE62, seed=9)}\n",
        aws[4:]: f'aws_access_key_id = "{aws}"\n',
        generic: f'password = "{generic}"\n',
        builders.token("", 24, seed=21): f"url = 'postgres://admin:{builders.token('', 24, seed=21)}@db.example.com/x'\n",
    }


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> leakguard.Report:
    """A real report on a package with a secret of each kind, in a file of its own, in a name, and in a map."""
    found = secrets()
    files = {f"lib/a{number}.py": text for number, text in enumerate(found.values())}
    files |= {".npmrc": "".join(found.values()), f"lib/{github_token(77)}.txt": "x\n"}
    files["lib/a.js.map"] = builders.source_map({"../src/a.ts": builders.code(30) + "".join(found.values())})
    path = tmp_path_factory.mktemp("leaking") / "x-1.0.0.tgz"
    path.write_bytes(builders.npm(files))
    return leakguard.inspect([path])


@pytest.mark.parametrize("name", EVERY)
def test_no_reporter_writes_eight_characters_of_a_secret(name: str, leaking: leakguard.Report) -> None:
    """Neither from content, nor from a name that is a secret itself."""
    assert len([one for one in leaking.verdicts[0].judgements if one.finding.rule.startswith("secret/")]) >= 8
    text = written(name, leaking)
    # The name of an entry is where the finding is: it can be told by nothing else, so only what is in content is a secret here.
    kept = {secret: [secret[at : at + 8] for at in range(len(secret) - 7) if secret[at : at + 8] in text] for secret in secrets()}
    assert {secret: pieces for secret, pieces in kept.items() if pieces} == {}


@pytest.mark.parametrize("name", EVERY)
def test_the_same_report_is_written_the_same(name: str, leaking: leakguard.Report) -> None:
    """No clock and no chance, but for the day in the waivers that the text offers."""
    assert written(name, leaking) == written(name, leaking)


@pytest.mark.parametrize("name", EVERY)
@INERT
@given(NAMES, NAMES)
def test_no_name_is_obeyed(name: str, hostile: str, other: str) -> None:
    """Whatever a file, target, message or hint is called: no command to a build service, no control, no line of its own."""
    suppressed = Suppression(by="waiver", reason=hostile, expires="2027-01-31")
    evidence = {**MAP_EVIDENCE, "samples": [hostile, other]}
    shown = [
        judgement(path=hostile, message=other, hint=hostile, evidence=evidence),
        judgement(path=f"{other}!/{hostile}", message=hostile, action=Action.WARN),
        judgement(path=hostile, message=other, action=Action.ALLOW, suppressed=suppressed),
    ]
    blind, error = unread(target=other)
    made = report(verdict(*shown, target=hostile), verdict(*shown, target="git:"), blind, errors=(error,), weakened_by=(hostile,))
    text = written(name, made)
    assert [line for line in text.split("\n") if escape(line) != line] == []
    told = [line for line in text.splitlines() if COMMAND.search(line)]
    if name == "github":
        assert all(re.match(r"::(?:error|warning|notice) [^:]*::", line) for line in text.splitlines())
        assert all("##" not in line for line in told)
    else:
        assert told == []
    if name in {"json", "sarif", "gitlab"}:
        json.loads(text)
    if name == "junit":
        ET.fromstring(text)


@pytest.mark.parametrize("name", EVERY)
def test_number_of_lines_does_not_depend_on_names(name: str) -> None:
    """A newline in a name makes no line in any report."""

    def lines(path: str) -> int:
        return written(name, report(verdict(judgement(path=path, message=path)))).count("\n")

    if name != "text":  # which wraps
        assert lines("a") == lines(HOSTILE)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_to_say_is_still_a_report(name: str) -> None:
    """No artifact, one that passes, one that cannot be read: every reporter writes something."""
    blind, error = unread()
    for made in (report(), report(verdict()), report(blind, errors=(error,))):
        assert written(name, made)


def test_several_reports_are_written_in_one_run(tmp_path: Path) -> None:
    """Each `--format NAME=FILE` has its file, and standard output the text."""
    from tests.cli.command import leakguard as run

    tmp_path.joinpath("x.tgz").write_bytes(builders.npm({"a.js.map": builders.source_map({"../src/a.ts": builders.code(40)})}))
    options = itertools.chain.from_iterable(("--format", f"{name}={name}.out") for name in EVERY)
    done = run("inspect", "x.tgz", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("block x.tgz")
    assert {one.name for one in tmp_path.glob("*.out")} == {f"{name}.out" for name in EVERY}
    assert all("source-map/embedded-source" in one.read_text(encoding="utf-8").replace("&#45;", "-") for one in tmp_path.glob("*.out"))
