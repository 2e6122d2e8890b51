"""How options are declared: each has a variable that mirrors it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 80}
"""For every command and group."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
    """An option that an environment variable mirrors: `--fail-on` is `LEAKGUARD_FAIL_ON`."""
    return click.option(*names, envvar=variable(names[0]), **settings)


def variable(name: str) -> str:
    """The variable that mirrors an option."""
    return f"LEAKGUARD_{name.removeprefix('--').replace('-', '_').upper()}"
