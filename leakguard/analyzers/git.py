"""What git keeps elsewhere: submodules and large files, whose content is not in the commit that names them."""

from collections.abc import Iterable, Sequence

from leakguard.content import Entry
from leakguard.model import Artifact, Confidence, Finding, Location, Rule, RuleId, Severity
from leakguard.plugins import Anchor, Hit
from leakguard.redact import fingerprint_of_place
from leakguard.settings import Settings

ANCHORS: Sequence[Anchor] = ()

_SUBMODULE = Rule(
    id=RuleId("git/submodule"),
    title="submodule",
    severity=Severity.INFO,
    description="The path is a submodule: the commit names a commit of another repository, whose content was not inspected.",
    impact="None by itself; what ships from there is seen when the artifact is inspected.",
    fixes={"*": "run leakguard in `{path}` too, and inspect the built artifact"},
)
_POINTER = Rule(
    id=RuleId("git/lfs-pointer"),
    title="large file kept elsewhere",
    severity=Severity.INFO,
    description="The file is a pointer of Git LFS whose content is not on this machine, so only the pointer was inspected.",
    impact="None by itself; the content was pushed by somebody else before.",
    fixes={"*": "`git lfs pull` fetches the content of `{path}`"},
)
RULES: Sequence[Rule] = (_POINTER, _SUBMODULE)

_SAID = {
    "submodule": (_SUBMODULE, "a submodule, which is another repository: it was not inspected"),
    "lfs-pointer": (_POINTER, "a pointer to a large file that is not here: only the pointer was inspected"),
}


def start(settings: Settings) -> "Elsewhere":  # noqa: ARG001 - the contract's signature
    """An analyzer for one artifact."""
    return Elsewhere()


class Elsewhere:
    """Says what was not there to be inspected."""

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Look at what git says of the entry."""
        said = _SAID.get(str(entry.facts.get("git", ""))) if entry.facts else None
        if said is None:
            return ()
        rule, message = said
        return (
            Finding(
                rule=rule.id,
                severity=rule.severity,
                confidence=Confidence.HIGH,
                location=Location(path=entry.path),
                message=message,
                fingerprint=fingerprint_of_place(rule.id, entry.path),
            ),
        )

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:  # noqa: ARG002 - the contract's signature
        """Nothing: there are no anchors."""
        return ()

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterable[Finding]:  # noqa: ARG002 - the contract's signature
        """Nothing: every finding belongs to an entry."""
        return ()
