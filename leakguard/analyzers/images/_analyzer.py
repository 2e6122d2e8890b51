"""One artifact: the names in each layer, and the order of the layers, which is known only at the end."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leakguard.analyzers.images._rules import DELETED_FILE
from leakguard.content import Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, Severity
from leakguard.openness.manifests import json_list, json_object
from leakguard.patterns import lazily
from leakguard.plugins import Hit
from leakguard.redact import escape, fingerprint_of_place
from leakguard.settings import Settings

LONGEST_MANIFEST = 4 * 1024 * 1024
MOST_MANIFESTS = 200
MOST_SAMPLES = 10
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
"""In front of the name of what is deleted, and the name of what empties its folder (image-spec, layer.md)."""

_LAYER = lazily(r"(?:\./)?(?:blobs/sha256/[0-9a-f]{64}|[0-9a-f]{64}/layer\.tar|[0-9a-f]{64}(?:\.tar)?(?:\.gz)?)")
_MANIFEST = lazily(r"(?:\./)?(?:index\.json|manifest\.json|blobs/sha256/[0-9a-f]{64})")
_OF_THE_SYSTEM = lazily(
    r"(?:var/(?:cache|log|tmp|lib/(?:apt|dpkg|rpm|dnf|yum|pacman|apk|opkg|systemd|ucf|misc|urandom))|tmp|run|dev|proc|sys|lib/apk|etc/apk|"
    r"usr/lib/(?:sysimage|rpm)|usr/share/(?:doc|man|info|locale|bug|lintian|zoneinfo|i18n)|root/\.(?:cache|gnupg|wget-hsts|npm/_cacache)|"
    r"(?:home/[^/]+|root)/\.cache|usr/local/share/\.cache)(?:/.*)?"
    r"|(?:.*/)?(?:__pycache__/.*|[^/]+\.py[co])|etc/[^/]+-|etc/(?:mtab|resolv\.conf|hostname|hosts|ld\.so\.cache)"
)
"""What package managers and the system itself leave behind and clean up."""


@dataclass(slots=True)
class Layer:
    """The names in one layer, without a leading slash."""

    path: str
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Name → path of the entry, and its size."""
    deleted: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)
    """Folders of which nothing from below is left; with a final slash."""


class Images:
    """What `leakguard.plugins.Analyzer` describes."""

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}
        self._manifests: dict[str, bytes] = {}

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Note the names in what may be a layer, and what may say the order of the layers."""
        parent = entry.parent
        if parent is None:
            content = entry.content
            if content is not None and not entry.opaque and content.size <= LONGEST_MANIFEST and len(self._manifests) < MOST_MANIFESTS:
                name = entry.name
                if name.endswith(".json") or "blobs/sha256/" in name:
                    self._note(name, content.read(0, content.size))
        elif entry.container == "tar" and parent.parent is None and _LAYER.fullmatch(parent.name):
            self._add(parent, entry)
        return ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:  # noqa: ARG002 - the contract's
        """Nothing: there are no anchors."""
        return ()

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:  # noqa: ARG002 - the contract's
        """One finding for each layer with files that a later layer of the same image deletes."""
        found: dict[str, dict[str, tuple[str, int]]] = {}
        for order in self._orders() if self._layers else ():
            for layer, name in _deleted([self._layers[one] for one in order if one in self._layers]):
                found.setdefault(layer.path, {})[name] = layer.files[name]
        for path, files in found.items():
            yield _finding(path, files)

    def _note(self, name: str, data: bytes) -> None:
        if _MANIFEST.fullmatch(name) and data.lstrip()[:1] in (b"{", b"["):
            self._manifests[name.removeprefix("./")] = data

    def _add(self, parent: Entry, entry: Entry) -> None:
        key = parent.name.removeprefix("./")
        layer = self._layers.get(key)
        if layer is None:
            layer = self._layers[key] = Layer(parent.path)
        name = entry.name.removeprefix("./").lstrip("/")
        folder, slash, base = name.rstrip("/").rpartition("/")
        if base == OPAQUE:
            layer.emptied.add(folder + slash)
        elif base.startswith(WHITEOUT):
            layer.deleted.add(folder + slash + base[len(WHITEOUT) :])
        elif entry.kind is Kind.FILE:
            size = entry.content.size if entry.content is not None else entry.size
            layer.files[name] = (entry.path, size)

    def _orders(self) -> Iterator[Sequence[str]]:
        """The layers of each image, lowest first, as names of members."""
        for image in json_list(self._manifests.get("manifest.json", b"")):
            layers = image.get("Layers") if isinstance(image, dict) else None
            if isinstance(layers, list):
                yield [one for one in layers if isinstance(one, str)]
        for data in self._manifests.values():
            listed = (json_object(data) or {}).get("layers")
            if isinstance(listed, list):
                yield [f"blobs/{digest.replace(':', '/', 1)}" for digest in _digests(listed)]


def _digests(listed: Sequence[Any]) -> Iterator[str]:
    for one in listed:
        digest = one.get("digest") if isinstance(one, Mapping) else None
        if isinstance(digest, str):
            yield digest


def _deleted(layers: Sequence[Layer]) -> Iterator[tuple[Layer, str]]:
    """Files with the layer that holds them, of which a later layer says that they are gone."""
    gone: set[str] = set()
    emptied: set[str] = set()
    for layer in reversed(layers):
        if gone or emptied:
            for name, (_, size) in layer.files.items():
                if size and _is_gone(name, gone, emptied) and not _OF_THE_SYSTEM.fullmatch(name):
                    yield layer, name
        gone |= layer.deleted
        emptied |= layer.emptied


def _is_gone(name: str, gone: set[str], emptied: set[str]) -> bool:
    """Whether a file, or a folder above it, is deleted."""
    at = name
    while at:
        if at in gone:
            return True
        at = at.rpartition("/")[0]
        if emptied and (f"{at}/" if at else "") in emptied:
            return True
    return False


def _finding(path: str, files: Mapping[str, tuple[str, int]]) -> Finding:
    """At the first of the files."""
    names = sorted(files)
    size = sum(size for _, size in files.values())
    samples = [escape(one) for one in names[:MOST_SAMPLES]]
    digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
    what = f"{len(names)} files" if len(names) > 1 else "1 file"
    return Finding(
        rule=DELETED_FILE,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        location=Location(path=files[names[0]][0]),
        message=f"layer holds {what} ({size} bytes) that a later layer deletes",
        fingerprint=fingerprint_of_place(DELETED_FILE, path, digest.encode()),
        evidence={"layer": path, "files": len(names), "bytes": size, "samples": samples},
    )
