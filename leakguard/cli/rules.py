"""`leakguard rules`: what can be found."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from leakguard.cli import _streams
from leakguard.cli._options import SETTINGS
from leakguard.cli._shell import Group
from leakguard.cli._spelling import meant
from leakguard.errors import UsageError
from leakguard.model import Rule, RuleId
from leakguard.redact import escape


@click.group(cls=Group, context_settings=dict(SETTINGS))
def command() -> None:
    """Look at the rules that findings refer to."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects with id, severity and title.")
def list_rules(*, as_json: bool) -> int:
    """List every rule with its severity and title."""
    rules = catalogue().values()
    if as_json:
        _print_json([{"id": rule.id, "severity": rule.severity.value, "title": rule.title} for rule in rules])
        return 0
    longest = max((len(rule.id) for rule in rules), default=0)
    _streams.write_text("".join(f"{rule.id:{longest}}  {rule.severity:8}  {rule.title}\n" for rule in rules))
    return 0


@command.command("show")
@click.argument("rule_id", metavar="RULE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_rule(rule_id: str, *, as_json: bool) -> int:
    """Show one rule: severity, meaning, impact and fixes.

    `leakguard explain RULE` says the same in prose, with what the policy does.
    """
    rule = find(rule_id)
    fields: dict[str, object] = {
        "id": rule.id,
        "severity": rule.severity.value,
        "title": rule.title,
        "description": rule.description,
        "impact": rule.impact,
        "fixes": dict(rule.fixes),
    }
    if as_json:
        _print_json(fields)
        return 0
    lines = [f"{key}: {value}" for key, value in fields.items() if not isinstance(value, dict)]
    lines += ["fixes:"] + [f"  {tool}: {fix}" for tool, fix in rule.fixes.items()]
    _streams.write_text("".join(f"{line}\n" for line in lines))
    return 0


@command.command("test")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
def test_rules(files: tuple[Path, ...]) -> int:
    """Prove secret rules by their own examples.

    They must be found at every place of a file, in UTF-16, in JSON and in a minified line, in time, and counter-examples nowhere.
    FILE is a YAML file of rules as leakguard's own are; without one the built-in rules are proved, which takes a while. Rules in the
    TOML of gitleaks and betterleaks have no examples: they are read, compiled and timed. Exit code 1 when a rule does not hold.
    """
    from leakguard.analyzers.secrets import _proving
    from leakguard.cli._progress import ProgressLine
    from leakguard.inspector import Progress
    from leakguard.rules import packs

    foreign = [packs.load(path) for path in files if path.suffix.lower() == ".toml"]
    own = [path for path in files if path.suffix.lower() != ".toml"]
    sources = list(_proving.sources_of(own)) if own or not files else []
    total = len(sources) + sum(len(pack.rules) for pack in foreign)
    broken: set[str] = set()
    with ProgressLine(wanted=True, doing="proving") as line:
        for done, source in enumerate(sources, 1):
            broken |= _tell(_proving.faults([source]))
            line(Progress(done=done, total=total, target=""))
        for pack in foreign:
            broken |= _tell(_proving.pack_faults(pack))
    _streams.write_text(_proved(total, len(broken), timed=sum(len(pack.rules) for pack in foreign)))
    return 1 if broken else 0


def _tell(faults: Iterable[tuple[str, str]]) -> set[str]:
    """Print what does not hold; the rules."""
    broken = set()
    for rule, fault in faults:
        broken.add(rule)
        _streams.write_text(f"secret/{escape(rule)}: {fault}\n")
    return broken


def _proved(total: int, broken: int, *, timed: int) -> str:
    if broken:
        return f"{broken:,} of {total:,} rules {'does' if broken == 1 else 'do'} not hold\n"
    only = f", {timed:,} of them without examples" if timed else ""
    return f"every rule holds ({total:,} proved{only})\n" if total else "there is no rule to prove\n"


def catalogue() -> Mapping[RuleId, Rule]:
    """Every rule by id, in alphabetical order."""
    from leakguard import policy

    return policy.catalogue()


def find(rule_id: str) -> Rule:
    """The rule of that name; a usage error with the nearest name when there is none."""
    rules = catalogue()
    rule = rules.get(RuleId(rule_id))
    if rule is None:
        raise UsageError(f"there is no rule `{escape(rule_id)}`", hint=meant(rule_id, rules) or "`leakguard rules list` names them all")
    return rule


def _print_json(value: object) -> None:
    _streams.write_bytes(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")
