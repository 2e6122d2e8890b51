"""A baseline: the fingerprints of findings that were there before and are accepted, one a line.

It holds nothing but fingerprints, and those say nothing of a guessable value. Sorted, so that two branches that change it merge without
a conflict; a merge that leaves it unsorted, or an entry twice, does no harm. `#` begins a comment.
"""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leakguard.errors import Fault, FaultyFile, UsageError
from leakguard.policy.snapshot import Snapshot
from leakguard.redact import escape

MOST_BYTES = 16_000_000
"""Largest file."""

_ENTRY = re.compile(r"([0-9a-f]{32})[ \t]*(#.*)?")
_COMMENT = re.compile(r"[ \t]*(#.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What was accepted."""

    label: str
    """The file, as it was named."""
    lines: Mapping[str, int]
    """The 1-based line of each fingerprint."""
    text: tuple[tuple[str, str], ...] = ()
    """Fingerprint and everything that was written for it, comments above it included; an empty fingerprint for what stands last."""

    def changed(self, keep: Collection[str], add: Iterable[str]) -> bytes:
        """The file with only those of its entries that are in `keep`, and with `add`; its comments stay with their entries."""
        entries = {fingerprint: text for fingerprint, text in self.text if not fingerprint or fingerprint in keep}
        entries |= {fingerprint: f"{fingerprint}\n" for fingerprint in add if fingerprint not in entries}
        last = entries.pop("", "")
        return "".join((*(entries[one] for one in sorted(entries)), last)).encode()


def read(path: Path, origin: Snapshot | None = None) -> Baseline:
    """Read a baseline, from a commit if one is given; raises `UsageError` when there is none.

    Raises `FaultyFile` with every line that is no fingerprint.
    """
    shown = escape(str(path))
    if origin is not None:
        path, shown = _of_commit(path, origin)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        hint = "`leakguard baseline ARTIFACT… -o FILE` writes one"
        raise UsageError(f"the baseline `{shown}` cannot be read: {os.strerror(error.errno or 0).lower()}", hint=hint) from None
    if len(data) > MOST_BYTES:
        raise FaultyFile([Fault(path=shown, line=0, column=0, message=f"larger than {MOST_BYTES} bytes")])
    return _parsed(data.decode("utf-8-sig", "replace"), shown)


def _of_commit(path: Path, origin: Snapshot) -> tuple[Path, str]:
    """Where the baseline of a commit is, and how messages call it."""
    place = origin.place_of(Path.cwd() / path)
    problem = "is not in the repository" if place is None or place == origin.root else origin.fetch(place)
    if place is None or problem or not place.is_file():
        reason = problem or f"does not exist in `{escape(origin.ref)}`"
        raise UsageError(f"the baseline `{escape(str(path))}` {reason}", hint="commit it there first, through a review of its own")
    return place, origin.shown(place)


def _parsed(text: str, shown: str) -> Baseline:
    faults, lines, written = [], dict[str, int](), list[tuple[str, str]]()
    above = ""
    for number, line in enumerate(text.split("\n"), 1):
        entry = _ENTRY.fullmatch(line.rstrip("\r"))
        if entry is not None:
            lines.setdefault(entry[1], number)
            written.append((entry[1], f"{above}{line.rstrip()}\n"))
            above = ""
        elif _COMMENT.fullmatch(line.rstrip("\r")):
            above += f"{line.rstrip()}\n" if line.strip() else ""
        else:
            hint = "an entry is 32 hexadecimal digits, as reports show them; `#` begins a comment"
            faults.append(Fault(path=shown, line=number, column=1, message="not a fingerprint", hint=hint))
    if faults:
        raise FaultyFile(faults)
    return Baseline(label=shown, lines=lines, text=(*written, *((("", above),) if above else ())))
