"""What a manifest, a lock file or the settings of a package manager say that only holds at home, and what runs on installation.

The outermost entries only: a package that is vendored in speaks for its own makers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leakguard.analyzers._metadata_rules import RULES as _METADATA_RULES
from leakguard.analyzers._references import PUBLIC_REGISTRIES, hosts_in, is_internal, registries_in
from leakguard.content import Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, Openness, Rule, RuleId, Severity
from leakguard.openness import is_licence_file
from leakguard.openness.manifests import headers, json_object
from leakguard.plugins import Anchor, Hit
from leakguard.redact import escape, fingerprint_of_place
from leakguard.settings import Settings

INTERNAL = RuleId("metadata/internal-reference")
SCRIPT = RuleId("metadata/install-script")
LICENCE = RuleId("metadata/license-file")

RULES = (
    *(rule for rule in _METADATA_RULES if rule.id == INTERNAL),
    Rule(
        id=SCRIPT,
        title="Code runs on installation",
        severity=Severity.INFO,
        description="The package has scripts that npm runs when somebody installs it.",
        impact="Nothing by itself. Whoever takes over a release puts code here: a package that never had such a script should not gain one "
        "unnoticed.",
        fixes={"*": 'take `preinstall`, `install` and `postinstall` out of "scripts" of package.json unless users need them'},
    ),
    Rule(
        id=LICENCE,
        title="No licence text",
        severity=Severity.INFO,
        description="The package declares an open-source licence and does not hold its text, which most licences ask for.",
        impact="Nothing; users cannot tell under which terms they have it.",
        fixes={"*": "put a `LICENSE` file beside the manifest: every packing tool takes it along by itself"},
    ),
)
ANCHORS: Sequence[Anchor] = ()

RUN_ON_INSTALL = ("preinstall", "install", "postinstall")
DEPENDENCIES = ("dependencies", "optionalDependencies", "peerDependencies")
LOCKS = frozenset(
    {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"}
)
SETTINGS_FILES = frozenset(
    {".npmrc", "pip.conf", "pip.ini", "requirements.txt", "requirements-dev.txt", "requirements-test.txt", "Pipfile"}
)
ADDRESSES = ("home-page", "download-url", "project-url")
"""Fields of core metadata that hold addresses."""

LONGEST = 16 * 1024 * 1024
"""Bytes of a file that are read."""

_BASES = LOCKS | SETTINGS_FILES | {"package.json", "METADATA", "PKG-INFO", "binding.gyp"}
_SEVERITY = {rule.id: rule.severity for rule in RULES}


def start(settings: Settings) -> "Manifests":  # noqa: ARG001 - nothing here depends on the policy
    """An analyzer for one artifact."""
    return Manifests()


class Manifests:
    """Keeps the manifests near the top, which speak for the package, until it is known what the package is."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Look at what package managers read."""
        base = entry.name[entry.name.rfind("/") + 1 :]
        if base not in _BASES or entry.parent is not None or entry.kind is not Kind.FILE or entry.content is None:
            return ()
        if base in LOCKS or base in SETTINGS_FILES:
            return () if "node_modules/" in entry.name else list(_of_file(entry, base))
        if entry.name.removeprefix("./").count("/") <= 1:
            self._kept[entry.path] = entry.content.read(0, LONGEST).decode("utf-8", "replace")
        return ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:  # noqa: ARG002 - there are no anchors
        """Never asked for."""
        return ()

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:
        """Judge the package's own manifest."""
        identity = artifact.identity
        if identity.format == "npm":
            path = f"{identity.root}package.json"
            yield from self._judge_npm(path, json_object(self._kept.get(path, "").encode()) or {}, f"{identity.root}binding.gyp")
        elif identity.format in ("wheel", "sdist"):
            ends = (".dist-info/METADATA",) if identity.format == "wheel" else (f"{identity.root}PKG-INFO",)
            for path, text in self._kept.items():
                if path.endswith(ends):
                    yield from _judge_python(path, headers(text.encode()))
        else:
            return
        names = [one.inner.rpartition("/")[2] for one in artifact.listing if one.kind is Kind.FILE]
        if settings.publishable and identity.openness is Openness.OPEN and not any(map(is_licence_file, names)):
            yield _finding(LICENCE, "", "the package declares an open-source licence and holds no text of it")

    def _judge_npm(self, path: str, body: Mapping[str, Any], gyp: str) -> Iterator[Finding]:
        for field in DEPENDENCIES:
            for name, reference in _strings(body.get(field)):
                if (reason := _only_at_home(reference)) is not None:
                    yield _finding(INTERNAL, path, f"`{escape(name[:100])}` in `{field}` {reason}", extra=f"{field}/{name}")
        registry = _strings_of(body.get("publishConfig"), "registry", "@*:registry")
        addresses = [("publishConfig", one) for one in registry]
        for field in ("repository", "bugs", "homepage"):
            addresses += [(field, one) for one in _strings_of(body.get(field), "url")]
        for field, address in addresses:
            for host in hosts_in(address):
                if is_internal(host) and host not in PUBLIC_REGISTRIES:
                    yield _finding(INTERNAL, path, f"`{field}` names `{escape(host)}`, a host of your own network", extra=f"{field} {host}")
        scripts = [name for name, text in _strings(body.get("scripts")) if name in RUN_ON_INSTALL and text.strip()]
        if not scripts and gyp in self._kept:
            scripts = ["install"]
        if scripts:
            shown = ", ".join(f"`{name}`" for name in scripts)
            verb = "runs" if len(scripts) == 1 else "run"
            yield _finding(SCRIPT, path, f"{shown} {verb} when the package is installed", extra="scripts", scripts=scripts)


def _judge_python(path: str, fields: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    for requirement in fields.get("requires-dist", ()):
        name, at, address = requirement.partition("@")
        address = address.partition(" ;")[0].strip()
        if at and "://" in address and ";" not in name:
            scheme = address.partition(":")[0][:20]
            message = f"`{escape(name.strip()[:100])}` is required from a `{escape(scheme)}:` address, which PyPI refuses"
            yield _finding(INTERNAL, path, message, extra=f"requires-dist {name}")
    for field in ADDRESSES:
        for value in fields.get(field, ()):
            for host in hosts_in(value):
                if is_internal(host):
                    message = f"`{field}` names `{escape(host)}`, a host of your own network"
                    yield _finding(INTERNAL, path, message, extra=f"{field} {host}")


def _of_file(entry: Entry, base: str) -> Iterator[Finding]:
    """Registries that the settings name, and hosts of one's own network that a lock file installs from."""
    assert entry.content is not None
    text = entry.content.read(0, LONGEST).decode("utf-8", "replace")
    if base in SETTINGS_FILES:
        for line, host in registries_in(base, text):
            sure = Confidence.HIGH if is_internal(host) else Confidence.MEDIUM
            message = f"`{base}` installs from `{escape(host)}`, which is no public registry"
            yield _finding(INTERNAL, entry.path, message, line=line, extra=host, confidence=sure)
        return
    found = {host: count for host, count in hosts_in(text).items() if is_internal(host)}
    if found:
        shown = ", ".join(f"`{escape(host)}`" for host in sorted(found)[:3])
        times = sum(found.values())
        message = f"`{base}` installs from {shown}{' and others' if len(found) > 3 else ''}, which only your network knows"
        yield _finding(INTERNAL, entry.path, message, extra=" ".join(sorted(found)), references=times)


def _only_at_home(reference: str) -> str | None:
    """Why a dependency does not install elsewhere; workspace protocols are another analyzer's."""
    if reference.startswith(("git+ssh:", "ssh:", "git@")):
        return "is cloned over `ssh:`, which needs a key of yours"
    host = next(filter(is_internal, hosts_in(reference)), None)
    return None if host is None else f"is fetched from `{escape(host)}`, which only your network knows"


def _strings(table: object) -> Iterator[tuple[str, str]]:
    if isinstance(table, Mapping):
        yield from ((key, value) for key, value in table.items() if isinstance(value, str))


def _strings_of(value: object, key: str, ending: str = "") -> list[str]:
    """A string, or what a mapping has under a key (or under one that ends as `ending` does)."""
    if isinstance(value, str):
        return [value]
    return [text for name, text in _strings(value) if name == key or (ending and name.startswith("@") and name.endswith(ending[2:]))]


def _finding(
    rule: RuleId,
    path: str,
    message: str,
    *,
    line: int | None = None,
    extra: str = "",
    confidence: Confidence = Confidence.HIGH,
    **evidence: object,
) -> Finding:
    return Finding(
        rule=rule,
        severity=_SEVERITY[rule],
        confidence=confidence,
        location=Location(path=path, line=line, column=1 if line else None),
        message=message,
        fingerprint=fingerprint_of_place(rule, path, extra.encode("utf-8", "surrogatepass")),
        evidence=evidence,
    )
