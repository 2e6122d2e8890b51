"""One line on standard error that says how far a long run is."""

import contextlib
import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Protocol, Self

from leakguard.cli import _streams

PATIENCE = 1.0
"""Seconds before a run counts as long."""

INTERVAL = 0.2


class Progress(Protocol):
    """How far a run is, as `leakguard.inspector` says it."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


class ProgressLine:
    """Drawn by a timer's signal, not by a thread: a process that has threads must not fork. Where there is no such signal, when asked."""

    def __init__(self, *, wanted: bool, doing: str = "inspecting") -> None:
        self._doing = doing
        self._wanted = wanted and _streams.is_terminal(sys.stderr)
        self._began = time.monotonic()
        self._done = self._total = 0
        self._drawn = False
        self._timed = False

    def __call__(self, progress: Progress) -> None:
        """Note how far the run is."""
        self._done, self._total = progress.done, progress.total
        if not self._timed:
            self._draw()

    def __enter__(self) -> Self:
        self._timed = self._wanted and hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self._timed:
            self._before = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE, INTERVAL)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        if self._drawn:
            _write("\r\x1b[2K")

    def _tick(self, _signal: int, _frame: FrameType | None) -> None:
        self._draw()

    def _draw(self) -> None:
        seconds = time.monotonic() - self._began
        if self._wanted and seconds >= PATIENCE:
            self._drawn = True
            _write(f"\r\x1b[2K{self._doing}: {self._done} of {self._total} done, {seconds:.0f} s")


def _write(text: str) -> None:
    """Past the buffer of `sys.stderr`, which a signal handler must not enter a second time."""
    with contextlib.suppress(OSError):
        os.write(sys.stderr.fileno(), text.encode())
