"""The command line: one module a command, found by its file name.

A module of this folder has `command`, a click command or group. Nothing here is imported before it is needed: `--version` is
answered by this file alone.
"""

import sys


def main() -> int:
    """Run the command line of this process and return its exit code; never raises, and never returns 0 or 1 for a bug of ours."""
    arguments = sys.argv[1:]
    try:
        if arguments in (["--version"], ["-V"]):
            return _print_version()
        from leakguard.cli._shell import run

        return run(arguments)
    except KeyboardInterrupt:
        return 130
    except BaseException as error:  # noqa: BLE001 - its message could hold a secret: only its type leaves the process
        sys.stderr.write(f"error: leakguard could not start: {type(error).__name__}\n")
        return 70


def _print_version() -> int:
    from leakguard.version import VERSION

    try:
        sys.stdout.write(f"leakguard {VERSION}\n")
        sys.stdout.flush()
    except OSError as error:
        from leakguard.cli._streams import abandon

        abandon(sys.stdout)
        return 0 if isinstance(error, BrokenPipeError) else 2
    return 0
