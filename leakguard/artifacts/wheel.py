"""Wheels (PEP 427): a zip with `NAME-VERSION.dist-info/WHEEL` at its top."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._layout import base_of, depth_of, licence_texts, roots_with
from leakguard.model import Identity, Listed
from leakguard.openness import Declared, decide, is_licence_file
from leakguard.openness.manifests import core_metadata, wheel_packer
from leakguard.patterns import lazily

NAME = "wheel"
SUFFIXES = (".whl",)
CONTAINERS = ("zip",)

_LICENCE_FOLDERS = ("", "licenses/", "license_files/")
_LICENCES = lazily(r"[^/]+\.dist-info/(?:licenses/|license_files/)?[^/]+")


def keeps(name: str) -> bool:
    """The core metadata, the `WHEEL` file, the entry points and the licence files (PEP 639 puts them below `licenses/`)."""
    if ".dist-info/" not in name:
        return False
    base = base_of(name)
    return (depth_of(name) == 1 and base in ("METADATA", "WHEEL", "entry_points.txt")) or (
        is_licence_file(base) and _LICENCES.fullmatch(name) is not None
    )


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
    """Name, version and licence from the `METADATA` beside the `WHEEL` file.

    Where there are several, which `metadata/dist-info` reports, it is the one that the file's name speaks of, else the first.
    """
    folders = {folder: path for folder, path in roots_with(listing, "WHEEL").items() if folder.endswith(".dist-info/")}
    if not folders:
        return None
    folder = next((one for one in folders if target.lower().startswith(one.removesuffix(".dist-info/").lower())), next(iter(folders)))
    metadata = roots_with(listing, "METADATA").get(folder, "")
    manifest = core_metadata(manifests.get(metadata, b""))
    texts = next((found for below in _LICENCE_FOLDERS if (found := licence_texts(manifests, f"{folder}{below}"))), {})
    openness, reason = decide(Declared(licences=manifest.licences, classifiers=manifest.classifiers, private=manifest.private, texts=texts))
    return Identity(
        format=NAME,
        name=manifest.name,
        version=manifest.version,
        packer=wheel_packer(manifests.get(folders[folder], b"")),
        openness=openness,
        openness_reason=reason,
        private=manifest.private,
    )
