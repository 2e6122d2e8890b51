"""Extensions of Visual Studio Code: a zip with `extension/package.json` beside `extension.vsixmanifest`."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.artifacts._layout import licence_texts
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file
from leakguard.openness.manifests import package_json

NAME = "vsix"
SUFFIXES = (".vsix",)
CONTAINERS = ("zip",)

ROOT = "extension/"
MANIFEST = f"{ROOT}package.json"


def keeps(name: str) -> bool:
    """The manifest and the licence files."""
    return name.startswith(ROOT) and (name == MANIFEST or (name.count("/") == 1 and is_licence_file(name[len(ROOT) :])))


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Name, version and licence from the `package.json` of the extension."""
    names = {one.inner for one in listing}
    if MANIFEST not in names or "extension.vsixmanifest" not in names:
        return None
    manifest = package_json(manifests.get(MANIFEST, b""))
    if manifest is None:
        return identity(NAME, None, None, root=ROOT, packer=NAME)
    texts = licence_texts(manifests, ROOT, manifest.licence_file)
    return identity(NAME, manifest.name, manifest.version, manifest.licences, root=ROOT, packer=NAME, texts=texts, private=manifest.private)
