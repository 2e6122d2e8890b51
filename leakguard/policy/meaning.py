"""What a file pattern that matches nothing was probably meant to be."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from leakguard.model import Kind, Listed
from leakguard.policy.waivers import git_match
from leakguard.redact import escape

MOST_NAMES = 5000
"""Files that are compared with the pattern."""

_TOPS = ("package/", "./")


@dataclass(frozen=True, slots=True)
class _Try:
    """Another spelling of a pattern, and what is wrong with the first."""

    pattern: str
    why: str


def meant_by(pattern: str, listing: Sequence[Listed]) -> str:
    """A clause such as "did you mean `/dist/cli.mjs`?"; empty when nothing comes near."""
    names = [one.inner for one in listing if one.kind is not Kind.DIRECTORY][:MOST_NAMES]
    mark, plain = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    for other in _tries(plain, listing):
        if other.pattern.strip("/") and any(git_match(other.pattern, name) for name in names):
            return f"did you mean `{escape(mark + other.pattern)}`? {other.why}".rstrip()
    if any(character in plain for character in "*?["):
        return ""
    close = difflib.get_close_matches(plain.strip("/"), names, n=1, cutoff=0.75)
    return f"did you mean `{escape(mark)}/{escape(close[0])}`?" if close else ""


def _tries(plain: str, listing: Sequence[Listed]) -> list[_Try]:
    """Spellings that people mix up, the likeliest first."""
    found = [_Try(plain.replace("\\", "/"), "folders are told apart by `/`")] if "\\" in plain else []
    bare = plain.removeprefix("/")
    root = _root(listing)
    inside = "paths are those inside the package"
    found += [_Try(f"/{bare.removeprefix(top)}", inside) for top in (*_TOPS, root) if top and bare.startswith(top)]
    if plain.endswith("/"):
        found.append(_Try(plain.rstrip("/"), "a final `/` matches folders only"))
    elif "/" in bare:
        found.append(_Try(f"**/{bare}", "a pattern with a `/` is anchored at the top"))
    head, star, last = plain.rpartition("/*")
    if star and not head.endswith("**"):
        found.append(_Try(f"{head}/**/*{last}", "`*` does not cross folders"))
    return found


def _root(listing: Sequence[Listed]) -> str:
    """The archive's own top folder, which a person may have taken for part of the path."""
    for one in listing:
        if one.path != one.inner and one.path.endswith(one.inner):
            return one.path.removesuffix(one.inner)
    return ""
