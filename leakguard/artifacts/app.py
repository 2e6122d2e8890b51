"""Applications of phones: Android's `.apk` and `.aab`, Apple's `.ipa`, each a zip. Their manifests are binary, so names stay unread."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import element, identity
from leakguard.model import Identity, Listed
from leakguard.patterns import lazily

NAME = "app"
SUFFIXES = (".apk", ".aab", ".ipa")
CONTAINERS = ("zip",)

_BUNDLE = lazily(r"Payload/[^/]+\.app/Info\.plist")


def keeps(name: str) -> bool:
    """Apple's property list."""
    return name.startswith("Payload/") and _BUNDLE.fullmatch(name) is not None


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:  # noqa: ARG001 - the contract's
    """Which of them it is; the name from a property list in XML."""
    names = {one.inner for one in listing}
    if "AndroidManifest.xml" in names and ("classes.dex" in names or "resources.arsc" in names):
        return identity("apk", None, None)
    if "BundleConfig.pb" in names and "base/manifest/AndroidManifest.xml" in names:
        return identity("aab", None, None)
    path = next((one.path for one in listing if keeps(one.inner)), None)
    if path is None:
        return None
    data = manifests.get(path, b"")
    return identity("ipa", _after(data, "CFBundleIdentifier"), _after(data, "CFBundleShortVersionString"))


def _after(data: bytes, key: str) -> str | None:
    """The first string behind a key of a property list."""
    _, found, rest = data.partition(f"<key>{key}</key>".encode())
    return element(rest, "string") if found else None
