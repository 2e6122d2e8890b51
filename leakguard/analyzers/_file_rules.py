"""The rules of `files`: what each means, what it gives away, and the edit that each packing tool honours."""

from collections.abc import Mapping

from leakguard.model import Rule, RuleId, Severity

LEAVE_OUT: Mapping[str, str] = {
    "npm": 'name what ships in "files" of package.json, or add "!{path}" at its end; beside "files" a root .npmignore has '
    'no effect, and without "files" a new .npmignore switches .gitignore off',
    "hatchling": 'add "**/{path}" to `exclude` under [tool.hatch.build] in pyproject.toml',
    "setuptools": "add `exclude {path}` (as it is named in the project, `src/` included) to MANIFEST.in, delete build/ and "
    "*.egg-info, and build again: both keep what was packed before",
    "flit": "move `{path}` out of the package folder, all of which flit packs whatever .gitignore says; for the sdist alone "
    "add it to `exclude` under [tool.flit.sdist]",
    "poetry": 'add "**/{path}" to `exclude` under [tool.poetry] in pyproject.toml',
    "pdm": 'add "**/{path}" to `excludes` under [tool.pdm.build] in pyproject.toml',
    "uv": 'add "**/{path}" to `source-exclude` and `wheel-exclude` under [tool.uv.build-backend] in pyproject.toml',
    "maturin": 'add "**/{path}" to `exclude` under [tool.maturin] in pyproject.toml',
    "scikit-build-core": 'add "**/{path}" to `sdist.exclude` and `wheel.exclude` under [tool.scikit-build] in pyproject.toml',
    "meson-python": "add `{path} export-ignore` to .gitattributes and commit it: the sdist is what `git archive` gives",
    "*": "leave `{path}` out of what is packed, and pack again",
}


def _rule(name: str, title: str, severity: Severity, description: str, impact: str, fixes: Mapping[str, str] = LEAVE_OUT) -> Rule:
    return Rule(id=RuleId(name), title=title, severity=severity, description=description, impact=impact, fixes=fixes)


def _and_then(advice: str) -> Mapping[str, str]:
    return {packer: f"{fix}; {advice}" for packer, fix in LEAVE_OUT.items()}


RULES = (
    _rule(
        "file/not-allowed",
        "File outside the allowlist",
        Severity.MEDIUM,
        "The policy lists what may ship, under `files: allow:`, and no pattern of it names this file.",
        "Whatever the file holds; nobody decided that it may be published.",
        {packer: f"{fix}; or, if it is meant to ship, name it under `files: allow:` of the policy" for packer, fix in LEAVE_OUT.items()},
    ),
    _rule(
        "file/denied",
        "File that the policy forbids",
        Severity.HIGH,
        "A pattern under `files: deny:` of the policy names this file.",
        "What the owner of the package said must not be published.",
    ),
    _rule(
        "file/missing",
        "Required file is missing",
        Severity.MEDIUM,
        "A pattern under `files: require:` of the policy names no file of the package.",
        "Nothing; but the package is not what its owner means to publish, as when a build failed half-way.",
        {"*": "build again and see that the file is there and is packed, or take the pattern out of `files: require:`"},
    ),
    _rule(
        "file/litter",
        "Editor, desktop or agent configuration",
        Severity.LOW,
        "Project files of an editor, of the desktop, or instructions for coding agents: written for those who work on "
        "the project, not for its users.",
        "Names of files that were never published, user names and paths, and how the team works.",
    ),
    _rule(
        "file/editor-state",
        "Editor swap, undo or backup file",
        Severity.HIGH,
        "A file in which an editor keeps an earlier or unsaved state of another file.",
        "Text that was deleted before the release, secrets among it, with the user, host and path of who edited it.",
    ),
    _rule(
        "file/agent-state",
        "State of a coding agent",
        Severity.HIGH,
        "Local settings, transcripts or working trees of a coding agent. Approved commands are stored word for word, "
        "with the tokens that were in them.",
        "Commands, prompts, paths and internal source; often a token that still works.",
        _and_then("look through it for tokens and replace those"),
    ),
    _rule(
        "file/credential-file",
        "Credential file",
        Severity.CRITICAL,
        "A file that exists to hold credentials, with credentials in it.",
        "The accounts that these credentials open, from the minute of publication: packages are searched for them automatically.",
        _and_then("replace what it holds if it was ever published"),
    ),
    _rule(
        "file/test-credential",
        "Key or credential file below tests or docs",
        Severity.LOW,
        "A key store, private key or credential file below a folder of tests, docs or examples. Mostly made for the "
        "purpose, sometimes copied from the real thing.",
        "The accounts that it opens, if it is real.",
    ),
    _rule(
        "source/vcs",
        "Version control data",
        Severity.CRITICAL,
        "The data of a version control system: a `.git`, `.hg` or `.svn` folder, a bundle, or the pointer file of a worktree.",
        "The history with everything that was ever committed and deleted, names and addresses of authors, and the "
        "address of the repository, sometimes with a login.",
    ),
    _rule(
        "size/artifact",
        "Artifact is too large",
        Severity.MEDIUM,
        "The artifact has more bytes than the policy's `size: artifact:`.",
        "Nothing by itself; a sudden growth is how source maps and stray build output are noticed.",
        {"*": "see what grew since the last release, and leave it out or raise `size: artifact:`"},
    ),
    _rule(
        "size/entry",
        "File is too large",
        Severity.MEDIUM,
        "A file has more bytes, uncompressed, than the policy's `size: entry:`.",
        "Nothing by itself; a sudden growth is how source maps and stray build output are noticed.",
        {"*": "leave `{path}` out of what is packed, or raise `size: entry:`"},
    ),
    _rule(
        "size/files",
        "Too many files",
        Severity.MEDIUM,
        "The artifact has more files than the policy's `size: files:`.",
        "Nothing by itself; a second checkout or a cache comes as many files.",
        {"*": "see what was added since the last release, and leave it out or raise `size: files:`"},
    ),
)
