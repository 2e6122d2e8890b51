"""What the command line may change about a loaded policy."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from leakguard.errors import UsageError
from leakguard.model import Action
from leakguard.policy.actions import Choice, RuleTable
from leakguard.policy.resolved import Policy, Role
from leakguard.policy.schema import LIMITS
from leakguard.policy.shapes import spoken, suggestion
from leakguard.redact import escape
from leakguard.settings import SecretSettings, Settings

SHORTEST_VALUE = 8
"""Characters that the value of a variable must have to be searched for."""

_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def override_limits(policy: Policy, values: Mapping[str, str]) -> Policy:
    """The policy with other limits, spelt as in a policy file: `{"depth": "3", "bytes": "1 GB"}`. Raises `UsageError`."""
    changed = {}
    for name, text in values.items():
        shape = LIMITS.get(name)
        if shape is None:
            raise UsageError(f"unknown limit `{escape(name)}`", hint=suggestion(name, LIMITS) or f"the limits are {spoken(LIMITS)}")
        try:
            changed[name] = shape.convert(text.strip())
        except ValueError:
            raise UsageError(f"the limit `{name}` is not {shape.what}") from None
    return dataclasses.replace(policy, limits=dataclasses.replace(policy.limits, **changed))  # type: ignore[arg-type]


def search_for(policy: Policy, names: Sequence[str], environ: Mapping[str, str]) -> Policy:
    """The policy with more variables whose values must not occur anywhere; raises `UsageError` for a value too short to be searched."""
    for name in names:
        if not _VARIABLE.fullmatch(name):
            raise UsageError(f"`{escape(name)}` is not the name of an environment variable")
        if 0 < len(environ.get(name, "")) < SHORTEST_VALUE:
            hint = "it would be found everywhere; name variables that hold real secrets only"
            raise UsageError(f"the value of `{name}` is shorter than {SHORTEST_VALUE} characters", hint=hint)

    return _searching(policy, lambda known: dataclasses.replace(known, environment=tuple(dict.fromkeys((*known.environment, *names)))))


def trust(policy: Policy, plugins: Sequence[Path]) -> Policy:
    """The policy with plug-ins of `detect-secrets` whose code may run: nothing but the command line can ask for that."""
    return _searching(policy, lambda known: dataclasses.replace(known, plugins=tuple(plugins)))


def _searching(policy: Policy, changed: Callable[[SecretSettings], SecretSettings]) -> Policy:
    def over(settings: Settings) -> Settings:
        return dataclasses.replace(settings, secrets=changed(settings.secrets))

    def of_role(role: Role) -> Role:
        return dataclasses.replace(role, settings=over(role.settings))

    roles = tuple((match, of_role(role)) for match, role in policy.roles)
    return dataclasses.replace(policy, settings=over(policy.settings), general=of_role(policy.general), roles=roles)


def override_rules(policy: Policy, actions: Mapping[str, Action]) -> Policy:
    """The policy with one more layer of rules above all others, as a command such as `publish` needs it."""
    layer = {pattern: Choice.always(action) for pattern, action in actions.items()}

    def above(role: Role) -> Role:
        return dataclasses.replace(role, rules=RuleTable((*role.rules.layers, *RuleTable.of([layer]).layers)))

    roles = tuple((match, above(role)) for match, role in policy.roles)
    return dataclasses.replace(policy, general=above(policy.general), roles=roles)
