"""The only maker of previews and fingerprints: what leaves leakguard about a secret is made here."""

import hashlib
import re

from leakguard.model import Fingerprint
from leakguard.patterns import lazily

CONTEXT = 160
"""Bytes on each side of a value that count as its line: a minified bundle is one line of megabytes."""

RANDOM_BITS = 96
"""A secret whose format guarantees as much may be fingerprinted by its own digest: nobody can guess it back."""

_CONTROL = lazily("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")

_SPECIAL_IN_PATTERNS = lazily(r"[\\*?\[\]]|^[#!]| $")


def preview(prefix: str, length: int) -> str:
    """What a report may show of a secret: its issuer's public prefix and its length in characters."""
    return f"{escape(prefix)}… ({length} characters)"


def fingerprint_of_secret(rule: str, secret: bytes) -> Fingerprint:
    """Of a secret whose format guarantees at least `RANDOM_BITS` random bits; survives moves."""
    return _digest("secret", rule, secret)


def fingerprint_of_place(rule: str, path: str, line: bytes = b"", start: int = 0, stop: int = 0) -> Fingerprint:
    """Of anything else: rule, escaped path, and the line with the bytes from `start` to `stop` masked.

    White space is folded, so that reformatting does not change it.
    """
    before = line[max(0, start - CONTEXT) : start].rpartition(b"\n")[2]
    after = line[stop : stop + CONTEXT].partition(b"\n")[0]
    return _digest("place", rule, path.encode(), b" ".join(before.split()), b" ".join(after.split()))


def escape(text: str) -> str:
    r"""Text with every character that a terminal or a reader could be fooled by written out; one line.

    A lone surrogate (a byte that was not UTF-8) becomes `%XX`, control and invisible characters become `\x1b` or `\u202e`.
    """
    if text.isascii() and text.isprintable():
        return text
    text = "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else "\\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return _CONTROL.sub(_spell, text)


def escape_name(name: str) -> str:
    """One component of `Location.path`: a literal `!/` becomes `%21/`, a byte that is not UTF-8 `%XX`, a literal `%` `%25`.

    Control and invisible characters become the `%XX` of their UTF-8 bytes.
    """
    if name.isascii() and name.isprintable() and "%" not in name and "!/" not in name:
        return name
    name = name.replace("%", "%25").replace("!/", "%21/")
    return _CONTROL.sub(_percent, "".join(_percent_surrogate(c) if "\ud800" <= c <= "\udfff" else c for c in name))


def pattern_of(path: str) -> str:
    """The git pattern that matches this escaped path alone, layer by layer, anchored at the top: to be pasted into a policy."""
    spelled = "!/".join(_SPECIAL_IN_PATTERNS.sub(r"\\\g<0>", part) for part in path.split("!/"))
    return spelled if "/" in spelled.partition("!/")[0] else f"/{spelled}"


def _digest(*parts: str | bytes) -> Fingerprint:
    digest = hashlib.sha256(b"leakguard/1")
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return Fingerprint(digest.hexdigest()[:32])


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _percent_surrogate(character: str) -> str:
    code = ord(character)
    return f"%{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else "%EF%BF%BD"
