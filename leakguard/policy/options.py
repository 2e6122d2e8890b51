"""What the command line may change about a loaded policy."""

import dataclasses
from collections.abc import Mapping

from leakguard.errors import UsageError
from leakguard.model import Action
from leakguard.policy.actions import Choice, RuleTable
from leakguard.policy.resolved import Policy, Role
from leakguard.policy.schema import LIMITS
from leakguard.policy.shapes import spoken, suggestion
from leakguard.redact import escape


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


def override_rules(policy: Policy, actions: Mapping[str, Action]) -> Policy:
    """The policy with one more layer of rules above all others, as a command such as `publish` needs it."""
    layer = {pattern: Choice.always(action) for pattern, action in actions.items()}

    def above(role: Role) -> Role:
        return dataclasses.replace(role, rules=RuleTable((*role.rules.layers, *RuleTable.of([layer]).layers)))

    roles = tuple((match, above(role)) for match, role in policy.roles)
    return dataclasses.replace(policy, general=above(policy.general), roles=roles)
