"""The root command, and the one funnel through which every failure becomes a message and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import cast

import click

from leakguard import plugins
from leakguard.cli import _streams
from leakguard.cli._gate import BUG, INTERRUPTED, PASS, USAGE
from leakguard.cli._options import SETTINGS
from leakguard.cli._spelling import meant
from leakguard.errors import Fault, FaultyFile, LeakguardError, place_of
from leakguard.redact import escape
from leakguard.version import VERSION

MOST_FAULTS = 200
"""Of the files of a policy that are told one by one: what is no policy at all has one in every line."""


class Group(click.Group):
    """A group whose unknown commands are answered with the nearest known one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            raise UnknownCommand(name, self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)


class Commands(Group):
    """The commands are the modules of `leakguard.cli`, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in alphabetical order."""
        del ctx
        return list(plugins.names("leakguard.cli"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return cast(click.Command, import_module(f"leakguard.cli.{cmd_name.replace('-', '_')}").command)


class UnknownCommand(click.UsageError):
    """There is no such command."""

    def __init__(self, name: str, known: Sequence[str], ctx: click.Context) -> None:
        super().__init__(f"there is no command `{name}`", ctx)
        self.hint = meant(name, known) or f"one of {', '.join(f'`{one}`' for one in known)}"


@click.group(cls=Commands, context_settings=dict(SETTINGS), no_args_is_help=True, invoke_without_command=False)
@click.version_option(VERSION, "-V", "--version", message="leakguard %(version)s", help="Print the version and exit.")
def root() -> None:
    """Refuse packages that would give away source or secrets.

    leakguard opens the file that is about to be published, looks at every byte
    of it, and says no when something would leak or could not be looked at.

    \b
      leakguard inspect dist/

    Exit codes: 0 pass, 1 blocked, 2 usage, 3 incomplete, 70 bug in leakguard,
    130 interrupted.
    """  # noqa: D301 - click reads the backspace


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; never raises."""
    try:
        return _funnel(lambda: _invoke(list(arguments)))
    finally:
        _flush()


def _invoke(arguments: list[str]) -> int:
    _complete_if_asked()
    with root.make_context("leakguard", arguments) as context:
        code = root.invoke(context)
    return code if isinstance(code, int) else PASS


def _complete_if_asked() -> None:
    """Answer a shell that asks for completions, as click documents it."""
    instruction = os.environ.get("_LEAKGUARD_COMPLETE")
    if instruction:
        from click.shell_completion import shell_complete

        raise click.exceptions.Exit(shell_complete(root, {}, "leakguard", "_LEAKGUARD_COMPLETE", instruction))


def _funnel(work: Callable[[], int]) -> int:
    try:
        return work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told, and it is not a finding
        return _tell(error)


def _tell(error: BaseException) -> int:
    """Say what went wrong and give it its exit code; of an unexpected failure never the message, which could hold a secret."""
    code = USAGE
    match error:
        case click.exceptions.Exit():
            code = error.exit_code
        case click.exceptions.NoArgsIsHelpError(ctx=click.Context() as context):
            _streams.tell(context.get_help())
        case click.UsageError():
            _tell_usage(error)
        case FaultyFile():
            _tell_faults(error.faults)
        case LeakguardError() if error.exit_code != BUG:
            code = error.exit_code
            _streams.say("error", error.message)
            if error.hint:
                _streams.say("hint", error.hint)
        case KeyboardInterrupt() | click.Abort():
            code = INTERRUPTED
            _streams.say("error", "interrupted")
        case _:
            code = BUG
            _tell_bug(error.message if isinstance(error, LeakguardError) else place_of(error))
    return code


def _tell_faults(faults: Sequence[Fault]) -> None:
    for fault in faults[:MOST_FAULTS]:
        place = ":".join(str(part) for part in (fault.path, fault.line, fault.column) if part)
        _streams.say(escape(place), fault.message)
        if fault.hint:
            _streams.say("  hint", fault.hint)
    if len(faults) > 1:
        left = f", of which {MOST_FAULTS} are shown" if len(faults) > MOST_FAULTS else ""
        _streams.say("error", f"{len(faults)} faults{left}")


def _tell_usage(error: click.UsageError) -> None:
    hint = getattr(error, "hint", "")
    if isinstance(error, click.NoSuchOption):
        message = f"there is no option `{error.option_name}`"
        hint = f"did you mean `{error.possibilities[0]}`?" if error.possibilities else ""
    else:
        message = error.format_message().rstrip(".").replace("'", "`")
        message = message[:1].lower() + message[1:]
    _streams.say("error", message)
    _streams.say("hint", hint or f"`{error.ctx.command_path if error.ctx else 'leakguard'} --help` says more")


def _tell_bug(place: str) -> None:
    python = ".".join(map(str, sys.version_info[:3]))
    _streams.say("error", f"this is a bug in leakguard {VERSION} (Python {python}, {sys.platform}): {place}")
    address = _tracker()
    where = f" at {address}" if address else ""
    _streams.say("hint", f"nothing was decided; please report the line above{where}, it holds nothing of your files")


def _tracker() -> str:
    """Where bugs are reported, as the installed package says; empty when it does not."""
    try:
        from importlib.metadata import metadata

        urls = metadata("leakguard").get_all("Project-URL") or []
    except Exception:  # noqa: BLE001 - a failure here must not hide the one that is told
        return ""
    named = dict(url.split(", ", 1) for url in urls if ", " in url)
    return next((address for label, address in named.items() if label.lower() in ("issues", "tracker", "bug tracker")), "")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            _streams.abandon(stream)
