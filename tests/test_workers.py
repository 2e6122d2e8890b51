"""One process for each artifact: whatever it does, the others go on and nothing is taken for a pass."""

import contextlib
import faulthandler
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import leakguard
from leakguard import workers
from leakguard.errors import Incomplete
from leakguard.limits import Limits
from leakguard.model import Artifact, Coverage, Finding, Identity, Kind, Listed, Location, RuleId, Severity
from leakguard.model import Confidence as Sure
from leakguard.redact import fingerprint_of_place
from leakguard.scan import Scanned
from leakguard.workers import Failure, Outcome, run
from tests.builders import code, npm, source_map, token

MEGA = 1 << 20


def _scanned(name: str = "x") -> Scanned:
    finding = Finding(
        rule=RuleId("secret/x"),
        severity=Severity.HIGH,
        confidence=Sure.LOW,
        location=Location(path="a%FF", line=3, column=1),
        message="m",
        fingerprint=fingerprint_of_place("secret/x", "a"),
        evidence={"n": 1, "list": ["a", {"b": None}]},
    )
    listing = (Listed(path="a", inner="a", kind=Kind.FILE, size=3),)
    artifact = Artifact(target=name, identity=Identity(format="npm"), sha256="00", size=1, coverage=Coverage(entries=1), listing=listing)
    return Scanned(artifact=artifact, findings=(finding,))


def _one(work: Callable[[], Scanned], **limits: int) -> Outcome:
    ((index, outcome),) = run([work], jobs=2, limits=Limits(**limits))
    assert 0 == index
    return outcome


def _failure(outcome: Outcome) -> Failure:
    assert isinstance(outcome, Failure)
    return outcome


def _scanned_after(effect: Callable[[], object]) -> Callable[[], Scanned]:
    def work() -> Scanned:
        effect()
        return _scanned()

    return work


def test_a_result_comes_back_whole() -> None:
    """What the worker found is what the parent gets, to the last field."""
    assert _scanned() == _one(_scanned)


def test_every_work_has_an_outcome() -> None:
    """More works than jobs are all done, each under its own index."""
    works = [partial(_scanned, str(number)) for number in range(7)]
    assert {number: _scanned(str(number)) for number in range(7)} == dict(run(works, jobs=3, limits=Limits()))


def test_an_unreadable_target_is_incomplete() -> None:
    """`Incomplete` keeps its message and hint."""

    def work() -> Scanned:
        raise Incomplete("gone", hint="look")

    assert Failure(kind="incomplete", message="gone", hint="look") == _one(work)


def test_a_bug_tells_its_place_and_not_its_message() -> None:
    """An exception's message could hold a secret: it does not leave the worker."""

    def work() -> Scanned:
        raise ValueError("the password is hunter2")

    outcome = _one(work)
    assert isinstance(outcome, Failure)
    assert "bug" == outcome.kind
    assert outcome.message.startswith("ValueError")
    assert "hunter2" not in outcome.message


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_worker_is_no_pass(number: int) -> None:
    """A crash in native code or the kernel's killer ends one artifact, not the run."""
    faulthandler.disable()
    try:
        outcomes = dict(run([_scanned_after(lambda: os.kill(os.getpid(), number)), _scanned], jobs=1, limits=Limits()))
    finally:
        faulthandler.enable()
    assert "died" == _failure(outcomes[0]).kind
    assert _scanned() == outcomes[1]


def test_an_early_exit_is_no_pass() -> None:
    """Exit code 0 without a result counts as death."""
    assert "died" == _failure(_one(lambda: os._exit(0))).kind


def test_memory_is_bounded() -> None:
    """A worker that wants more than the limit has no result."""
    outcome = _failure(_one(_scanned_after(lambda: bytearray(600 * MEGA)), memory=300 * MEGA))
    assert "died" == outcome.kind
    assert "memory" in outcome.message


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not stop is killed."""
    monkeypatch.setattr("leakguard.workers.GRACE", 0.2)
    start = time.monotonic()
    outcome = _failure(_one(_scanned_after(lambda: time.sleep(60)), seconds=0))
    assert "died" == outcome.kind
    assert "0 seconds" in outcome.message
    assert time.monotonic() - start < 10


def test_a_worker_has_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds none of the variables of the pipeline."""
    monkeypatch.setenv("NPM_TOKEN", "x")
    monkeypatch.setenv("LANG", "C.UTF-8")
    outcome = _one(lambda: _scanned(",".join(sorted(os.environ))))
    assert isinstance(outcome, Scanned)
    assert "NPM_TOKEN" not in outcome.artifact.target
    assert "LANG" in outcome.artifact.target


def test_a_forged_reply_is_refused() -> None:
    """The reply is plain data of fixed types: a worker that was taken over can send nothing else."""
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - descriptors, not paths

    def work() -> Scanned:
        for descriptor in set(os.listdir("/proc/self/fd")) - before:  # noqa: PTH208 - as above
            with contextlib.suppress(OSError):
                os.write(int(descriptor), b"\x80\x04cos\nsystem\n")
        os._exit(0)

    assert "died" == _failure(_one(work)).kind


# Where there is no fork.


@pytest.fixture
def no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without `fork`: nobody may call it."""
    monkeypatch.setattr(workers, "FORKS", False)
    monkeypatch.setattr(os, "fork", None)


def _token() -> Scanned:
    assert "LEAKGUARD_TEST_TOKEN" not in os.environ
    return _scanned()


def _dying() -> Scanned:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _greedy() -> Scanned:
    bytearray(900 * MEGA)
    return _scanned()


def _sleeping() -> Scanned:
    time.sleep(30)
    return _scanned()


def _raise() -> Scanned:
    raise ValueError("a secret")


def _missing() -> Scanned:
    raise Incomplete("gone", hint="look again")


@pytest.mark.usefixtures("no_fork")
def test_spawned_workers_do_what_forked_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result, a killed worker, a memory limit, a clock, an environment without tokens: each artifact by itself."""
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", "t")
    monkeypatch.setattr(workers, "GRACE", 1.0)
    works = [_scanned, _dying, _greedy, _sleeping, _missing, _token, _raise]
    outcomes = dict(run(works, jobs=2, limits=Limits(memory=400 * MEGA, seconds=4)))
    assert _scanned() == outcomes[0] == outcomes[5]
    assert ["died", "died", "died", "incomplete", "bug"] == [_failure(outcomes[index]).kind for index in (1, 2, 3, 4, 6)]
    assert "took longer than 4 seconds" in _failure(outcomes[3]).message
    assert ("gone", "look again") == (_failure(outcomes[4]).message, _failure(outcomes[4]).hint)


@pytest.mark.usefixtures("no_fork")
def test_a_single_artifact_is_inspected_here(tmp_path: Path) -> None:
    """It costs no process, and ends as any other."""
    (tmp_path / "a.js").write_text("x")
    assert "pass" == leakguard.inspect([tmp_path / "a.js"], policy="default").outcome


@pytest.mark.parametrize("policy", ["default", "strict"])
def test_spawned_workers_find_what_forked_ones_find(policy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole reports are the same, secrets of the environment included."""
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", "a-value-that-must-not-ship")
    (tmp_path / "x-1.0.0.tgz").write_bytes(
        npm({"a.js": "const k = 'a-value-that-must-not-ship'", "b.js.map": source_map({"b.ts": code(20)})})
    )
    (tmp_path / "y.js").write_text(f"k = '{token('ghp_', 36)}'\n")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "z.js").write_text("x")
    paths = [tmp_path / name for name in ("x-1.0.0.tgz", "y.js", "d", "missing")]
    forked = leakguard.inspect(paths, policy=policy, secret_env=["LEAKGUARD_TEST_TOKEN"])
    monkeypatch.setattr(workers, "FORKS", False)
    monkeypatch.setattr(os, "fork", None)
    assert forked == leakguard.inspect(paths, policy=policy, secret_env=["LEAKGUARD_TEST_TOKEN"])
    assert {"secret/environment-value", "secret/github-token", "source-map/embedded-source"} <= {
        str(one.finding.rule) for verdict in forked.verdicts for one in verdict.judgements
    }
