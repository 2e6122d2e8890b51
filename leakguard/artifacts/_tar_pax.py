"""The records of pax extension headers (POSIX.1-2017 `pax`, "pax Extended Header"), and whether they contradict the ustar header."""

from msgspec import Struct, field

from leakguard.artifacts._tar_header import AMBIGUOUS, DULL_OWNERS, LARGEST, UNSUPPORTED, Fault
from leakguard.errors import Malformed
from leakguard.patterns import lazily
from leakguard.redact import escape

_LENGTH = lazily(rb"([0-9]{1,10}) ")
_INNER_RECORD = lazily(rb"\n[0-9]+ [^=\n]+=")
_SPARSE = lazily(r"GNU\.sparse\.|SCHILY\.realsize$|SUN\.holesdata$")
_CHARSETS = frozenset((b"BINARY", b"ISO-IR 10646 2000 UTF-8"))
OF_ONE_MEMBER = frozenset(("path", "linkpath", "size", "hdrcharset"))
_DULL = frozenset(("path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "hdrcharset", "LIBARCHIVE.creationtime"))
_HARMLESS = {key.encode(): key for key in _DULL - OF_ONE_MEMBER}
_STAND_IN = b"PaxHeader"
_USTAR_NAME = 100
_OUTSIDE_ASCII = lazily(rb"[?\x80-\xff]+")


class Records(Struct):
    """What the records of one extension header say."""

    values: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def size(self) -> int | None:
        """The size of the member's body, if the header gives it."""
        value = self.values.get("size")
        return int(value) if value else None

    def text(self) -> bytes:
        """The records that say more than where, when and how large: somebody could have left something there."""
        if self.values.keys() <= _DULL:
            return b""
        return b"\n".join(
            key.encode("utf-8", "surrogateescape") + b"=" + value
            for key, value in self.values.items()
            if key not in _DULL and not (key in {"uname", "gname"} and value in DULL_OWNERS)
        )


def read_records(body: bytes, offset: int, *, shared: bool) -> Records:
    """Split the body of a header; `shared` when it is a global one. `Malformed` when a record is not `LENGTH KEY=VALUE` and a line feed."""
    found = Records()
    at = 0
    while at < len(body):
        length = _LENGTH.match(body, at)
        stop = at + int(length[1]) if length else 0
        record = body[length.end() : stop] if length else b""
        key, equals, value = record.partition(b"=")
        if not length or stop > len(body) or not key or not equals or not value.endswith(b"\n"):
            raise Malformed("a pax header holds a malformed record", offset=offset + at)
        spelled = _HARMLESS.get(key)
        if spelled and spelled not in found.values and b"\n" not in value[:-1]:
            found.values[spelled] = value[:-1]
        else:
            _note(found, key.decode("utf-8", "surrogateescape"), value[:-1], shared=shared)
        at = stop
    return found


def _note(found: Records, key: str, value: bytes, *, shared: bool) -> None:
    shown = escape(key[:64])
    if key in found.values:
        found.faults.append(Fault(AMBIGUOUS, f"a pax header sets `{shown}` twice"))
    if _SPARSE.match(key):
        found.faults.append(Fault(UNSUPPORTED, "a sparse file cannot be inspected"))
    elif shared and key in OF_ONE_MEMBER:
        found.faults.append(Fault(AMBIGUOUS, f"a global pax header sets `{shown}`"))
    if key in OF_ONE_MEMBER and (not value or b"\0" in value or b"\n" in value):
        found.faults.append(Fault(AMBIGUOUS, f"a pax header sets `{shown}` to a value that readers take differently"))
    elif b"\n" in value and _INNER_RECORD.search(value):
        found.faults.append(Fault(AMBIGUOUS, f"the pax record `{shown}` holds lines that some readers take for records"))
    if key == "hdrcharset" and value not in _CHARSETS:
        found.faults.append(Fault(AMBIGUOUS, "a pax header names an unknown character set"))
    if key == "size" and value and not (value.isdigit() and len(value) < len(str(LARGEST))):
        raise Malformed("a pax header declares a size that is negative, too large or no number")
    found.values[key] = value


def size_contradicts(ustar: int, size: int) -> bool:
    """Whether a header's size is neither the pax size nor what stands there when that does not fit into eleven octal digits."""
    return ustar != size and not (size >= 8**11 and ustar in {0, 8**11 - 1, size % 8**11})


def name_contradicts(ustar: bytes, name: bytes) -> bool:
    """Whether a header's name cannot have been made from the long name by a writer that had to shorten it.

    Writers cut the end or the middle, replace or leave out what is not ASCII, or store the word `PaxHeader`.
    """
    ustar, name = ustar.rstrip(b"/"), name.rstrip(b"/")
    if ustar in {name, _STAND_IN}:
        return False
    if name.isascii() and len(name) < _USTAR_NAME:
        return True
    at = 0
    for part in _OUTSIDE_ASCII.split(ustar):
        for byte in part:
            at = name.find(byte, at) + 1
            if not at:
                return True
    return False
