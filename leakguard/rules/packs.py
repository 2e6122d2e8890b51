"""Rule packs from outside, named by `secrets.rules` of a policy: leakguard's own YAML, or the TOML of gitleaks and betterleaks.

A pack cannot run code. Its expressions are those of RE2, which take linear time whatever they are and whatever they meet.
"""

import os
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from leakguard.errors import Fault, FaultyFile, UsageError
from leakguard.redact import escape
from leakguard.rules import SecretRule, _gitleaks, _toml
from leakguard.rules._gitleaks import Allowlist, Document, ForeignRule

__all__ = ["Allowlist", "ForeignRule", "Pack", "compiled", "files_of", "load"]

MOST_BYTES = 4_000_000
"""Largest file of a pack."""

DEEPEST = 2
"""Packs that may extend each other, as in gitleaks."""

MOST_MEMORY = 1 << 26
"""Bytes that one expression may take; a counted repetition can ask for any amount."""


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """What a file, with the files that it extends, comes to."""

    name: str
    """For people."""
    own: tuple[SecretRule, ...] = ()
    """Of leakguard's own format."""
    rules: tuple[ForeignRule, ...] = ()
    allowlists: tuple[Allowlist, ...] = ()
    """Of all rules, or of those that they name."""
    files: tuple[Path, ...] = ()
    """That were read, the first by name of the policy."""


def load(path: Path) -> Pack:
    """Read a pack; raises `FaultyFile` with everything that is wrong in it, `UsageError` where it cannot be used at all."""
    if path.suffix.lower() == ".toml":
        real = path.parent.resolve() / path.name
        return _foreign(real, _root_of(real.parent), 0)
    from leakguard.rules import _yaml_pack

    return Pack(name=path.name, own=_yaml_pack.read(path, _bytes_of(path), wrong_with), files=(path,))


def files_of(path: Path) -> Sequence[Path]:
    """The files whose content decides what a pack finds."""
    return load(path).files


@cache
def compiled(expression: str) -> Any:
    """An expression of RE2 over bytes; raises `ValueError`, and `UsageError` where RE2 is not installed."""
    try:
        import re2  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError("rule packs need `google-re2`", hint="install it: `pip install google-re2`") from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    try:
        return re2.compile(expression.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(escape(text.partition(":")[0])) from None


def wrong_with(expression: str) -> str:
    """What is wrong with an expression, or nothing; never the expression itself."""
    try:
        compiled(expression)
    except ValueError as error:
        return str(error)
    return ""


def _foreign(path: Path, root: Path, depth: int) -> Pack:
    shown = escape(path.name)
    text = _text_of(path, shown)
    try:
        tree = _toml.read(text)
    except tomllib.TOMLDecodeError as error:
        line, column = _toml.fault_of(error, text)
        raise FaultyFile([Fault(path=shown, line=line, column=column, message="not valid TOML")]) from None
    reader = _gitleaks.Reader(shown, _toml.lines_of(text), wrong_with)
    document = reader.document(tree)
    base = _base(document, path, root, depth, reader)
    pack = _merged(document, base, path, reader)
    if reader.faults:
        raise FaultyFile(sorted(reader.faults, key=lambda fault: (fault.line, fault.message)))
    return pack


def _base(document: Document, path: Path, root: Path, depth: int, reader: _gitleaks.Reader) -> Pack | None:
    named = document.extension.path
    if not named:
        return None
    wanted, problem = _extended(path, named, root)
    if not problem and wanted.suffix.lower() != ".toml":
        problem = "is not TOML"
    if not problem and depth >= DEEPEST:
        problem = "goes too deep"
    if problem:
        hint = "name a file of your own in the project, relative to this file or to the top of the project"
        reader.refuse(("extend", "path"), f"the pack that this one extends {problem}", hint)
        return None
    return _foreign(wanted, root, depth + 1)


def _extended(path: Path, named: str, root: Path) -> tuple[Path, str]:
    """The file that is meant, and why it must not be read: it lies elsewhere, is a link, or is none."""
    problem = "does not exist"
    for folder in (path.parent, root):
        wanted = Path(os.path.normpath(folder / named))
        if not wanted.is_relative_to(root) or "\0" in named:
            problem = "leaves the project"
        elif any(one.is_symlink() for one in (wanted, *wanted.parents) if one.is_relative_to(root) and one != root):
            problem = "is a link"
        elif wanted.is_file():
            return wanted, ""
    return path, problem


def _root_of(folder: Path) -> Path:
    """Below which packs may extend each other: the top of the project, else the folder."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)


def _merged(document: Document, base: Pack | None, path: Path, reader: _gitleaks.Reader) -> Pack:
    """A pack over what it extends: its rules come first, fill up theirs of the same id, and their allowlists add up."""
    below = {rule.id: rule for rule in base.rules if rule.id not in document.extension.disabled} if base else {}
    rules = dict(below)
    seen: set[str] = set()
    for number, rule in enumerate(document.rules):
        if rule.id in seen:
            reader.refuse(("rules", number, "id"), "this `id` stands twice")
        seen.add(rule.id)
        rules[rule.id] = _over(rule, below.get(rule.id))
        if not rules[rule.id].regex and not rules[rule.id].path:
            hint = "the rules of gitleaks itself are not here: leakguard's own stand in for them" if document.extension.default else ""
            reader.refuse(("rules", number), "this rule has neither `regex` nor `path`", hint)
        elif rules[rule.id].group > _groups(rules[rule.id].regex):
            reader.refuse(("rules", number, "secretGroup"), "`secretGroup` names a group that the expression does not have")
    allowlists = (*document.allowlists, *(base.allowlists if base else ()))
    files = (path, *(base.files if base else ()))
    return Pack(name=escape(path.name), rules=tuple(rules.values()), allowlists=allowlists, files=files)


def _over(rule: ForeignRule, base: ForeignRule | None) -> ForeignRule:
    if base is None:
        return rule
    return ForeignRule(
        id=rule.id,
        kebab=rule.kebab,
        description=rule.description or base.description,
        regex=rule.regex or base.regex,
        path=rule.path or base.path,
        group=rule.group or base.group,
        entropy=rule.entropy or base.entropy,
        keywords=tuple(dict.fromkeys((*base.keywords, *rule.keywords))),
        allowlists=(*base.allowlists, *rule.allowlists),
    )


def _groups(expression: str) -> int:
    return int(compiled(expression).groups) if expression and not wrong_with(expression) else 0


def _text_of(path: Path, shown: str) -> str:
    try:
        return _bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaultyFile([Fault(path=shown, line=0, column=0, message="not UTF-8")]) from None


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        message = "cannot be read"
        raise FaultyFile([Fault(path=escape(path.name), line=0, column=0, message=message, hint=(error.strerror or "").lower())]) from None
    if len(data) > MOST_BYTES:
        raise FaultyFile([Fault(path=escape(path.name), line=0, column=0, message=f"larger than {MOST_BYTES} bytes")])
    return data
