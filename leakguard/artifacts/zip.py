"""zip, read strictly: every byte belongs to exactly one record, and the two headers of an entry say the same.

What does not hold makes damage, beside whatever can be read all the same (APPNOTE 6.3.10).
"""

from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import ambiguous
from leakguard.artifacts._zip_directory import Directory, read_directory
from leakguard.artifacts._zip_end import END, END_MAGIC, LOCAL_MAGIC, end_positions, has_directory, is_text
from leakguard.artifacts._zip_entry import read_entry
from leakguard.artifacts._zip_strays import in_front, is_signature, region, strays
from leakguard.content import Content
from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "zip"
SUFFIXES: Sequence[str] = (
    *(".zip", ".zipx", ".whl", ".egg", ".conda", ".npz"),
    *(".jar", ".war", ".ear", ".aar", ".nupkg", ".snupkg", ".vsix", ".xpi", ".apk", ".aab", ".ipa"),
    *(".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"),
)
ANCHORS: Sequence[Anchor] = ()
SEEK = True
CARRIER = False

WITHOUT_DESCRIPTORS = (".whl",)
VOLUME_MAGICS = (b"PK\7\10", b"PK00")
"""What a writer that could have split an archive, and did not, leaves in front of it (APPNOTE §8.5.4)."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001
    """Recognise a zip by its first record, or by an end record that is exactly where the file ends and has a directory."""
    if head.startswith((LOCAL_MAGIC, END_MAGIC)) or (head.startswith(VOLUME_MAGICS) and head[4:8] == LOCAL_MAGIC) or _is_appended(tail):
        return _pieces.content_match(name, SUFFIXES)
    return Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the entries in the order of the file, and between them whatever else the file holds."""
    content = source.content
    if content is None:
        raise Malformed("a zip needs random access")
    directory = read_directory(content, budget)
    if directory is None:
        yield from strays(content, 0, content.size, budget, is_cut=True)
        yield _pieces.damaged(Damage(rule=_pieces.TRUNCATED, reason="no end record in the last 64 KiB", offset=content.size))
        return
    first = _first_record(directory)
    lines = in_front(content, first)
    text = lines + (directory.comment if is_text(directory.comment) else b"")
    if first and not lines and content.read(0, min(first, 5)) not in VOLUME_MAGICS:
        yield region(content, "prefix", 0, first, ambiguous("bytes in front of the first entry", 0))
    for member in _records(source, content, directory, first, budget):
        member.text += text
        text = b""
        yield member
    if text:
        yield Member(name="comment", data=text)
    if not is_text(directory.comment):
        yield Member(name="comment", data=directory.comment, damage=ambiguous("archive comment is no text", directory.stop))
    for damage in directory.damages:
        yield _pieces.damaged(damage)


def _records(source: Source, content: Content, directory: Directory, at: int, budget: Budget) -> Iterator[Member]:
    """Yield entries and gaps from `at` on."""
    plain = source.name.lower().endswith(WITHOUT_DESCRIPTORS)
    entries = directory.entries
    starts = [min(entry.offset, directory.start) for entry in entries[1:]]
    for entry, limit in zip(entries, [*starts, directory.start], strict=bool(entries)):
        if at < entry.offset <= directory.start:
            yield from strays(content, at, entry.offset, budget)
            at = entry.offset
        record = read_entry(content, entry, max(limit, at), budget, plain=plain)
        yield record.member
        if record.pieces is not None and record.pieces.started and (damage := _left(record.pieces)):
            yield _pieces.damaged(damage, entry.name)
        if record.stop <= directory.start:
            at = max(at, record.stop)
    if is_signature(content, at, directory.start):
        yield region(content, "signing-block", at, directory.start, None)
    elif at < directory.start:
        yield from strays(content, at, directory.start, budget)
    if directory.end < directory.end_records:
        yield from strays(content, directory.end, directory.end_records, budget)
    if directory.stop < content.size:
        yield region(content, "trailer", directory.stop, content.size, ambiguous("bytes after the end record", directory.stop))


def _left(pieces: _pieces.Pieces) -> Damage | None:
    """What is wrong with the part of an entry that its reader did not want."""
    try:
        pieces.drain()
    except LimitExceeded:
        raise
    except Malformed as error:
        return Damage(rule=error.rule, reason=error.reason, offset=error.offset)
    return None


def _first_record(directory: Directory) -> int:
    """Where the archive itself begins."""
    first = directory.entries[0].offset if directory.entries else directory.start
    return min(first, directory.start)


def _is_appended(tail: bytes) -> bool:
    """Whether a zip ends where the file does, whatever is in front of it."""
    if b"\6" not in tail:
        return False
    for at in end_positions(tail):
        comment_size = int.from_bytes(tail[at + 20 : at + 22], "little")
        if at + END.size + comment_size == len(tail) and has_directory(tail, at):
            return True
    return False
