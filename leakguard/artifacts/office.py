"""Documents that are zips: Office Open XML, OpenDocument, EPUB."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.model import Identity, Listed

NAME = "office"
SUFFIXES = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub")
CONTAINERS = ("zip",)

PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
TYPES = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}


def keeps(name: str) -> bool:
    """What says the type."""
    return name == "mimetype"


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """The kind of document, by its main part or by the type that it states."""
    names = {one.inner for one in listing}
    found = next((kind for part, kind in PARTS.items() if part in names and "[Content_Types].xml" in names), "")
    found = found or TYPES.get(manifests.get("mimetype", b"")[:100].strip(), "")
    return identity(found, None, None) if found else None
