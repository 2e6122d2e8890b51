"""`--format NAME[=FILE]`: which reporter writes where."""

import contextlib
import io
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leakguard import plugins
from leakguard.cli._spelling import meant
from leakguard.errors import UsageError
from leakguard.model import Report
from leakguard.redact import escape

DEFAULT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One reporter and the file that it writes; no file is standard output."""

    reporter: str
    path: Path | None = None


def parse(specs: Iterable[str]) -> list[Output]:
    """The outputs asked for, standard output first: text goes there unless another reporter does."""
    outputs: list[Output] = []
    for spec in specs:
        name, equals, file = spec.partition("=")
        if name not in plugins.names("leakguard.reporters"):
            known = plugins.names("leakguard.reporters")
            raise UsageError(f"`--format`: there is no format `{escape(name)}`", hint=meant(name, known) or f"one of {_listed(known)}")
        if equals and not file:
            raise UsageError(f"`--format {escape(name)}=` names no file", hint=f"`--format {name}` writes to standard output")
        outputs.append(Output(reporter=name, path=Path(file) if file and file != "-" else None))
    _check_distinct(outputs)
    if all(output.path is not None for output in outputs):
        outputs.append(Output(reporter=DEFAULT))
    return sorted(outputs, key=lambda output: output.path is not None)


def check(outputs: Sequence[Output], targets: Sequence[str]) -> None:
    """Refuse, before any work, files that could not be written or that are about to be inspected."""
    for path in (output.path for output in outputs if output.path is not None):
        _check_place(path)
        for target in targets:
            with contextlib.suppress(OSError):
                if path.exists() and path.samefile(target):
                    raise UsageError(f"the report would replace the target `{escape(target)}`", hint="name another file")


def write_file(report: Report, output: Output) -> None:
    """Write a report file so that nobody ever sees half of it: complete beside its place, then put there."""
    assert output.path is not None
    replace_file(output.path, rendered(report, output.reporter), "the report")


def replace_file(path: Path, data: bytes, what: str) -> None:
    """Write a file as `write_file` does; `what` is what messages call it."""
    _check_place(path, what)
    try:
        _replace(path, data)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise UsageError(f"{what} cannot be written to `{escape(str(path))}`: {reason}") from None


def create_file(path: Path, data: bytes, what: str) -> None:
    """Write a file that must not be there yet, complete or not at all; raises `UsageError`, also when somebody else was faster."""
    _check_place(path, what)
    shown = escape(str(path))
    descriptor, beside = tempfile.mkstemp(prefix=".leakguard-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
        Path(beside).chmod(_mode(path))
        os.link(beside, path)  # a rename would replace what is there
    except FileExistsError:
        raise UsageError(f"`{shown}` exists already", hint="name another file") from None
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise UsageError(f"{what} cannot be written to `{shown}`: {reason}") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - the name from `mkstemp`


def rendered(report: Report, reporter: str) -> bytes:
    """The report as that reporter writes it."""
    buffer = io.BytesIO()
    plugins.reporter(reporter).write(report, buffer)
    return buffer.getvalue()


def _replace(path: Path, data: bytes) -> None:
    descriptor, beside = tempfile.mkstemp(prefix=".leakguard-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
        Path(beside).chmod(_mode(path))
        os.replace(beside, path)  # noqa: PTH105 - replaces the name, and never follows a link there
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - the name from `mkstemp`
        raise


def _mode(path: Path) -> int:
    """Permissions: those of the file that is replaced, else what the user's mask leaves."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.lstat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _check_place(path: Path, what: str = "the report") -> None:
    shown = escape(str(path))
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise UsageError(f"{what} cannot be written to `{shown}`: there is no such folder", hint="create it first") from None
        mode = stat.S_IFREG
    except (OSError, ValueError):
        raise UsageError(f"{what} cannot be written to `{shown}`") from None
    if not stat.S_ISREG(mode):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise UsageError(
            f"{what} cannot be written to `{shown}`: it is {kind}", hint="name a file that is new, or one that was written before"
        )
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{what} cannot be written to `{shown}`: its folder is not writable")


def _check_distinct(outputs: Sequence[Output]) -> None:
    places = [None if output.path is None else os.path.realpath(output.path) for output in outputs]
    if places.count(None) > 1:
        raise UsageError("only one `--format` can go to standard output", hint="give the others a file: `--format json=report.json`")
    if len(set(places)) < len(places):
        raise UsageError("two `--format` options name the same file")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
