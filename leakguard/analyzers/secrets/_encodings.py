"""Encoded text → what it says, with a way back: each decoder tells from where in its source every decoded byte comes."""

import binascii
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from leakguard.patterns import lazily

Mark = tuple[int, int, float]
"""Offset in the decoded bytes, offset in the source, and source bytes for each decoded byte from there on."""

PLAIN = 1.0
"""The third part of a mark where the source says what it means."""

_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_JOINT = rb"""\r?\n[ \t]{0,40}|(?:\\r)?\\n|\\\r?\n[ \t]{0,40}|["'`][ \t]{0,8}[+.\\]?[ \t]{0,8}\r?\n?[ \t]{0,40}[+.]?[ \t]{0,8}["'`]"""
"""What may stand between two lines of one encoded run: a line end, an escaped one, or strings that are added up."""

BASE64_RUN = lazily(
    rb"[A-Za-z0-9+/_-]{8,}={0,2}(?:(?<!=)(?:%b)[A-Za-z0-9+/_-]{16,}={0,2})*(?:(?<!=)(?:%b)[A-Za-z0-9+/_-]{1,15}={0,2})?" % (_JOINT, _JOINT)
)
HEX_RUN = lazily(rb"(?:[0-9A-Fa-f]{2}){6,}(?:(?:%b)(?:[0-9A-Fa-f]{2}){8,})*" % _JOINT)
_PART = lazily(rb"(?:%b)|([A-Za-z0-9+/_-]+)={0,2}" % _JOINT)

ESCAPED = lazily(rb"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-7]{3})|(\r?\n[ \t]{0,40}|[\x00-\x7f]))")
PERCENT = lazily(rb"%([0-9A-Fa-f]{2})")
ENTITY = lazily(rb"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,12}));")
IGNORABLE = lazily(
    rb"(?:\xc2\xad|\xcd\x8f|\xd8\x9c|\xe1\x85[\x9f\xa0]|\xe1\x9e[\xb4\xb5]|\xe1\xa0[\x8b-\x8f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]"
    rb"|\xe3\x85\xa4|\xef\xb8[\x80-\x8f]|\xef\xbb\xbf|\xef\xbe\xa0|\xef\xbf[\xb0-\xb8]|\xf0\x9d\x85[\xb3-\xba]|\xf3\xa0[\x80-\xbf][\x80-\xbf])+"
)
"""Default-ignorable code points (Unicode, DerivedCoreProperties) in UTF-8."""

_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"0": b"\0"}
_NAMES = {
    b"quot": b'"',
    b"amp": b"&",
    b"apos": b"'",
    b"lt": b"<",
    b"gt": b">",
    b"nbsp": b" ",
    b"equals": b"=",
    b"colon": b":",
    b"sol": b"/",
}
_NAMES |= {b"lowbar": b"_", b"commat": b"@", b"period": b".", b"plus": b"+", b"num": b"#", b"dollar": b"$", b"excl": b"!", b"Tab": b"\t"}
_NAMES |= {b"NewLine": b"\n", b"hyphen": b"-", b"dash": b"-", b"semi": b";", b"comma": b",", b"bsol": b"\\", b"percnt": b"%", b"ast": b"*"}

_GZIP, _ZLIB_METHOD = b"\x1f\x8b\x08", 8
_EITHER = 47
"""`wbits` of a zlib or gzip stream of any window."""


class Piece(Struct, frozen=True):
    """Something decoded."""

    data: bytes
    start: int
    """Of the encoded text in its source; `stop` is the byte after it."""
    stop: int
    marks: Sequence[Mark]
    """Ascending, the first at 0."""
    chain: str
    """The names of the encodings, the outermost first."""
    window: bool = False
    """Whether it is plain text around a few escapes: only what escapes touch is news."""

    def origin(self, offset: int) -> int:
        """Where in the source the decoded byte at `offset` comes from."""
        decoded, source, ratio = self.marks[max(0, bisect_right(self.marks, (offset, self.stop, 9.0)) - 1)]
        return source + int((offset - decoded) * ratio)


def base64(run: bytes, start: int) -> Piece | None:
    """Base64, URL-safe or not, with or without padding, perhaps over several lines; ends at the first padding."""
    text, marks, end = bytearray(), list[Mark](), 0
    for part in _PART.finditer(run):
        if part[1] is not None:
            marks.append((len(text) * 3 // 4, start + part.start(), 4 / 3))
            text += part[1]
            end = part.end()
            if part[0].endswith(b"="):
                break
    if len(text) % 4 == 1:
        del text[-1:]
    try:
        data = binascii.a2b_base64(bytes(text).translate(_URL_SAFE) + b"=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return Piece(data, start, start + end, marks, "base64")


def hexadecimal(run: bytes, start: int) -> Piece | None:
    """Pairs of hexadecimal digits, perhaps over several lines."""
    text, marks = bytearray(), list[Mark]()
    for part in _PART.finditer(run):
        if part[1] is not None:
            marks.append((len(text) // 2, start + part.start(), 2.0))
            text += part[1]
    try:
        return Piece(bytes.fromhex(text.decode("ascii")), start, start + len(run), marks, "hex")
    except ValueError:
        return None


def inflated(piece: Piece, most: int) -> tuple[Piece | None, bool]:
    """What a gzip or zlib stream holds, at most `most` bytes of it, and whether there was more; `None` for what is no such stream."""
    data = piece.data
    gzip = data.startswith(_GZIP)
    if not gzip and not (len(data) > 8 and data[0] & 15 == _ZLIB_METHOD and not (data[0] << 8 | data[1]) % 31):
        return None, False
    stream = zlib.decompressobj(_EITHER)
    try:
        out = stream.decompress(data, most)
    except zlib.error:
        return None, False
    inner = Piece(out, piece.start, piece.stop, [(0, piece.start, 0.0)], f"{piece.chain} → {'gzip' if gzip else 'zlib'}")
    return inner, bool(stream.unconsumed_tail)


def wide(run: bytes, start: int, step: int) -> Piece:
    """ASCII in UTF-16 (`step` 2) or UTF-32 (4); the first byte is a character's own."""
    return Piece(run[::step], start, start + len(run), [(0, start, float(step))], f"utf-{step * 8}")


def unescaped(window: bytes, start: int) -> Piece:
    """The escapes of JavaScript, JSON and their relatives."""
    return _substituted(window, start, ESCAPED, _of_escape, "escapes")


def unquoted(window: bytes, start: int) -> Piece:
    """Percent encoding."""
    return _substituted(window, start, PERCENT, lambda match: bytes((int(match[1], 16),)), "percent")


def without_entities(window: bytes, start: int) -> Piece:
    """The character references of HTML and XML."""
    return _substituted(window, start, ENTITY, _of_entity, "html")


def visible(window: bytes, start: int) -> Piece:
    """Text without what no reader sees."""
    return _substituted(window, start, IGNORABLE, lambda _: b"", "invisible characters")


def _substituted(window: bytes, start: int, pattern: re.Pattern[bytes], meaning: Callable[[re.Match[bytes]], bytes], name: str) -> Piece:
    """The window with every match replaced by its meaning; equal escapes in a row share a mark."""
    out, marks, at = bytearray(), [(0, start, PLAIN)], 0
    for match in pattern.finditer(window):
        if match.start() > at:
            if marks[-1][2] != PLAIN:
                marks.append((len(out), start + at, PLAIN))
            out += window[at : match.start()]
        said = meaning(match)
        width = (match.end() - match.start()) / len(said) if said else 0.0
        if marks[-1][2] != width or match.start() > at or not said:
            marks.append((len(out), start + match.start(), width))
        out += said
        at = match.end()
    if at < len(window):
        marks.append((len(out), start + at, PLAIN))
        out += window[at:]
    return Piece(bytes(out), start, start + len(window), marks, name, window=True)


def _of_escape(match: re.Match[bytes]) -> bytes:
    if match[5] is not None:
        return _CONTROLS.get(match[5], b"" if match[5].lstrip(b"\r")[:1] == b"\n" else match[5])
    if match[4] is not None:
        return bytes((int(match[4], 8) & 0xFF,))
    return _character(int(match[1] or match[2] or match[3], 16))


def _of_entity(match: re.Match[bytes]) -> bytes:
    if match[3] is not None:
        return _NAMES.get(match[3], match[0])
    return _character(int(match[1]) if match[1] is not None else int(match[2], 16))


def _character(code: int) -> bytes:
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b"\xef\xbf\xbd"


def after(piece: Piece, chain: str) -> Piece:
    """The same as the next step after `chain`."""
    return replace(piece, chain=f"{chain} → {piece.chain}") if chain else piece
