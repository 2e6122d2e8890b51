"""Metadata that contradicts the content, points home, or says that the package is not for the public."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakguard.analyzers._distribution_layout import lacks_pkg_info, tags_differ
from leakguard.analyzers._distribution_names import is_named, wheel_stem
from leakguard.analyzers._metadata_rules import RULES as _RULES
from leakguard.analyzers._record import LONGEST as LONGEST_RECORD
from leakguard.analyzers._record import Seen, compare, seen
from leakguard.content import Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, RuleId
from leakguard.openness.manifests import headers, json_object
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit
from leakguard.redact import escape, fingerprint_of_place
from leakguard.settings import Settings

RULES = _RULES
ANCHORS: Sequence[Anchor] = ()

SDIST_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
DEPENDENCIES = ("dependencies", "optionalDependencies", "peerDependencies")
"""Fields of a `package.json` that are installed for users."""

HOME_SCHEMES = ("workspace:", "link:", "file:", "portal:")
FILLED_IN = ("_where", "_resolved", "_from", "_spec")
"""Fields that old npm clients wrote into a `package.json` when they installed it."""

LONGEST_POINTER = 64 * 1024
"""Bytes of a `.pth` and the like that are read."""

_ABSOLUTE = lazily(r"(?:file:(?://)?)?(?:/(?:[\w.@ +~-]+/)*[\w.@ +~-]+/?|[A-Za-z]:[\\/].+)", re.ASCII)
_QUOTED_PATH = lazily(rb"[\"'](?:/[^\"'\n]{1,1000}|[A-Za-z]:[\\/]{1,2}[^\"'\n]{1,1000})[\"']")
_REMEMBERED_BASES = frozenset(("METADATA", "WHEEL", "RECORD", "package.json", "PKG-INFO"))
_SEVERITY = {rule.id: rule.severity for rule in RULES}


def start(settings: Settings) -> "Metadata":  # noqa: ARG001 - nothing here depends on the policy
    """An analyzer for one artifact."""
    return Metadata()


class Metadata:
    """Keeps the digests of a zip's files and the manifests near its top, for `conclude`."""

    def __init__(self) -> None:
        self._files: dict[str, Seen] = {}
        self._manifests: dict[str, tuple[str, bytes]] = {}

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Digest the files of a zip, which may be a wheel, and look at the few files that point somewhere."""
        if entry.kind is not Kind.FILE:
            return ()
        name, content = entry.name, entry.content
        if entry.parent is None and entry.container == "zip":
            self._files[name.replace("\\", "/")] = seen(entry.path, content)
        if content is None:
            return ()
        base = name[name.rfind("/") + 1 :]
        if base in _REMEMBERED_BASES:
            if entry.parent is None and name.removeprefix("./").count("/") <= 1:
                self._manifests[name] = entry.path, content.read(0, LONGEST_RECORD)
            return list(_filled_in(entry)) if base == "package.json" else ()
        if base.endswith((".pth", ".egg-link")) or base.startswith("__editable__"):
            return list(_pointers(entry, base))
        if base == "direct_url.json" and ".dist-info/" in name:
            return list(_installed_from(entry))
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
        """Judge the package as a whole."""
        identity = artifact.identity
        base = artifact.target.replace("\\", "/").rstrip("/").rpartition("/")[2]
        if identity.format == "wheel" or (base.lower().endswith(".whl") and identity.format == "zip"):
            yield from self._judge_wheel(artifact, base)
        if identity.format == "sdist" and identity.name and identity.version:
            stem = next((base.removesuffix(suffix) for suffix in SDIST_SUFFIXES if base.endswith(suffix)), None)
            if stem is not None and not is_named(stem, identity.name, identity.version):
                yield _misnamed("", "the file's name", identity.name, identity.version)
        if lacks_pkg_info(artifact, base):
            yield _finding("metadata/sdist-layout", "", "the sdist has no `PKG-INFO` in its top folder: the index refuses it")
        if identity.private and identity.format in ("npm", "wheel", "sdist"):
            yield _finding("metadata/private-package", self._manifest_path(artifact), "the manifest says that the package is private")
        if identity.format == "npm" and (found := self._manifests.get(f"{identity.root}package.json")) is not None:
            yield from _home_dependencies(*found)

    def _judge_wheel(self, artifact: Artifact, base: str) -> Iterator[Finding]:
        folders = sorted(
            {name.partition("/")[0] for name in self._files if ".dist-info/" in name and name.partition("/")[0].endswith(".dist-info")}
        )
        if len(folders) != 1:
            count = f"{len(folders)} `.dist-info` folders" if folders else "no `.dist-info` folder"
            yield _finding("metadata/dist-info", "", f"the wheel has {count} at its top")
        for name, (path, _) in self._manifests.items():
            if name == "METADATA":
                yield _finding(
                    "metadata/dist-info", path, "a `METADATA` at the top of the wheel is read by some tools in place of the real one"
                )
        for folder in folders:
            yield from self._judge_dist_info(folder)
        if len(folders) == 1:
            yield from self._judge_record(folders[0])
        identity = artifact.identity
        if identity.name and identity.version and base.lower().endswith(".whl"):
            stem = wheel_stem(base)
            if not stem or not is_named(stem, identity.name, identity.version):
                yield _misnamed("", "the file's name", identity.name, identity.version)
            elif len(folders) == 1:
                yield from self._judge_tags(folders[0], base)

    def _judge_tags(self, folder: str, base: str) -> Iterator[Finding]:
        path, wheel = self._manifests.get(f"{folder}/WHEEL", ("", b""))
        if tags_differ(base, tuple(headers(wheel).get("tag", ()))):
            yield _finding("metadata/wheel-tags", path, "the `WHEEL` file states other tags than the file's name")

    def _judge_record(self, folder: str) -> Iterator[Finding]:
        record_path, record = self._manifests.get(f"{folder}/RECORD", ("", None))
        if record is None:
            yield _finding("metadata/record-mismatch", "", "the wheel has no `RECORD`")
            return
        for path, line, message in compare(record, record_path, self._files):
            yield _finding("metadata/record-mismatch", path, message, line=line)

    def _judge_dist_info(self, folder: str) -> Iterator[Finding]:
        metadata_path, metadata = self._manifests.get(f"{folder}/METADATA", ("", b""))
        fields = headers(metadata)
        name, version = next(iter(fields.get("name", ())), ""), next(iter(fields.get("version", ())), "")
        if not name or not version:
            yield _finding("metadata/dist-info", metadata_path, "the wheel has no `METADATA` with a name and a version", extra=folder)
        elif not is_named(folder.removesuffix(".dist-info"), name, version):
            yield _misnamed(metadata_path, "its `.dist-info` folder", name, version)
        wheel_path, wheel = self._manifests.get(f"{folder}/WHEEL", ("", b""))
        if wheel and next(iter(headers(wheel).get("root-is-purelib", ())), "").lower() not in ("true", "false"):
            yield _finding("metadata/dist-info", wheel_path, "the `WHEEL` file does not say whether `Root-Is-Purelib`")

    def _manifest_path(self, artifact: Artifact) -> str:
        """Where the manifest is that the identity was read from."""
        wanted = {"npm": "package.json", "sdist": "PKG-INFO", "wheel": "METADATA"}[artifact.identity.format]
        root = artifact.identity.root
        paths = [path for name, (path, _) in self._manifests.items() if name.startswith(root) and name.endswith(f"/{wanted}")]
        return paths[0] if paths else ""


def _pointers(entry: Entry, base: str) -> Iterator[Finding]:
    """A `.pth`, `.egg-link` or editable finder that names an absolute path."""
    assert entry.content is not None
    if entry.opaque:
        return
    data = entry.content.read(0, LONGEST_POINTER)
    if base.endswith(".py"):
        found = b"MAPPING" in data and _QUOTED_PATH.search(data) is not None
    else:
        lines = [line.strip() for line in data.decode("utf-8", "replace").split("\n")]
        found = any(
            line and len(line) < 4096 and not line.startswith(("#", "import ", "import\t")) and _is_absolute(line) for line in lines
        )
    if found:
        yield _finding(
            "metadata/build-path", entry.path, f"`{escape(base)[:100]}` points to an absolute path of the machine that built the package"
        )


def _installed_from(entry: Entry) -> Iterator[Finding]:
    """A `direct_url.json` (PEP 610), which an installer writes and no build."""
    assert entry.content is not None
    url = (json_object(entry.content.read(0, LONGEST_POINTER)) or {}).get("url")
    if isinstance(url, str) and url.lower().startswith("file:"):
        yield _finding("metadata/local-path", entry.path, "`direct_url.json` records the local path that the package was installed from")
    elif isinstance(url, str):
        yield _finding(
            "metadata/internal-reference", entry.path, "`direct_url.json` records the address that the package was installed from"
        )


def _filled_in(entry: Entry) -> Iterator[Finding]:
    """Absolute paths in fields of a `package.json` that a client filled in."""
    assert entry.content is not None
    data = entry.content.data
    if data is None or b'"_' not in data:
        return
    body = json_object(data) or {}
    fields = [key for key in FILLED_IN if isinstance(value := body.get(key), str) and _is_absolute(value[:4096])]
    if fields:
        shown = ", ".join(f"`{key}`" for key in fields)
        yield _finding("metadata/local-path", entry.path, f"{shown} of `package.json` holds a path of the machine that packed it")


def _home_dependencies(path: str, data: bytes) -> Iterator[Finding]:
    """Dependencies that are installed for users and resolve only in the owner's workspace."""
    body = json_object(data) or {}
    for field in DEPENDENCIES:
        for name, reference in _strings(body.get(field)):
            if reference.startswith(HOME_SCHEMES):
                scheme = reference.partition(":")[0]
                message = f"`{escape(name[:100])}` in `{field}` is a `{scheme}:` reference"
                yield _finding("metadata/internal-reference", path, message, extra=f"{field}/{name}")


def _strings(table: object) -> Iterator[tuple[str, str]]:
    if isinstance(table, Mapping):
        yield from ((key, value) for key, value in table.items() if isinstance(value, str))


def _is_absolute(text: str) -> bool:
    return text[:1] not in ("", "#") and text != "/" and _ABSOLUTE.fullmatch(text) is not None


def _misnamed(path: str, what: str, name: str, version: str) -> Finding:
    named = f"`{escape(name[:100])}` {escape(version[:100])}"
    return _finding("metadata/name-mismatch", path, f"{what} does not say {named}, as the metadata does")


def _finding(rule: str, path: str, message: str, *, line: int | None = None, extra: str = "") -> Finding:
    return Finding(
        rule=RuleId(rule),
        severity=_SEVERITY[RuleId(rule)],
        confidence=Confidence.HIGH,
        location=Location(path=path, line=line, column=1 if line else None),
        message=message,
        fingerprint=fingerprint_of_place(rule, path, (extra or message).encode("utf-8", "surrogatepass")),
    )
