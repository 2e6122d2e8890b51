"""Whether bytes are text, in which encoding, and if not, what they are instead."""

import codecs
import tempfile

from leakguard.content import WINDOW, Content

MAGIC = (
    (b"\x7fELF", "native code"),
    (b"MZ", "native code"),
    (b"\xfe\xed\xfa\xce", "native code"),
    (b"\xfe\xed\xfa\xcf", "native code"),
    (b"\xce\xfa\xed\xfe", "native code"),
    (b"\xcf\xfa\xed\xfe", "native code"),
    (b"\xca\xfe\xba\xbe", "native code"),
    (b"!<arch>\n", "native code"),
    (b"\0asm", "WebAssembly"),
    (b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f", "Hermes bytecode"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "media"),
    (b"\0\0\1\0", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"fLaC\0", "media"),
    (b"\x1aE\xdf\xa3", "media"),
    (b"\xff\xfb", "media"),
    (b"OggS", "media"),
    (b"ID3", "media"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"\0\1\0\0\0", "font"),
    (b"OTTO", "font"),
    (b"ttcf\0", "font"),
    (b"%PDF-", "document"),
    (b"SQLite format 3\0", "database"),
)
"""Leading bytes of what is searched but not understood."""

_FIRST_BYTES = frozenset(magic[:1] for magic, _ in MAGIC)

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

SAMPLE = 4096
"""Bytes that an encoding without a mark is guessed from."""


def classify(head: bytes) -> str:
    """What bytes are that hold no text in UTF-8 or a superset of ASCII (`native code`, `image` …); empty for text.

    UTF-16 and UTF-32 count as `binary` here: `encoding_of` tells them apart.
    """
    if head[:1] in _FIRST_BYTES:
        for magic, kind in MAGIC:
            if head.startswith(magic):
                return kind
    if head[4:8] == b"ftyp" and head[:2] == b"\0\0":
        return "media"
    return "binary" if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")) else ""


def encoding_of(head: bytes) -> str:
    """The Unicode encoding of a text with NUL bytes, from its mark or from where the NULs stand; empty when it is no text."""
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    return _guessed(head)


def _guessed(head: bytes) -> str:
    sample = head[: SAMPLE - SAMPLE % 4][: len(head) - len(head) % 4]
    if len(sample) < 8:
        return ""
    zeros = [sample[lane::4].count(0) / (len(sample) // 4) for lane in range(4)]
    if sample.count(0) == 0:
        return ""
    for lane, encoding in ((0, "utf-32-le"), (3, "utf-32-be")):
        if zeros[lane] < 0.01 and all(share > 0.9 for other, share in enumerate(zeros) if other != lane):
            return encoding
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if even < 0.01 and odd > 0.6:
        return "utf-16-le"
    if odd < 0.01 and even > 0.6:
        return "utf-16-be"
    return ""


def decode(content: Content, encoding: str) -> Content:
    """The same text as UTF-8, without its mark; `Content.encoding` says what it was. Bytes that are invalid become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    if content.data is not None:
        decoded = Content(_utf8(decoder.decode(content.data, final=True)).removeprefix(codecs.BOM_UTF8))
    else:
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the content
        size = 0
        for at, piece in content.windows(0):
            data = _utf8(decoder.decode(piece, final=at + WINDOW >= content.size))
            size += spool.write(data.removeprefix(codecs.BOM_UTF8) if at == 0 else data)
        decoded = Content(file=spool, size=size)
    decoded.encoding = encoding
    return decoded


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
