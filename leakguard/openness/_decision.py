"""Open or closed, from what a package says about its licence."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from leakguard.model import Openness
from leakguard.openness._expressions import approves, is_compound, is_npm_default, is_text
from leakguard.openness._texts import licence_of_text

OSI_CLASSIFIER = "License :: OSI Approved"

_SHOWN = 60
"""Characters of a declared licence that a reason quotes."""

_LICENCE_STEMS = ("license", "licence", "copying", "unlicense")
_LICENCE_ENDS = frozenset(("", "mit", "bsd", "isc", "apache", "apache2", "apache-2.0", "gpl", "lgpl", "mpl", "lesser", "psf", "python"))
"""What may follow: `LICENSE-MIT`, `COPYING.LESSER`, but not `LICENSE-3rdparty`."""


class Declared(Struct, frozen=True, kw_only=True):
    """What a package says about its licence; every value is as hostile as the package."""

    licences: Sequence[str] = ()
    """SPDX expressions, common names or whole texts; one approved one is enough."""
    classifiers: Sequence[str] = ()
    private: bool = False
    npm: bool = False
    """From a `package.json`."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """The package's own licence files, by the name to show."""


def decide(declared: Declared) -> tuple[Openness, str]:
    """Open or closed, and the clause that says from what."""
    if declared.private:
        return Openness.CLOSED, "is marked private"
    text = _approved_text(declared)
    approved = next((one for one in declared.licences if approves(one)), "")
    if approved and declared.npm and is_npm_default(approved) and not text:
        return Openness.CLOSED, "declares `ISC` without a licence text, as `npm init` does"
    if approved:
        licence = licence_of_text(approved.encode("utf-8", "replace")) if is_text(approved) else _shown(approved)
        return Openness.OPEN, f"declares `{licence}`"
    stated = next((one for one in declared.licences if one.strip()), "")
    if not is_compound(stated) and (reason := _approved_classifier(declared) or text):
        return Openness.OPEN, reason
    return Openness.CLOSED, f"declares `{_shown(stated)}`" if stated else "declares no licence"


def is_licence_file(name: str) -> bool:
    """Whether a file of this name (without folders) holds the package's own licence, and not a notice about others."""
    stem, end = _split(name.lower())
    return stem in _LICENCE_STEMS and end in _LICENCE_ENDS


def _split(name: str) -> tuple[str, str]:
    """`license-mit.txt` → `license`, `mit`."""
    for suffix in (".txt", ".md", ".rst"):
        name = name.removesuffix(suffix)
    for mark in ".-_":
        stem, found, end = name.partition(mark)
        if found and stem in _LICENCE_STEMS:
            return stem, end
    return name, ""


def _approved_classifier(declared: Declared) -> str:
    for classifier in declared.classifiers:
        if classifier == OSI_CLASSIFIER or classifier.startswith(f"{OSI_CLASSIFIER} :: "):
            return f"has the classifier `{_shown(classifier)}`"
    return ""


def _approved_text(declared: Declared) -> str:
    """The clause about the licence files when each of them is an approved licence, else nothing."""
    found = {name: licence_of_text(data) for name, data in declared.texts.items()}
    if not found or not all(found.values()):
        return ""
    name, licence = next(iter(found.items()))
    return f"has the text of `{licence}` in `{_shown(name)}`"


def _shown(text: str) -> str:
    """A declared value as a reason may quote it: one line of printable ASCII, bounded."""
    line = " ".join(text[: 4 * _SHOWN].split())
    line = "".join(c if " " <= c <= "~" and c != "`" else "?" for c in line)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
