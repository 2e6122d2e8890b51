"""One process for each artifact: with a memory limit, a clock, and an environment without tokens.

The process is forked. Where `fork` is missing it is spawned, and a single artifact is inspected in this one, under the same budgets.
"""

import contextlib
import gc
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NoReturn

import msgspec
from msgspec import Struct

from leakguard import patterns
from leakguard.errors import Incomplete, place_of
from leakguard.limits import Limits
from leakguard.scan import Scanned

GRACE = 5.0
"""Seconds beyond the limit after which a worker that did not stop by itself is killed."""

MANY = 32
"""Artifacts from which on it pays to do what every worker would else do again."""

KEPT_VARIABLES = ("LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "PATH", "SYSTEMROOT")
"""The only variables that a worker keeps: whatever hostile bytes make it do, there is no token to find."""


FORKS = hasattr(os, "fork")

_SPAWNED = "import pickle, sys; sys.path[:], work = pickle.load(sys.stdin.buffer); from leakguard.workers import spawned; spawned(work)"
"""The program of a spawned worker: it finds its modules where its parent did, and nothing of the environment steers it."""


class Failure(Struct, frozen=True, kw_only=True):
    """A worker had no result: `incomplete` when the target is to blame (exit 3), `bug` when leakguard is (exit 70)."""

    kind: str
    """`incomplete`, `bug`, or `died`: killed by a limit or a crash, which blocks the artifact."""
    message: str
    hint: str = ""


Outcome = Scanned | Failure
"""What comes back for each artifact."""


class _Reply(msgspec.Struct, frozen=True):
    """What a worker sends: plain data, decoded strictly, since hostile bytes may have had the worker."""

    scanned: Scanned | None = None
    failure: Failure | None = None


def run(works: Sequence[Callable[[], Scanned]], *, jobs: int, limits: Limits, keep: Sequence[str] = ()) -> Iterator[tuple[int, Outcome]]:
    """Do all the work, at most `jobs` at a time and in this order; yields (index, outcome) as they end.

    `keep` names variables that workers need all the same: those whose values are searched for.
    """
    if not FORKS:
        yield from _run_spawned(works, jobs, limits, keep) if len(works) > 1 and sys.executable else _run_here(works)
        return
    if len(works) > MANY:
        patterns.compile_all()
        gc.collect()
    gc.freeze()
    waiting = list(enumerate(works))[::-1]
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        running: dict[int, _Worker] = {}
        stack.callback(_kill, running)
        while waiting or running:
            while waiting and len(running) < jobs:
                index, work = waiting.pop()
                worker = _Worker(index, work, limits, {*KEPT_VARIABLES, *keep})
                running[worker.pipe] = worker
                selector.register(worker.pipe, selectors.EVENT_READ)
            for key, _ in selector.select(timeout=0.5):
                worker = running[key.fd]
                if worker.receive():
                    continue
                selector.unregister(worker.pipe)
                del running[worker.pipe]
                yield worker.index, worker.end()
            for worker in running.values():
                worker.check_clock()


def _run_here(works: Sequence[Callable[[], Scanned]]) -> Iterator[tuple[int, Outcome]]:
    for index, work in enumerate(works):
        yield index, _outcome(_attempt(work))


def _run_spawned(works: Sequence[Callable[[], Scanned]], jobs: int, limits: Limits, keep: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
    """The same with processes that begin from nothing; each has a thread here that waits for it."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    kept = {name.upper() for name in (*KEPT_VARIABLES, *keep)}
    environment = {name: value for name, value in os.environ.items() if name.upper() in kept}
    with ThreadPoolExecutor(jobs) as threads:
        waiting = {threads.submit(_spawn, work, limits, environment): index for index, work in enumerate(works)}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            for one in waiting:
                one.cancel()


def _spawn(work: Callable[[], Scanned], limits: Limits, environment: Mapping[str, str]) -> Outcome:
    """Have one artifact inspected by a process of its own; it ends with this one, whose end of its input it waits for."""
    import pickle
    import subprocess

    order = pickle.dumps((sys.path, pickle.dumps((limits, work))))
    command = [sys.executable, "-I", "-c", _SPAWNED]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(environment))  # noqa: S603 - ourselves
    with child:
        try:
            received, _ = child.communicate(order, timeout=limits.seconds + GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            return Failure(kind="died", message=f"inspection took longer than {limits.seconds} seconds")
        except BaseException:
            child.kill()
            raise
    return _read(received, child.returncode)


def spawned(work: bytes) -> NoReturn:
    """What a spawned worker does: as a forked one, but the work comes from its standard input and the reply goes to its output."""
    import pickle

    code = 1
    try:
        limits, inspect = pickle.loads(work)  # noqa: S301 - from the parent, through a pipe that nobody else has
        _limit_memory(limits.memory)
        reply = msgspec.msgpack.encode(_attempt(inspect))
        sys.stdout.buffer.write(reply)
        sys.stdout.buffer.flush()
        code = 0
    finally:
        os._exit(code)


def _kill(running: Mapping[int, "_Worker"]) -> None:
    for worker in running.values():
        worker.kill()


class _Worker:
    """A forked child and what it has sent so far."""

    def __init__(self, index: int, work: Callable[[], Scanned], limits: Limits, keep: AbstractSet[str]) -> None:
        self.index = index
        self._received: list[bytes] = []
        self._deadline = time.monotonic() + limits.seconds + GRACE
        self._seconds = limits.seconds
        self._timed_out = False
        self.pipe, sending = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self.pipe)
            _child(work, sending, limits, keep)
        os.close(sending)

    def receive(self) -> bool:
        """Take what has arrived; false at the end."""
        piece = os.read(self.pipe, 1 << 20)
        self._received.append(piece)
        return bool(piece)

    def check_clock(self) -> None:
        """Kill the child when its time is up."""
        if not self._timed_out and time.monotonic() > self._deadline:
            self._timed_out = True
            self.kill()

    def kill(self) -> None:
        """End the child at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def end(self) -> Outcome:
        """Reap the child and read its reply."""
        os.close(self.pipe)
        _, status = os.waitpid(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if self._timed_out and code:
            return Failure(kind="died", message=f"inspection took longer than {self._seconds} seconds")
        return _read(b"".join(self._received), code)


def _read(received: bytes, code: int) -> Outcome:
    """What a worker that ended with this code replied; nothing but a whole reply and the code 0 is a result."""
    if code == 0:
        with contextlib.suppress(msgspec.MsgspecError):
            return _outcome(msgspec.msgpack.decode(received, type=_Reply))
    how = f"signal {-code}" if code < 0 else f"code {code}"
    return Failure(kind="died", message=f"inspection did not finish: its process ended with {how}")


def _child(work: Callable[[], Scanned], sending: int, limits: Limits, keep: AbstractSet[str]) -> NoReturn:
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for name in set(os.environ) - keep:
            del os.environ[name]
        _limit_memory(limits.memory)
        gc.disable()
        reply = msgspec.msgpack.encode(_attempt(work))
        with open(sending, "wb") as out:
            out.write(reply)
        code = 0
    finally:
        os._exit(code)


def _attempt(work: Callable[[], Scanned]) -> _Reply:
    try:
        return _Reply(scanned=work())
    except Incomplete as error:
        return _Reply(failure=Failure(kind="incomplete", message=error.message, hint=error.hint))
    except MemoryError:
        return _Reply(failure=Failure(kind="died", message="inspection needs more memory than the limit allows"))
    except Exception as error:  # noqa: BLE001 - its message could hold a secret: only its type and place leave the worker
        return _Reply(failure=Failure(kind="bug", message=place_of(error)))


def _outcome(reply: _Reply) -> Outcome:
    return reply.scanned or reply.failure or Failure(kind="died", message="inspection ended without a result")


def _limit_memory(memory: int) -> None:
    """Bound the address space to what is mapped now and `memory` bytes more."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - hot path of every worker
            mapped = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, mapped + memory))
