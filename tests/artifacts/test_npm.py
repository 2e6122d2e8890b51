"""`artifacts.npm`: what is an npm package, and what it says of itself."""

import json

import pytest

from leakguard.artifacts import npm, sdist
from leakguard.model import Identity, Kind, Listed, Openness
from tests.builders import MIT_TEXT


def identify(files: dict[str, str | bytes], target: str = "example-1.0.0.tgz") -> Identity | None:
    """Ask as the machine does: with the listing, and only the manifests that are kept."""
    listing = [Listed(path=name, inner=name, kind=Kind.FILE, size=len(data)) for name, data in files.items()]
    kept = {name: data.encode() if isinstance(data, str) else data for name, data in files.items() if npm.keeps(name)}
    return npm.identify(target, listing, kept)


def package(manifest: object, **files: str) -> Identity:
    """The identity of a package with this `package.json`."""
    data = manifest if isinstance(manifest, (str, bytes)) else json.dumps(manifest)
    found = identify({"package/package.json": data, **{f"package/{name}": text for name, text in files.items()}})
    assert found is not None
    return found


def test_says_name_version_root_and_packer() -> None:
    """A `package.json` below `package/` gives the identity."""
    found = package({"name": "@acme/x", "version": "1.2.3", "license": "MIT"})
    assert ("npm", "@acme/x", "1.2.3", "package/", "npm") == (found.format, found.name, found.version, found.root, found.packer)
    assert (Openness.OPEN, "declares `MIT`") == (found.openness, found.openness_reason)


@pytest.mark.parametrize("root", ["node/", "left-pad/", "owner-repo-5c506eb/", "./package/"])
def test_top_folder_may_have_any_name(root: str) -> None:
    """The client strips the top folder whatever it is called, and so do some publishers name it."""
    found = identify({f"{root}package.json": '{"name": "x", "version": "1.0.0"}', f"{root}index.js": ""})
    assert found is not None
    assert root == found.root


def test_package_folder_beats_another_top_folder() -> None:
    """Of two top folders `package/` is the one that npm itself writes."""
    found = identify({"other/package.json": '{"name": "other"}', "package/package.json": '{"name": "real"}'})
    assert found is not None
    assert "real" == found.name


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"package.json": "{}"},
        {"package/lib/package.json": "{}"},
        {"package/index.js": ""},
        {"package/Package.json": "{}"},
    ],
)
def test_is_no_npm_package(files: dict[str, str | bytes]) -> None:
    """Without a `package.json` directly below a top folder it is none."""
    assert identify(files) is None


def test_sdist_with_web_parts_is_no_npm_package() -> None:
    """A `package.json` beside `PKG-INFO` in a `.tar.gz` belongs to an sdist."""
    files = {"widgets-1.0/package.json": '{"name": "widgets-ui"}', "widgets-1.0/PKG-INFO": "Name: widgets\nVersion: 1.0\n"}
    assert identify(dict(files), "widgets-1.0.tar.gz") is None
    listing = [Listed(path=name, inner=name, kind=Kind.FILE, size=1) for name in files]
    found = sdist.identify("widgets-1.0.tar.gz", listing, {name: text.encode() for name, text in files.items() if sdist.keeps(name)})
    assert found is not None
    assert "widgets" == found.name


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "no json",
        "[]",
        "null",
        '"text"',
        "[" * 100_000,
        '{"a":' * 100_000,
        b"\xff\xfe\x00",
        '{"name": 1, "version": [], "license": {"type": {}}, "private": "no"}',
        '{"name": null, "licenses": [[[]], 7, null, {"url": "x"}]}',
        '{"version": ' + "9" * 100_000 + "}",
    ],
)
def test_hostile_manifest_is_a_closed_package_without_a_name(manifest: str | bytes) -> None:
    """Whatever is wrong with `package.json`, the answer is the best that can be said."""
    found = package(manifest)
    assert (None, None, Openness.CLOSED, False) == (found.name, found.version, found.openness, found.private)


def test_private_is_closed_whatever_the_licence() -> None:
    """`"private": true` beats the licence."""
    found = package({"name": "x", "license": "MIT", "private": True})
    assert (True, Openness.CLOSED) == (found.private, found.openness)


@pytest.mark.parametrize("value", [False, None, 0, "", "false", "no"])
def test_other_values_of_private_are_not_private(value: object) -> None:
    """Only `true` marks a package private."""
    found = package({"name": "x", "license": "MIT", "private": value})
    assert (False, Openness.OPEN) == (found.private, found.openness)


def test_isc_alone_is_closed() -> None:
    """`ISC` without a text is what `npm init` writes."""
    found = package({"license": "ISC"})
    assert (Openness.CLOSED, "declares `ISC` without a licence text, as `npm init` does") == (found.openness, found.openness_reason)


def test_isc_with_an_approved_text_is_open() -> None:
    """A licence file turns `ISC` into a decision."""
    assert package({"license": "ISC"}, LICENSE=MIT_TEXT).openness is Openness.OPEN


def test_licence_that_is_said_to_be_in_a_file_is_read_there() -> None:
    """`SEE LICENSE IN x` is open if the text of `x` is an approved licence, and closed otherwise."""
    manifest = {"license": "SEE LICENSE IN LICENSE.md"}
    assert package(manifest, **{"LICENSE.md": MIT_TEXT}).openness is Openness.OPEN
    assert package(manifest, **{"LICENSE.md": "© Acme. All rights reserved."}).openness is Openness.CLOSED
    assert package(manifest).openness is Openness.CLOSED
    assert package({"license": "SEE LICENSE IN README.md"}, **{"LICENSE.md": "© Acme", "README.md": "# x"}).openness is Openness.CLOSED


def test_licence_of_a_bundled_dependency_does_not_open() -> None:
    """Only the package's own licence files count."""
    assert package({"name": "x"}, **{"node_modules/y/LICENSE": MIT_TEXT, "dist/LICENSE": MIT_TEXT}).openness is Openness.CLOSED


@pytest.mark.parametrize(
    "name", ["index.js", "package/src/package.json", "package/index.js", "package/LICENSE-3rdparty.csv", "package.json"]
)
def test_does_not_keep_what_it_does_not_read(name: str) -> None:
    """The contents of ordinary files are not held."""
    assert not npm.keeps(name)
