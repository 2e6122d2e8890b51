"""From what the user named (or nothing) to a policy, with every fault of every file at once."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leakguard import _yaml
from leakguard._yaml import Node
from leakguard.errors import Fault, FaultyFile, UsageError
from leakguard.patterns import lazily
from leakguard.policy import files, known, schema
from leakguard.policy.case_shapes import rules_of
from leakguard.policy.merging import build
from leakguard.policy.options import SHORTEST_VALUE
from leakguard.policy.resolved import Policy
from leakguard.policy.shapes import Leaf, Source, suggestion
from leakguard.policy.snapshot import Snapshot
from leakguard.redact import escape

MOST_FILES = 32
"""Policy files that may extend each other."""

_RULE_TO_SHOW = lazily(r"[a-z*?-]{1,24}(/[a-z0-9*?-]{1,40})?")
_WORD = lazily(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A policy file, before it is read."""

    path: Path
    shown: str
    root: Path
    owner: int | None = None
    trusted: bool = False
    """A preset: tested with the product instead of checked on every start."""
    origin: Snapshot | None = None
    """The commit that it is read from, with all that it names; `None`: the working tree."""

    @property
    def label(self) -> str:
        return self.path.name if self.trusted else escape(Path(os.path.relpath(self.path, self.root)).as_posix())


def load(
    spec: str | Path | None = None,
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    origin: Snapshot | None = None,
) -> Policy:
    """The policy of a preset name or a file; `None`: the nearest `leakguard.yaml`, else the preset `default`.

    With `origin` every file is the one of that commit, and the policy is good for as long as the snapshot is.

    Raises `FaultyFile` with every fault of the file and of those that it extends, `UsageError` when there is no such policy or
    the file that was found must not be trusted.
    """
    here = Path(cwd or Path.cwd()).resolve()
    if origin is not None and not (isinstance(spec, str) and spec in files.PRESETS):
        first = _of_commit(spec, here, origin)
    else:
        first = _named(spec, here) if spec is not None else _found(here)
    chain = _Chain()
    chain.add(first)
    if not chain.faults:
        _check_environment(chain, os.environ if environ is None else environ)
        _check_packs(chain, origin)
    if chain.faults:
        raise FaultyFile(chain.faults)
    try:
        name = first.path.stem if first.trusted else first.label if origin is None else first.shown
        return build([tree for _, tree in chain.layers], name=name, root=first.root, place=(first.label, 1))
    except OSError as error:
        raise UsageError("a file that the policy names cannot be read", hint=error.strerror or "") from error


@dataclass(slots=True)
class _Chain:
    """The layers that files which extend each other come to, the earliest first."""

    layers: list[tuple[Path, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    _open: list[Path] = field(default_factory=list)

    def add(self, file: _File) -> None:
        """Read a file and append its bases, then itself; a base that is there already stays where it is."""
        self.seen.add(file.path)
        fetch = file.origin.fetch if file.origin else None
        source = Source(shown=file.shown, label=file.label, folder=file.path.parent, root=file.root, owner=file.owner, fetch=fetch)
        tree = _read(file, source)
        if tree is not None:
            self._open.append(file.path)
            for base, leaf in _bases(tree, file, source):
                self._add_base(base, leaf, source, named="extends" in tree)
            self._open.pop()
            self.layers.append((file.path, tree))
        self.faults.extend(sorted(source.faults, key=lambda fault: (fault.line, fault.column)))

    def _add_base(self, base: _File, leaf: Leaf, source: Source, *, named: bool) -> None:
        if base.path in self._open:
            _refuse_leaf(source, leaf, "a policy that extends itself", "remove one of the `extends`")
        elif len(self.seen) >= MOST_FILES:
            _refuse_leaf(source, leaf, f"more than {MOST_FILES} policy files")
        elif base.path not in self.seen:
            self.add(base)
        elif named and len(self._open) == 1:
            self.layers.extend([layer for layer in self.layers if layer[0] == base.path][:1])


def _named(spec: str | Path, here: Path) -> _File:
    """The preset or file that the user named."""
    if isinstance(spec, str) and spec in files.PRESETS:
        return _preset(spec)
    path = here / spec
    if not os.path.lexists(path):
        hint = suggestion(str(spec), files.PRESETS) or f"the presets are {', '.join(f'`{one}`' for one in files.PRESETS)}"
        raise UsageError(f"no policy `{escape(str(spec))}`", hint=hint)
    real = Path(os.path.realpath(path))
    return _File(path=real, shown=escape(str(spec)), root=files.root_of(real.parent), owner=files.owner_of(real))


def _found(here: Path) -> _File:
    """The nearest policy file, else the default."""
    path = files.discover(here)
    if path is None:
        return _preset("default")
    shown = escape(Path(os.path.relpath(path, here)).as_posix())
    problem = files.refusal(path, root=path.parent)
    if problem:
        raise UsageError(f"the policy `{shown}` {problem}", hint=f"if you trust it, say so with `--policy {shown}`")
    return _File(path=path, shown=shown, root=files.root_of(path.parent))


def _of_commit(spec: str | Path | None, here: Path, origin: Snapshot) -> _File:
    """The policy file that the user named, or the nearest one, as it is in a commit; without one, the default."""
    if spec is not None:
        place = origin.place_of(here / spec)
        problem = "it is not a file of the repository" if place is None or place == origin.root else origin.fetch(place)
        if place is None or problem or not place.is_file():
            reason = problem or "there is no such file"
            raise UsageError(f"no policy `{escape(str(spec))}` in `{escape(origin.ref)}`: {reason}")
        return _File(path=place, shown=origin.shown(place), root=origin.root, origin=origin)
    bottom = origin.place_of(here)
    for folder in (bottom, *bottom.parents) if bottom else ():
        path = folder / files.FILE_NAME
        problem = origin.fetch(path)
        if problem:
            raise UsageError(f"the policy `{origin.shown(path)}` {problem}")
        if path.is_file():
            return _File(path=path, shown=origin.shown(path), root=origin.root, origin=origin)
        if folder == origin.root:
            break
    return _preset("default")


def _preset(name: str) -> _File:
    path = files.preset(name)
    return _File(path=path, shown=path.name, root=path.parent, trusted=True)


def _read(file: _File, source: Source) -> dict[str, Any] | None:
    """What the file says; faults are noted in `source`."""
    try:
        data = files.read(file.path, _yaml.MOST_BYTES)
    except OSError as error:
        source.faults.append(Fault(path=source.shown, line=0, column=0, message="cannot be read", hint=(error.strerror or "").lower()))
        return None
    node = _yaml.parse(data, source.shown, source.faults)
    tree = schema.read(node, source) if node is not None else None
    if tree is not None and not file.trusted:
        _check_rules(tree, source)
    return tree


def _bases(tree: dict[str, Any], file: _File, source: Source) -> Iterator[tuple[_File, Leaf]]:
    """What a file extends; the preset `default` if it does not say, and is not that itself."""
    if "extends" not in tree:
        default = _preset("default")
        if file.path != default.path:
            yield default, Leaf("default", source.label, 1, 1)
        return
    for leaf in tree["extends"]:
        base = _base(leaf, file, source)
        if base is not None:
            yield base, leaf


def _base(leaf: Leaf, file: _File, source: Source) -> _File | None:
    name: str = leaf.value
    if name in files.PRESETS:
        return _preset(name)
    if "\0" in name:
        _refuse_leaf(source, leaf, "expected a preset or the path of a file")
        return None
    path = Path(os.path.normpath(source.folder / name))
    problem = (source.fetch(path) if source.fetch else "") or files.refusal(path, root=file.root, owner=file.owner)
    if not problem:
        shown = file.origin.shown(path) if file.origin else escape(os.path.normpath(Path(file.shown).parent / name))
        return _File(path=path, shown=shown, root=file.root, owner=file.owner, origin=file.origin)
    if problem == files.MISSING and _WORD.fullmatch(name):
        _refuse_leaf(source, leaf, f'no preset or file "{name}"', suggestion(name, files.PRESETS))
    else:
        _refuse_leaf(source, leaf, f"this file {problem}", "name a preset, or a file of your own in the project, relative to this one")
    return None


def _check_rules(tree: Mapping[str, Any], source: Source) -> None:
    """Note the rule names that nobody knows."""
    foreign = "rules" in tree.get("secrets", {})
    for part in (tree, *tree.get("artifacts", ())):
        named = [(pattern, leaf) for pattern, leaf in part.get("rules", {}).items()]
        named += [(waiver["rule"].value, waiver["rule"]) for waiver in part.get("waivers", ()) if "rule" in waiver]
        named += [(leaf.value, leaf) for case in part.get("tests", ()) for leaf in rules_of(case)]
        for pattern, leaf in named:
            if re.search(schema.RULE_PATTERN, pattern) and not (foreign and pattern.startswith("secret/")) and not known.is_known(pattern):
                hint = suggestion(pattern, known.known_names()) or "`leakguard rules list` shows all"
                _refuse_leaf(source, leaf, f'unknown rule "{pattern}"' if _RULE_TO_SHOW.fullmatch(pattern) else "unknown rule", hint)


def _check_environment(chain: _Chain, environ: Mapping[str, str]) -> None:
    """Note the variables whose values are too short to be searched for."""
    for _, tree in chain.layers:
        for leaf in tree.get("secrets", {}).get("environment", ()):
            if 0 < len(environ.get(leaf.value, "")) < SHORTEST_VALUE:
                message = f"the value of this variable is shorter than {SHORTEST_VALUE} characters"
                hint = "it would be found everywhere; leave it out"
                chain.faults.append(Fault(path=leaf.label, line=leaf.line, column=leaf.column, message=message, hint=hint))


def _check_packs(chain: _Chain, origin: Snapshot | None) -> None:
    """Note what is wrong with the rule packs that are named."""
    for leaf in dict.fromkeys(leaf for _, tree in chain.layers for leaf in tree.get("secrets", {}).get("rules", ())):
        from leakguard.rules import packs

        try:
            if origin is not None:
                _fetch_extended(leaf.value, origin)
            packs.load(leaf.value)
        except FaultyFile as error:
            chain.faults.extend(error.faults)


def _fetch_extended(pack: Path, origin: Snapshot) -> None:
    """Bring what a pack of gitleaks extends; what is wrong with it, the reader of packs says."""
    from leakguard.openness.manifests import toml_table
    from leakguard.rules import packs

    for _ in range(packs.DEEPEST if pack.suffix.lower() == ".toml" else 0):
        extension = toml_table(pack.read_bytes() if pack.is_file() else b"").get("extend")
        named = extension.get("path") if isinstance(extension, dict) else None
        if not isinstance(named, str) or "\0" in named:
            return
        bases = [Path(os.path.normpath(folder / named)) for folder in (pack.parent, origin.root)]
        problems = [origin.fetch(one) for one in bases]
        pack = next((one for one, problem in zip(bases, problems, strict=True) if not problem and one.is_file()), bases[0])


def _refuse_leaf(source: Source, leaf: Leaf, message: str, hint: str = "") -> None:
    source.refuse(_place(leaf), message, hint)


def _place(leaf: Leaf) -> Node:
    return _yaml.Scalar("", plain=False, line=leaf.line, column=leaf.column)
