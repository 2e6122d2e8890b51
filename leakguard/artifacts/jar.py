"""Java archives: `.jar`, `.war`, `.ear` and Android's `.aar`, a zip with a manifest of its own."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import element, elements, identity, main_section
from leakguard.artifacts._layout import base_of
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file

NAME = "jar"
SUFFIXES = (".jar", ".war", ".ear", ".aar")
CONTAINERS = ("zip",)

MANIFEST = "META-INF/MANIFEST.MF"
MAVEN = "META-INF/maven/"
ANDROID = ("AndroidManifest.xml", "classes.jar")


def keeps(name: str) -> bool:
    """The manifest, what Maven left, and the licence files."""
    return name.startswith("META-INF/") and (
        name == MANIFEST or (name.startswith(MAVEN) and name.endswith(("/pom.xml", "/pom.properties"))) or is_licence_file(base_of(name))
    )


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
    """Name and version from Maven's properties, where there are those of one project only, else from the manifest."""
    names = {one.inner for one in listing}
    if MANIFEST not in names and not (target.lower().endswith(".aar") and names.issuperset(ANDROID)):
        return None
    said = main_section(manifests.get(MANIFEST, b""))
    poms = [path for path in manifests if path.endswith("/pom.xml")]
    pom = manifests[poms[0]] if len(poms) == 1 else b""
    coordinates = _properties(manifests, poms[0].removesuffix(".xml") + ".properties" if len(poms) == 1 else "")
    name = coordinates.get("artifactId") or said.get("bundle-symbolicname", "").partition(";")[0] or said.get("implementation-title")
    licences = [said.get("bundle-license", "").partition(";")[0], *(elements(pom.partition(b"<license>")[2], "name")[:1])]
    return identity(
        NAME,
        name or said.get("automatic-module-name"),
        coordinates.get("version") or said.get("implementation-version") or said.get("bundle-version") or element(pom, "version"),
        licences,
        texts={path: data for path, data in manifests.items() if is_licence_file(base_of(path))},
    )


def _properties(manifests: Mapping[str, bytes], path: str) -> Mapping[str, str]:
    lines = manifests.get(path, b"").decode("utf-8", "replace").splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
