"""The tar reader: what sound writers write, and the attacks TR1 to TR24 on readers."""

import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakguard.artifacts import tar
from leakguard.artifacts._tar_pax import name_contradicts
from leakguard.content import read_up_to
from leakguard.errors import Malformed
from leakguard.limits import Budget, Limits
from leakguard.model import Kind, Member
from leakguard.plugins import Match, Source
from tests.builders import tar_of, token
from tests.kit import accept_format

END = bytes(1024)
FORMS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
GNU = b"ustar  \0"
SECRET = token("ghp_", 36).encode()


class Dribble(io.RawIOBase):
    """A forward-only stream that gives less than it is asked for and cannot seek."""

    def __init__(self, data: bytes, most: int = 700) -> None:
        super().__init__()
        self._inner, self._most = io.BytesIO(data), most

    def read(self, size: int | None = -1) -> bytes:
        """Up to `most` bytes."""
        return self._inner.read(min(self._most, size if size is not None and size >= 0 else self._most))


@dataclass
class Seen:
    """What a walk gave: the members, the content of each file, the damage, the text."""

    members: list[Member]
    contents: dict[str, bytes]
    rules: list[str]
    reasons: str
    text: bytes

    @property
    def names(self) -> list[str]:
        """In stored order."""
        return [one.name for one in self.members if one.kind is not Kind.DAMAGE]


def see(data: bytes, stream: io.IOBase | None = None) -> Seen:
    """Walk a tar as the walker does: each member read to its end before the next."""
    seen = Seen([], {}, [], "", b"")
    source = Source(name="x.tar", stream=stream or io.BytesIO(data), size=None, content=None, hits=())  # type: ignore[arg-type]
    reasons = []
    try:
        for member in tar.members(source, Budget(Limits(), len(data))):
            seen.members.append(member)
            seen.text += member.text
            if member.damage:
                seen.rules.append(member.damage.rule)
                reasons.append(member.damage.reason)
            if member.data is not None:
                seen.contents[member.name] = member.data
            elif member.open is not None:
                seen.contents[member.name] = read_up_to(member.open(), 1 << 26)
    except Malformed as damage:
        seen.rules.append(damage.rule)
        reasons.append(damage.reason)
    seen.reasons = "; ".join(reasons)
    return seen


def header(
    name: bytes = b"a",
    size: int | bytes = 0,
    kind: bytes = b"0",
    link: bytes = b"",
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    padding: bytes = b"",
    mtime: bytes = b"00000000000\0",
    owner: bytes = b"",
) -> bytes:
    """One header with a right checksum."""
    spelled = b"%011o\0" % size if isinstance(size, int) else size
    block = bytearray(
        name.ljust(100, b"\0")
        + b"0000644\0" * 3
        + spelled
        + mtime
        + b" " * 8
        + kind
        + link.ljust(100, b"\0")
        + magic
        + owner.ljust(64, b"\0")
        + bytes(16)
        + prefix.ljust(155, b"\0")
        + padding.ljust(12, b"\0")
    )
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def filled(data: bytes) -> bytes:
    """Padded with zeros to whole blocks."""
    return data + bytes(-len(data) % 512)


def member(data: bytes = b"hello", **fields: object) -> bytes:
    """A header and its body."""
    fields.setdefault("size", len(data))
    return header(**fields) + filled(data)  # type: ignore[arg-type]


def record(key: bytes, value: bytes) -> bytes:
    """One pax record with the right length."""
    length = len(key) + len(value) + 3
    while length != len(key) + len(value) + 3 + len(str(length)):
        length = len(key) + len(value) + 3 + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def pax(*records: bytes, kind: bytes = b"x", **fields: object) -> bytes:
    """A pax extension header."""
    fields.setdefault("name", b"././@PaxHeader")
    return member(b"".join(records), kind=kind, **fields)


def long_name(name: bytes, kind: bytes = b"L") -> bytes:
    """A GNU long name or link."""
    return member(name + b"\0", name=b"././@LongLink", kind=kind, magic=GNU)


def sound() -> bytes:
    """A small tar with a file, a folder and a second file."""
    return member(name=b"p/a") + header(b"p/d/", kind=b"5") + member(b"x" * 600, name=b"p/d/b") + END


# What sound writers write.


@pytest.mark.parametrize("form", FORMS)
def test_it_passes_the_acceptance_kit(form: str) -> None:
    """Any prefix and any flipped byte of a sound tar ends in members and damage, never in another exception."""
    files = {
        "p/one.txt": b"1",
        "p/two.bin": bytes(range(256)) * 9,
        "p/" + "long/" * 24 + "name": b"3",
        "p/empty.txt": b"",
        "p/block": b"x" * 512,
    }
    accept_format(tar, {"x.tar": (tar_of(files, form=FORMS[form]), files)})


components = st.text("abcdefgh-_é 日", min_size=1, max_size=40).filter(lambda text: text == text.strip())
paths = st.lists(components, min_size=1, max_size=6).map("/".join)
trees = st.dictionaries(paths, st.binary(max_size=2000), max_size=8)


@settings(max_examples=60, deadline=None)
@given(files=trees, form=st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]), piece=st.integers(1, 5000))
def test_any_tree_is_read_as_it_was_written(files: dict[str, bytes], form: int, piece: int) -> None:
    """For any files, what `tarfile` writes gives exactly these entries, from a stream that gives what it likes."""
    data = tar_of(files, form=form)
    seen = see(data, Dribble(data, piece))
    assert seen.contents == files
    assert seen.names == list(files)
    assert seen.rules == []


def test_ustar_prefixes_are_joined() -> None:
    """A path of more than 100 bytes in a ustar archive is name and prefix."""
    name = "folder/" * 20 + "file"
    assert see(tar_of({name: b"x"}, form=tarfile.USTAR_FORMAT)).contents == {name: b"x"}


def test_folders_links_and_modes_are_told() -> None:
    """Folders, symbolic and hard links keep their kind, target and mode."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, link in (("d", tarfile.DIRTYPE, ""), ("s", tarfile.SYMTYPE, "d/x"), ("h", tarfile.LNKTYPE, "d/" + "y" * 120)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode = kind, link, 0o751
            archive.addfile(info)
    seen = see(out.getvalue())
    assert [(one.kind, one.link) for one in seen.members] == [(Kind.DIRECTORY, None), (Kind.LINK, "d/x"), (Kind.LINK, "d/" + "y" * 120)]
    assert [one.facts.get("hard") for one in seen.members] == [None, False, True]
    assert {one.facts["mode"] for one in seen.members} == {0o751}
    assert seen.rules == []


def test_names_that_are_not_utf8_survive() -> None:
    """A byte that is not UTF-8 is a lone surrogate."""
    assert see(member(name=b"caf\xe9") + END).names == ["caf\udce9"]


@pytest.mark.parametrize("taken", [0, 1, 700_000, 2_510_000])
def test_large_bodies_are_streamed_and_drained(taken: int) -> None:
    """A body over 1 MiB comes as a stream, and what the consumer leaves is passed over."""
    big = bytes(range(251)) * 10_000
    data = tar_of({"big": big, "after": b"ok"})
    source = Source(name="x.tar", stream=Dribble(data, 90_001), size=None, content=None, hits=())  # type: ignore[arg-type]
    walk = tar.members(source, Budget(Limits(), len(data)))
    first = next(walk)
    assert first.data is None
    assert first.open is not None
    with first.open() as stream:
        assert stream.read(taken) == big[:taken]
    assert [one.data for one in walk] == [b"ok"]


@pytest.mark.parametrize(
    "data",
    [
        sound() + bytes(10_240),
        sound()[:-512],
        pax(record(b"comment", b"0123456789abcdef" * 2 + b"01234567"), kind=b"g", name=b"pax_global_header") + sound(),
        pax(record(b"mtime", b"1700000000.25"), record(b"uid", b"99999999")) + sound(),
        pax(record(b"path", b"p/" + b"n" * 120), name=b"PaxHeader/n") + member(name=b"PaxHeader") + END,
        pax(record(b"path", "p/é.js".encode())) + member(name=b"p/?.js") + END,
        pax(record(b"path", "p/é.js".encode())) + member(name=b"p/.js") + END,
        pax(record(b"path", b"p/" + b"dir/" * 40 + b"tail.js")) + member(name=b"p/dir/dir/tail.js") + END,
        pax(record(b"size", b"5")) + member() + END,
        pax(record(b"SCHILY.xattr.user.k", b"two\nlines")) + member() + END,
        long_name(b"p/" + b"n" * 150) + member(name=(b"p/" + b"n" * 150)[:100], magic=GNU) + END,
        member(magic=bytes(8)) + END,
        header(b"old/", kind=b"\0", magic=bytes(8)) + member(name=b"old/a", kind=b"\0", magic=bytes(8)) + END,
        member(mtime=b"\xff" * 12) + END,
        member(mtime=b" 1234567 \0\0\0") + END,
        member(prefix=bytes(131) + b"14211111111 14211111112 ") + END,
        member(padding=bytes(8) + b"tar\0") + END,
        member(size=b"\x80" + bytes(10) + b"\x05") + END,
    ],
)
def test_what_real_writers_do_is_no_damage(data: bytes) -> None:
    """Blocking factors, one end block, git's comment, and the ways in which writers shorten names or store times pass."""
    seen = see(data)
    assert seen.rules == [], seen.reasons
    assert b"hello" in seen.contents.values()


# Recognition.


@pytest.mark.parametrize("data", [b"", bytes(1024), b"text " * 300, bytes(range(256)) * 4, b"PK\3\4" + bytes(600)])
def test_other_content_is_not_recognised(data: bytes) -> None:
    """Nothing, zeros, text and zips are no tar, whatever the name says."""
    assert tar.match("x.tar", data, data, ()) is Match.NO


def test_content_decides_and_the_name_adds() -> None:
    """A right checksum, signed or not, or the magic makes a tar; a broken one with magic is one as well."""
    assert tar.match("x.bin", member(magic=bytes(8)), b"", ()) is Match.CONTENT
    assert tar.match("X.TAR", sound(), b"", ()) is Match.NAME_AND_CONTENT
    assert tar.match("x", sound()[:300], b"", ()) is Match.CONTENT
    assert tar.match("x", signed(b"caf\xe9"), b"", ()) is Match.CONTENT


def signed(name: bytes) -> bytes:
    """A header whose checksum was made of signed bytes."""
    block = bytearray(header(name, magic=bytes(8)))
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(byte - 256 if byte > 127 else byte for byte in block)
    return bytes(block)


# Attacks, by their number in the list of attacks.

AMBIGUOUS = {
    "TR1 pax size and ustar size differ": pax(record(b"size", b"5")) + member(b"x" * 600) + END,
    "TR2 pax path and ustar name differ": pax(record(b"path", b"package/index.js")) + member(name=b"package/harmless.txt") + END,
    "TR2 the same with a long path": pax(record(b"path", b"p/" + b"i" * 120)) + member(name=b"p/harmless") + END,
    "TR2 the same with a GNU name": long_name(b"p/" + b"i" * 120) + member(name=b"p/harmless", magic=GNU) + END,
    "TR2 link targets": pax(record(b"linkpath", b"b" * 120)) + header(kind=b"2", link=b"c") + END,
    "TR3 a pax header over 1 MiB": pax(record(b"comment", b"A" * 1_100_000)) + member() + END,
    "TR4 a key twice": pax(record(b"path", b"a"), record(b"path", b"a")) + member() + END,
    "TR4 an empty path": pax(record(b"path", b"")) + member() + END,
    "TR4 a record inside a value": pax(record(b"comment", b"x\n" + record(b"path", b"evil.py"))) + member() + END,
    "TR5 a global path": pax(record(b"path", b"evil.py"), kind=b"g") + member() + END,
    "TR5 a global size": pax(record(b"size", b"1"), kind=b"g") + member() + END,
    "TR6 a GNU name and a pax path": long_name(b"a") + pax(record(b"path", b"a")) + member() + END,
    "TR6 the other way round": pax(record(b"mtime", b"1")) + long_name(b"a") + member() + END,
    "TR6 a NUL inside a long name": long_name(b"a\0b") + member() + END,
    "TR6 a NUL inside a pax path": pax(record(b"path", b"a\0b")) + member() + END,
    "TR7 a file that tarfile takes for a folder": long_name(b"d/" * 60 + b"f")
    + member(name=b"d/" * 50, kind=b"\0", magic=GNU)
    + member(SECRET, name=b"s.py")
    + END,
    "TR7 a folder with a body": header(b"d/", size=5, kind=b"5") + END,
    "TR7 a name with a slash at its end": member(name=b"d/") + END,
    "TR9 two archives in a row": sound() + member(SECRET) + END,
    "TR9 text after the end": sound() + SECRET,
    "TR9 data after a lone block of zeros": sound()[:-512] + member(SECRET) + END,
    "TR14 a link with a body": member(kind=b"2", link=b"x", size=5) + END,
    "TR14 a link without a target": header(kind=b"1") + END,
    "TR14 a file with a target": member(link=b"x") + END,
    "TR18 several headers for one member": pax(record(b"mtime", b"1")) * 2 + member() + END,
    "TR19 bytes in the padding of a header": member(padding=b"ghp_secret12") + END,
    "TR19 bytes in the padding of a body": header(size=3) + b"abc" + SECRET.ljust(509, b"\0") + END,
    "TR19 bytes in the padding of a pax body": pax(record(b"mtime", b"1"))[:-1] + b"s" + member() + END,
    "TR19 bytes after the end of a name": member(name=b"a\0" + SECRET) + END,
    "TR19 bytes after the end of a prefix": member(prefix=b"p\0" + SECRET) + END,
    "TR24 a prefix in a GNU header": member(magic=GNU, prefix=b"pkg") + END,
    "TR24 a prefix in a v7 header": member(magic=bytes(8), prefix=b"pkg") + END,
    "TR24 a prefix beside an unknown version": member(magic=b"ustar\x0001", prefix=b"pkg") + END,
    "a time that is no number": member(mtime=b"notanumber\0\0") + END,
    "a signed checksum": signed(b"caf\xe9") + END,
}


@pytest.mark.parametrize("attack", AMBIGUOUS)
def test_what_readers_disagree_on_is_ambiguous(attack: str) -> None:
    """Two installers would see different files: `artifact/ambiguous`."""
    assert "artifact/ambiguous" in see(AMBIGUOUS[attack]).rules


UNREADABLE: dict[str, bytes] = {
    "TR4 no line feed": pax(b"10 path=abc") + member() + END,
    "TR4 a length beyond the header": pax(b"99 path=a\n") + member() + END,
    "TR4 no key": pax(b"7 =abc\n") + member() + END,
    "TR4 no number": pax(b"path=a\n") + member() + END,
    "TR8 a block that is no header": member(b"ok") + b"X" * 512 + member(SECRET, name=b"s.py") + END,
    "TR11 a negative size": header(size=b"\xff" * 12) + END,
    "TR11 a size beyond everything": header(size=b"\x80" + bytes(2) + b"\xff" * 9) + END,
    "TR11 a size that is no number": header(size=b"0000000009\0\0") + END,
    "TR11 a negative pax size": pax(record(b"size", b"-5")) + member() + END,
    "TR11 a pax size with forty digits": pax(record(b"size", b"9" * 40)) + member() + END,
    "TR22 a record of length zero": pax(b"0 a=b\n") + member() + END,
}


@pytest.mark.parametrize("attack", UNREADABLE)
def test_what_breaks_the_format_is_unreadable(attack: str) -> None:
    """Nothing after the damage is guessed at: `artifact/unreadable`."""
    assert see(UNREADABLE[attack]).rules == ["artifact/unreadable"]


UNSUPPORTED = {
    "TR12 an old GNU sparse file": header(size=5, kind=b"S", magic=GNU) + filled(b"hello") + END,
    "TR12 a pax sparse file": pax(record(b"GNU.sparse.size", b"9000000000000000000"), record(b"GNU.sparse.major", b"1")) + member() + END,
    "TR12 a star sparse file": pax(record(b"SCHILY.realsize", b"9000000000")) + member() + END,
    "TR15 a pipe": header(kind=b"6") + END,
    "TR15 a character device": header(kind=b"3") + END,
    "TR15 a contiguous file": member(SECRET, kind=b"7") + END,
    "TR15 an unknown kind": member(SECRET, kind=b"Z") + END,
    "TR16 a volume label": member(SECRET, kind=b"V") + END,
    "TR16 a continued file": member(SECRET, kind=b"M") + END,
    "TR16 a Solaris extension": pax(record(b"mtime", b"1"), kind=b"X") + member(SECRET) + END,
}


@pytest.mark.parametrize("attack", UNSUPPORTED)
def test_what_is_not_read_is_said(attack: str) -> None:
    """Sparse files, devices and unknown kinds are `artifact/unsupported`, and the body that is there is searched."""
    seen = see(UNSUPPORTED[attack])
    assert seen.rules == ["artifact/unsupported"]
    if SECRET in UNSUPPORTED[attack]:
        assert SECRET in seen.contents.values()


def test_sparse_headers_that_go_on_are_passed_over() -> None:
    """TR12: the blocks that continue a sparse header are no members."""
    block = bytearray(header(b"s", size=5, kind=b"S", magic=GNU))
    block[482] = 1
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    more = bytearray(512)
    more[504] = 1
    seen = see(bytes(block) + bytes(more) + bytes(512) + filled(b"hello") + member(b"ok", name=b"after") + END)
    assert seen.contents == {"s": b"hello", "after": b"ok"}


@pytest.mark.parametrize("size", [0, 5, 600, 3_000_000])
@pytest.mark.parametrize("cut", [0, 1, 400, 511, 512, 700])
def test_an_archive_that_ends_too_early_is_truncated(size: int, cut: int) -> None:
    """TR10: within a header, a body, a padding, or before the end mark: told once, after what could be read."""
    data = member(name=b"first") + member(b"x" * size)
    seen = see(data[: len(data) - cut])
    assert seen.rules == ["artifact/truncated"]
    assert seen.contents["first"] == b"hello"


def test_an_extension_without_a_member_is_truncated() -> None:
    """A pax header or a long name must be followed by what it is about."""
    assert see(pax(record(b"path", b"a")) + END).rules == ["artifact/truncated"]
    assert see(long_name(b"a") + END).rules == ["artifact/truncated"]
    assert see(pax(record(b"path", b"a" * 900))[:900]).rules == ["artifact/truncated"]


LIMITS: dict[str, Callable[[], bytes]] = {
    "TR20 stacked pax headers": lambda: pax(record(b"mtime", b"1")) * 3000 + member() + END,
    "TR21 a pax header of 8 GiB": lambda: header(size=0o77777777777, kind=b"g") + END,
    "TR21 a GNU name of 8 GiB": lambda: header(size=0o77777777777, kind=b"L") + END,
}


@pytest.mark.parametrize("attack", LIMITS)
def test_what_has_no_bound_is_refused(attack: str) -> None:
    """Extension headers are refused before anything is allocated for them, and without recursion."""
    assert see(LIMITS[attack]()).rules == ["artifact/limit-exceeded"]


def test_a_body_of_any_declared_size_is_not_allocated() -> None:
    """TR11: 4 EiB declared are read in pieces until the stream ends."""
    seen = see(header(size=b"\x80" + bytes(3) + b"\x40" + bytes(7)) + SECRET)
    assert seen.rules == ["artifact/truncated"]


def test_many_members_are_a_matter_of_the_budget() -> None:
    """TR23: empty members cost little, so that the walker's count of entries ends them."""
    assert len(see(header() * 20_000 + END).members) == 20_000


HIDDEN = {
    "TR18 in the owner's name": member(owner=SECRET[:32]) + END,
    "TR18 in a pax comment": pax(record(b"comment", SECRET)) + member() + END,
    "TR18 in a global comment": pax(record(b"comment", SECRET), kind=b"g") + member() + END,
    "TR18 in a global comment without members": pax(record(b"comment", SECRET), kind=b"g") + END,
    "TR18 in an extended attribute": pax(record(b"SCHILY.xattr.user.k", SECRET)) + member() + END,
    "TR18 in the name of a pax header": pax(record(b"mtime", b"1"), name=SECRET) + member() + END,
    "TR18 in the owner of a pax header": pax(record(b"mtime", b"1"), owner=SECRET[:32]) + member() + END,
    "TR19 in the padding of a body": header(size=3) + b"abc" + SECRET.ljust(509, b"\0") + END,
    "TR19 in the padding of a large body": header(size=1_500_001) + filled(bytes(1_500_001))[: -len(SECRET)] + SECRET + END,
    "TR19 in the padding of a pax body": pax(record(b"mtime", b"1"))[: -len(SECRET)] + SECRET + member() + END,
    "TR19 after the end of a name": member(name=b"a\0" + SECRET) + END,
    "TR19 after the prefix": member(prefix=b"p\0" + SECRET) + END,
    "TR6 after a long name": long_name(b"a\0" + SECRET) + member() + END,
    "TR9 after the end": sound() + filled(SECRET),
}


@pytest.mark.parametrize("attack", HIDDEN)
def test_text_beside_the_content_is_searched(attack: str) -> None:
    """Owners, comments, attributes and paddings are handed over as text."""
    assert SECRET[:32] in see(HIDDEN[attack]).text


@pytest.mark.parametrize("kind", [b"0", b"7"])
def test_ordinary_owners_are_no_text(kind: bytes) -> None:
    """`root` on every member says nothing, and a name is told once."""
    assert see(member(owner=b"root", kind=kind) * 2 + END).text == b""
    assert see(member(owner=b"builder", kind=kind) * 2 + END).text.strip() == b"builder"


@pytest.mark.parametrize(
    ("ustar", "long"),
    [
        (b"a", b"a"),
        (b"p/d/", b"p/d"),
        (b"PaxHeader", b"x"),
        (b"n" * 100, b"n" * 130),
        (b"p/??.js", "p/日本.js".encode()),
        (b"p/\xe6", "p/日".encode()),
    ],
)
def test_a_shortened_name_contradicts_nothing(ustar: bytes, long: bytes) -> None:
    """Whatever writers put into the short field for a name that does not fit."""
    assert not name_contradicts(ustar, long)


@pytest.mark.parametrize(
    ("ustar", "long"), [(b"a", b"b"), (b"p/index.js", b"p/x.js"), (b"x" * 90, b"n" * 130), (b"", b"a"), (b"good.js", "évil.js".encode())]
)
def test_another_name_does(ustar: bytes, long: bytes) -> None:
    """A name that cannot come from shortening shows another file to some readers."""
    assert name_contradicts(ustar, long)


def test_damage_that_the_stream_reports_passes_through() -> None:
    """What the decompressor below finds is not called a truncated tar."""

    class Broken(Dribble):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) or self.fail()

        def fail(self) -> bytes:
            raise Malformed("the checksum of the data is wrong")

    for data in (sound(), sound()[:700], header(size=3_000_000) + bytes(2_000_000)):
        assert "the checksum of the data is wrong" in see(data, Broken(data)).reasons


def test_reasons_are_one_plain_line() -> None:
    """No byte of the archive reaches a message unescaped."""
    attacks: Sequence[bytes] = (*AMBIGUOUS.values(), *UNREADABLE.values(), pax(record(b"a\x1b\n", b"") * 2), member(kind=b"\x1b") + END)
    for attack in attacks:
        reasons = see(attack).reasons
        assert reasons.isprintable()
        assert not reasons.endswith(".")
