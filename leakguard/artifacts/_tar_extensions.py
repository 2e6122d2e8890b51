"""What the extension headers before a tar member (pax, GNU long names) say of it, and where that contradicts the member's own header."""

from msgspec import Struct, field

from leakguard.artifacts._tar_header import AMBIGUOUS, UNSUPPORTED, Fault, Header
from leakguard.artifacts._tar_pax import OF_ONE_MEMBER, Records, name_contradicts, read_records, size_contradicts
from leakguard.errors import Malformed

KINDS = b"xgXLK"
"""Type flags: pax local, pax global, Solaris, GNU long name, GNU long link."""

LARGEST_IGNORED = 1 << 20
"""Bytes of an extension header beyond which npm's reader ignores it while others apply it."""

LARGEST = 16 << 20
"""Bytes of an extension header beyond which it is refused unread."""

MOST = 16
"""Extension headers in a row."""

_USUAL_LABELS = frozenset((b"././@PaxHeader", b"././@LongLink", b"@LongLink", b"pax_global_header", b"PaxHeader"))


class Extensions(Struct):
    """Everything said since the last member."""

    count: int = 0
    local: Records | None = None
    gnu_name: bytes | None = None
    gnu_link: bytes | None = None
    faults: list[Fault] = field(default_factory=list)
    text: list[bytes] = field(default_factory=list)
    """What somebody could have left there."""
    labels: list[bytes] = field(default_factory=list)
    """Unusual names of the extension headers themselves."""

    def admit(self, header: Header, start: int) -> None:
        """Take an extension header, before its body is read; `Malformed` when it is not worth reading."""
        self.count += 1
        if self.count > MOST or header.size > LARGEST:
            raise Malformed("extension headers are stacked or too large", rule="artifact/limit-exceeded", offset=start)
        if header.size > LARGEST_IGNORED:
            self.doubt("an extension header is so large that some readers ignore it")
        self.faults += header.faults
        if header.residue:
            self.text.append(header.residue)
        if header.link and header.link != b"PaxHeader":
            self.text.append(header.link)
        if header.name not in _USUAL_LABELS:
            self.labels.append(header.name.rpartition(b"/")[2])

    def read(self, kind: bytes, body: bytes, padding: bytes, start: int) -> None:
        """Take the body of the header just admitted, and what of its padding is not zeros."""
        if padding:
            self.doubt("the padding of an extension header is not zeros")
            self.text.append(padding)
        if kind in b"LK":
            self._read_gnu(kind, body)
        else:
            self._read_pax(kind, read_records(body, start, shared=kind == b"g"))

    def doubt(self, reason: str) -> None:
        """Note something that readers disagree on."""
        self.faults.append(Fault(AMBIGUOUS, reason))

    def are_dull(self) -> bool:
        """Whether they say nothing but times and owners."""
        records = self.local
        unusual = self.faults or self.text or self.labels or self.gnu_name is not None or self.gnu_link is not None
        return records is not None and not unusual and records.values.keys().isdisjoint(OF_ONE_MEMBER)

    def bind(self) -> bool:
        """Whether a member has to follow."""
        return self.local is not None or self.gnu_name is not None or self.gnu_link is not None

    def resolve(self, header: Header) -> tuple[bytes, int, bytes]:
        """Name, size and link target of the member; where header and extension contradict each other, the extension wins with a note."""
        pax = self.local or Records()
        name, link = pax.values.get("path", self.gnu_name), pax.values.get("linkpath", self.gnu_link)
        if name and name_contradicts(header.name, name):
            self.doubt("the header and its extension give different names")
        if link and name_contradicts(header.link, link):
            self.doubt("the header and its extension give different link targets")
        if pax.size is not None and size_contradicts(header.size, pax.size):
            self.doubt("the header and its extension give different sizes")
        if header.kind == b"\0" and header.name.endswith(b"/") and name and not name.endswith(b"/"):
            self.doubt("some readers take a file for a folder")
        name = name or header.name
        self.text += [label for label in self.labels if label not in name]
        return name, header.size if pax.size is None else pax.size, link or header.link

    def _read_gnu(self, kind: bytes, body: bytes) -> None:
        name, _, rest = body.partition(b"\0")
        stray = rest.strip(b"\0")
        if stray or not name:
            self.doubt("a GNU long name is empty or holds bytes after its end")
            self.text.append(stray)
        known = self.gnu_name if kind == b"L" else self.gnu_link
        if known is not None or self.local is not None:
            self.doubt("several extension headers name one member")
        if kind == b"L":
            self.gnu_name = name
        else:
            self.gnu_link = name

    def _read_pax(self, kind: bytes, records: Records) -> None:
        self.faults += records.faults
        if text := records.text():
            self.text.append(text)
        if self.bind():
            self.doubt("several extension headers stand before one member")
        if kind == b"X":
            self.faults.append(Fault(UNSUPPORTED, "an extension header of Solaris is not read by every reader"))
        if kind != b"g":
            self.local = records
