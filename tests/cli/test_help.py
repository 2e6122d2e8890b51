"""`--help` of every command reads well at 80 columns."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from leakguard.cli._shell import root


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = dict([((), root), *commands(root)])


def test_commands_are_those_of_the_contract() -> None:
    """What is promised is there, and each command is a module."""
    names = {" ".join(path) for path in EVERY}
    assert {"inspect", "explain", "formats", "policy check", "policy show", "policy schema", "rules list", "rules show"} <= names


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_fits_and_begins_with_a_sentence(path: tuple[str, ...], option: str) -> None:
    """Help exits with 0, keeps to 80 columns, and says first what the command does."""
    done = CliRunner().invoke(root, [*path, option], prog_name="leakguard", terminal_width=None)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0].startswith(" ".join(("Usage: leakguard", *path)))
    assert max(len(line) for line in lines) <= 80
    assert lines[2].strip().endswith(".")


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_parameter_is_explained(path: tuple[str, ...]) -> None:
    """Each option has a help text that is a sentence, each argument a name that the text can use."""
    for parameter in EVERY[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith(".")
        else:
            assert parameter.metavar
