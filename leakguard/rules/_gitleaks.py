"""Rule packs in the TOML of gitleaks and betterleaks, read into plain data.

What the format knows: https://github.com/gitleaks/gitleaks#configuration. Only what decides about findings is read; what cannot be
honoured (composite rules, filters in an expression language) is a fault, because a pack that is half understood finds half.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from leakguard.errors import Fault
from leakguard.rules._toml import Place

_SHOWN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,79}")

_NO_FILTERS = "filters in an expression language are not supported; allowlists are"
_REFUSED = {
    "required": "composite rules are not supported",
    "skipreport": "composite rules are not supported",
    "filter": _NO_FILTERS,
    "prefilter": _NO_FILTERS,
    "tokenefficiency": "token efficiency is not supported; `entropy` is",
}
_TOP = ("title", "description", "minversion", "betterleaksminversion", "extend", "rules", "allowlist", "allowlists")
_RULE = (
    "id",
    "description",
    "regex",
    "path",
    "secretgroup",
    "entropy",
    "keywords",
    "tags",
    "allowlist",
    "allowlists",
    "validate",
    "severity",
)
_ALLOWLIST = ("id", "description", "condition", "commits", "paths", "regexes", "regextarget", "stopwords", "targetrules")
_EXTEND = ("path", "url", "usedefault", "disabledrules")


class Allowlist(msgspec.Struct, frozen=True, kw_only=True):
    """What is no finding."""

    every: bool = False
    """Whether all of the checks must hold, instead of one."""
    commits: bool = False
    """Whether commits are among the checks: no artifact has any, so that check never holds."""
    paths: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    target: str = "secret"
    """What `regexes` look at: `secret`, `match` or `line`."""
    stopwords: tuple[str, ...] = ()
    """Lower case."""
    rules: tuple[str, ...] = ()
    """Ids that it is for; none: all."""


class ForeignRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule."""

    id: str
    """As written; findings are called `secret/<kebab>`."""
    kebab: str
    description: str = ""
    regex: str = ""
    path: str = ""
    group: int = 0
    """0: the first group that matched anything, else the whole match."""
    entropy: float = 0.0
    keywords: tuple[str, ...] = ()
    """Lower case; none: the rule is tried on everything."""
    allowlists: tuple[Allowlist, ...] = ()


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack builds upon."""

    path: str = ""
    disabled: tuple[str, ...] = ()
    default: bool = False


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One file, by itself."""

    rules: tuple[ForeignRule, ...]
    allowlists: tuple[Allowlist, ...]
    extension: Extension
    lines: dict[str, int]
    """Of the rules, by id."""


class Reader:
    """Reads one file; `check` tries to compile an expression and says what is wrong with it, or nothing."""

    def __init__(self, shown: str, lines: Mapping[Place, int], check: Callable[[str], str]) -> None:
        self.faults: list[Fault] = []
        self._shown, self._lines, self._check = shown, lines, check

    def document(self, tree: Mapping[str, Any]) -> Document:
        """The file's content; what is wrong with it is in `faults`."""
        top = self._keys(tree, (), _TOP)
        rules, lines = [], dict[str, int]()
        for number, one in enumerate(self._list(top, (), "rules", dict)):
            rule = self._rule(one, ("rules", number))
            if rule is not None:
                rules.append(rule)
                lines[rule.id] = self._line(("rules", number))
        return Document(rules=tuple(rules), allowlists=self._allowlists(top, ()), extension=self._extension(top), lines=lines)

    def refuse(self, place: Place, message: str, hint: str = "") -> None:
        """Note a fault at a key."""
        self.faults.append(Fault(path=self._shown, line=self._line(place), column=1, message=message, hint=hint))

    def _extension(self, top: Mapping[str, Any]) -> Extension:
        given = top.get("extend", {})
        if not isinstance(given, dict):
            self.refuse(("extend",), "`extend` must be a table")
            return Extension()
        extend = self._keys(given, ("extend",), _EXTEND)
        if extend.get("url"):
            self.refuse(
                ("extend", "url"),
                "`extend.url` is not supported: nothing is fetched",
                "save the file beside this one and name it in `extend.path`",
            )
        disabled = tuple(self._list(extend, ("extend",), "disabledrules", str))
        return Extension(path=self._text(extend, ("extend",), "path"), disabled=disabled, default=bool(extend.get("usedefault")))

    def _rule(self, given: Mapping[str, Any], place: Place) -> ForeignRule | None:
        rule = self._keys(given, place, _RULE)
        identifier = self._text(rule, place, "id")
        if not _ID.fullmatch(identifier):
            self.refuse((*place, "id"), "a rule needs an `id` of letters, digits and hyphens")
            return None
        group, entropy = rule.get("secretgroup", 0), rule.get("entropy", 0)
        if not isinstance(group, int) or isinstance(group, bool) or group < 0:
            self.refuse((*place, "secretGroup"), "`secretGroup` must be a whole number")
            group = 0
        if not isinstance(entropy, int | float) or isinstance(entropy, bool):
            self.refuse((*place, "entropy"), "`entropy` must be a number")
            entropy = 0
        return ForeignRule(
            id=identifier,
            kebab="-".join(re.findall("[a-z0-9]+", identifier.lower())),
            description=self._text(rule, place, "description"),
            regex=self._expression(rule, place, "regex"),
            path=self._expression(rule, place, "path"),
            group=group,
            entropy=float(entropy),
            keywords=tuple(word.lower() for word in self._list(rule, place, "keywords", str) if word),
            allowlists=self._allowlists(rule, place),
        )

    def _allowlists(self, table: Mapping[str, Any], place: Place) -> tuple[Allowlist, ...]:
        given: list[tuple[Mapping[str, Any], Place]] = []
        if isinstance(one := table.get("allowlist"), dict):
            given.append((one, (*place, "allowlist")))
        given += [(one, (*place, "allowlists", number)) for number, one in enumerate(self._list(table, place, "allowlists", dict))]
        return tuple(self._allowlist(one, at) for one, at in given)

    def _allowlist(self, given: Mapping[str, Any], place: Place) -> Allowlist:
        table = self._keys(given, place, _ALLOWLIST)
        condition = self._text(table, place, "condition").upper() or "OR"
        if condition not in {"AND", "OR", "&&", "||"}:
            self.refuse((*place, "condition"), "`condition` must be `AND` or `OR`")
        target = self._text(table, place, "regextarget").lower() or "secret"
        if target not in {"secret", "match", "line"}:
            self.refuse((*place, "regexTarget"), "`regexTarget` must be `match` or `line`")
        return Allowlist(
            every=condition in {"AND", "&&"},
            commits=bool(table.get("commits")),
            paths=self._expressions(table, place, "paths"),
            regexes=self._expressions(table, place, "regexes"),
            target=target,
            stopwords=tuple(word.lower() for word in self._list(table, place, "stopwords", str) if word),
            rules=tuple(self._list(table, place, "targetrules", str)),
        )

    def _keys(self, table: Mapping[str, Any], place: Place, known: Sequence[str]) -> dict[str, Any]:
        """The table with its keys in lower case, as gitleaks compares them; unknown ones are faults."""
        for key in table:
            if key.lower() in _REFUSED and table[key]:
                self.refuse((*place, key), f"`{key}`: {_REFUSED[key.lower()]}")
            elif key.lower() not in known and key.lower() not in _REFUSED:
                shown = f"`{key}`" if _SHOWN_KEY.fullmatch(key) else "this key"
                self.refuse((*place, key), f"{shown} is not supported here")
        return {key.lower(): value for key, value in table.items()}

    def _text(self, table: Mapping[str, Any], place: Place, key: str) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value
        self.refuse((*place, key), f"`{key}` must be text")
        return ""

    def _list(self, table: Mapping[str, Any], place: Place, key: str, kind: type) -> list[Any]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(one, kind) for one in value):
            return value
        self.refuse((*place, key), f"`{key}` must be a list of {'tables' if kind is dict else 'texts'}")
        return []

    def _expression(self, table: Mapping[str, Any], place: Place, key: str) -> str:
        text = self._text(table, place, key)
        wrong = self._check(text) if text else ""
        if wrong:
            self.refuse((*place, key), f"`{key}` cannot be used: {wrong}", "expressions are RE2's: no look-around, no back references")
        return text

    def _expressions(self, table: Mapping[str, Any], place: Place, key: str) -> tuple[str, ...]:
        texts = self._list(table, place, key, str)
        for text in texts:
            wrong = self._check(text)
            if wrong:
                self.refuse((*place, key), f"an expression of `{key}` cannot be used: {wrong}")
        return tuple(texts)

    def _line(self, place: Place) -> int:
        """Of the key, else of what holds it; keys are compared without case."""
        lowered = tuple(part.lower() if isinstance(part, str) else part for part in place)
        while lowered:
            for known, line in self._lines.items():
                if tuple(part.lower() if isinstance(part, str) else part for part in known) == lowered:
                    return line
            lowered = lowered[:-1]
        return 1
