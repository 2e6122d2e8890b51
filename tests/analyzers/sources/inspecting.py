"""Shows files to the analyzer as the machine does, and returns what it finds."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from leakguard import plugins
from leakguard.analyzers import sources
from leakguard.anchors import Anchors
from leakguard.content import Entry
from leakguard.limits import Budget, Limits
from leakguard.model import Artifact, Coverage, Finding, Identity, Kind, Listed, Member, Openness
from leakguard.plugins import Analyzer, Anchor, Hit
from leakguard.settings import Settings
from leakguard.walk import Walker

Files = Mapping[str, str | bytes]


class Sink:
    """Passes what the walker finds to the analyzer."""

    def __init__(self) -> None:
        self.analyzer: Analyzer = sources.start(Settings())
        self.findings: list[Finding] = []
        self.listing: list[Listed] = []

    def enter(self, entry: Entry) -> None:
        """Pass an entry on."""
        if entry.parent is None and entry.name:
            self.listing.append(Listed(path=entry.path, inner=entry.path, kind=entry.kind, size=entry.size))
        self.findings += self.analyzer.enter(entry)

    def found(self, entry: Entry, hits: Mapping[int, Sequence[Hit]]) -> None:
        """Pass the hits in an entry on."""
        if 0 in hits:
            self.findings += self.analyzer.analyze(entry, hits[0])


def inspect(
    files: Files, *, form: str = "directory", name: str | None = None, version: str | None = None, open_: bool = False, packer: str = ""
) -> list[Finding]:
    """All findings about a package that consists of these files."""
    sink = Sink()
    members = [Member(name=path, data=data if isinstance(data, bytes) else data.encode()) for path, data in files.items()]
    Walker(sink, Budget(Limits(), 10**7), _database(tuple(sources.ANCHORS))).walk_folder(members)
    openness = Openness.OPEN if open_ else Openness.CLOSED
    identity = Identity(format=form, name=name, version=version, openness=openness, packer=packer)
    listing = tuple(one for one in sink.listing if one.kind is not Kind.DAMAGE)
    artifact = Artifact(target="x", identity=identity, sha256=None, size=None, coverage=Coverage(), listing=listing)
    return [*sink.findings, *sink.analyzer.conclude(artifact, Settings())]


@lru_cache
def _database(own: tuple[Anchor, ...]) -> Anchors:
    """Those of all formats and of this analyzer, which depend on the machine."""
    return Anchors([*(one.ANCHORS for one in plugins.formats()), own])


def rules(files: Files, **options: object) -> list[str]:
    """Only the names of the rules."""
    return sorted(one.rule for one in inspect(files, **options))  # type: ignore[arg-type]


def only(files: Files, **options: object) -> Finding:
    """The only finding."""
    found = inspect(files, **options)  # type: ignore[arg-type]
    assert 1 == len(found), found
    return found[0]
