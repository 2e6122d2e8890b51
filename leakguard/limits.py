"""The bounds of an inspection: set once for a run, spent once for each artifact."""

import time
from dataclasses import dataclass, fields

from leakguard.errors import LimitExceeded

RATIO_FREE_BYTES = 64 * 1024 * 1024
"""Inflated bytes before the ratio counts: small artifacts of repetitive data are not bombs."""

NAME_BYTES = 64 * 1024 * 1024
"""Bound on the sum of all names of an artifact, bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for one artifact; everything nested in it counts."""

    depth: int = 12
    """Containers inside each other, of any kind."""
    entries: int = 200_000
    bytes: int = 8 * 10**9
    """Bytes inflated or decoded, over all layers."""
    ratio: int = 1000
    """Inflated bytes for each byte of the artifact, counted beyond 64 MiB inflated."""
    seconds: int = 600
    memory: int = 2 * 10**9
    """Address space of the worker beyond what it starts with, bytes."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the limits, as policies and `--limits` spell them."""
        return tuple(one.name for one in fields(cls))


class Budget:
    """What is left of the limits for one artifact; raises `LimitExceeded` when something is used up."""

    __slots__ = ("_deadline", "_entries", "_inflated", "_names", "_ratio_bound", "limits")

    def __init__(self, limits: Limits, artifact_size: int) -> None:
        self.limits = limits
        self._entries = 0
        self._names = 0
        self._inflated = 0
        self._ratio_bound = max(RATIO_FREE_BYTES, limits.ratio * max(1, artifact_size))
        self._deadline = time.monotonic() + limits.seconds

    def spend_inflated(self, count: int) -> None:
        """Account for `count` bytes that a decompressor or decoder produced; call it for each piece, before keeping it."""
        self._inflated += count
        if self._inflated > self._ratio_bound:
            raise LimitExceeded(f"expands more than {self.limits.ratio} times")
        if self._inflated > self.limits.bytes:
            raise LimitExceeded(f"holds more than {self.limits.bytes} bytes")
        self.check_clock()

    def spend_entry(self, name_length: int) -> None:
        """Account for one more entry whose name has `name_length` bytes."""
        self._entries += 1
        self._names += name_length
        if self._entries > self.limits.entries:
            raise LimitExceeded(f"holds more than {self.limits.entries} entries")
        if self._names > NAME_BYTES:
            raise LimitExceeded(f"names take more than {NAME_BYTES} bytes")
        if not self._entries & 255:
            self.check_clock()

    def check_depth(self, depth: int) -> None:
        """Refuse a container at `depth` (the outermost is 1)."""
        if depth > self.limits.depth:
            raise LimitExceeded(f"nested deeper than {self.limits.depth} containers")

    def check_clock(self) -> None:
        """Refuse to go on after the time is up."""
        if time.monotonic() > self._deadline:
            raise LimitExceeded(f"took longer than {self.limits.seconds} seconds")
