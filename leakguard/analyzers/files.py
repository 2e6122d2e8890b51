"""Files by name and shape: credentials, the residue of tools and people, and what a policy says may ship.

What is reported by name is confirmed by content wherever the name alone also means something harmless. A hard finding (credentials,
agent state, editor state, version control) is not covered by a broad `files: allow:` pattern, only by one that names the path literally.
"""

from collections.abc import Iterable, Iterator, Sequence

from leakguard.analyzers._credentials import BY_ENDING, BY_NAME, KNOWN_TO_ALL, LOOKED_AT, candidates, credential_in, is_sample
from leakguard.analyzers._file_policy import judge_files, judge_sizes, named_literally
from leakguard.analyzers._file_rules import RULES as _RULES
from leakguard.analyzers._residue import Place, Tree, residue_at
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Confidence, Finding, Kind, Location, RuleId
from leakguard.openness.manifests import json_object
from leakguard.plugins import Anchor, Hit
from leakguard.redact import escape, fingerprint_of_place
from leakguard.settings import Settings

RULES = _RULES

MAGICS = (
    (r"b0VIM [0-9]", "file/editor-state", "an editor's swap file: unsaved text, with user, host and path"),
    (r"Vim\x9fUnDo\xe5", "file/editor-state", "an editor's undo file: earlier states of the text"),
    (r"# v[23] git bundle\n", "source/vcs", "a Git bundle: a repository in one file"),
    (r"PACK\x00\x00\x00[\x02\x03]", "source/vcs", "a Git pack: the objects of a repository in one file"),
)
"""What announces itself in its first bytes, whatever it is called → rule → what a message says."""

ANCHORS = tuple(Anchor(pattern) for pattern, _, _ in MAGICS)

MAGIC_LENGTHS = (7, 9, 16, 8)
"""Bytes that a match of each of them has: only one at the start of the content counts."""

LITTER = {
    ".ds_store": (b"\0\0\0\1Bud1", "a Finder folder view: the names of its neighbours"),
    "thumbs.db": (b"\xd0\xcf\x11\xe0", "a cache of picture previews"),
    "desktop.ini": (b"[.ShellClassInfo]", "an Explorer folder view"),
}
"""Lower-case name → first bytes → what a message says."""

INSTRUCTIONS = ("CLAUDE.md", "AGENTS.md")
APPLE_DOUBLE = b"\0\x05\x16\x07"
TRANSCRIPT_MARKS = ((b'"sessionId"', b'"parentUuid"', b'"cwd"'), (b'"session_meta"', b'"cwd"', b'"cli_version"'))

_NAMES = frozenset((*(one for one in BY_NAME if not one.startswith(".")), "thumbs.db", "desktop.ini", "claude.local.md", "agents.local.md"))
_ENDINGS = frozenset((*BY_ENDING, "backup", "jsonl"))
_SEVERITY = {rule.id: rule.severity for rule in RULES}


def start(settings: Settings) -> "Files":  # noqa: ARG001 - it is `conclude` that knows the role
    """An analyzer for one artifact."""
    return Files()


class Files:
    """Keeps what it finds until the end, when the role's settings and the package's top folder are known."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._trees: dict[str, Tree] = {}

    def enter(self, entry: Entry) -> Iterable[Finding]:
        """Look at the name; at the content only if the name is one that matters."""
        name = entry.name
        base = name[name.rfind("/") + 1 :]
        if (
            name[:1] == "."
            or "/." in name
            or base.lower() in _NAMES
            or base[base.rfind(".") + 1 :].lower() in _ENDINGS
            or base[-1:] in ("~", "#")
            or "\\" in name
            or "CVS/" in name
            or "__MACOSX/" in name
        ) and entry.kind is Kind.FILE:
            self._judge(entry)
        return ()

    def analyze(self, entry: Entry, hits: Sequence[Hit]) -> Iterable[Finding]:
        """Recognise by their first bytes what may have any name."""
        for hit in hits:
            if hit.end == MAGIC_LENGTHS[hit.anchor]:
                _, rule, what = MAGICS[hit.anchor]
                self._add(rule, entry.path, f"`{_base(entry)}` is {what}")
        return ()

    def wants_second_pass(self) -> bool:
        """Never."""
        return False

    def revisit(self, entry: Entry) -> None:
        """Not asked for."""

    def conclude(self, artifact: Artifact, settings: Settings) -> Iterator[Finding]:
        """What was found by name, then what the policy says."""
        for path, tree in self._trees.items():
            if tree.size:
                count = f"{tree.files} files" if tree.files > 1 else "1 file"
                self._add(tree.place.rule, path, f"ships {tree.place.what} ({count})", files=tree.files, bytes=tree.size)
        for one in artifact.listing:
            if one.inner in INSTRUCTIONS and one.kind is Kind.FILE:
                self._add("file/litter", one.path, f"`{one.inner}` instructs coding agents that work on the project")
        literal = named_literally(settings.files.allow)
        root = artifact.identity.root
        yield from (one for one in self._found if one.location.path.removeprefix(root).rstrip("/") not in literal)
        if settings.publishable:
            yield from judge_files(artifact, settings.files)
            yield from judge_sizes(artifact, settings.size)

    def _judge(self, entry: Entry) -> None:
        parts = [part for part in entry.name.replace("\\", "/").split("/") if part]
        if not parts:
            return
        if (place := residue_at(parts)) is not None:
            self._note(entry, parts, place)
        content = entry.content
        if content is None or not content.size:
            return
        base = parts[-1].lower()
        if candidates(base) and (found := credential_in(parts, content.read(0, LOOKED_AT))) is not None:
            sample = not found.anywhere and (is_sample(parts) or base in KNOWN_TO_ALL)
            self._add("file/test-credential" if sample else "file/credential-file", entry.path, f"`{_base(entry)}` is {found.what}")
        elif place is None:
            self._judge_litter(entry, base, content)

    def _judge_litter(self, entry: Entry, base: str, content: Content) -> None:
        if (known := LITTER.get(base)) is not None:
            if known[0] in content.read(0, 512):
                self._add("file/litter", entry.path, f"`{_base(entry)}` is {known[1]}")
        elif base.startswith("._"):
            if content.read(0, 4) == APPLE_DOUBLE:
                self._add("file/litter", entry.path, f"`{_base(entry)}` is the Finder's metadata of another file")
        elif base == ".git":
            if content.read(0, 8) == b"gitdir: ":
                self._add("source/vcs", entry.path, "`.git` points to the repository of a worktree or submodule")
        elif base.endswith(".jsonl"):
            head = content.read(0, LOOKED_AT)
            if any(all(mark in head for mark in marks) for marks in TRANSCRIPT_MARKS):
                self._add("file/agent-state", entry.path, f"`{_base(entry)}` is the transcript of a coding agent")

    def _note(self, entry: Entry, parts: list[str], place: Place) -> None:
        """Report a file, or count it for the folder that is reported as one."""
        size = entry.content.size if entry.content is not None else entry.size
        if place.length < len(parts):
            folder = _cut(entry.path, len(parts) - place.length)
            tree = self._trees.setdefault(folder, Tree(place))
            tree.files += 1
            tree.size += size
        elif size:
            if commands := _approved_commands(entry):
                message = f"`{_base(entry)}` holds what a coding agent may do, word for word: {commands} approved"
                self._add(place.rule, entry.path, message, commands=commands)
            else:
                self._add(place.rule, entry.path, f"`{_base(entry)}` is {place.what}")

    def _add(self, rule: str, path: str, message: str, **evidence: int) -> None:
        self._found.append(
            Finding(
                rule=RuleId(rule),
                severity=_SEVERITY[RuleId(rule)],
                confidence=Confidence.HIGH,
                location=Location(path=path),
                message=message,
                fingerprint=fingerprint_of_place(rule, path),
                evidence=evidence,
            )
        )


def _approved_commands(entry: Entry) -> int:
    """How many commands a coding agent's local settings approve, each of them stored word for word."""
    if not entry.name.endswith("settings.local.json") or entry.content is None:
        return 0
    body = json_object(entry.content.read(0, 1024 * 1024)) or {}
    permissions = body.get("permissions")
    allowed = permissions.get("allow") if isinstance(permissions, dict) else None
    return len(allowed) if isinstance(allowed, list) else 0


def _base(entry: Entry) -> str:
    """The last component of a name, as a message may show it."""
    base = entry.name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return escape(base if len(base) <= 100 else f"…{base[-100:]}").replace("`", "'")


def _cut(path: str, components: int) -> str:
    """A path without so many of its last components, with a final slash."""
    path = path.replace("\\", "/")
    for _ in range(components):
        path = path.rstrip("/").rpartition("/")[0]
    return f"{path}/"
