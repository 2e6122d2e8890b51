"""`leakguard policy`: look at and prove what is configured."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leakguard.cli import _streams
from leakguard.cli._gate import BLOCKED
from leakguard.cli._options import SETTINGS
from leakguard.cli._shell import Group
from leakguard.errors import Fault, FaultyFile, UsageError
from leakguard.patterns import lazily
from leakguard.redact import escape

if TYPE_CHECKING:
    from leakguard.policy.cases import Tried

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
@click.option("--report", is_flag=True, help="Print the JSON Schema of the report that `--format json` writes.")
def schema(*, report: bool) -> int:
    """Print the JSON Schema of a policy file, for editors.

    \b
      leakguard policy schema > leakguard.schema.json

    and, as the first line of leakguard.yaml:

    \b
      # yaml-language-server: $schema=leakguard.schema.json
    """  # noqa: D301 - click reads the backspace
    from leakguard import policy as policies

    if report:
        _streams.write_bytes(files("leakguard.reporters").joinpath("report.schema.json").read_bytes())
        return 0
    _streams.write_bytes(json.dumps(policies.json_schema(), ensure_ascii=False, indent=2).encode() + b"\n")
    return 0


@command.command("test")
@click.argument("spec", required=False, metavar="[NAME|FILE]")
def test(spec: str | None) -> int:
    """Try a policy on its own cases, those under `tests:`.

    Each case is a made-up artifact, judged as a real one would be. Exits
    with 1 if the policy does not do what a case expects, and with 2 if it
    has no case or a fault. Without an argument: the policy in force here.
    """
    from leakguard import policy as policies
    from leakguard.policy import cases

    tried = list(cases.try_all(policies.load(spec), datetime.now(UTC).date()))
    if not tried:
        raise UsageError("the policy has no cases", hint="`tests: [{name: no maps, files: [dist/a.js.map], expect: block}]` is one")
    failed = [one for one in tried if not one.passed]
    lines = [line for one in tried for line in _told(one)]
    lines.append(f"{len(tried) - len(failed)} of {len(tried)} cases hold")
    _streams.write_text("".join(f"{escape(line)}\n" for line in lines))
    return BLOCKED if failed else 0


def _told(tried: "Tried") -> Iterator[str]:
    """How a case went; of one that failed, what the policy said."""
    if tried.passed:
        yield f"ok      {tried.name}"
        return
    wanted = f"{tried.expected} was expected, and it is {tried.actual}"
    if tried.expected is tried.actual:
        wanted = f"it is {tried.actual}, but not because of {', '.join(f'`{rule}`' for rule in tried.missing)}"
    yield f"FAILED  {tried.name} ({tried.origin}): {wanted}"
    for one in tried.judgements:
        at = f" at {one.finding.location.path}" if one.finding.location.path else ""
        yield f"        {one.action} {one.finding.rule}{at}{' (waived)' if one.suppressed else ''}"


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
