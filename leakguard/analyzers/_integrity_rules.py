"""The rules of the `artifact/*` family: what could not be looked at, or is not the same for everybody."""

from leakguard.model import Rule, RuleId, Severity

_REBUILD = "pack the artifact again with the standard tool (`npm pack`, `python -m build`) instead of repairing or editing it"
_LEAVE_OUT = "leave `{path}` out of the package, or store what it holds as plain files"
_RENAME = "rename `{path}` to a plain relative name, or leave it out of the package"


def _rule(slug: str, title: str, description: str, impact: str, fix: str) -> Rule:
    return Rule(
        id=RuleId(f"artifact/{slug}"), title=title, severity=Severity.HIGH, description=description, impact=impact, fixes={"*": fix}
    )


RULES = (
    _rule(
        "unreadable",
        "part of the artifact cannot be read",
        "A container is damaged: its structure breaks its own format, so that what it holds, or what follows, could not be inspected.",
        "Tools that are less strict may still read the part that nobody looked at, with whatever it holds.",
        _REBUILD,
    ),
    _rule(
        "truncated",
        "the artifact ends too early",
        "A container or a member ends before its own end mark or before the size that it declares.",
        "What is published is not what was built: it may fail for users, and what is missing was not inspected.",
        _REBUILD,
    ),
    _rule(
        "encrypted",
        "a member is encrypted",
        "A member can be read with a password only, so its content could not be inspected.",
        "Whoever has the password gets content that nobody reviewed; a password shipped beside it is no protection.",
        _LEAVE_OUT,
    ),
    _rule(
        "ambiguous",
        "readers disagree about the content",
        "Different tools that unpack this artifact see different names, sizes or contents: "
        "the format is used in a way that leaves it open, or two entries claim the same place.",
        "A file can be shown to reviewers and scanners while another one is installed, and content can ship where no tool lists it.",
        _REBUILD,
    ),
    _rule(
        "mismatch",
        "the content is not what the name says",
        "A file has the name of a container, but its content is none, or is another one.",
        "Tools that go by the name fail or skip it; tools that go by the content open something that nobody expected.",
        "give `{path}` the suffix that fits its content, or build it again",
    ),
    _rule(
        "path-escape",
        "a name leads elsewhere",
        "A member's name or a link's target leaves the folder that the artifact is unpacked to, cannot exist on every system, "
        "or is not what it looks like: `..`, absolute paths, drives, backslashes, control and invisible characters, reserved names, "
        "members below a link.",
        "Unpacking can write or read files outside the package, or puts a file where reviewers do not see it.",
        _RENAME,
    ),
    _rule(
        "limit-exceeded",
        "a limit of the inspection was reached",
        "The artifact expands, nests or counts beyond the limits of the run, so the rest was not inspected.",
        "Archives that expand without bound exhaust the machines that open them, and nobody looked at what lies beyond the limit.",
        "leave `{path}` out of the package; if it belongs there, raise the limit for this run with `--limits`",
    ),
    _rule(
        "unsupported",
        "a member cannot be inspected",
        "A member has a kind or an encoding that leakguard does not read, such as a device, a sparse file or a rare compression method.",
        "It may hold anything, and was published without anybody looking.",
        _LEAVE_OUT,
    ),
)
