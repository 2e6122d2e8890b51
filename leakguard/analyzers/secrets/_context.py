"""Secrets whose shape alone says nothing: they count where their issuer's name stands before them, with a word such as `key` or `token`.

Written as an assignment, an argument, an element or a field of a list, or spelled out: what lies between name and value decides.
"""

import re
from collections.abc import Iterator

from leakguard.plugins import Anchor
from leakguard.rules import NEARBY

_EVERYDAY = "*"
_SUBJECTS = ("api", "key", "token", "secret")
_JOINTS = ("", "_", "-", " ")

_SLACK = 8
"""Bytes of the word that are read again: one such as `key` may be part of it."""

_MOST_TRIES = 4
"""Values after one word that are looked at: an id often precedes the secret."""

_BREAK = re.compile(
    rb";|\.svg|badge|\n[^\n]*\n[^\n]*\n|\b(?:https?|ftp)://|[)}][ \t]*\{|\*/|\$\{|\x00|/(?:blob|blame|commits?|raw|src|tree)/"
)
"""What ends the thought: beyond it another one begins."""

_DIGIT = re.compile(rb"[0-9]")
"""Without one no shape of a secret is worth a look."""

_BADGE = re.compile(rb"badge|\.svg")
"""Pictures whose token is public by design."""

_TELLING = re.compile(
    rb"secret|private|access|apikey|key|token|pass|pwd|auth|api|cred|(?:^|[^a-z])pat(?:[^a-z]|$)|licen[sc]e|signature|bearer|dsn|webhook",
    re.IGNORECASE,
)
_DIRECT = re.compile(rb"""[\w.-]{0,24}["'\]\\]{0,3}\s{0,4}(?:[:=]|=>|:=|<-)\s{0,4}[\\"'`]{0,3}""")
_LAST_NAME = re.compile(rb"""([A-Za-z][\w.-]{0,60})["'\]\\)>]{0,4}\s{0,8}[?!.:=,(>|+\s]{0,8}[\\"'`]{0,3}\Z""")
_HARMLESS = re.compile(
    rb"(?:\A|[._-]|(?-i:[a-z](?=[A-Z])))(?:url|uri|host|domain|name|version|v|sha\d{0,3}|md5|hash|integrity|checksum|digest|commit|rev|revision|etag"
    rb"|file|path|src|href|class|image|icon|css|public|publickey|publishable|site|measurement|project|index|indexname|appid|app|account"
    rb"|client|workspace|team|org|user|channel|guild|page|form|portal|pixel|tracking|number|date|time|slug|nonce|cache|id|ids)\Z",
    re.IGNORECASE,
)


def anchors(word: str) -> Iterator[Anchor]:
    """What announces a secret of the issuer that goes by this word."""
    if not word.endswith(_EVERYDAY):
        yield Anchor(re.escape(word), caseless=True)
        return
    for joint in _JOINTS:
        for subject in _SUBJECTS:
            yield Anchor(re.escape(word.removesuffix(_EVERYDAY) + joint + subject), caseless=True)


def expression(pattern: str) -> re.Pattern[bytes]:
    """A value of this pattern that no letter or digit touches."""
    return re.compile(b"(?<![0-9A-Za-z])" + pattern.encode() + b"(?![0-9A-Za-z])")


def follows(wanted: re.Pattern[bytes], text: bytes, *, word: int) -> re.Match[bytes] | None:
    """The first value in `text` that its issuer's word, which ends at `word`, announces."""
    if _DIGIT.search(text, word) is None or _BADGE.search(text, max(0, word - NEARBY), word):
        return None
    position = word
    for _ in range(_MOST_TRIES):
        match = wanted.search(text, position)
        if match is None or match.start("secret") - word > NEARBY:
            return None
        if _announces(text[max(0, word - _SLACK) : match.start("secret")], text[word : match.start("secret")]):
            return match
        position = match.start("secret") + 1
    return None


def _announces(between: bytes, rest: bytes) -> bool:
    """Whether what lies between an issuer's word and a value says that the value is a secret of it.

    `between` begins inside of the word, which may hold a telling one itself; `rest` begins after it.
    """
    if _BREAK.search(rest) or _is_harmless(rest):
        return False
    return _DIRECT.fullmatch(between) is not None or _TELLING.search(between) is not None


def _is_harmless(rest: bytes) -> bool:
    name = _LAST_NAME.search(rest)
    return name is not None and _HARMLESS.search(name[1]) is not None
