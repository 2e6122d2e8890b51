"""Standard output for results, standard error for everything else."""

import os
import sys
from typing import TextIO

from leakguard.errors import UsageError
from leakguard.redact import escape

NARROWEST = 40


class OutputLost(UsageError):
    """Standard output cannot be written to, other than by its reader having gone."""


def write_text(text: str) -> None:
    """Write results for people; a character that the terminal's encoding lacks is written out as an escape."""
    out = sys.stdout
    if out is not None:
        write_bytes(text.encode(out.encoding or "utf-8", "backslashreplace"))


def write_bytes(data: bytes) -> None:
    """Write results for machines; a reader that has gone is no failure of ours, and changes no exit code."""
    out = sys.stdout
    if out is None:
        return
    try:
        out.flush()
        out.buffer.write(data)
        out.flush()
    except BrokenPipeError:
        abandon(out)
    except OSError as error:
        abandon(out)
        reason = os.strerror(error.errno or 0).lower()
        raise OutputLost(f"standard output cannot be written to: {reason}") from None


def abandon(stream: TextIO) -> None:
    """Point the stream at nothing, so that the interpreter does not fail on it at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def say(label: str, text: str) -> None:
    """One line for the person who runs the command: `error: …`, `warning: …`, `hint: …`."""
    tell(f"{label}: {escape(text)}")


def tell(line: str) -> None:
    """One line on standard error, already escaped; whether it can be written changes nothing."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        abandon(sys.stderr)
    except OSError:
        pass


def wants_color(stream: TextIO | None) -> bool:
    """Whether to write ANSI colours: `NO_COLOR` wins over `FORCE_COLOR`, which wins over what the stream is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and (os.name != "nt" or "WT_SESSION" in os.environ or "TERM" in os.environ)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal that understands escapes."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO | None, widest: int) -> int:
    """Columns to write to: the terminal's within reason, else 80."""
    if stream is None or not stream.isatty():
        return 80
    import shutil

    return max(NARROWEST, min(shutil.get_terminal_size().columns, widest))
