"""Names and versions of Python distributions, as far as two spellings of one are to be told from two different ones."""

from leakguard.patterns import lazily

_RUNS = lazily(r"[-_.]+")
_VERSION = lazily(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>\d*))?"
    r"(?P<post>-(?P<post_bare>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?"
    r"(?:[+_](?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?"
)
_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}

LONGEST = 200
"""Characters of a version that are understood; longer ones are compared as they are."""

WHEEL_PARTS = (5, 6)
"""Parts of a wheel's file name, without and with a build tag."""


def normal_name(name: str) -> str:
    """The name as PEP 503 compares it."""
    return _RUNS.sub("-", name).lower().strip("-")


def normal_version(version: str) -> str:
    """The version as PEP 440 compares it; in file names, where `_` may stand for `+` or `-`, too."""
    lowered = version.strip().lower()
    match = _VERSION.fullmatch(lowered) if len(lowered) <= LONGEST else None
    if match is None:
        return _RUNS.sub("-", lowered)
    release = [str(int(part)) for part in match["release"].split(".")]
    while len(release) > 1 and release[-1] == "0":
        release.pop()
    parts = [str(int(match["epoch"] or 0)), ".".join(release)]
    if match["pre"]:
        parts.append(_PRE.get(match["pre"], match["pre"]) + str(int(match["pre_number"] or 0)))
    if match["post"]:
        parts.append(f"post{int(match['post_bare'] or match['post_number'] or 0)}")
    if match["dev"]:
        parts.append(f"dev{int(match['dev_number'] or 0)}")
    return "!".join(parts) + (f"+{_RUNS.sub('.', match['local'])}" if match["local"] else "")


def is_named(stem: str, name: str, version: str) -> bool:
    """Whether `NAME-VERSION` says this name and version, wherever its dashes are."""
    cuts = [index for index, character in enumerate(stem[:500]) if character == "-"]
    return any(normal_name(stem[:cut]) == normal_name(name) and normal_version(stem[cut + 1 :]) == normal_version(version) for cut in cuts)


def wheel_stem(base: str) -> str:
    """`NAME-VERSION` of a wheel's file name; empty when it is no such name."""
    parts = base.removesuffix(".whl").split("-")
    return "-".join(parts[:2]) if len(parts) in WHEEL_PARTS else ""
