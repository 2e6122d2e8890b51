"""The path of a source, as a map says it, made into one that is safe below any folder: what `--recover` writes and reports show."""

import hashlib
import re
import unicodedata

from leakguard.patterns import lazily

MOST_PARTS = 40
"""Folders; a deeper path keeps its last ones."""

MOST_CHARACTERS = 120
"""Of one name; a longer one is cut and ends in a digest."""

_SCHEME = lazily(r"^[a-z][a-z0-9+.-]{1,30}://+(?:\[project\]/)?", re.IGNORECASE)
_NAMESPACE = lazily(r"^(?:@[^/]*/)?[^/]*/(?=\.{1,2}/|\(|external |webpack/)")
_DRIVE = lazily(r"^([A-Za-z]):")
_UNSAFE = lazily(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\ud800-\udfff]')
_RESERVED = lazily(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


def safe_path(path: str) -> str:
    """A relative, `/`-separated path of plain names: no scheme, no drive, no `..`, nothing that a terminal or file system obeys.

    The name of a package in `webpack://NAME/./src/a.ts` goes too, as it does in the source tree. Never empty.
    """
    plain = unicodedata.normalize("NFC", path.replace("\\", "/"))
    without = _SCHEME.sub("", plain)
    if without != plain:
        without = _NAMESPACE.sub("", without)
    without = _DRIVE.sub(r"\1", without.lstrip("/"))
    parts = [_safe_name(part) for part in without.split("/") if part not in ("", ".", "..")]
    return "/".join(parts[-MOST_PARTS:]) or "source"


def _safe_name(name: str) -> str:
    safe = _UNSAFE.sub("_", name).rstrip(" .") or "_"
    if _RESERVED.match(safe):
        safe = f"_{safe}"
    if len(safe) > MOST_CHARACTERS:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        safe = f"{safe[: MOST_CHARACTERS - 13]}~{digest}"
    while len(safe.encode()) > 2 * MOST_CHARACTERS:
        safe = safe[1:]
    return safe
