"""The plug-in contracts, and how plug-ins are found: a module in its folder that has the right names.

A module of `leakguard.artifacts` is a *format* when it has `members` and a *package* when it has `identify`; one of
`leakguard.analyzers` is an analyzer when it has `start`; one of `leakguard.reporters` a reporter when it has `write`.
Names that begin with an underscore are private rooms of their neighbours. There is no registry and no base class.
"""

import enum
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import BinaryIO, NamedTuple, Protocol, cast

from msgspec import Struct

from leakguard.content import Content, Entry
from leakguard.limits import Budget
from leakguard.model import Artifact, Finding, Identity, Listed, Member, Report, Rule
from leakguard.settings import Settings


class Match(enum.IntEnum):
    """How surely a format recognises content; two different formats at the same highest value are `artifact/ambiguous`."""

    NO = 0
    CONTENT = 1
    NAME_AND_CONTENT = 2


class Anchor(NamedTuple):
    """A byte pattern that announces something, found in one pass over every byte together with everybody else's.

    A literal or a short bounded shape in Vectorscan's dialect, of fixed length where possible: each *end* of a match is a hit, so
    an open-ended repetition would hit at every byte. At most `anchors.LONGEST` bytes long.
    """

    pattern: str
    caseless: bool = False
    within: str = ""
    """Where it counts: everywhere, or in `text`, in `prose` (text that is no code) or in `binary` content only."""
    then: bytes = b""
    """An expression of `re` for the at most `anchors.AHEAD` bytes after the match: hits that it does not match are dropped at once."""


class Hit(NamedTuple):
    """One match of an anchor."""

    anchor: int
    """Index into the `ANCHORS` of the plug-in that receives the hit."""
    end: int
    """Offset of the byte after the match, from the start of the entry's content."""


class Source(Struct, kw_only=True):
    """What a format opens."""

    name: str
    """Name of the entry or target, raw, without folders."""
    stream: BinaryIO
    """At 0. Seekable if the format says `SEEK`, else forward-only; closed by the walker."""
    size: int | None
    """Bytes, where known."""
    content: Content | None
    """Random access to the same bytes; always there if the format says `SEEK`."""
    hits: Sequence[Hit]
    """Of the format's own anchors, ascending by end."""


Scan = Callable[[Content], tuple[Sequence[Hit], bool]]
"""Searches any content for a module's own anchors: the hits, ascending by end, and whether there were too many to keep them all."""


class Format(Protocol):
    """A kind of container: it finds, and judges nothing. The whole artifact is hostile.

    `match` sees the first and last 64 KiB (`tail` is empty where the end cannot be known yet) and the hits of the format's own
    anchors; it must be cheap and must not raise. `members` yields in stored order, one member to be read before the next is asked
    for; it raises `Malformed` (or anything else) on malformed input, which the walker turns into a damage entry, and calls
    `budget.spend_inflated` for every piece that it inflates or decodes. What it can go on after, it yields as a member with
    `damage`. Nothing is ever extracted to a path or followed. A carrier whose members stand for all of its content, as a map's do,
    also says `WHOLE = True`: it is opened before the others. A format that is known by its first bytes lists what they can be as
    `MAGICS`: it is not asked about anything else.
    """

    NAME: str
    """Kebab case; appears in reports."""
    SUFFIXES: Sequence[str]
    """Lower case, with the dot: such a name on content that does not match is `artifact/mismatch`."""
    ANCHORS: Sequence[Anchor]
    SEEK: bool
    """Whether `members` needs random access."""
    CARRIER: bool
    """Whether the content is something in its own right (a script with a map inside) and is searched beside its members."""

    def match(self, name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match: ...  # noqa: D102
    def members(self, source: Source, budget: Budget) -> Iterator[Member]: ...  # noqa: D102


class Package(Protocol):
    """A kind of package: a container whose entries mean something together."""

    NAME: str
    """Appears as `format` of the artifact: `wheel`, `npm`."""
    SUFFIXES: Sequence[str]
    """A folder that directly holds files with these suffixes is a folder of artifacts."""
    CONTAINERS: Sequence[str]
    """Names of the formats that it comes in; for an npm tarball the tar's."""

    # A package may also say `NESTED`: names of members, one container further down, whose content it wants.

    def keeps(self, name: str) -> bool:
        """Whether the content of this outermost entry (raw name, with the top folder) is wanted by `identify`."""
        ...

    def identify(self, target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
        """Say what the package is, or `None` when it is none of this kind.

        `target` is the file's own name, `listing` has the outermost entries (`inner` still with the top folder), `manifests` the
        content of those that `keeps` asked for, by `Listed.path`.
        """
        ...


class Analyzer(Protocol):
    """What judges the entries of one artifact; made by the module's `start` for each, so it may keep what it has seen.

    One of them may also have `account() -> Mapping[str, Any] | None`, the ledger of the artifact, asked for after `conclude`, one
    `compared() -> Mapping[str, Any] | None`, what ships against the repository, and any
    `search_with(scan: Scan)`, told before the first entry how to search what the walk does not show: names, and what it decodes.
    """

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Judge by name, kind and shape; called once for every entry, containers and damage included, in stored order."""
        ...

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:
        """Judge by content; called after `enter`, and only for an entry with hits of the module's own anchors."""
        ...

    def wants_second_pass(self) -> bool:
        """Whether `revisit` is to be called for every text entry of the artifact once more."""
        ...

    def revisit(self, entry: Entry) -> None:
        """See a text entry again, in a second pass over the same bytes."""
        ...

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterable[Finding]:
        """Judge by the whole; called once, after the last entry, with the settings of the role that the artifact has."""
        ...


class AnalyzerModule(Protocol):
    """A module of `leakguard.analyzers`."""

    RULES: Sequence[Rule]
    """Every rule that its findings may name; the generated reference and `explain` read them."""
    ANCHORS: Sequence[Anchor]
    """May be made on demand by a module `__getattr__`.

    A function `anchors(settings) -> Sequence[Anchor]` beside it gives those for settings that ask for more, `ANCHORS` being its
    beginning; it may raise `UsageError`. A function `prepare()` loads what most artifacts need, before processes are forked for many.
    """

    def start(self, settings: Settings) -> Analyzer: ...  # noqa: D102


class Reporter(Protocol):
    """A module of `leakguard.reporters`. Escaping is its duty: names are attacker-controlled."""

    def write(self, report: Report, out: BinaryIO) -> None: ...  # noqa: D102


def modules(package: str) -> Mapping[str, ModuleType]:
    """Import every public module and package below `package`; keys are kebab case, in alphabetical order."""
    return {name: importlib.import_module(f"{package}.{name.replace('-', '_')}") for name in names(package)}


@cache
def names(package: str) -> tuple[str, ...]:
    """The kebab-case names of the plug-ins below `package`, without importing any of them."""
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    return tuple(sorted(one.name.replace("_", "-") for one in found if not one.name.startswith("_")))


@cache
def formats() -> tuple[Format, ...]:
    """Every format."""
    return tuple(cast(Format, one) for one in modules("leakguard.artifacts").values() if hasattr(one, "members"))


@cache
def packages() -> tuple[Package, ...]:
    """Every kind of package."""
    return tuple(cast(Package, one) for one in modules("leakguard.artifacts").values() if hasattr(one, "identify"))


@cache
def analyzers() -> tuple[AnalyzerModule, ...]:
    """Every analyzer module."""
    return tuple(cast(AnalyzerModule, one) for one in modules("leakguard.analyzers").values() if hasattr(one, "start"))


def reporter(name: str) -> Reporter:
    """The reporter called `name`; `KeyError` when there is none."""
    if name not in names("leakguard.reporters"):
        raise KeyError(name)
    return cast(Reporter, importlib.import_module(f"leakguard.reporters.{name.replace('-', '_')}"))
