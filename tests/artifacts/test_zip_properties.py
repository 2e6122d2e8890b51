"""Whatever a writer packs comes out; whatever is changed afterwards is damage or leaves the content as it was."""

import io
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakguard.artifacts import zip as form
from leakguard.model import Kind
from tests.artifacts._opened import Opened

PART = st.text(st.characters(codec="utf-8", exclude_characters="/\\", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
PATH = st.lists(PART.filter(lambda part: part not in {".", ".."}), min_size=1, max_size=4).map("/".join)
CONTENT = st.one_of(st.binary(max_size=200), st.integers(0, 9000).map(lambda size: b"line of text\n" * size))


def without_clashes(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files whose names are no folder of another one."""
    folders = {name[:at] for name in files for at, character in enumerate(name) if character == "/"}
    return {name: content for name, content in files.items() if name not in folders}


TREES = st.dictionaries(PATH, CONTENT, max_size=12).map(without_clashes)


@settings(max_examples=60, deadline=None)
@given(files=TREES, deflate=st.booleans(), comment=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=50))
def test_what_went_in_comes_out(files: dict[str, bytes], comment: str, *, deflate: bool) -> None:
    """Any tree of files that `zipfile` writes gives exactly these entries, and no damage."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment.encode()
    found = Opened(form, out.getvalue(), "a.zip")
    assert (files, []) == ({name: content for name, content in found.files.items() if files or name != "comment"}, found.rules)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=TREES.filter(bool), at=st.integers(0), bit=st.integers(0, 7))
def test_no_bit_changes_the_content_unnoticed(files: dict[str, bytes], at: int, bit: int) -> None:
    """After any one bit is flipped the archive has damage, or the same content under the same names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    data = bytearray(out.getvalue())
    data[at % len(data)] ^= 1 << bit
    found = Opened(form, bytes(data), "a.zip")
    same = {one.name: (one.link or "").encode() if one.kind is Kind.LINK else found.contents.get(one.name) for one in found.members}
    assert found.rules or files == same


@settings(max_examples=100, deadline=None)
@given(files=TREES.filter(bool), cut=st.integers(1))
def test_no_cut_goes_unnoticed(files: dict[str, bytes], cut: int) -> None:
    """An archive that lacks any number of its last bytes has damage."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    data = out.getvalue()
    assert Opened(form, data[: len(data) - 1 - cut % (len(data) - 1)], "a.zip").rules


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), front=st.sampled_from([b"PK\3\4", b"PK\5\6", b""]), back=st.sampled_from([b"PK\5\6" + bytes(18), b""]))
def test_any_bytes_end_cleanly(data: bytes, front: bytes, back: bytes) -> None:
    """Whatever the bytes are, the reader comes to an end by itself, and nothing passes but an empty archive."""
    whole = front + data + back
    found = Opened(form, whole, "a.zip")
    assert found.rules or whole.startswith(b"PK\5\6")
    assert all(rule.startswith("artifact/") for rule in found.rules)
