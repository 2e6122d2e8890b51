"""One artifact: an account of each map, closed after it is known what else ships."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leakguard.analyzers.source_maps import _findings
from leakguard.analyzers.source_maps._account import account_of
from leakguard.analyzers.source_maps._ledger import MOST_LINES, Foreign, Ledger, OwnSource, pieces_of
from leakguard.analyzers.source_maps._places import is_local_absolute, is_placeholder, is_remote
from leakguard.analyzers.source_maps._references import Reference, references_in, target_of
from leakguard.content import Entry
from leakguard.model import Artifact, Finding, Kind
from leakguard.patterns import lazily
from leakguard.plugins import Hit
from leakguard.settings import Settings

_MAP, _INLINE = "source-map", "inline-source-map"
_DEPENDENCY = lazily(r"(?:^|[/!])node_modules/")


class SourceMaps:
    """What `leakguard.plugins.Analyzer` describes."""

    def __init__(self) -> None:
        self._ledgers: list[Ledger] = []
        self._open: dict[str, Ledger] = {}
        self._wanted: set[int] = set()
        self._lines = 0
        self._files: dict[int, OwnSource | None] = {}
        self._foreign = Foreign()
        self._seen: set[int] = set()
        self._dangling: list[Reference] = []

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Account for maps and their sources; remember which paths exist."""
        if entry.container != _MAP:
            self._seen.add(hash(entry.path))
            if "wasm" in entry.facts:
                self._refer(entry)
        elif "map" in entry.facts:
            self._begin(entry)
        elif entry.kind is Kind.FILE and entry.parent is not None and (ledger := self._open.get(entry.parent.path)):
            self._add(ledger, entry)
        return ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterator[Finding]:
        """Judge the comments that refer to maps."""
        if entry.opaque or entry.content is None or entry.inside(_MAP, _INLINE):
            return
        for reference in references_in(entry, hits):
            if is_remote(reference.url):
                yield _findings.remote_map(reference)
            elif is_local_absolute(reference.url):
                yield _findings.local_map(reference)
            else:
                self._dangling.append(reference)

    def wants_second_pass(self) -> bool:
        """Whether there are lines of which it must be known if they ship."""
        return bool(self._wanted)

    def revisit(self, entry: Entry) -> None:
        """Strike out what a file that ships has too."""
        if not self._wanted or entry.content is None or entry.path in self._open or entry.inside(_MAP, _INLINE):
            return
        for piece in pieces_of(entry.content):
            self._wanted.difference_update(map(hash, map(bytes.strip, piece.split(b"\n"))))

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - the contract's
        """Close the accounts."""
        alone = sum(bool(ledger.own) for ledger in self._ledgers) == 1
        for ledger in self._ledgers:
            yield from _findings.content_of(ledger, self._wanted, alone=alone and bool(ledger.own))
            yield from _findings.places_of(ledger)
            relative = (url for url in ledger.summary["urls"] if not is_remote(url))
            self._dangling.extend(Reference(ledger.path, ledger.line, ledger.column, url) for url in relative)
        for reference in self._dangling:
            if hash(target_of(reference.path, reference.url)) not in self._seen:
                yield _findings.dangling(reference)

    def account(self) -> Mapping[str, Any] | None:
        """The ledger of the artifact, once everything has been seen."""
        return account_of(self._ledgers, self._foreign, self._wanted)

    def _refer(self, entry: Entry) -> None:
        """Note the map that a WebAssembly module names beside itself; addresses on hosts and inline maps come as comments."""
        for section, url in entry.facts["wasm"].get("urls", ()):
            if section == "sourceMappingURL" and "//" not in url and not url.startswith("data:") and not is_placeholder(url):
                self._dangling.append(Reference(entry.path, None, None, url))

    def _begin(self, entry: Entry) -> None:
        own = entry.parent
        assert own is not None
        carrier = own.parent if own.container == _INLINE else None
        ledger = Ledger(
            path=carrier.path if carrier else own.path,
            map_path=own.path,
            line=own.facts.get("line", 1) if carrier else 1,
            column=own.facts.get("column", 1) if carrier else 1,
            inline=own.container == _INLINE,
            foreign=_is_foreign(own),
            summary=entry.facts["map"],
        )
        self._ledgers.append(ledger)
        self._open[own.path] = ledger

    def _add(self, ledger: Ledger, entry: Entry) -> None:
        source = ledger.add(entry, MOST_LINES - self._lines, self._files, self._foreign)
        if source is None:
            return
        self._lines += len(source.hashes)
        self._wanted.update(source.hashes)


def _is_foreign(entry: Entry) -> bool:
    """Whether a map lies in a dependency, or in a source of another map that does."""
    if _DEPENDENCY.search(entry.path.partition("!/")[0] if not entry.inside(_MAP) else entry.path):
        return True
    at: Entry | None = entry
    while at is not None:
        if at.facts.get("third_party") or at.facts.get("ignored"):
            return True
        at = at.parent
    return False
