"""Attacks by zip: ZB (bombs, lies about sizes), ZC (two readers, two contents)."""

import io
import struct
import warnings
import zipfile
import zlib

from tests.artifacts.test_zip import entry, hand_made, streamed
from tests.artifacts.test_zip_attacks import commented, duplicated, moved, numbers, patched, quoted, zip64_of
from tests.attacks.attack import AMBIGUOUS, LIMIT, SECRET, TOKEN, TRUNCATED, UNREADABLE, UNSUPPORTED, Attacks, attack
from tests.builders import tar_of, zip_of


def bomb() -> bytes:
    """400 MiB of zeros, as tight as deflate packs them: 1,029 to one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive, archive.open("a", "w") as member:
        for _ in range(400):
            member.write(bytes(1 << 20))
    return out.getvalue()


def nested(depth: int) -> bytes:
    """Zips in zips around the secret."""
    data = zip_of({"a": SECRET})
    for _ in range(depth):
        data = zip_of({"n.zip": data}, compression=0)
    return data


def broad() -> bytes:
    """A flat zip of many small bombs: each is harmless, their sum is not."""
    inner = zip_of({"a": bytes(400_000)})
    return zip_of({f"{number}.zip": inner for number in range(400)})


def overlapping() -> bytes:
    """Two entries of the directory over one local header."""
    data = zip_of({"a": SECRET})
    at = data.index(b"PK\1\2")
    central = data[at:-22]
    return data[:at] + central + central.replace(b"a", b"b") + data[-22:-14] + struct.pack("<HHLL", 2, 2, 2 * len(central), at) + b"\0\0"


def shrunk() -> bytes:
    """An entry that declares the size and the checksum of its first four bytes."""
    content = b"ok\n#" + SECRET * 70
    data = patched(zip_of({"a.py": content}), numbers(len(content)), numbers(4))
    return patched(data, numbers(zlib.crc32(content)), numbers(zlib.crc32(content[:4])))


def endless() -> bytes:
    """An end record that counts 2**40 entries in a file of 98 bytes."""
    record = struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 2**40, 2**40, 0, 0) + struct.pack("<LLQL", 0x07064B50, 0, 0, 1)
    return record + struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)


def miscounted() -> bytes:
    """65,537 entries, of which the end record counts one."""
    data = zip_of({f"{number:x}": b"" for number in range(65_537)}, compression=0)
    at, start = data.rindex(b"PK\6\6"), data.index(b"PK\1\2")
    return data[:at] + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, at - start, start, 0)


def greedy() -> bytes:
    """An LZMA entry whose properties ask for a dictionary of 4 GiB."""
    data = zip_of({"a": SECRET}, compression=zipfile.ZIP_LZMA)
    at = data.index(b"\x5d\0") + 1
    return data[:at] + b"\xff" * 4 + data[at + 4 :]


def hidden() -> bytes:
    """An entry that has a local header only."""
    stray = zip_of({"hid.py": SECRET})
    return moved(zip_of({"a": b"ok"}), stray[: stray.index(b"PK\1\2")])


def unfounded() -> bytes:
    """An entry of the directory whose local header is gone."""
    data = zip_of({"a": b"x", "b": b"y"}, compression=0)
    return data[:32] + bytes(32) + data[64:]


def remarked(comment: bytes = b"", extra: bytes = b"") -> bytes:
    """An entry with a comment, or an extra field."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = entry("a.py")
        info.comment, info.extra = comment, extra
        archive.writestr(info, b"ok")
    return out.getvalue()


def renamed(name: bytes, times: int = 1) -> bytes:
    """A Unicode path field that gives an entry this name."""
    return (struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(b"a.py")) + name) * times


def surplus() -> bytes:
    """Bytes inside the packed size that the deflate stream does not use."""
    packed = zlib.compress(b"ok", wbits=-15)
    whole = packed + SECRET
    head = struct.pack("<HHHL", 20, 0, 8, 0) + numbers(zlib.crc32(b"ok"), len(whole), 2)
    local = b"PK\3\4" + head + struct.pack("<HH", 1, 0) + b"a" + whole
    central = b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<5HLL", 1, 0, 0, 0, 0, 0, 0) + b"a"
    return local + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)


def flagged(at: int, value: int, *, local: int | None = None) -> bytes:
    """A zip with a byte of its directory changed, and one of its first local header too."""
    data = bytearray(zip_of({"a": SECRET}))
    data[data.index(b"PK\1\2") + at] |= value
    if local is not None:
        data[local] |= value
    return bytes(data)


def lying_descriptor() -> bytes:
    """A streamed entry whose descriptor gives another checksum."""
    data = bytearray(streamed({"a": SECRET}))
    data[data.index(b"PK\7\10") + 4] ^= 1
    return bytes(data)


def wide_descriptor() -> bytes:
    """A descriptor with sizes of 64 bits, which nothing in the local header announces."""
    packed = zlib.compress(SECRET * 9, wbits=-15)
    sums = zlib.crc32(SECRET * 9), len(packed), 9 * len(SECRET)
    local = b"PK\3\4" + struct.pack("<HHHL", 20, 8, 8, 0) + bytes(12) + struct.pack("<HH", 1, 0) + b"a" + packed
    local += b"PK\7\10" + struct.pack("<LQQ", *sums)
    extra = struct.pack("<HHQQ", 1, 16, sums[2], sums[1])
    central = b"PK\1\2" + struct.pack("<HHHHL", 20, 20, 8, 8, 0) + numbers(sums[0], 2**32 - 1, 2**32 - 1)
    central += struct.pack("<5HLL", 1, len(extra), 0, 0, 0, 0, 0) + b"a" + extra
    return local + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)


def contradicted() -> bytes:
    """End record and zip64 end record count differently."""
    data = bytearray(zip64_of({"a": SECRET}))
    data[data.index(b"PK\6\6") + 32] ^= 1
    return bytes(data)


def miswritten(at: int) -> bytes:
    """A zip with one bit of its end record flipped."""
    data = bytearray(zip_of({"a": SECRET, "b": SECRET}))
    data[at] ^= 1
    return bytes(data)


def sentinel() -> bytes:
    """Sizes that point to a zip64 field which is not there."""
    data = hand_made(b"a", SECRET)
    at = data.index(b"PK\1\2") + 20
    return data[:at] + b"\xff" * 8 + data[at + 8 :]


def link(target: str) -> bytes:
    """A symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry("l", mode=0o120777), target)
    return out.getvalue()


def twice() -> bytes:
    """One name twice, as `zipfile` writes it with a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return duplicated("a.py", "a.py", SECRET)


def method(number: int) -> bytes:
    """An entry of which both headers say that it is packed by this method."""
    data = bytearray(zip_of({"a": SECRET}, compression=0))
    data[8] = data[data.index(b"PK\1\2") + 10] = number
    return bytes(data)


def swapped_method() -> bytes:
    """Deflated in the local header, stored in the directory."""
    data = zip_of({"a": SECRET})
    at = data.index(b"PK\1\2") + 10
    return data[:at] + b"\0\0" + data[at + 2 :]


COMMENT_OF_ENDS = (b"PK\5\6" + bytes(18)) * 2978

ZIPS: Attacks = {
    "ZB1": attack("o.zip", bomb, LIMIT),
    "ZB2": attack("o.zip", overlapping, AMBIGUOUS),
    "ZB3": attack("o.zip", lambda: quoted(3000), AMBIGUOUS),
    "ZB4": attack("o.zip", lambda: nested(60), LIMIT),
    "ZB6": attack("o.zip", broad, LIMIT),
    "ZB7": attack("o.zip", shrunk, AMBIGUOUS, TOKEN),
    "ZB8": attack("o.zip", patched(zip_of({"a": b"hello"}, compression=0), numbers(5, 5), numbers(9, 9)), AMBIGUOUS),
    "ZB9": attack("o.zip", patched(zip_of({"a": SECRET}), numbers(zlib.crc32(SECRET)), b"\1\2\3\4"), UNREADABLE, TOKEN),
    "ZB10 within the limit": attack("o.zip", lambda: zip_of({f"{number:x}": b"" for number in range(20_000)}, compression=0)),
    "ZB10": attack("o.zip", lambda: zip_of({f"{number:x}": b"" for number in range(200_001)}, compression=0), LIMIT),
    "ZB11": attack("o.zip", endless, AMBIGUOUS),
    "ZB12": attack("o.zip", lambda: commented({"a": SECRET}, COMMENT_OF_ENDS), AMBIGUOUS, TOKEN),
    "ZB13": attack("o.zip", miscounted, AMBIGUOUS),
    "ZB14": attack("o.zip", greedy, UNSUPPORTED),
    "ZC1": attack("o.zip", twice, AMBIGUOUS, TOKEN),
    "ZC2": attack("o.zip", patched(zip_of({"good.py": SECRET}), b"good.py", b"evil.py", 0), AMBIGUOUS, TOKEN),
    "ZC3": attack("o.zip", hidden, AMBIGUOUS, TOKEN),
    "ZC4": attack("o.zip", unfounded, AMBIGUOUS),
    "ZC5": attack("o.zip", lambda: moved(zip_of({"a": b"ok"}), SECRET), AMBIGUOUS, TOKEN),
    "ZC6": attack("o.zip", SECRET + zip_of({"a": b"ok"}), AMBIGUOUS, TOKEN),
    "ZC7": attack("o.zip", zip_of({"a": b"ok"}) + bytes(8) + SECRET, AMBIGUOUS, TOKEN),
    "ZC7 zeros only": attack("o.zip", zip_of({"a": b"ok"}) + bytes(8), AMBIGUOUS),
    "ZC8": attack("o.zip", zip_of({"a": SECRET}) + zip_of({"b": b"ok"}), AMBIGUOUS, TOKEN),
    "ZC9": attack("o.zip", lambda: commented({"a": b"ok"}, zip_of({"b": SECRET})), AMBIGUOUS, TOKEN),
    # NOTE: a comment of plain text is what real writers leave; it is searched, and blocks when it holds something.
    "ZC9 plain text": attack("o.zip", lambda: commented({"a": b"ok"}, b"build 7")),
    "ZC10": attack("o.zip", lambda: remarked(comment=SECRET), TOKEN),
    "ZC11": attack("o.zip", lambda: remarked(extra=struct.pack("<HH", 0x9999, len(SECRET)) + SECRET), TOKEN),
    "ZC12": attack("o.zip", lambda: remarked(extra=renamed(b"b.py")), AMBIGUOUS),
    "ZC12 twice": attack("o.zip", lambda: remarked(extra=renamed(b"a.py", 2)), AMBIGUOUS),
    "ZC13": attack("o.zip", surplus, AMBIGUOUS),
    "ZC14": attack("o.zip", swapped_method, AMBIGUOUS),
    "ZC15": attack("o.zip", lying_descriptor, AMBIGUOUS, TOKEN),
    "ZC15 of another width": attack("o.zip", wide_descriptor, AMBIGUOUS, TOKEN),
    "ZC15 in a wheel": attack("a-1-py3-none-any.whl", lambda: streamed({"a": SECRET}), AMBIGUOUS, TOKEN),
    "ZC15 verified": attack("o.zip", lambda: streamed({"a": b"ok"})),
    "ZC16": attack("o.zip", contradicted, AMBIGUOUS),
    "ZC17": attack("o.zip", lambda: miswritten(-6), AMBIGUOUS, TOKEN),
    "ZC18": attack("o.zip", lambda: miswritten(-12), AMBIGUOUS, TOKEN),
    "ZC19": attack("o.zip", zip_of({"d/": SECRET}), AMBIGUOUS, TOKEN),
    "ZC19 by attribute": attack("o.zip", lambda: flagged(38, 0x10), AMBIGUOUS, TOKEN),
    "ZC20": attack("o.zip", lambda: flagged(8, 1), "artifact/encrypted"),
    "ZC20 in both headers": attack("o.zip", lambda: flagged(8, 1, local=6), "artifact/encrypted"),
    "ZC21": attack("o.zip", lambda: flagged(8, 0x20, local=6), UNSUPPORTED),
    "ZC21 version 25.5": attack("o.zip", lambda: flagged(6, 0xFF), UNSUPPORTED),
    "ZC21 volumes": attack("o.zip", lambda: flagged(34, 1), AMBIGUOUS),
    **{f"ZC22 method {number}": attack("o.zip", method(number), UNSUPPORTED) for number in (1, 6, 9, 12, 14, 93, 95, 98, 200)},
    "ZC23": attack("o.zip", sentinel, AMBIGUOUS),
    "ZC24": attack("o.zip", lambda: link("/etc/passwd"), "artifact/path-escape"),
    "ZC24 a target that is a secret": attack("o.zip", lambda: link(SECRET.decode().strip()), TOKEN),
    "ZC25": attack("x-1.0.tar.gz", lambda: tar_of({"x/PKG-INFO": b"ok"}) + zip_of({"x/setup.py": SECRET}), AMBIGUOUS),
    "a truncated zip": attack("o.zip", lambda: zip_of({"a": SECRET, "b": b"x" * 300}, compression=0)[:-100], TRUNCATED, TOKEN),
}
