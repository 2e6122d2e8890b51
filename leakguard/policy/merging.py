"""Layers of a policy, laid over each other, and what comes out of it.

A later layer beats an earlier one. Single values and the lists of `_REPLACED` replace; other lists append; rules keep their layers,
so that a glob of a later layer beats an exact id of an earlier one; roles of a later layer are tried before those of an earlier one.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from leakguard.limits import Limits
from leakguard.model import RuleId
from leakguard.policy.actions import Choice, RuleTable
from leakguard.policy.resolved import FilePattern, Match, Policy, Role
from leakguard.policy.shapes import Leaf
from leakguard.policy.waivers import Waiver
from leakguard.settings import FileRules, SecretSettings, Settings, SizeRules

Tree = Mapping[str, Any]

RULES = "rules"
ROLES = "artifacts"
TESTS = "tests"
"""Prove a policy and are no part of what it does."""

_REPLACED = frozenset({"allow", "require", "pragmas"})
_NOT_MERGED = frozenset({"version", "extends", "match"})


class Layers(tuple[Mapping[str, Leaf], ...]):
    """The rules of several layers, the earliest first."""

    __slots__ = ()


def merge(earlier: Tree, later: Tree) -> dict[str, Any]:
    """Lay one layer (or role) over another."""
    out = dict(earlier)
    for key, value in later.items():
        if key in _NOT_MERGED:
            continue
        if key == RULES and isinstance(value, Mapping):
            out[key] = Layers((*out.get(key, ()), value))
        elif isinstance(value, Mapping):
            out[key] = merge(out.get(key, {}), value)
        elif isinstance(value, tuple) and key == ROLES:
            out[key] = (*value, *out.get(key, ()))
        elif isinstance(value, tuple) and key not in _REPLACED:
            known = [bare(one) for one in out.get(key, ())]
            out[key] = (*out.get(key, ()), *(one for one in value if bare(one) not in known))
        else:
            out[key] = value
    return out


def build(layers: Sequence[Tree], *, name: str, root: Path, place: tuple[str, int]) -> Policy:
    """The policy that the layers, the earliest first, come to."""
    tree: dict[str, Any] = {}
    for layer in layers:
        tree = merge(tree, layer)
    roles = tree.get(ROLES, ())
    general = _role(tree, None)
    return Policy(
        name=name,
        digest=_digest({key: value for key, value in tree.items() if key != TESTS}, root),
        limits=Limits(**{key: leaf.value for key, leaf in tree.get("limits", {}).items()}),
        lock=_value(tree, "lock"),
        publish_registry=_value(tree, "publish", "registry"),
        settings=general.settings,
        general=general,
        roles=tuple((_match(role["match"]), _role(merge(tree, role), index)) for index, role in enumerate(roles)),
        place=_place_of(roles[0]) if roles else place,
        tree=tree,
    )


def shown(tree: Tree) -> dict[str, Any]:
    """A merged tree without what only the merging needs: rules become one mapping, in the order in which they are tried."""
    return {key: _shown(_layered(key, value)) for key, value in tree.items()}


def _shown(value: object) -> Any:
    if isinstance(value, Layers):
        return _shown_rules(value)
    if isinstance(value, Mapping):
        return shown(value)
    return tuple(_shown(one) for one in value) if isinstance(value, tuple) else value


def _shown_rules(layers: Layers) -> dict[str, Leaf]:
    chosen: dict[str, Leaf] = {}
    for layer in reversed(layers):
        for pattern, _ in RuleTable.of([_choices(layer)]):
            leaf, above = layer[pattern], chosen.get(pattern)
            choice = above.value.over(leaf.value) if above else leaf.value
            chosen[pattern] = Leaf(choice, *_at(above or leaf))
    return {pattern: Leaf(leaf.value.plain(), *_at(leaf)) for pattern, leaf in chosen.items()}


def _at(leaf: Leaf) -> tuple[str, int, int]:
    return leaf.label, leaf.line, leaf.column


def _choices(layer: Mapping[str, Leaf]) -> dict[str, Choice]:
    return {pattern: leaf.value for pattern, leaf in layer.items()}


def _role(tree: Tree, index: int | None) -> Role:
    listed = tree.get("files", {})
    return Role(
        settings=_settings(tree),
        rules=RuleTable.of([_choices(layer) for layer in tree.get(RULES, ())]),
        waivers=tuple(_waiver(one) for one in tree.get("waivers", ())),
        patterns=tuple(
            FilePattern(kind, leaf.value, leaf.label, leaf.line) for kind in ("allow", "deny", "require") for leaf in listed.get(kind, ())
        ),
        allowlist_required=_value(tree, "files", "allowlist") == "required" and "allow" not in listed,
        name="" if index is None else f"{ROLES}[{index}]",
        index=index,
    )


def _settings(tree: Tree) -> Settings:
    listed, secrets = tree.get("files", {}), tree.get("secrets", {})
    return Settings(
        openness=_value(tree, "openness"),
        files=FileRules(
            allow=_values(listed, "allow") if "allow" in listed else None, deny=_values(listed, "deny"), require=_values(listed, "require")
        ),
        size=SizeRules(**{key: leaf.value for key, leaf in tree.get("size", {}).items()}),
        secrets=SecretSettings(
            packs=_values(secrets, "rules"),
            environment=_values(secrets, "environment"),
            second_opinion=bool(_value(secrets, "detect-secrets", "use")),
            baseline=_value(secrets, "detect-secrets", "baseline"),
            pragmas=_values(secrets, "pragmas"),
        ),
    )


def _waiver(tree: Tree) -> Waiver:
    rule: Leaf = tree["rule"]
    return Waiver(
        rule=RuleId(rule.value),
        path=_value(tree, "path"),
        fingerprint=_value(tree, "fingerprint"),
        reason=tree["reason"].value,
        expires=tree["expires"].value,
        by=_value(tree, "by") or "",
        label=rule.label,
        line=rule.line,
    )


def _match(tree: Tree) -> Match:
    return Match(formats=_values(tree, "format"), names=_values(tree, "name"), targets=_values(tree, "target"))


def _place_of(role: Tree) -> tuple[str, int]:
    leaf: Leaf = next(leaf for leaves in role["match"].values() for leaf in leaves)
    return leaf.label, leaf.line


def _value(tree: Tree, *keys: str) -> Any:
    value: Any = tree
    for key in keys:
        value = value.get(key) if value is not None else None
    return value.value if isinstance(value, Leaf) else None


def _values(tree: Tree, key: str) -> tuple[Any, ...]:
    return tuple(leaf.value for leaf in tree.get(key, ()))


def bare(value: object) -> Any:
    """A value without the places where its parts were written."""
    if isinstance(value, Mapping):
        return {key: bare(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [bare(one) for one in value]
    return value.value if isinstance(value, Leaf) else value


def _digest(tree: Tree, root: Path) -> str:
    def spell(value: object) -> Any:
        if isinstance(value, Layers):
            layers = RuleTable.of([_choices(one) for one in value]).layers
            return [[[pattern, choice.plain()] for pattern, choice in layer] for layer in layers]
        if isinstance(value, Mapping):
            return {key: spell(_layered(key, one)) for key, one in value.items()}
        if isinstance(value, tuple):
            return [spell(one) for one in value]
        bare = value.value if isinstance(value, Leaf) else value
        if isinstance(bare, Path):
            return [Path(os.path.relpath(bare, root)).as_posix(), _digest_of_file(bare)]
        return bare.isoformat() if isinstance(bare, date) else bare

    bases = [_digest_of_file(file) for pack in _values(tree.get("secrets", {}), "rules") for file in _extended(pack)]
    whole = [spell(tree), bases] if bases else spell(tree)
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(b'leakguard-policy/1 ' + canonical.encode()).hexdigest()}"


def _extended(pack: Path) -> Sequence[Path]:
    """The files that a rule pack builds upon."""
    from leakguard.rules import packs

    return packs.files_of(pack)[1:]


def _layered(key: str, value: object) -> object:
    """The rules of a role, which has one layer, in the form of those of the whole."""
    return Layers((value,)) if key == RULES and isinstance(value, Mapping) else value


def _digest_of_file(path: Path) -> str | None:
    """Of a pack, baseline or lock; `None` for a lock that nobody has approved yet."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
