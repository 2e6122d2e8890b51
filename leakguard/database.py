"""The database of every format's and every analyzer's anchors.

The one of the built-in anchors is the same for the whole process. Compiling it takes longer than all imports together, and lets other
threads run: whoever knows that it will be needed says `begin` before he imports the rest.
"""

import contextlib
from collections.abc import Callable, Sequence
from functools import cache
from threading import Thread

from leakguard import plugins
from leakguard.anchors import Anchors
from leakguard.plugins import AnalyzerModule, Anchor
from leakguard.settings import Settings


def begin() -> None:
    """Start to compile the built-in anchors in a thread, if nobody did."""
    _started()


def built_in() -> Anchors:
    """The built-in anchors, compiled; no thread is left when it returns."""
    anchors, thread = _started()
    anchors.compile()
    thread.join()
    return anchors


def asked_for(settings: Settings) -> Anchors:
    """Those of settings that ask for more, compiled; raises `UsageError` where they ask for something that cannot be searched."""
    anchors = _collected([_wanted(one, settings) for one in plugins.analyzers()])
    anchors.compile()
    return anchors


@cache
def _started() -> tuple[Anchors, Thread]:
    anchors = _collected([one.ANCHORS for one in plugins.analyzers()])
    thread = Thread(target=_compile_quietly, args=(anchors,))
    thread.start()
    return anchors, thread


def _compile_quietly(anchors: Anchors) -> None:
    with contextlib.suppress(Exception):  # what fails is tried again by who waits for it, and raises there
        anchors.compile()


def _collected(wanted: Sequence[Sequence[Anchor]]) -> Anchors:
    return Anchors([*(one.ANCHORS for one in plugins.formats()), *wanted])


def _wanted(module: AnalyzerModule, settings: Settings) -> Sequence[Anchor]:
    more: Callable[[Settings], Sequence[Anchor]] | None = getattr(module, "anchors", None)
    return more(settings) if more else module.ANCHORS
