"""Native code in a wheel against the tags of the wheel: a stray or stale build product ships to machines that cannot run it."""

from collections.abc import Iterable, Iterator, Sequence

from leakguard.analyzers._machines import HEAD, Machine, machines_named, machines_of
from leakguard.content import Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, Rule, RuleId, Severity
from leakguard.openness.manifests import headers
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit
from leakguard.redact import escape, fingerprint_of_place
from leakguard.settings import Settings

PLATFORM_TAG = RuleId("metadata/platform-tag")

RULES = (
    Rule(
        id=PLATFORM_TAG,
        title="Native code that the wheel's tags do not speak of",
        severity=Severity.MEDIUM,
        description="The wheel says that it runs anywhere, or on another system, machine or Python than this compiled file: the file was "
        "left over from another build, or the wheel is tagged wrongly.",
        impact="A build product that nobody meant to publish, with the paths and names of the build in it; for users an import that fails.",
        fixes={
            "*": "build in a fresh checkout (delete build/ and compiled files beside the sources), and let the build tool tag the wheel",
        },
    ),
)
ANCHORS: Sequence[Anchor] = ()

LIBRARIES = (".so", ".pyd", ".dylib", ".dll")
_EXTENSION = lazily(r"(?:\.cpython-(\d+)t?-[\w.-]+\.so|\.cp(\d+)t?-[\w.-]+\.pyd|\.abi3\.so|\.pyd|\.pypy\d+-[\w.-]+\.(?:so|pyd))$")
_OF_TESTS = lazily(r"(?:^|/)(?:tests?|testing|testdata|test_data|fixtures?|examples|samples)/")
_CP = lazily(r"cp(\d+)t?")


def start(settings: Settings) -> "Platforms":  # noqa: ARG001 - nothing here depends on the policy
    """An analyzer for one artifact."""
    return Platforms()


class Platforms:
    """Keeps what native code a zip holds, until it is known whether it is a wheel."""

    def __init__(self) -> None:
        self._found: dict[str, frozenset[Machine]] = {}
        self._wheel = b""

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Look at the head of what may be native code."""
        if entry.parent is not None or entry.kind is not Kind.FILE or entry.container != "zip" or entry.content is None:
            return ()
        base = entry.name[entry.name.rfind("/") + 1 :]
        if base == "WHEEL" and entry.name.endswith(".dist-info/WHEEL"):
            self._wheel = entry.content.read(0, 65536)
        elif base.endswith(LIBRARIES) or "." not in base or ".so." in base:
            found = machines_of(entry.content.read(0, HEAD))
            if found:
                self._found[entry.path] = found
        return ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:  # noqa: ARG002 - there are no anchors
        """Never asked for."""
        return ()

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - the contract's
        """Compare with the tags that the wheel declares."""
        tags = [one.strip().split("-") for one in headers(self._wheel).get("tag", ())]
        tags = [one for one in tags if len(one) == 3]
        if artifact.identity.format != "wheel" or not tags or not self._found:
            return
        platforms = {part for _, _, platform in tags for part in platform.split(".")}
        named = machines_named(platforms)
        if named is not None:
            yield from self._on_other_machines(named, sorted(platforms))
        yield from self._for_other_pythons({part for _, abi, _ in tags for part in abi.split(".")})

    def _on_other_machines(self, named: frozenset[Machine], platforms: Sequence[str]) -> Iterator[Finding]:
        """Every extension module that is for another machine; other native code only if none of it is for a right one.

        A wheel may carry libraries for machines that it talks to, and all of them as data of its tests.
        """
        fits = any(machines & named for machines in self._found.values())
        for path, machines in self._found.items():
            if machines & named or _OF_TESTS.search(path):
                continue
            if not fits or _EXTENSION.search(path):
                shown = " and ".join(f"{one.system} on {one.machine}" for one in sorted(machines))
                yield _finding(path, f"native code for {shown}, and the wheel says `{escape(' '.join(platforms)[:200])}`")

    def _for_other_pythons(self, abis: set[str]) -> Iterator[Finding]:
        """Extension modules whose name says a version of CPython that the wheel, which is for certain ones only, does not."""
        versions = {match[1] for abi in abis if (match := _CP.fullmatch(abi))}
        if len(versions) != len(abis):
            return
        for path in self._found:
            match = _EXTENSION.search(path)
            version = (match[1] or match[2]) if match else None
            if version and version not in versions and not _OF_TESTS.search(path):
                yield _finding(path, f"an extension module for CPython {version}, and the wheel is for {', '.join(sorted(abis))}")


def _finding(path: str, message: str) -> Finding:
    return Finding(
        rule=PLATFORM_TAG,
        severity=RULES[0].severity,
        confidence=Confidence.MEDIUM,
        location=Location(path=path),
        message=message,
        fingerprint=fingerprint_of_place(PLATFORM_TAG, path),
    )
