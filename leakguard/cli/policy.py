"""`leakguard policy`: look at and prove what is configured."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from leakguard.cli import _streams
from leakguard.cli._options import SETTINGS
from leakguard.cli._shell import Group
from leakguard.errors import Fault, FaultyFile, UsageError
from leakguard.patterns import lazily
from leakguard.redact import escape

_BARE = lazily(r"[A-Za-z][A-Za-z0-9_./-]*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some reader of YAML takes for something else."""


@click.group(cls=Group, context_settings=dict(SETTINGS))
def command() -> None:
    """Look at policies and prove that they are right."""


@command.command("check")
@click.argument("files", nargs=-1, metavar="[FILE]...")
def check(files: tuple[str, ...]) -> int:
    """Read policy files and list every fault, with line and column.

    Without FILE: the leakguard.yaml that is in force here. Exits with 2 if
    there is a fault.
    """
    from leakguard import policy as policies

    faults: list[Fault] = []
    lines = []
    for file in files or (None,):
        try:
            found = policies.load(None if file is None else Path(file))
            lines.append(f"{escape(file) if file else f'policy `{found.name}`'}: no faults\n")
        except FaultyFile as error:
            faults.extend(error.faults)
        except UsageError as error:
            faults.append(Fault(path=escape(file or policies.FILE_NAME), line=0, column=0, message=error.message, hint=error.hint))
    _streams.write_text("".join(lines))
    if faults:
        raise FaultyFile(faults)
    return 0


@command.command("show")
@click.argument("spec", required=False, metavar="[NAME|FILE]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: each value with its origin.")
def show(spec: str | None, *, as_json: bool) -> int:
    """Print a policy as it is after merging, with the origin of each value.

    Without an argument: the policy that is in force here.
    """
    from leakguard import policy as policies

    found = policies.load(spec)
    merged = found.merged()
    if as_json:
        document = {"name": found.name, "digest": found.digest, "policy": _with_origins(merged)}
        _streams.write_bytes(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
        return 0
    lines = [f"# policy {found.name}, {found.digest}", *_yaml(merged, 0)]
    _streams.write_text("".join(f"{escape(line)}\n" for line in lines))
    return 0


@command.command("schema")
def schema() -> int:
    """Print the JSON Schema of a policy file, for editors."""
    from leakguard import policy as policies

    _streams.write_bytes(json.dumps(policies.json_schema(), ensure_ascii=False, indent=2).encode() + b"\n")
    return 0


def _yaml(node: Mapping[str, Any], indent: int) -> Iterator[str]:
    """The lines of a mapping as YAML, each value with its origin as a comment."""
    margin = " " * indent
    for key, value in node.items():
        spelled = f"{margin}{_flow(key)}:"
        if isinstance(value, Mapping):
            yield spelled if value else f"{spelled} {{}}"
            yield from _yaml(value, indent + 2)
        elif isinstance(value, tuple):
            yield spelled if value else f"{spelled} []"
            for one in value:
                yield from _item(one, indent + 2)
        else:
            yield f"{spelled} {_leaf(value)}"


def _item(value: Any, indent: int) -> Iterator[str]:
    margin = " " * indent
    if not isinstance(value, Mapping):
        yield f"{margin}- {_leaf(value)}"
        return
    first, *others = _yaml(value, indent + 2)
    yield f"{margin}- {first.lstrip()}"
    yield from others


def _leaf(leaf: Any) -> str:
    return f"{_flow(_plain(leaf.value))}  # {leaf.origin}"


def _flow(value: Any) -> str:
    """A value on one line: words bare, other text in double quotes."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, str) and _BARE.fullmatch(value) and value not in _NOT_TEXT:
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _with_origins(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _with_origins(value) for key, value in node.items()}
    if isinstance(node, tuple):
        return [_with_origins(one) for one in node]
    return {"value": _plain(node.value), "origin": node.origin}


def _plain(value: Any) -> Any:
    """A value as JSON: a size in bytes, a share as a fraction, a path as it is on this machine."""
    return str(value) if isinstance(value, (Path, date)) else value
