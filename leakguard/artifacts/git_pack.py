"""Git packs and bundles: every object of a history, with the deltas applied, under the path that it had.

(gitformat-pack, gitformat-bundle.) It stays an entry of its own too, so that whoever knows it by its first bytes says what it is.
"""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._git_objects import Pack
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "git-pack"
SUFFIXES: Sequence[str] = ()
ANCHORS: Sequence[Anchor] = (Anchor(r"PACK\x00\x00\x00[\x02\x03]"),)
SEEK = True
CARRIER = True
WHOLE = True

BUNDLES = (b"# v2 git bundle\n", b"# v3 git bundle\n")
LENGTH = 8
"""Of the anchor."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise a pack at the start, or the first one behind a bundle's header."""
    return Match.CONTENT if hits and (hits[0].end == LENGTH or head.startswith(BUNDLES)) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Commits and tags, then the files of all trees. Of objects that build on others which are elsewhere, it is said how many."""
    content = source.content
    assert content is not None
    if not source.hits:
        return
    pack = Pack(content, source.hits[0].end - LENGTH, budget)
    try:
        pack.read()
    except Malformed as error:
        yield _pieces.damaged(Damage(rule=error.rule, reason=error.reason, offset=error.offset))
    yield from pack.members()
    if pack.missing:
        reason = f"{pack.missing} objects build on others that are not in the pack"
        yield _pieces.damaged(Damage(rule=_pieces.UNSUPPORTED, reason=reason))
