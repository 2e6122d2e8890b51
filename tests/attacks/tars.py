"""Attacks by tar, TR, and by compressors, GZ."""

import bz2
import gzip
import lzma
import struct

from tests.artifacts.test_tar import AMBIGUOUS as TWO_READINGS
from tests.artifacts.test_tar import END, GNU, LIMITS, UNREADABLE, UNSUPPORTED, header, long_name, member, pax, record
from tests.attacks import attack as by
from tests.attacks.attack import SECRET, TOKEN, Attack, Attacks, attack
from tests.builders import tar_of, zip_of


def listed(attacks: dict[str, bytes], rule: str) -> dict[str, Attack]:
    """The attacks on the reader alone, as artifacts."""
    return {f"{name} (raw)": attack("o.tar", data, rule) for name, data in attacks.items() if name.startswith("TR")}


def packed_thrice() -> bytes:
    """A gzip of a gzip of a gzip of 200 MB of zeros."""
    data = bytes(200_000_000)
    for _ in range(3):
        data = gzip.compress(data, 9)
    return data


def with_fields(value: bytes) -> bytes:
    """A gzip member with a name and a comment."""
    data = gzip.compress(b"ok", mtime=0)
    return data[:3] + b"\x18" + data[4:10] + b"name\0" + value.strip() + b"\0" + data[10:]


DOUBLE = tar_of({"package/package.json": b'{"name":"x","version":"1.0.0"}', "package/index.js": b"ok", "other/index.js": SECRET})
RENAMED = pax(record(b"path", b"package/index.js")) + member(SECRET, name=b"package/harmless.txt") + END
OVERLONG = pax(record(b"comment", b"A" * 1_100_000), record(b"path", b"package/a.txt"))

TARS: Attacks = {
    **listed(TWO_READINGS, by.AMBIGUOUS),
    **listed(UNREADABLE, by.UNREADABLE),
    **listed(UNSUPPORTED, by.UNSUPPORTED),
    **{name: attack("o.tar", build, by.LIMIT) for name, build in LIMITS.items()},
    "TR2": attack("o.tar", RENAMED, by.AMBIGUOUS, TOKEN),
    "TR3": attack(
        "o.tar",
        lambda: (
            pax(record(b"comment", b"A" * 1_100_000), record(b"path", b"package/a.txt")) + member(SECRET, name=b"package/index.js") + END
        ),
        by.AMBIGUOUS,
        TOKEN,
    ),
    "TR10": attack("o.tar", header(size=600) + b"x" * 512, by.TRUNCATED),
    "TR10 no end mark": attack("o.tar", member(SECRET), by.TRUNCATED, TOKEN),
    "TR13": attack("o.tar", header(b"l", kind=b"2", link=b"/tmp") + member(SECRET, name=b"l/x") + END, by.ESCAPE, TOKEN),
    "TR14": attack("o.tar", header(b"h", kind=b"1", link=b"../../etc/passwd") + END, by.ESCAPE),
    "TR14 a link to nothing": attack("o.tar", header(b"h", kind=b"1", link=b"h") + END, by.AMBIGUOUS),
    "TR14 in an npm package": attack(
        "x-1.0.0.tgz",
        lambda: gzip.compress(
            member(b'{"name":"x","version":"1.0.0"}', name=b"package/package.json")
            + header(b"package/h", kind=b"1", link=b"package/package.json")
            + END
        ),
        by.AMBIGUOUS,
    ),
    "TR17": attack("x-1.0.0.tgz", lambda: gzip.compress(DOUBLE), by.AMBIGUOUS, TOKEN),
    "TR17 the same name": attack("o.tar", member(b"ok") + member(SECRET) + END, by.AMBIGUOUS, TOKEN),
    "TR18": attack("o.tar", pax(record(b"comment", SECRET), record(b"SCHILY.xattr.user.k", SECRET)) + member() + END, TOKEN),
    "TR19": attack("o.tar", header(size=3) + b"abc" + SECRET.ljust(509, b"\0") + END, by.AMBIGUOUS, TOKEN),
    "TR23": attack("o.tar", lambda: b"".join(header(b"%d" % number) for number in range(200_001)) + END, by.LIMIT),
    "TR24": attack("o.tar", member(SECRET, name=b"x.py", prefix=b"pkg", magic=GNU) + END, by.AMBIGUOUS, TOKEN),
    "TR7": attack(
        "o.tar",
        long_name(b"d/" * 60 + b"f") + member(name=b"d/" * 50, kind=b"\0", magic=GNU) + member(SECRET, name=b"s.py") + END,
        by.AMBIGUOUS,
        TOKEN,
    ),
}


def skippable() -> bytes:
    """A zstd frame that decoders skip, with the secret."""
    import zstandard

    return struct.pack("<LL", 0x184D2A50, len(SECRET)) + SECRET + zstandard.compress(b"ok")


def far_window() -> bytes:
    """A zstd frame that asks for a window of 2 GiB."""
    return b"\x28\xb5\x2f\xfd" + b"\x00" + bytes(((31 - 10) << 3,)) + b"\x01\x00\x00"


def dear_xz() -> bytes:
    """An xz stream whose filter asks for a dictionary of 1.5 GiB."""
    data = lzma.compress(SECRET, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}], format=lzma.FORMAT_ALONE)
    return data[:1] + struct.pack("<L", 0x60000000) + data[5:]


STREAMS: Attacks = {
    "GZ1": attack("o.gz", gzip.compress(b"ok") + gzip.compress(SECRET), TOKEN),
    "GZ1 in a package": attack(
        "x-1.0.0.tgz", lambda: gzip.compress(tar_of({"package/package.json": b"{}"})) + gzip.compress(SECRET), by.AMBIGUOUS, TOKEN
    ),
    "GZ2": attack("o.gz", gzip.compress(b"ok") + SECRET, by.AMBIGUOUS, TOKEN),
    "GZ2 zeros": attack("o.gz", gzip.compress(b"ok") + bytes(9), by.AMBIGUOUS),
    "GZ3": attack("o.gz", with_fields(SECRET), TOKEN),
    "GZ4": attack("o.gz", gzip.compress(SECRET)[:-8] + bytes(8), by.UNREADABLE, TOKEN),
    "GZ4 cut": attack("o.gz", gzip.compress(SECRET)[:-3], by.TRUNCATED, TOKEN),
    "GZ4 reserved flags": attack("o.gz", lambda: patch(gzip.compress(SECRET), 3, 0xE0), by.UNREADABLE),
    "GZ5": attack("o.gz", packed_thrice, by.LIMIT),
    "GZ6": attack("o.bz2", bz2.compress(b"ok") + bz2.compress(SECRET), TOKEN),
    "GZ6 xz": attack("o.xz", lzma.compress(b"ok") + lzma.compress(SECRET), TOKEN),
    "GZ7": attack("o.zst", skippable, TOKEN),
    "GZ7 window": attack("o.zst", far_window, by.LIMIT),
    "GZ9": attack("pkg-1.0.0.tgz", zip_of({"package/index.js": SECRET}), by.MISMATCH, TOKEN),
    "GZ9 plain tar": attack("pkg-1.0.0.tgz", tar_of({"package/index.js": SECRET}), by.MISMATCH, TOKEN),
    "GZ9 xz": attack("pkg-1.0.0.tgz", lzma.compress(tar_of({"package/index.js": SECRET})), by.MISMATCH, TOKEN),
    "GZ9 text": attack("pkg-1.0.0.tgz", SECRET, by.MISMATCH, TOKEN),
}


def patch(data: bytes, at: int, value: int) -> bytes:
    """One byte with these bits set."""
    return data[:at] + bytes((data[at] | value,)) + data[at + 1 :]
