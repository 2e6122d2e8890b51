"""Packages of other ecosystems say what they are: format, name, version and licence, from the manifest inside."""

import bz2
import gzip
import json
from pathlib import Path

import pytest
import zstandard

import leakguard
from leakguard.model import Verdict
from tests.builders import MIT_TEXT, tar_of, zip_of

METADATA = """--- !ruby/object:Gem::Specification
name: acme
version: !ruby/object:Gem::Version
  version: 1.2.3
platform: ruby
licenses:
- MIT
"""
INDEX = json.dumps({"name": "acme", "version": "1.2.3", "license": "MIT"})
HEX = '{<<"name">>,<<"acme">>}.\n{<<"version">>,<<"1.2.3">>}.\n{<<"licenses">>,[<<"MIT">>]}.\n'
NUSPEC = """<?xml version="1.0"?>
<package><metadata><id>acme</id><version>1.2.3</version><license type="expression">MIT</license></metadata></package>
"""
POM = "<project><licenses><license><name>MIT</name></license></licenses></project>"
PROPERTIES = "version=1.2.3\ngroupId=org.example\nartifactId=acme\n"
CARGO = '[package]\nname = "acme"\nversion = "1.2.3"\nlicense = "MIT/Apache-2.0"\n'
EXTENSION = json.dumps({"manifest_version": 3, "name": "acme", "version": "1.2.3"})


def crx(data: bytes, version: int = 3) -> bytes:
    """Chrome's container around a zip."""
    lengths = [4] if version == 3 else [4, 0]
    return b"Cr24" + b"".join(one.to_bytes(4, "little") for one in [version, *lengths]) + b"sign" + data


def conda() -> bytes:
    """The newer container: two tars in a zip."""
    pack = zstandard.ZstdCompressor().compress
    return zip_of(
        {
            "metadata.json": '{"conda_pkg_format_version": 2}',
            "pkg-acme-1.2.3-0.tar.zst": pack(tar_of({"bin/acme": "echo\n"})),
            "info-acme-1.2.3-0.tar.zst": pack(tar_of({"info/index.json": INDEX})),
        }
    )


PACKAGES = {
    "acme-1.2.3.crate": ("crate", gzip.compress(tar_of({"acme-1.2.3/Cargo.toml": CARGO, "acme-1.2.3/Cargo.toml.orig": CARGO}))),
    "acme.tar.gz": ("crate", gzip.compress(tar_of({"acme-1.2.3/Cargo.toml": CARGO, "acme-1.2.3/Cargo.toml.orig": CARGO}))),
    "acme-1.2.3.gem": (
        "gem",
        tar_of({"metadata.gz": gzip.compress(METADATA.encode()), "data.tar.gz": gzip.compress(tar_of({"lib/acme.rb": "x = 1\n"}))}),
    ),
    "acme-1.2.3-0.conda": ("conda", conda()),
    "acme-1.2.3-0.tar.bz2": ("conda", bz2.compress(tar_of({"info/index.json": INDEX, "info/files": "bin/acme\n", "bin/acme": "echo\n"}))),
    "acme-1.2.3.tar": (
        "hex",
        tar_of({"VERSION": "3", "CHECKSUM": "0", "metadata.config": HEX, "contents.tar.gz": gzip.compress(tar_of({"mix.exs": "x"}))}),
    ),
    "acme-1.2.3.tgz": (
        "helm",
        gzip.compress(tar_of({"acme/Chart.yaml": "apiVersion: v2\nname: acme\nversion: 1.2.3\n", "acme/LICENSE": MIT_TEXT})),
    ),
    "acme.1.2.3.nupkg": ("nupkg", zip_of({"acme.nuspec": NUSPEC, "lib/net8.0/acme.dll": b"MZ" + bytes(100)})),
    "acme.1.2.3.vsix": (
        "vsix",
        zip_of(
            {
                "extension.vsixmanifest": "<PackageManifest/>",
                "extension/package.json": json.dumps({"name": "acme", "version": "1.2.3", "license": "MIT"}),
            }
        ),
    ),
    "acme.xpi": ("xpi", zip_of({"manifest.json": EXTENSION, "LICENSE": MIT_TEXT})),
    "acme.crx": ("crx", crx(zip_of({"manifest.json": EXTENSION, "LICENSE": MIT_TEXT}))),
    "acme-2.crx": ("crx", crx(zip_of({"manifest.json": EXTENSION, "LICENSE": MIT_TEXT}), version=2)),
    "acme-1.2.3.jar": (
        "jar",
        zip_of(
            {
                "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nImplementation-Ti\r\n tle: other\r\n\r\n",
                "META-INF/maven/org.example/acme/pom.properties": PROPERTIES,
                "META-INF/maven/org.example/acme/pom.xml": POM,
            }
        ),
    ),
    "bundle.jar": (
        "jar",
        zip_of({"META-INF/MANIFEST.MF": "Bundle-SymbolicName: acme;singleton:=true\nBundle-Version: 1.2.3\nBundle-License: MIT\n"}),
    ),
    "acme-1.2.3-py3.egg": ("egg", zip_of({"EGG-INFO/PKG-INFO": "Name: acme\nVersion: 1.2.3\nLicense: MIT\n", "acme.py": "x = 1\n"})),
}


def inspected(folder: Path, name: str, data: bytes) -> Verdict:
    """The verdict on a file of this name."""
    (folder / name).write_bytes(data)
    return leakguard.inspect([str(folder / name)]).verdicts[0]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_what_it_is(tmp_path: Path, name: str) -> None:
    """Format, name and version; and it is open, for it declares a licence."""
    form, data = PACKAGES[name]
    verdict = inspected(tmp_path, name, data)
    identity = verdict.artifact.identity
    assert (form, "acme", "1.2.3", "open") == (identity.format, identity.name, identity.version, identity.openness)
    assert [] == [one.finding.message for one in verdict.judgements if one.finding.rule.startswith("artifact/")]


@pytest.mark.parametrize(
    ("name", "form", "files"),
    [
        ("acme.apk", "apk", {"AndroidManifest.xml": b"\3\0\x08\0", "classes.dex": b"dex\n035\0"}),
        ("acme.aab", "aab", {"BundleConfig.pb": b"\n\0", "base/manifest/AndroidManifest.xml": b"\n\0"}),
        ("acme.aar", "jar", {"AndroidManifest.xml": "<manifest/>", "classes.jar": zip_of({"a.class": b"\xca\xfe\xba\xbe"})}),
        ("acme.pex", "pex", {"PEX-INFO": '{"entry_point": "acme"}', "__main__.py": "x = 1\n"}),
        ("acme.pyz", "shiv", {"environment.json": "{}", "__main__.py": "x = 1\n"}),
        ("acme.pyz", "zipapp", {"__main__.py": "x = 1\n"}),
        ("acme.docx", "docx", {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}),
        ("acme.epub", "epub", {"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>"}),
        (
            "acme.ipa",
            "ipa",
            {"Payload/Acme.app/Info.plist": "<plist><dict><key>CFBundleIdentifier</key>\n<string>org.example.acme</string></dict></plist>"},
        ),
    ],
)
def test_a_container_that_names_no_licence_is_known(tmp_path: Path, name: str, form: str, files: dict[str, str | bytes]) -> None:
    """Its format is, and it counts as closed."""
    identity = inspected(tmp_path, name, zip_of(files)).artifact.identity
    assert (form, "closed") == (identity.format, identity.openness)


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.zip", zip_of({"manifest.json": '{"name": "acme"}'}), "zip"),
        ("a.zip", zip_of({"__main__.py": "x = 1\n"}), "zip"),
        ("a.zip", zip_of({"mimetype": "text/plain"}), "zip"),
        ("a.zip", zip_of({"package.nuspec/a": "x"}), "zip"),
        ("a.tar", tar_of({"acme/Cargo.toml": CARGO}), "tar"),
        ("a.tgz", gzip.compress(tar_of({"package/package.json": '{"name": "acme"}', "package/Chart.yaml": "name: x\n"})), "npm"),
        (
            "a.tar.gz",
            gzip.compress(tar_of({"a-1/PKG-INFO": "Name: a\nVersion: 1\n", "a-1/Cargo.toml": CARGO, "a-1/Cargo.toml.orig": ""})),
            "sdist",
        ),
        ("a.tar", tar_of({"manifest.json": "[]"}), "tar"),
        ("a.tar", tar_of({"metadata.gz": gzip.compress(b"x")}), "tar"),
    ],
)
def test_what_lacks_a_part_is_no_such_package(tmp_path: Path, name: str, data: bytes, form: str) -> None:
    """One file of a common name does not make one."""
    assert form == inspected(tmp_path, name, data).artifact.identity.format


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{", "\0", '{"name": 1, "version": [], "license": {}}', "name: : :\n- -\n", "<id><id></id>"]
)
@pytest.mark.parametrize(
    "name", ["info/index.json", "manifest.json", "a.nuspec", "META-INF/MANIFEST.MF", "EGG-INFO/PKG-INFO", "PEX-INFO", "mimetype"]
)
def test_a_manifest_that_is_none_does_no_harm(tmp_path: Path, name: str, manifest: str) -> None:
    """Names are unknown then, and nothing fails."""
    verdict = inspected(tmp_path, "a.zip", zip_of({name: manifest, "info/files": "", "__main__.py": ""}))
    assert verdict.artifact.identity.name in {None, "1", ": :"}


@pytest.mark.parametrize("data", [b"Cr24", b"Cr24\3\0\0\0", b"Cr24\3\0\0\0\xff\xff\0\0", b"Cr24\3\0\0\0\xff\xff\xff\xff"])
def test_a_chrome_extension_that_lies_is_damage(tmp_path: Path, data: bytes) -> None:
    """Its header reaches beyond the file, or beyond any limit."""
    verdict = inspected(tmp_path, "a.crx", data)
    assert "block" == verdict.outcome
    assert any(one.finding.rule.startswith("artifact/") for one in verdict.judgements)
