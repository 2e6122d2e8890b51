"""Entries → findings: one artifact, from its first byte to what its analyzers conclude."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol

from leakguard import database, openness, originals, patterns, plugins
from leakguard.anchors import Anchors
from leakguard.content import Entry
from leakguard.declared import declarations
from leakguard.limits import Budget, Limits
from leakguard.model import Artifact, Coverage, Finding, Identity, Kind, Listed, Openness, RuleId
from leakguard.plugins import Analyzer
from leakguard.recover import Recovery
from leakguard.redact import escape
from leakguard.settings import Settings
from leakguard.targets import OpenFile, OpenFolder, Target
from leakguard.walk import Hits, Sink, Walker

MOST_OF_ONE_RULE = 100
"""Findings of one rule in one entry; what is beyond is counted in `evidence.omitted`."""

MANIFEST_BYTES = 4 * 1024 * 1024
"""Larger manifests are not read for the identity of a package."""

MOST_MANIFESTS = 1000

KEPT_TEXT = 64 * 1024 * 1024
"""Bytes of text kept for the second pass; an artifact with more is inflated again."""


class Role(Protocol):
    """What scanning needs of a role."""

    @property
    def settings(self) -> Settings:
        """What to look for in artifacts of this role."""
        ...


class Roles(Protocol):
    """What scanning needs of a policy."""

    @property
    def settings(self) -> Settings:
        """Before it is known what the artifact is."""
        ...

    @property
    def limits(self) -> Limits:
        """The bounds of the run."""
        ...

    def role_for(self, target: str, identity: Identity) -> "Role":
        """The role that an artifact has."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What was found out about one target."""

    artifact: Artifact
    findings: tuple[Finding, ...]


def prepare() -> None:
    """Load and compile what most artifacts need: worth its time where many are inspected, each in a process of its own."""
    for module in plugins.analyzers():
        prepare_module: Callable[[], None] | None = getattr(module, "prepare", None)
        if prepare_module:
            prepare_module()
        len(module.RULES)
    patterns.compile_all()


def scan(target: Target, roles: Roles, anchors: Anchors, recover: Path | None = None, *, survey: bool = False) -> Scanned:
    """Inspect one target; raises `Incomplete` when it cannot be opened or changes while it is read.

    The sources inside its maps are written below `recover`, if that is given. With `survey`, the artifact says what its manifest
    declares, and its listing has digests.
    """
    recovery = Recovery(recover) if recover else None
    settings = roles.settings if target.held is None else roles.settings.for_commits()
    collector = _Collector(settings, recovery, anchors, survey=survey)
    scanned = (_scan_folder if target.directory else _scan_file)(target, roles, anchors, collector)
    if recovery:
        recovery.check()
    return scanned


@dataclass(frozen=True, slots=True)
class Inspection:
    """The work of inspecting one target. What is sent to another process goes without the database, which is compiled there."""

    target: Target
    roles: Roles
    anchors: Anchors | None
    recover: Path | None
    survey: bool

    def __call__(self) -> Scanned:
        """Do it."""
        return scan(self.target, self.roles, self.anchors or database.asked_for(self.roles.settings), self.recover, survey=self.survey)

    def __reduce__(self) -> tuple[object, ...]:
        return Inspection, (self.target, self.roles, None, self.recover, self.survey)


def _scan_file(target: Target, roles: Roles, anchors: Anchors, collector: "_Collector") -> Scanned:
    opened = OpenFile(target, roles.limits.bytes)
    name = target.path.name
    try:

        def walk(sink: Sink, searched: Anchors | None) -> Walker:
            walker = Walker(sink, Budget(roles.limits, opened.size), searched)
            walker.walk_file(name, opened.content)
            return walker

        walker = walk(collector, anchors)
        collector.walk_again(lambda sink: walk(sink, None), Budget(roles.limits, opened.size))
        identity = collector.identify(name, walker.container)
        if identity is None:
            around = openness.of_folder(target.path.absolute().parent) if walker.container == "" else None
            identity = _unidentified(walker.container or "file", around)
        return collector.conclude(target, roles, identity, walker.coverage, opened.sha256, opened.size)
    finally:
        opened.close()


def _scan_folder(target: Target, roles: Roles, anchors: Anchors, collector: "_Collector") -> Scanned:
    limits = roles.limits
    opened = OpenFolder(target)

    def walk(sink: Sink, searched: Anchors | None) -> Walker:
        walker = Walker(sink, Budget(limits, limits.bytes), searched)
        walker.walk_folder(target.held() if target.held else opened.members())
        return walker

    walker = walk(collector, anchors)
    collector.walk_again(lambda sink: walk(sink, None), Budget(limits, limits.bytes))
    opened.close()
    identity = _unidentified("directory", openness.of_folder(target.path.absolute()))
    scanned = collector.conclude(target, roles, identity, walker.coverage, None, None)
    if target.held is None:
        return scanned
    return replace(scanned, findings=tuple(one for one in scanned.findings if _concerns_a_commit(one)))


def _concerns_a_commit(finding: Finding) -> bool:
    """Whether it says something about content that is about to be committed, and not about what a package should be."""
    if not finding.rule.startswith(_OF_COMMITS):
        return False
    return "!/" in finding.location.path or finding.rule not in _OF_FOLDERS


_OF_COMMITS = (
    *("secret/", "source-map/", "git/", "artifact/", "file/credential-file", "file/test-credential", "file/agent-state"),
    *("file/editor-state", "source/environment-dump", "source/memory-dump"),
)
_OF_FOLDERS = ("artifact/path-escape", "artifact/ambiguous")
"""What is wrong with names that are unpacked somewhere; a checkout is git's own matter."""


def _unidentified(form: str, around: Identity | None) -> Identity:
    """A folder or loose file is what the manifest in or above it says."""
    if around is None:
        return Identity(format=form, openness=Openness.CLOSED, openness_reason="declares no licence")
    return replace(around, format=form, root="")


class _Collector:
    """The sink of a walk: asks the analyzers and keeps the listing, the manifests and the findings."""

    def __init__(self, settings: Settings, recovery: Recovery | None, anchors: Anchors, *, survey: bool) -> None:
        self._recovery, self._survey = recovery, survey
        self._maps: set[str] = set()
        self._modules = plugins.analyzers()
        self._analyzers: list[Analyzer] = [one.start(settings) for one in self._modules]
        for owner, analyzer in enumerate(self._analyzers, len(plugins.formats())):
            if (search_with := getattr(analyzer, "search_with", None)) is not None:
                search_with(partial(anchors.scan_for, owner))
        self._enter = [one.enter for one in self._analyzers]
        self._packages = plugins.packages()
        self._nested = frozenset(name for one in self._packages for name in getattr(one, "NESTED", ()))
        self._findings: list[Finding] = []
        self._listing: list[Listed] = []
        self._manifests: dict[str, bytes] = {}
        self._kept: list[Entry] | None = []
        self._kept_bytes = 0
        self._second: list[Analyzer] | None = None

    def enter(self, entry: Entry) -> None:
        if self._second is not None:
            self._revisit(entry)
            return
        if entry.parent is None and entry.kind is not Kind.DAMAGE and entry.name:
            self._list(entry)
        elif entry.name in self._nested and entry.parent is not None and entry.parent.parent is None:
            self._keep_manifest(entry)
        if entry.format == "source-map":
            self._maps.add(entry.path)
        elif self._recovery:
            self._recovery.take(entry)
        for enter in self._enter:
            if findings := enter(entry):
                self._findings.extend(findings)
        if entry.content is not None and not entry.opaque and self._kept is not None and not _in_a_map(entry):
            self._keep(entry)

    def found(self, entry: Entry, hits: Hits) -> None:
        for owner, own in hits.items():
            self._findings.extend(self._analyzers[owner].analyze(entry, own))

    def walk_again(self, walk: Callable[[Sink], object], budget: Budget) -> None:
        """Show every text entry again to who wants it, from memory if all were kept; then say where secrets in bundles come from."""
        self._second = [analyzer for analyzer in self._analyzers if analyzer.wants_second_pass()]
        if self._second and self._kept is None:
            walk(self)
        for entry in (self._kept or ()) if self._second else ():
            self._revisit(entry)
        self._findings = originals.traced(self._findings, self._maps, walk, budget)

    def identify(self, name: str, container: str) -> Identity | None:
        listing = tuple(self._listing)
        for package in self._packages:
            if container in package.CONTAINERS and (identity := package.identify(name, listing, self._manifests)) is not None:
                return identity
        return None

    def conclude(
        self, target: Target, roles: Roles, identity: Identity, coverage: Coverage, sha256: str | None, size: int | None
    ) -> Scanned:
        settings = roles.role_for(target.name, identity).settings
        if not target.publishable:
            settings = replace(settings, publishable=False)
        if settings.openness is not None:
            identity = replace(identity, openness=settings.openness, openness_reason="the policy says so")
        root = identity.root
        listing = tuple(replace(one, inner=one.inner.removeprefix(root)) for one in self._listing) if root else tuple(self._listing)
        artifact = Artifact(
            target=escape(target.name),
            identity=identity,
            sha256=sha256,
            size=size,
            coverage=coverage,
            listing=listing,
            publishable=target.publishable,
        )
        for analyzer in self._analyzers:
            self._findings.extend(analyzer.conclude(artifact, settings))
        accounts = (account() for analyzer in self._analyzers if (account := getattr(analyzer, "account", None)) is not None)
        declared = declarations(identity.format, root, self._manifests) if self._survey else None
        ledger = next((one for one in accounts if one), None)
        compared = (compare() for analyzer in self._analyzers if (compare := getattr(analyzer, "compared", None)) is not None)
        artifact = replace(artifact, ledger=ledger, declared=declared, checkout=next((one for one in compared if one), None))
        return Scanned(artifact=artifact, findings=tuple(_ordered(_hinted(_capped(self._findings), self._fixes(identity), root))))

    def _fixes(self, identity: Identity) -> Mapping[RuleId, str]:
        """How to fix what was found and does not say so itself."""
        named = {finding.rule for finding in self._findings if not finding.hint}
        rules = (rule for module in self._modules for rule in module.RULES) if named else ()
        return {rule.id: _fix(rule.fixes, identity) for rule in rules if rule.id in named}

    def _list(self, entry: Entry) -> None:
        content = entry.content
        digest = content.sha256() if self._survey and content is not None else ""
        form = entry.format or entry.opaque
        self._listing.append(Listed(path=entry.path, inner=entry.path, kind=entry.kind, size=entry.size, form=form, digest=digest))
        if content is not None and any(one.keeps(entry.name) for one in self._packages):
            self._keep_manifest(entry)

    def _keep_manifest(self, entry: Entry) -> None:
        content = entry.content
        if content is not None and content.size <= MANIFEST_BYTES and len(self._manifests) < MOST_MANIFESTS:
            self._manifests[entry.path] = content.read(0, content.size)

    def _keep(self, entry: Entry) -> None:
        assert entry.content is not None
        self._kept_bytes += entry.content.size
        if entry.content.data is None or self._kept_bytes > KEPT_TEXT or self._kept is None:
            self._kept = None
        else:
            self._kept.append(entry)

    def _revisit(self, entry: Entry) -> None:
        if entry.content is not None and not entry.opaque and not _in_a_map(entry):
            for analyzer in self._second or ():
                analyzer.revisit(entry)


def _in_a_map(entry: Entry) -> bool:
    return entry.format == "source-map" or (entry.parent is not None and entry.inside(*_MAPS))


_MAPS = ("source-map", "inline-source-map")


def _capped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """At most `MOST_OF_ONE_RULE` of one rule in one entry, the first ones; the last of them says how many more there were."""
    groups: dict[tuple[str, RuleId], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.location.path, finding.rule].append(finding)
    for group in groups.values():
        if len(group) <= MOST_OF_ONE_RULE:
            yield from group
            continue
        kept = list(islice(_ordered(group), MOST_OF_ONE_RULE))
        yield from kept[:-1]
        omitted = len(group) - MOST_OF_ONE_RULE + sum(int(one.evidence.get("omitted", 0)) for one in group)
        yield replace(kept[-1], evidence={**kept[-1].evidence, "omitted": omitted})


def _hinted(findings: Iterable[Finding], fixes: Mapping[RuleId, str], root: str) -> Iterator[Finding]:
    for finding in findings:
        template = "" if finding.hint else fixes.get(finding.rule, "")
        outermost = finding.location.path.split("!/", 1)[0]
        yield replace(finding, hint=template.replace("{path}", outermost.removeprefix(root))) if template else finding


def _fix(fixes: Mapping[str, str], identity: Identity) -> str:
    return fixes.get(identity.packer) or fixes.get(identity.format) or fixes.get("*", "")


def _ordered(findings: Iterable[Finding]) -> Sequence[Finding]:
    return sorted(findings, key=place_in_order)


def place_in_order(finding: Finding) -> tuple[str, int, int, int, str, str]:
    """The key that findings are sorted by."""
    at = finding.location
    return at.path, at.line or 0, at.column or 0, at.offset or 0, finding.rule, finding.fingerprint
