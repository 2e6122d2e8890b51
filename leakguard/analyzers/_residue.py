"""What version control, coding agents, editors and desktops leave in a folder, told by the path."""

from typing import NamedTuple

from msgspec import Struct

from leakguard.patterns import lazily

VCS_CONTENT = {
    ".git": frozenset(
        [
            "head",
            "objects",
            "refs",
            "config",
            "index",
            "packed-refs",
            "logs",
            "hooks",
            "info",
            "description",
            "fetch_head",
            "orig_head",
            "merge_head",
            "commit_editmsg",
            "branches",
            "modules",
            "worktrees",
            "lfs",
            "shallow",
            "gk",
        ]
    ),
    ".hg": frozenset(
        [
            "store",
            "dirstate",
            "requires",
            "hgrc",
            "00changelog.i",
            "cache",
            "branch",
            "last-message.txt",
            "undo.dirstate",
            "undo.branch",
            "undo.desc",
            "wcache",
            "bookmarks",
            "data",
        ]
    ),
    ".svn": frozenset(["wc.db", "wc.db-journal", "pristine", "text-base", "prop-base", "props", "all-wcprops", "entries", "format"]),
    ".bzr": frozenset(["branch", "branch-format", "branch-lock", "checkout", "repository", "readme"]),
    ".jj": frozenset(["repo", "working_copy"]),
    "CVS": frozenset(["entries", "root", "repository"]),
}
"""Folder of a version control system → what is in it, lower case."""

AGENT_FOLDERS = frozenset(
    [
        ".claude",
        ".cursor",
        ".windsurf",
        ".codex",
        ".gemini",
        ".specstory",
        ".continue",
        ".roo",
        ".kiro",
        ".cline",
        ".augment",
        ".trae",
        ".qodo",
        ".crush",
        ".opencode",
        ".goose",
        ".factory",
        ".junie",
    ]
)
_PARTLY_SHAREABLE = frozenset([".claude", ".codex", ".gemini", ".opencode", ".factory", ".junie", ".augment"])
"""Folders that hold both a project's shared configuration, which is litter in a package, and one person's state."""

_SHAREABLE = frozenset(
    [
        "rules",
        "commands",
        "command",
        "agents",
        "agent",
        "prompts",
        "hooks",
        "output-styles",
        "steering",
        "docs",
        "guidelines.md",
        "styleguide.md",
        "config.yaml",
        "config.toml",
        "mcp.json",
        "settings.json",
        "readme.md",
        "claude.md",
        "gemini.md",
        "agents.md",
        ".gitignore",
        "workflows",
        "plugins",
        "extensions",
        "modes",
    ]
)
"""What is written for everybody who works on a project."""

_OFFERED = frozenset(("skills", "skill.md"))
"""What a package offers to the agents of its users."""

_AGENT_FILES = frozenset(("claude.local.md", "agents.local.md", "gemini.local.md", ".claude.json"))
_AGENT_HARMLESS = frozenset((".aiderignore", ".aider.conf.yml.example"))

_EDITOR_FOLDERS = {
    ".idea": "a JetBrains project",
    ".vscode": "a VS Code project",
    ".vs": "a Visual Studio project",
    ".fleet": "a Fleet project",
    "__MACOSX": "Finder metadata",
}

_TEMPLATE_FOLDERS = frozenset(
    [
        "template",
        "templates",
        "_template",
        "_templates",
        "__template__",
        "__templates__",
        "scaffold",
        "scaffolds",
        "scaffolding",
        "skeleton",
        "skeletons",
        "boilerplate",
        "boilerplates",
        "starter",
        "starters",
        "generators",
        "stubs",
    ]
)
_HISTORY_COPY = lazily(r".{1,200}_\d{14}(?:\..{0,40})?")


class Place(NamedTuple):
    """Where residue stands and what it is."""

    rule: str
    length: int
    """Components of the path that name it; fewer than all of them is a folder that stands for everything in it."""
    what: str
    """As a message says it."""


class Tree(Struct):
    """What was seen of a folder that is reported as one."""

    place: Place
    files: int = 0
    size: int = 0


def residue_at(parts: list[str]) -> Place | None:
    """What a file's path (split into its components) says that it belongs to."""
    templated = False
    for index, part in enumerate(parts[:-1]):
        after = parts[index + 1].lower()
        if (known := VCS_CONTENT.get(part)) is not None and after in known:
            return Place("source/vcs", index + 1, f"a `{part}` folder")
        if part in AGENT_FOLDERS:
            return _agent_place(part, parts, index, templated=templated)
        if (what := _EDITOR_FOLDERS.get(part)) is not None:
            return None if templated else Place("file/litter", index + 1, what)
        if part == ".history" and _HISTORY_COPY.fullmatch(parts[-1]):
            return Place("file/editor-state", index + 1, "an editor's local history")
        templated = templated or part.lower() in _TEMPLATE_FOLDERS or part.startswith("template-")
    return _file_place(parts)


def _agent_place(folder: str, parts: list[str], index: int, *, templated: bool) -> Place | None:
    after = parts[index + 1].lower()
    if after in _OFFERED or parts[-1] == "SKILL.md":
        return None
    if after in _SHAREABLE or after.endswith(".mdc"):
        if templated:
            return None
        if folder in _PARTLY_SHAREABLE:
            return Place("file/litter", index + 1, f"the project's `{folder}` configuration")
    if folder in _PARTLY_SHAREABLE:
        return Place("file/agent-state", index + 2, f"the state of a coding agent in `{folder}`")
    return Place("file/agent-state", index + 1, f"a `{folder}` folder")


def _file_place(parts: list[str]) -> Place | None:
    base = parts[-1]
    lower = base.lower()
    if lower in _AGENT_FILES or (lower.startswith(".aider") and lower not in _AGENT_HARMLESS):
        return Place("file/agent-state", len(parts), "the state of a coding agent")
    if len(base) > 2 and ((base.endswith("~") and not base.endswith(".un~")) or (base[0] == "#" and base[-1] == "#")):
        return Place("file/editor-state", len(parts), "an editor's copy of an earlier or unsaved state")
    return None
