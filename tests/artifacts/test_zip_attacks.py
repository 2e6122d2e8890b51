"""Zips that lie are damage, by the rule that says how, and what can be read of them is read all the same."""

import io
import os
import struct
import time
import warnings
import zipfile
import zlib

import pytest

from leakguard.artifacts import zip as form
from leakguard.limits import Limits
from leakguard.model import Kind
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.artifacts.test_zip import entry, hand_made, opened, streamed
from tests.builders import tar_of, token, zip_of

AMBIGUOUS, TRUNCATED, UNREADABLE = "artifact/ambiguous", "artifact/truncated", "artifact/unreadable"
SECRET = token("", 60).encode() + b"\n"


def patched(data: bytes, old: bytes, new: bytes, nth: int | None = None) -> bytes:
    """The bytes with all occurrences of a part, or the nth, replaced by as many others."""
    assert len(old) == len(new)
    assert old in data
    if nth is None:
        return data.replace(old, new)
    at = -1
    for _ in range(nth + 1):
        at = data.index(old, at + 1)
    return data[:at] + new + data[at + len(old) :]


def numbers(*values: int) -> bytes:
    """Little-endian 32-bit numbers."""
    return struct.pack(f"<{len(values)}L", *values)


def moved(data: bytes, inserted: bytes) -> bytes:
    """The archive with bytes between its entries and its directory, and the end record adjusted."""
    at = data.index(b"PK\1\2")
    return data[:at] + inserted + data[at:-6] + numbers(at + len(inserted)) + data[-2:]


def duplicated(first: str, second: str, content: bytes = SECRET) -> bytes:
    """Two entries in one archive, the second with the secret."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        archive.writestr(first, b"ok")
        archive.writestr(second, content)
    return out.getvalue()


def found_in(found: Opened, secret: bytes = SECRET) -> bool:
    """Whether the planted bytes were handed on to be searched."""
    return any(secret in content for content in [*found.contents.values(), found.text])


def test_zb1_a_bomb_is_stopped_by_the_budget() -> None:
    """Inflating ends where the budget does, not where the header says."""
    found = opened_with(zip_of({"a": bytes(100 << 20)}), Limits(ratio=10))
    assert ["artifact/limit-exceeded"] == found.rules
    assert len(found.contents["a"]) <= 65 << 20


def test_zb2_entries_over_the_same_bytes_overlap() -> None:
    """Two directory entries for one local header are damage, and nothing of it is inflated twice."""
    data = zip_of({"a": SECRET})
    at = data.index(b"PK\1\2")
    central = data[at:-22]
    data = data[:at] + central + central.replace(b"a", b"b") + data[-22:-14] + struct.pack("<HHLL", 2, 2, 2 * len(central), at) + b"\0\0"
    found = opened(data)
    assert AMBIGUOUS in found.rules
    assert "entry overlaps the next one" in found.reasons


def test_zb3_quoted_overlaps_take_linear_time() -> None:
    """Entries that quote the headers of the ones behind them are refused before anything is inflated."""
    start = time.monotonic()
    found = opened(quoted(3000))
    assert (2999, 1) == (found.reasons.count("entry overlaps what follows it"), len([one for one in found.members if one.name == "2999"]))
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("size", [4, 5000])
def test_zb7_more_data_than_declared(size: int) -> None:
    """Content is read to the end of its stream, not to the declared size."""
    content = b"ok\n#" + SECRET * 200
    data = zip_of({"a.py": content})
    data = patched(patched(data, numbers(len(content)), numbers(size)), numbers(zlib.crc32(content)), numbers(zlib.crc32(content[:size])))
    found = opened(data)
    assert ([AMBIGUOUS], content) == (found.rules, found.files["a.py"])


def test_zb8_less_data_than_declared() -> None:
    """A stored entry that claims the directory as its content is refused."""
    found = opened(patched(zip_of({"a": b"hello"}, compression=0), numbers(5, 5), numbers(9, 9)))
    assert AMBIGUOUS in found.rules


def test_zb9_a_wrong_checksum() -> None:
    """Content that does not have the declared checksum is read and is damage."""
    found = opened(patched(zip_of({"a": b"hello"}), numbers(zlib.crc32(b"hello")), b"\1\2\3\4"))
    assert ([UNREADABLE], b"hello") == (found.rules, found.files["a"])


def test_zb10_very_many_empty_entries() -> None:
    """The limit on entries holds before the members are made."""
    data = zip_of({f"{number:x}": b"" for number in range(5000)}, compression=0)
    assert ["artifact/limit-exceeded"] == opened_with(data, Limits(entries=4000)).rules
    assert [] == opened_with(data, Limits(entries=5000)).rules


def test_zb11_a_count_beyond_all_bounds() -> None:
    """Nothing is allocated from what an end record declares."""
    record = struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 2**40, 2**40, 0, 0) + struct.pack("<LLQL", 0x07064B50, 0, 0, 1)
    found = opened(record + struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0))
    assert AMBIGUOUS in found.rules


def test_zb12_a_comment_full_of_end_records() -> None:
    """The real entries are found in linear time, and the comment is damage."""
    found = opened(commented({"a": SECRET}, (b"PK\5\6" + bytes(18)) * 2978))
    assert AMBIGUOUS in found.rules
    assert found.files["a"] == SECRET


def test_zb13_a_count_modulo_65536() -> None:
    """An end record that counts one of 65,537 entries contradicts the directory."""
    files = {f"{number:x}": b"" for number in range(65_537)}
    data = zip_of(files, compression=0)
    at, size = data.rindex(b"PK\6\6"), len(data) - 22 - 20 - 56
    start = data.index(b"PK\1\2")
    found = opened(data[:at] + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, size - start, start, 0))
    assert AMBIGUOUS in found.rules
    assert len(files) == len(found.files)


@pytest.mark.parametrize(("method", "name"), [(zipfile.ZIP_LZMA, "lzma"), (zipfile.ZIP_BZIP2, "bzip2")])
def test_zb14_zc22_other_methods_are_not_decoded(method: int, name: str) -> None:
    """A method that is not supported is said by name, before any decoder is made."""
    found = opened(zip_of({"a": SECRET}, compression=method))
    assert (["artifact/unsupported"], [f"entry is packed by method {name}"]) == (found.rules, found.reasons)


@pytest.mark.parametrize("second", ["a.py", "./a.py", "x/../a.py", "/a.py", "x//../a.py", ".\\a.py"])
def test_zc1_the_same_name_twice(second: str) -> None:
    """Two names that become one file are damage; both contents are read."""
    found = opened(duplicated("a.py", second))
    assert [AMBIGUOUS] == found.rules
    assert found_in(found)


@pytest.mark.parametrize("second", ["b.py", "a.pyc", "x/a.py", "A.py", "a.py.", "...a.py"])
def test_other_names_are_no_duplicates(second: str) -> None:
    """Names that only look alike are left to whoever judges names."""
    assert [] == opened(duplicated("a.py", second)).rules


def test_nm23_a_file_that_is_a_folder() -> None:
    """A name cannot be both."""
    assert ["`a` is a file and a folder"] == opened(duplicated("a", "a/b")).reasons


def test_zc2_names_differ() -> None:
    """A local header with another name is damage, and both names are searched."""
    found = opened(patched(zip_of({"good.py": SECRET}), b"good.py", b"evil.py", 0))
    assert ([AMBIGUOUS], b"evil.py") == (found.rules, found.text)
    assert found_in(found)


def test_zc3_a_local_header_without_an_entry() -> None:
    """An entry that the directory leaves out is damage, and its content is inflated and searched."""
    hidden = zip_of({"hid.py": SECRET})
    found = opened(moved(zip_of({"a": b"ok"}), hidden[: hidden.index(b"PK\1\2")]))
    assert ([AMBIGUOUS], SECRET) == (found.rules, found.files["hid.py"])


def test_zc4_an_entry_without_a_local_header() -> None:
    """A directory entry that points at nothing is damage."""
    data = zip_of({"a": b"x", "b": b"y"}, compression=0)
    found = opened(data[:32] + b"\0" * 32 + data[64:])
    assert "entry has no local header where it should be" in found.reasons


@pytest.mark.parametrize("gap", [SECRET, b"\0" * 40])
def test_zc5_a_gap(gap: bytes) -> None:
    """Bytes that belong to no record are damage, zero bytes too, and are searched."""
    found = opened(moved(zip_of({"a": b"ok"}), gap))
    assert [AMBIGUOUS] == found.rules
    assert found_in(found, gap)


def test_zc6_bytes_in_front() -> None:
    """A prefix that is no script is damage and is searched; the entries are read."""
    data = SECRET + zip_of({"a": b"ok"})
    found = opened(data)
    assert (Match.NAME_AND_CONTENT, [AMBIGUOUS], b"ok") == (matches(form, "a.zip", data), found.rules, found.files["a"])
    assert found.files["prefix"] == SECRET


@pytest.mark.parametrize("front", [b"GIF89a" + bytes(20), b"%PDF-1.7\n", b"\x7fELF" + bytes(99), b"#!/bin/sh\n\0\1\2\3"])
def test_pc1_a_picture_with_a_zip_behind_it(front: bytes) -> None:
    """A polyglot is recognised by its end, and its front is damage."""
    data = front + zip_of({"a": b"ok"})
    assert (Match.CONTENT, [AMBIGUOUS]) == (matches(form, "logo.gif", data), opened(data, "logo.gif").rules)


@pytest.mark.parametrize("trailer", [SECRET, bytes(8) + SECRET, bytes(8), bytes(1)])
def test_zc7_bytes_behind(trailer: bytes) -> None:
    """Trailing bytes are damage, zero bytes too, and are searched."""
    found = opened(zip_of({"a": b"ok"}) + trailer)
    assert ([AMBIGUOUS], trailer, b"ok") == (found.rules, found.files["trailer"], found.files["a"])


def test_zc8_two_archives() -> None:
    """The first of two archives is handed on as a container of its own."""
    first = zip_of({"a": SECRET})
    found = opened(first + zip_of({"b": b"ok"}))
    assert ([AMBIGUOUS], first, b"ok") == (found.rules, found.files["prefix"], found.files["b"])
    assert matches(form, "prefix", first)


def test_zc9_an_archive_in_the_comment() -> None:
    """A comment that is an archive is damage and is handed on."""
    inner = zip_of({"b": SECRET})
    found = opened(commented({"a": b"ok"}, inner))
    assert AMBIGUOUS in found.rules
    assert SECRET in found.files["b"]
    assert matches(form, "prefix", found.files["prefix"])
    assert Opened(form, found.files["prefix"], "prefix").files["a"] == b"ok"


@pytest.mark.parametrize("comment", [b"build 7, 2026", b"two\r\nlines\t", "Grüße".encode()])
def test_a_comment_of_text_is_allowed(comment: bytes) -> None:
    """Plain text is no damage."""
    found = opened(commented({"a": b"ok"}, comment))
    assert ([], comment) == (found.rules, found.text)


def test_zc12_another_name_in_an_extra_field() -> None:
    """A Unicode path that is not the name is damage."""
    field = struct.pack("<HHBL", 0x7075, 9, 1, zlib.crc32(b"a.py")) + b"b.py"
    assert ["extra field gives the entry another name"] == opened(hand_made(b"a.py", SECRET, extra=field)).reasons
    same = struct.pack("<HHBL", 0x7075, 9, 1, zlib.crc32(b"a.py")) + b"a.py"
    assert [] == opened(hand_made(b"a.py", SECRET, extra=same)).rules
    assert ["extra field occurs twice"] == opened(hand_made(b"a.py", SECRET, extra=same + same)).reasons


def test_another_comment_in_an_extra_field() -> None:
    """A Unicode comment that is not the comment is damage; one that spells out another code page is none."""
    reasons = []
    for comment, said in ((b"one", b"two"), (b"one", b"one"), ("é".encode("cp437"), "é".encode())):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            info = entry("a")
            info.comment = comment
            info.extra = struct.pack("<HHBL", 0x6375, 5 + len(said), 1, zlib.crc32(comment)) + said
            archive.writestr(info, b"x")
        reasons.append(opened(out.getvalue()).reasons)
    assert [["extra field gives the entry another comment"], [], []] == reasons


def test_zc13_bytes_behind_the_compressed_data() -> None:
    """What a deflate stream leaves over is damage."""
    packed = zlib.compress(b"ok", wbits=-15)
    data = hand_made(b"a", packed + SECRET)
    data = patched(
        data, struct.pack("<HL", 0, 0) + numbers(zlib.crc32(packed + SECRET)), struct.pack("<HL", 8, 0) + numbers(zlib.crc32(b"ok"))
    )
    size = len(packed + SECRET)
    found = opened(patched(data, numbers(size, size), numbers(size, 2)))
    assert ([AMBIGUOUS], b"ok") == (found.rules, found.files["a"])


def test_zc14_methods_differ() -> None:
    """Deflated here, stored there, is damage."""
    data = zip_of({"a": SECRET})
    at = data.index(b"PK\1\2") + 10
    assert AMBIGUOUS in opened(data[:at] + b"\0\0" + data[at + 2 :]).rules


@pytest.mark.parametrize("field", [4, 8, 12])
def test_zc15_a_data_descriptor_that_lies(field: int) -> None:
    """All three values of a descriptor are verified."""
    data = bytearray(streamed({"a": SECRET}))
    data[data.index(b"PK\7\10") + field] ^= 1
    assert AMBIGUOUS in opened(bytes(data)).rules


def test_zc15_a_wheel_has_no_data_descriptors() -> None:
    """The index refuses them, and readers that stream cannot trust them."""
    assert [AMBIGUOUS] == opened(streamed({"a": SECRET}), "a-1-py3-none-any.whl").rules


def test_zc15_a_descriptor_inside_stored_data() -> None:
    """A sequential reader would end the entry in the middle and go on with what is hidden in it."""
    content = b"ok" + b"PK\7\10" + numbers(zlib.crc32(b"ok"), 2, 2) + SECRET
    data = hand_made(b"a", content, flags=8)
    at = data.index(b"PK\1\2")
    descriptor = b"PK\7\10" + numbers(zlib.crc32(content), len(content), len(content))
    data = data[:14] + bytes(12) + data[26:at] + descriptor + data[at:-6] + numbers(at + 16) + b"\0\0"
    found = opened(data)
    assert ([AMBIGUOUS], content) == (found.rules, found.files["a"])


@pytest.mark.parametrize("change", [(24, 1), (32, 1), (40, 1), (48, 1), (4, 1), (64, 1)])
def test_zc16_the_two_end_records_disagree(change: tuple[int, int]) -> None:
    """Counts, sizes, offsets, the length of the record and the locator are compared."""
    data = bytearray(zip64_of({"a": SECRET}))
    assert [] == opened(bytes(data)).rules
    data[data.index(b"PK\6\6") + change[0]] ^= change[1]
    assert AMBIGUOUS in opened(bytes(data)).rules


@pytest.mark.parametrize("at", [-12, -14, -10, -6, -18, -16])
def test_zc17_zc18_the_end_record_is_wrong(at: int) -> None:
    """Every number of the end record has to be what was found."""
    data = bytearray(zip_of({"a": SECRET, "b": SECRET}))
    data[at] ^= 1
    found = opened(bytes(data))
    assert AMBIGUOUS in found.rules
    assert found_in(found)


def test_zc19_a_folder_with_content() -> None:
    """Content behind a name that ends in a slash is damage, and is read."""
    found = opened(zip_of({"d/": SECRET}))
    assert ([AMBIGUOUS], SECRET) == (found.rules, found.files["d/"])


@pytest.mark.parametrize("attributes", [0o040755 << 16, 0x10, 0o020666 << 16, 0o140666 << 16])
def test_zc19_a_file_with_other_attributes(attributes: int) -> None:
    """A file that some reader makes a folder or a device of is damage, and is read."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = entry("a")
        info.external_attr = attributes
        archive.writestr(info, SECRET)
    assert ([AMBIGUOUS], SECRET) == (opened(out.getvalue()).rules, opened(out.getvalue()).files["a"])


@pytest.mark.parametrize("where", ["local", "central", "both"])
@pytest.mark.parametrize("flag", [0x01, 0x40])
def test_zc20_encrypted_entries(where: str, flag: int) -> None:
    """An entry that one of its headers calls encrypted cannot be inspected."""
    data = bytearray(zip_of({"a": SECRET, "b": b"ok"}))
    if where != "central":
        data[6] |= flag
    if where != "local":
        data[data.index(b"PK\1\2") + 8] |= flag
    found = opened(bytes(data))
    assert ("artifact/encrypted", b"ok") == (found.rules[0], found.files["b"])
    assert found.members[0].kind is Kind.DAMAGE


@pytest.mark.parametrize(
    ("at", "value", "rule"), [(8, 0x20, "artifact/unsupported"), (6, 0xFF, "artifact/unsupported"), (34, 1, AMBIGUOUS)]
)
def test_zc21_patches_versions_volumes(at: int, value: int, rule: str) -> None:
    """What only other readers could read is damage."""
    data = bytearray(zip_of({"a": SECRET}))
    data[data.index(b"PK\1\2") + at] |= value
    if at == 8:
        data[6] |= value
    assert rule in opened(bytes(data)).rules


@pytest.mark.parametrize("extra", [b"", struct.pack("<HHQ", 1, 8, 60), struct.pack("<HHLL", 1, 8, 1, 1), struct.pack("<HH", 1, 0)])
def test_zc23_zip64_fields_that_are_wrong(extra: bytes) -> None:
    """A sentinel without its field, or with a field of the wrong length, is damage."""
    data = hand_made(b"a", SECRET, extra=extra)
    at = data.index(b"PK\1\2") + 20
    assert AMBIGUOUS in opened(data[:at] + b"\xff" * 8 + data[at + 8 :]).rules


def test_zc24_a_link_gives_its_target() -> None:
    """The target of a link is searched, and is never followed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry("l", mode=0o120777), SECRET)
    found = opened(out.getvalue())
    assert (Kind.LINK, SECRET.decode(), SECRET) == (found.members[0].kind, found.members[0].link, found.text)


def test_zc25_a_tar_with_a_zip_behind_it() -> None:
    """The zip says that it is one, so that two formats claim the file."""
    data = tar_of({"x/PKG-INFO": b"ok"}) + zip_of({"x/setup.py": SECRET})
    assert (Match.CONTENT, SECRET) == (matches(form, "x-1.0.tar.gz", data), opened(data).files["x/setup.py"])


@pytest.mark.parametrize("name", [b"a\0.py", b"a\x1b[2Jb", b"a\nb", b"a\x7f", b"", b"\xc0\xaf.py", b"\x81.py"])
def test_names_that_readers_cut_or_guess(name: bytes) -> None:
    """NM8, NM10 to NM12, NM24: such a name is damage, whatever the content."""
    found = opened(hand_made(name, SECRET))
    assert [AMBIGUOUS] == found.rules
    assert found_in(found)


def test_a_name_that_is_no_utf8_keeps_its_bytes() -> None:
    """Bytes that are not UTF-8 become lone surrogates, as file names do."""
    assert "\udcc0\udcaf.py" in opened(hand_made(b"\xc0\xaf.py", b"x", flags=0x800)).files


@pytest.mark.parametrize("keep", [10, 40, 70, 800, 1600, 2400, -1, -10, -21])
def test_a_truncated_archive_gives_what_is_left(keep: int) -> None:
    """Cut anywhere, an archive is damage, and the entries in front of the cut are read."""
    data = zip_of({f"{number}": os.urandom(90) for number in range(20)})
    data = data[:keep]
    found = opened(data)
    assert TRUNCATED in found.rules
    assert len(found.files) >= len(data) // 250


def test_a_cut_entry_is_inflated_as_far_as_it_goes() -> None:
    """The last entry of a truncated archive is searched up to the cut."""
    content = SECRET + os.urandom(4000)
    found = opened(zip_of({"a": content})[:3000])
    assert found.rules
    assert found.files["a"].startswith(SECRET)


def test_damaged_compressed_data_is_read_up_to_the_damage() -> None:
    """What was inflated in front of damage is searched."""
    content = SECRET + os.urandom(400_000)
    data = bytearray(zip_of({"a": content}))
    data[300_000:300_100] = os.urandom(100)
    found = opened(bytes(data))
    assert found.rules
    assert found.files["a"].startswith(SECRET)


def opened_with(data: bytes, limits: Limits) -> Opened:
    """Every member of these bytes, read within these limits."""
    return Opened(form, data, "a.zip", limits=limits)


def commented(files: dict[str, bytes], comment: bytes) -> bytes:
    """An archive with a comment."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def zip64_of(files: dict[str, bytes]) -> bytes:
    """The archive with zip64 end records that say the same as the others."""
    data = zip_of(files)
    count, size, start = struct.unpack("<HLL", data[-12:-2])
    record = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, start)
    return data[:-22] + record + b"PK\6\7" + struct.pack("<LQL", 0, len(data) - 22, 1) + data[-22:]


def quoted(count: int) -> bytes:
    """Stored entries, each of which claims all the headers behind it as its content."""
    locals_, central, offset = [], b"", 0
    kernel = b"x" * 100
    sizes = [34 * (count - 1 - number) + len(kernel) for number in range(count)]
    for number, size in enumerate(sizes):
        name = f"{number:04}".encode()
        head = struct.pack("<HHHLLLL", 20, 0, 0, 0, zlib.crc32(kernel), size, size)
        locals_.append(b"PK\3\4" + head + struct.pack("<HH", 4, 0) + name)
        central += b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<5HLL", 4, 0, 0, 0, 0, 0, offset) + name
        offset += 34
    body = b"".join(locals_) + kernel
    return body + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, count, count, len(central), len(body), 0)
