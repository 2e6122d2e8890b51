"""What a format makes of some bytes: every member read to its end, as the walker would."""

import io
from types import ModuleType

from leakguard.content import Content
from leakguard.errors import Malformed
from leakguard.limits import Budget, Limits
from leakguard.model import Kind, Member
from leakguard.plugins import Match, Source

PIECE = 1 << 20


class Opened:
    """The members of a container, with their content and every damage that turned up."""

    def __init__(self, form: ModuleType, data: bytes, name: str, *, limits: Limits | None = None, most: int = -1) -> None:
        self.members: list[Member] = []
        self.contents: dict[str, bytes] = {}
        self.rules: list[str] = []
        self.reasons: list[str] = []
        content = Content(data)
        stream = content.stream() if form.SEEK else OneWay(data)
        source = Source(name=name, stream=stream, size=len(data), content=content if form.SEEK else None, hits=())  # type: ignore[arg-type]
        try:
            for member in form.members(source, Budget(limits or Limits(), len(data))):
                self.members.append(member)
                self._note(member, most)
        except Malformed as error:
            self._damage(error.rule, error.reason)

    @property
    def files(self) -> dict[str, bytes]:
        """Content by name, of what is a file."""
        return {member.name: self.contents[member.name] for member in self.members if member.kind is Kind.FILE}

    @property
    def text(self) -> bytes:
        """What is searched beside the content."""
        return b"".join(member.text for member in self.members)

    def _note(self, member: Member, most: int) -> None:
        if member.damage:
            self._damage(member.damage.rule, member.damage.reason)
        if member.data is not None:
            self.contents[member.name] = member.data
        elif member.open is not None:
            self.contents[member.name] = b""
            try:
                with member.open() as stream:
                    while (most < 0 or len(self.contents[member.name]) < most) and (piece := stream.read(PIECE if most < 0 else most)):
                        self.contents[member.name] += piece
            except Malformed as error:
                self._damage(error.rule, error.reason)

    def _damage(self, rule: str, reason: str) -> None:
        self.rules.append(rule)
        self.reasons.append(reason)


class OneWay(io.RawIOBase):
    """A stream that cannot be rewound and gives less than it is asked for."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._inner = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        """At most 1,000 bytes."""
        return self._inner.read(min(size, 1000) if size >= 0 else 1000)


def matches(form: ModuleType, name: str, data: bytes) -> Match:
    """What the format says about the two ends of some bytes."""
    found = form.match(name, data[: 1 << 16], data[-(1 << 16) :], ())
    assert isinstance(found, Match)
    return found
