"""What announces encoded text. Each anchor is a literal or a shape that ordinary text hardly ever has, so that hits are rare.

A run of base64 is recognised by its beginning: in the base64 of ASCII text (RFC 4648) only some letters can stand in each of the four
places, so that neither names nor digests pass for six quads. Hexadecimal, percent encoding and escapes of text begin alike. Where
plain text merely has a few escapes (JSON in a string), it is a telling name before a backslash, `&` or `%`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from leakguard.patterns import lazily
from leakguard.plugins import Anchor

_QUAD = "[CDI-Za-f][ACD-HQS-Xgi-nwyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589][0-9A-Za-z+/_-]"
_TEXT = f"(?:{_QUAD}){{6}}"
_WIDE_TEXT = "(?:[CDI-Za-f][AQgw][AB][A-Za-z0-9+/]A[AC-H][AEIMQUYcgkosw048]A){3}"
"""Base64 of ASCII in UTF-16."""
_HEX_TEXT = "(?:[2-7][0-9a-fA-F]|0[9aAdD]){12}"
_ZLIB = "e[FJNA][A-Za-z0-9+/_-]{10}"
_QUOTE = "[\"'`]"
_LEAD = r"(?:^|[^A-Za-z0-9]|\\[nrt])"
_HEX_LEAD = "(?:^|[^0-9A-Fa-f])"

_NAMES = ("word", "wd", "phrase", "secret", "token", "tial", "tials", "auth", "pass", *(f"{letter}key" for letter in "_-isteh"))
"""Endings of names that promise a secret."""

_AFTER_NAME = {
    "escapes": rb"""\\{1,7}(?:["']|u00(?:22|27|3[aAdD])|x(?:22|27|3[aAdD]))|[:=][ \t]?\\{1,7}["']""",
    "html": rb"&(?:quot|apos|equals|#3[49]|#61|#[xX](?:22|27|3[dD]));",
    "percent": rb"%(?:22|27|3[aAdD])",
}
_HEAD = lazily(r"(?:[\w-]|\\[._/-])*")
_SHORTEST_HEAD = 4

_INVISIBLE = (
    *(r"\xc2\xad", r"\xcd\x8f", r"\xd8\x9c", r"\xe1\x85[\x9f\xa0]", r"\xe1\x9e[\xb4\xb5]", r"\xe1\xa0[\x8b-\x8f]"),
    *(r"\xe2\x80[\x8b-\x8f\xaa-\xae]", r"\xe2\x81[\xa0-\xaf]", r"\xe3\x85\xa4", r"\xef\xb8[\x80-\x8f]", r"\xef\xbb\xbf"),
    *(r"\xef\xbe\xa0", r"\xf3\xa0[\x80-\x87][\x80-\xbf]"),
)


class Trigger(NamedTuple):
    """An anchor, and what it announces."""

    anchor: Anchor
    encoding: str
    """`base64`, `hex`, `escapes`, `percent`, `html`, `invisible` or `wide`."""
    back: int = 0
    """Bytes before the anchor's end at which the encoded text begins."""
    check: "re.Pattern[bytes] | None" = None
    """What must follow at the beginning."""
    reach: int = 0
    """Of plain text with escapes: bytes of it that count, after the beginning."""
    step: int = 0
    """Of `wide`: bytes a character."""
    run: bool = False
    """Whether what it announces goes on for as long as one escape follows the other."""


def triggers(heads: Iterable[str]) -> tuple[Trigger, ...]:
    """All of them; `heads` are the anchors' own literal beginnings, see `head_of`."""
    return (*_runs(), *_escapes(), *_names(), *_unseen(), *_wide(heads))


def head_of(pattern: str) -> str:
    """The literal that every match of an anchor begins with; empty when it is too short to say anything."""
    literal = _HEAD.match(pattern)
    assert literal is not None
    if "|" in pattern.partition("(")[0]:
        return ""
    text = literal[0]
    if pattern[literal.end() : literal.end() + 1] in ("?", "*", "{"):
        text = text[: -2 if text[-2:-1] == "\\" else -1]
    text = text.replace("\\", "")
    return text if len(text) >= _SHORTEST_HEAD else ""


def _runs() -> Iterator[Trigger]:
    quad = lazily(_QUAD.encode() * 4)
    yield Trigger(Anchor(_QUOTE + _TEXT, within="text"), "base64", 24)
    yield Trigger(Anchor(_LEAD + _TEXT, within="prose"), "base64", 24)
    yield Trigger(Anchor(_LEAD + _WIDE_TEXT, within="prose"), "base64", 24)
    yield Trigger(Anchor(";base64,", within="text"), "base64", 0, quad)
    for magic, check in (("H4sI", rb"H4sI[A-D][\w+/-]{12}"), ("AGFzbQEA", rb""), ("f0VMRg", rb"f0VMRg[EI]B"), ("TVqQAA", rb"")):
        yield Trigger(Anchor(magic, within="text"), "base64", len(magic), lazily(check))  # gzip, WebAssembly, ELF, PE
    yield Trigger(Anchor(_QUOTE + _ZLIB, within="text"), "base64", 12)
    yield Trigger(Anchor(_LEAD + _ZLIB, within="prose"), "base64", 12)
    yield Trigger(Anchor(_QUOTE + _HEX_TEXT, within="text"), "hex", 24)
    yield Trigger(Anchor(_HEX_LEAD + _HEX_TEXT, within="prose"), "hex", 24)
    yield Trigger(Anchor(f"{_QUOTE}1f8b08", caseless=True, within="text"), "hex", 6)
    yield Trigger(Anchor(f"{_HEX_LEAD}1f8b08", caseless=True, within="prose"), "hex", 6)


def _escapes() -> Iterator[Trigger]:
    """Four escapes in a row, the first of them not directly after another: a long row is one hit."""
    for escape, encoding, last, width in (
        ("%[2-7][0-9a-fA-F]", "percent", "0-9a-fA-F", 3),
        (r"\\x[2-7][0-9a-fA-F]", "escapes", "0-9a-fA-F", 4),
        (r"\\u00[2-7][0-9a-fA-F]", "escapes", "0-9a-fA-F", 6),
        (r"\\u\{[2-7][0-9a-fA-F]\}", "escapes", "}", 6),
        (r"\\[01][0-7][0-7]", "escapes", "0-7", 4),
        ("&#(?:x[2-7][0-9a-fA-F]|[0-9]{2,3});", "html", ";", 6),
    ):
        yield Trigger(Anchor(f"(?:^|[^{last}])(?:{escape}){{4}}", encoding == "html", "text"), encoding, 4 * width, reach=240, run=True)
    yield Trigger(Anchor(r":\\/\\/[\w.%~-]+:", within="text"), "escapes", 60, reach=320)
    user = lazily(rb"%3a%2f%2f[\w.~%+-]{1,64}%3a[\w.~%+-]", re.IGNORECASE)
    yield Trigger(Anchor("%3a%2f%2f", caseless=True, within="text"), "percent", 9, user, reach=320)
    for space, encoding in (("%20", "percent"), ("\\\\u0020", "escapes"), ("\\\\x20", "escapes"), ("&#32;", "html"), ("&#x20;", "html")):
        yield Trigger(Anchor(f"PRIVATE{space}KEY", within="text"), encoding, 60, reach=20_000)


def _names() -> Iterator[Trigger]:
    for end, encodings in (("\\", ("escapes",)), ("=\\", ("escapes",)), (": \\", ("escapes",)), ("&", ("html",)), ("%", ("percent",))):
        for encoding in encodings:
            check = lazily(_AFTER_NAME[encoding])
            for name in _NAMES:
                pattern = name + "".join(f"\\x{ord(letter):02x}" for letter in end)
                yield Trigger(Anchor(pattern, caseless=True, within="text"), encoding, len(end), check, reach=480)


def _unseen() -> Iterator[Trigger]:
    for code in _INVISIBLE:
        yield Trigger(Anchor(f"{code}[0-9A-Za-z_-]", within="text"), "invisible", 5, reach=320)


def _wide(heads: Iterable[str]) -> Iterator[Trigger]:
    """Literals in UTF-16 and UTF-32 of either byte order: what the orders share, from the first letter to the last."""
    for step in (2, 4):
        gap = "\\x00" * (step - 1)
        for text, caseless in (
            *((head, False) for head in sorted({*heads})),
            *((name, True) for name in ("password", "passwd", "secret", "token", "api_key", "apikey")),
        ):
            pattern = gap.join(f"\\x{ord(letter):02x}" for letter in text)
            yield Trigger(Anchor(pattern, caseless, "binary"), "wide", (len(text) - 1) * step + 1, step=step)
