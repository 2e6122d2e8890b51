"""Attacks by what lies inside: PC (polyglots, containers in packages), SM (source maps), SX (secrets that hide)."""

import base64
import gzip
import json
import marshal
import struct
import zlib
from collections.abc import Mapping
from urllib.parse import quote

from tests.attacks.attack import AMBIGUOUS, GITHUB, LIMIT, SECRET, TOKEN, TRUNCATED, UNREADABLE, Attack, Attacks, attack
from tests.builders import Files, code, inline_base64, inline_percent, npm, source_map, tar_of, wheel, zip_of

PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
EMBEDDED, INLINE = "source-map/embedded-source", "source-map/inline-source"
SOURCE = code(30)
MAP = source_map({"src/a.ts": SOURCE})
LINE = SECRET.decode()


def packed(files: Files, *rules: str) -> Attack:
    """Files in an npm package that declares no licence."""
    return attack("x-1.0.0.tgz", lambda: npm(files), *rules)


def picture(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks."""
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
    return out + PNG_END


def compiled() -> bytes:
    """A module compiled by this interpreter."""
    import importlib.util

    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(f"K={GITHUB!r}", "/home/me/src/a.py", "exec"))


def archive(index: Mapping[str, object], body: bytes = SECRET) -> bytes:
    """An asar with this index."""
    text = json.dumps({"files": index}).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<LLLL", 4, len(text) + 8, len(text) + 4, len(text)) + text + body


def unrecorded() -> bytes:
    """A wheel with a file that RECORD does not list."""
    import io
    import zipfile

    out = io.BytesIO(wheel({"a.py": b"ok"}))
    with zipfile.ZipFile(out, "a") as archive_:
        archive_.writestr("b.py", b"ok")
    return out.getvalue()


def misrecorded() -> bytes:
    """A wheel whose RECORD has another hash."""
    record = "a.py,sha256=AAAA,2\nexample-1.0.dist-info/METADATA,,\nexample-1.0.dist-info/WHEEL,,\nexample-1.0.dist-info/RECORD,,\n"
    return wheel({"a.py": b"ok", "example-1.0.dist-info/RECORD": record})


GEM = tar_of(
    {"metadata.gz": gzip.compress(b"--- !ruby/object:Gem::Specification\n"), "data.tar.gz": gzip.compress(tar_of({"lib/a.rb": SECRET}))}
)

NESTED: Attacks = {
    "PC1": packed({"logo.gif": b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0;" + zip_of({"a.py": SECRET})}, AMBIGUOUS, TOKEN),
    "PC2": packed({"o.png": picture((b"tEXt", b"k\0" + SECRET))}, TOKEN),
    "PC2 compressed": packed({"o.png": picture((b"zTXt", b"k\0\0" + zlib.compress(SECRET * 3)))}, TOKEN),
    "PC3": packed({"o.png": picture() + SECRET}, TOKEN),
    "PC4": packed({"a.pyc": compiled()}, TOKEN),
    "PC5": packed({"a.so": b"\x7fELF" + bytes(60) + b"/home/me/secret-project/src/core.c\0" + SECRET}, TOKEN),
    "PC5 wide": packed({"a.dll": b"MZ" + bytes(62) + LINE.encode("utf-16-le")}, TOKEN),
    "PC6": packed({"a.ipynb": json.dumps({"cells": [{"outputs": [{"text": [LINE]}]}]})}, TOKEN),
    "PC6 pickle": packed({"a.pkl": b"\x80\x04\x95" + bytes(8) + b"\x8c" + bytes((len(SECRET),)) + SECRET + b"."}, TOKEN),
    "PC7": packed({".git/config": "[core]\n\tbare = false\n", ".git/HEAD": "ref: refs/heads/main\n"}, "source/vcs"),
    "PC8": packed({"a.asar": archive({"a.js": {"size": 10**9, "offset": "0"}})}, TRUNCATED, TOKEN),
    "PC8 overlapping": packed(
        {"a.asar": archive({"a.js": {"size": 9, "offset": "0"}, "b.js": {"size": 9, "offset": "0"}})}, AMBIGUOUS, TOKEN
    ),
    "PC8 bytes of nobody": packed({"a.asar": archive({"a.js": {"size": 2, "offset": "0"}}, b"ok" + SECRET)}, AMBIGUOUS, TOKEN),
    "PC9": attack("image.tar", lambda: tar_of({"l1.tar": tar_of({"root/.env": SECRET}), "l2.tar": tar_of({"root/.wh..env": b""})}), TOKEN),
    "PC10": attack("a.gem", GEM, TOKEN),
    "PC11": packed({"x.7z": b"7z\xbc\xaf\x27\x1c" + bytes(40)}, UNREADABLE),
    "PC12": attack("example-1.0-py3-none-any.whl", unrecorded, "metadata/record-mismatch"),
    "PC12 hash": attack("example-1.0-py3-none-any.whl", misrecorded, "metadata/record-mismatch"),
    "PC13": attack("example-1.0-py3-none-any.whl", lambda: wheel({"METADATA": "Name: other\n"}), "metadata/dist-info"),
    "PC13 two": attack(
        "example-1.0-py3-none-any.whl", lambda: wheel({"other-1.dist-info/METADATA": "Name: other\n"}), "metadata/dist-info"
    ),
}


ESCAPED = MAP.replace('"sourcesContent"', '"\\u0073ourcesContent"')
TWICE = MAP[:-1] + ', "sourcesContent": [null]}'

MAPS: Attacks = {
    "SM1": packed({"a.js.map": b'{"version":3,"sections":[{"map":' * 50_000}, LIMIT),
    "SM2": packed({"a.js.map": TWICE}, AMBIGUOUS),
    "SM3": packed({"a.js.map": ESCAPED}, EMBEDDED),
    "SM4": packed({"a.js.map": ")]}'\n" + MAP}, EMBEDDED),
    "SM4 mark": packed({"a.js.map": "\ufeff" + MAP}, EMBEDDED),
    "SM4 wide": packed({"a.js.map": MAP.encode("utf-16")}, EMBEDDED),
    "SM5": packed({"a.js.map": MAP[:-1] + ', "x": ' + "9" * 5000 + "}"}, EMBEDDED),
    "SM5 not a number": packed({"a.js.map": MAP[:-1] + ', "x": NaN, "y": 1e999}'}, EMBEDDED),
    "SM6": packed({"a.js.map": source_map({"src/a.ts": SOURCE + "\ud800"})}, EMBEDDED),
    "SM7": packed(
        {"a.js.map": json.dumps({"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": json.loads(MAP)}]})}, EMBEDDED
    ),
    "SM8": packed({"a.js.map": json.dumps({"version": 3, "sources": ["src/a.ts"], "sourcesContent": [SOURCE]})}, EMBEDDED),
    "SM8 mappings of no base64": packed({"a.js.map": source_map({"src/a.ts": SOURCE}, mappings="!!=;")}, EMBEDDED),
    "SM9": packed({"a.js": f"x\n//# sourceMappingURL={inline_percent(MAP)}"}, INLINE),
    "SM9 base64": packed({"a.js": f"x\n//# sourceMappingURL={inline_base64(MAP, charset=';charset=UTF-8')}"}, INLINE),
    "SM9 upper case": packed(
        {"a.js": f"x\n//# sourceMappingURL={inline_base64(MAP).replace('data:application/json', 'DATA:Application/JSON')}"}, INLINE
    ),
    "SM10": packed({"a.js": f"x /*# sourceMappingURL=a.map */\u2028//@ sourceMappingURL={inline_base64(MAP)}\n;y"}, INLINE),
    "SM10 in a template": packed({"a.js": f"const x = `\n//# sourceMappingURL={inline_base64(MAP)}\n`; y()"}, INLINE),
    **{f"SM11 {name}": packed({name: MAP}, EMBEDDED) for name in ("chunk.json", "chunk.txt", "chunk", "LICENSE")},
    "SM11 compressed": packed({"a.map.gz": gzip.compress(MAP.encode())}, EMBEDDED),
    "SM12": packed({"a.map": source_map({"/home/me/secret/src/a.ts": SOURCE, "../../.env": SECRET.decode()})}, EMBEDDED, TOKEN),
    "SM13": packed(
        {"main.jsbundle": struct.pack("<LLL", 0xFB0BD1E5, 1, len(SECRET) + 1) + struct.pack("<LL", 0, 0) + SECRET + b"\0"}, TOKEN
    ),
    "SM14": packed({"a.js": b"var a='" + b"a" * 60_000_000 + b"';" + SECRET}, TOKEN),
    "SM15": packed({"a.map": source_map({"src/a.ts": SOURCE}, mappings=";" * 20_000_000)}, EMBEDDED),
    "SM15 numbers": packed({"a.map": source_map({"src/a.ts": SOURCE}, mappings="+/////D" * 1_000_000)}, EMBEDDED),
}

SECRETS: Attacks = {
    **{
        f"SX1 {name}": packed({"a.txt": (LINE * 3).encode(name)}, TOKEN) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7")
    },
    "SX2": packed({"a.txt": base64.encodebytes(SECRET)}, TOKEN),
    "SX2 twice": packed({"a.txt": base64.b64encode(base64.b64encode(SECRET))}, TOKEN),
    "SX2 compressed": packed({"a.txt": base64.b64encode(gzip.compress(SECRET))}, TOKEN),
    "SX2 hexadecimal": packed({"a.txt": SECRET.hex()}, TOKEN),
    "SX2 percent": packed({"a.txt": "".join(f"%{byte:02x}" for byte in SECRET) + quote(" ")}, TOKEN),
    "SX3": packed({"a.js": f'const k = "{GITHUB[:9]}" + "{GITHUB[9:20]}" + "{GITHUB[20:]}"'}, TOKEN),
    "SX4": packed({"a.js": f'k="\\x67\\u0068{GITHUB[2:]}"'}, TOKEN),
    "SX4 whole": packed({"a.js": "k='" + "".join(f"\\x{byte:02x}" for byte in GITHUB.encode()) + "'"}, TOKEN),
    "SX4 whole entities": packed({"a.html": "".join(f"&#{byte};" for byte in GITHUB.encode())}, TOKEN),
    "SX4 entities": packed({"a.html": f"<p>&#103;&#x68;{GITHUB[2:]}</p>"}, TOKEN),
    "SX5": packed({"a.txt": f"{GITHUB[:9]}\u200b{GITHUB[9:]}\n"}, TOKEN),
    "SX6": packed({"a.txt": b"x" * ((1 << 20) - 8) + b" " + SECRET}, TOKEN),
    "SX6 at the border of a window": packed({"a.txt": (b"x" * 127 + b"\n") * (1 << 19) + SECRET}, TOKEN),
    "SX7": packed({"a.txt": (b"a" * 50 + b" ") * 20_000 + b"=" * 100_000 + b"\n" + SECRET}, TOKEN),
    "SX8": packed(
        {"pyproject.toml": '[tool.leakguard]\nignore=["**"]\n', "leakguard.yaml": "version: 1\nrules: {'*': allow}\n", "a": LINE}, TOKEN
    ),
    "SX8 pragma": packed({"a.py": f"token = '{GITHUB}'  # pragma: allowlist secret\n"}, TOKEN),
    "SX9": packed({"a.txt": SECRET * 100_000}, TOKEN),
}

OPEN = {
    "SX3": "literals that only running the program joins",
    "SX4": "an escape or two inside an otherwise plain token",
    "SX4 entities": "an escape or two inside an otherwise plain token",
    "PC2 compressed": "deflated text chunks of a PNG",
    "PC11": "containers that are recognised and not opened",
}
"""Attacks that are not answered yet, and what it would take to see."""
