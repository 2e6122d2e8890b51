"""Attacks by name, NM: in zip and in tar alike."""

import struct
import zlib

from tests.artifacts.test_tar import END, long_name, member
from tests.attacks.attack import AMBIGUOUS, ESCAPE, GITHUB, SECRET, TOKEN, Attacks, attack

UNSAFE: dict[str, bytes] = {
    "NM1": b"../../tmp/x",
    "NM2": b"/tmp/x",
    "NM3": b"C:\\x",
    "NM4": b"\\\\h\\s\\x",
    "NM5": b"a\\b.py",
    "NM6": b"a//b",
    "NM8": b"",
    "NM9": b".",
    "NM11": b"a\x1b[2Jb",
    "NM12": b"a\n::add-mask::x",
    "NM13": "a\u202egpj.py".encode(),
    "NM16": b"con.py",
    "NM17": b"a.py.",
    "NM18": b"a.py ",
    "NM19": b"a.txt:s",
    "NM20": b"x/" * 3000 + b"y",
    "NM21": b"n" * 65535,
    "NM24": b"\xc0\xaf.py",
}
SOUND: dict[str, bytes] = {
    # NOTE: real tarballs hold `package/./x`; a name with a dot is read as the one without and blocks only where two fall together.
    "NM7": b"./a",
    # NOTE: names of macOS are decomposed, and letters that fold differently in Turkish are letters; twins of them block.
    "NM14": b"cafe\xcc\x81",
    "NM15": "\u0130.py".encode(),
}
TWINS: dict[str, tuple[bytes, bytes]] = {
    "NM7 twins": (b"a", b"./a"),
    "NM14 twins": (b"cafe\xcc\x81", "caf\u00e9".encode()),
    "NM15 twins": ("straße".encode(), b"STRASSE"),
    "NM22": (b"a/README", b"a/readme"),
    "NM23": (b"a", b"a/b"),
    "NM23 the other way round": (b"a/b", b"a"),
}


def zipped(*names: bytes, contents: tuple[bytes, ...] = (SECRET,)) -> bytes:
    """Stored entries with these raw names."""
    body = central = b""
    for number, name in enumerate(names):
        content = contents[number % len(contents)]
        sums = struct.pack("<LLL", zlib.crc32(content), len(content), len(content))
        flags = 0x800 if max(name, default=0) > 127 else 0
        central += b"PK\1\2" + struct.pack("<HHHHL", 20, 20, flags, 0, 0) + sums
        central += struct.pack("<5HLL", len(name), 0, 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4" + struct.pack("<HHHL", 20, flags, 0, 0) + sums + struct.pack("<HH", len(name), 0) + name + content
    return body + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, len(names), len(names), len(central), len(body), 0)


def taped(*names: bytes, contents: tuple[bytes, ...] = (SECRET,)) -> bytes:
    """Members with these raw names."""
    data = b""
    for number, name in enumerate(names):
        content = contents[number % len(contents)]
        data += (long_name(name) if len(name) > 100 else b"") + member(content, name=name[:100])
    return data + END


NAMES: Attacks = {
    **{f"{which} zip": attack("o.zip", zipped(name), ESCAPE, TOKEN) for which, name in UNSAFE.items()},
    **{f"{which} tar": attack("o.tar", taped(name), ESCAPE, TOKEN) for which, name in UNSAFE.items()},
    **{f"{which} zip": attack("o.zip", zipped(name, contents=(b"ok",))) for which, name in SOUND.items()},
    **{f"{which} tar": attack("o.tar", taped(name, contents=(b"ok",))) for which, name in SOUND.items()},
    **{f"{which} zip": attack("o.zip", zipped(*names, contents=(b"ok", SECRET)), AMBIGUOUS, TOKEN) for which, names in TWINS.items()},
    **{f"{which} tar": attack("o.tar", taped(*names, contents=(b"ok", SECRET)), AMBIGUOUS, TOKEN) for which, names in TWINS.items()},
    "NM10 zip": attack("o.zip", zipped(b"a\0.py"), ESCAPE, TOKEN),
    "NM10 tar": attack("o.tar", taped(b"a\0.py"), AMBIGUOUS, TOKEN),
    "NM26 zip": attack("o.zip", zipped(GITHUB.encode() + b"/x", contents=(b"",)), TOKEN),
    "NM26 tar": attack("o.tar", taped(GITHUB.encode() + b"/x", contents=(b"",)), TOKEN),
}
