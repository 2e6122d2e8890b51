"""PDF and Office documents: packed text is read, words that are split are put together, and what cannot be read is said."""

import random
import re
import zlib
from pathlib import Path

import pytest

import leakguard
from leakguard.artifacts import office_text, pdf
from leakguard.plugins import Match
from tests.builders import token, zip_of
from tests.kit import matched, walked

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OPEN = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'


def document(*streams: bytes, dictionary: str = "/Filter /FlateDecode", trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF with these packed streams."""
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"]
    for number, content in enumerate(streams, 2):
        packed = zlib.compress(content)
        parts.append(
            b"%d 0 obj\n<< /Length %d %s >>\nstream\n" % (number, len(packed), dictionary.encode()) + packed + b"\nendstream\nendobj\n"
        )
    return b"".join(parts) + f"trailer\n<< {trailer} >>\nstartxref\n0\n%%EOF\n".encode()


def rules(folder: Path, name: str, data: bytes) -> list[str]:
    """The rules that block."""
    (folder / name).write_bytes(data)
    return [one.finding.rule for one in leakguard.inspect([str(folder / name)]).verdicts[0].judgements if one.action == "block"]


def test_packed_streams_come_out() -> None:
    """Each of them, and the document stays an entry of its own."""
    found = walked("a.pdf", document(b"BT (one) Tj ET", b"two"))
    assert [b"BT (one) Tj ET", b"two"] == [content for path, content in found.contents.items() if "!/stream-" in path]
    assert found.contents["a.pdf"].startswith(b"%PDF-")
    assert {} == found.damage


def test_letters_that_are_placed_one_by_one_are_put_together() -> None:
    """As a typesetter writes them; brackets are plain again."""
    found = walked("a.pdf", document(rb"BT [(se)-10(cr)5.5(et)] TJ [(alone)] TJ [(a\()3(b)] TJ ET"))
    assert [b"secret\na(b"] == [content for path, content in found.contents.items() if path.endswith(".txt")]


def test_a_secret_in_a_document_blocks(tmp_path: Path) -> None:
    """Packed, and split by the typesetter."""
    secret = token("ghp_", 36)
    split = f"BT [({secret[:9]})-12({secret[9:20]})4({secret[20:]})] TJ ET".encode()
    assert ["secret/github-token"] == rules(tmp_path, "a.pdf", document(split))


@pytest.mark.parametrize("dictionary", ["/Filter /DCTDecode", "/Filter [/FlateDecode /DCTDecode]", ""])
def test_pictures_and_what_is_not_packed_are_left_alone(dictionary: str) -> None:
    """They are searched as they stand."""
    assert ["a.pdf"] == list(walked("a.pdf", document(b"content", dictionary=dictionary)).contents)


def test_an_encrypted_document_cannot_be_inspected(tmp_path: Path) -> None:
    """Which is said, unless the word merely occurs."""
    assert ["artifact/encrypted"] == rules(tmp_path, "a.pdf", document(b"x", trailer="/Root 1 0 R /Encrypt 9 0 R"))
    assert [] == rules(tmp_path, "b.pdf", document(b"x", trailer="/Root 1 0 R") + b"(about /Encrypt in general)")


def test_a_stream_that_is_damaged_is_said() -> None:
    """With whatever could be read of it."""
    data = document(bytes(random.Random(1).randbytes(5000)))
    at = data.index(b"stream\n") + 2000
    assert {"artifact/unreadable"} == set(walked("a.pdf", data[:at] + b"\xff" * 30 + data[at + 30 :]).damage.values())


def test_a_bomb_in_a_document_is_stopped() -> None:
    """By the bound on a stream, and by the budget."""
    found = walked("a.pdf", document(bytes(70 << 20)))
    assert {"artifact/limit-exceeded"} == set(found.damage.values())


def test_whatever_is_flipped_or_cut_does_no_harm() -> None:
    """Nothing fails, nothing runs without end."""
    data = document(*(rb"BT [(se)-10(cr)5.5(et)] TJ ET " * 50 for _ in range(4)))
    chance = random.Random(5)
    for _ in range(200):
        changed = bytearray(data[: chance.randrange(20, len(data))])
        changed[chance.randrange(10, len(changed))] = chance.randrange(256)
        assert all(rule.startswith("artifact/") for rule in walked("a.pdf", bytes(changed)).damage.values())


@pytest.mark.parametrize("content", [b"", b"text about %PDF-1.7", b"# %PDF-1.7 trailer << /Encrypt 1 0 R >>", b"endstream endstream"])
def test_other_content_is_no_pdf(content: bytes) -> None:
    """The first line makes one."""
    assert Match.NO == matched(pdf, content, "a.pdf")


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        (
            "word/document.xml",
            f'<w:document {WORD}><w:p><w:r><w:t>%s</w:t></w:r><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p></w:document>',
        ),
        ("ppt/slides/slide1.xml", f"<p:sld {DRAWING}><a:p><a:r><a:t>%s</a:t></a:r><a:r><a:t>%s</a:t></a:r></a:p></p:sld>"),
        ("xl/sharedStrings.xml", f"<sst {SHEET}><si><r><t>%s</t></r><r><t>%s</t></r></si></sst>"),
        ("content.xml", f"<office:document {OPEN}><text:p><text:span>%s</text:span><text:span>%s</text:span></text:p></office:document>"),
    ],
)
def test_a_token_that_is_split_over_runs_blocks(tmp_path: Path, name: str, xml: str) -> None:
    """In a text, a slide, a table, an open document."""
    secret = token("ghp_", 36)
    data = zip_of({"[Content_Types].xml": "<Types/>", name: f'<?xml version="1.0"?>{xml % (secret[:17], secret[17:])}'})
    assert ["secret/github-token"] == rules(tmp_path, "a.docx", data)


def test_entities_are_letters_again() -> None:
    """So that what they split is whole."""
    xml = f"<w:document {WORD}><w:p><w:t>a &amp;lt; b</w:t><w:t> &lt; c</w:t></w:p></w:document>"
    found = walked("document.xml", xml.encode())
    assert b"a &lt; b < c" == found.contents["document.xml!/text.txt"]


@pytest.mark.parametrize(
    "xml",
    [
        f"<w:document {WORD}><w:p><w:t>whole</w:t></w:p></w:document>",
        f"<w:document {WORD}>" + "<w:t>x</w:t>" * 3,
        f"<w:document {WORD}>" + "<w:t" * 20_000,
        f"<w:document {WORD}>" + "<w:p>" * 20_000,
        f"text that speaks of {WORD} <w:p><w:t>a</w:t><w:t>b</w:t></w:p>",
        f"// {WORD} in a script: '<w:p><w:t>a</w:t><w:t>b</w:t></w:p>'",
    ],
)
def test_nothing_is_told_twice(xml: str) -> None:
    """A paragraph in one piece, parts that never end, and what is no such document have no text of their own."""
    assert [] == [path for path in walked("document.xml", xml.encode()).contents if re.search("text.txt$", path)]


def test_the_vocabulary_stands_at_the_beginning() -> None:
    """Far down in another file it means nothing."""
    assert Match.NO == matched(office_text, b"<html>" + b" " * 20_000 + WORD.encode(), "a.html")
