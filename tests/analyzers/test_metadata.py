"""`analyzers.metadata`: metadata that contradicts the content, points home, or says that the package is private."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pytest

from leakguard.analyzers import metadata
from leakguard.analyzers._distribution_names import is_named, normal_version
from leakguard.artifacts import npm, sdist, wheel
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Coverage, Finding, Identity, Kind, Listed
from leakguard.settings import Settings
from tests import builders

Files = Mapping[str, str | bytes]


def conclude(files: Mapping[str, bytes], target: str, container: str, encodings: Mapping[str, str] | None = None) -> list[Finding]:
    """Everything that the analyzer says about an artifact with these entries."""
    analyzer = metadata.start(Settings())
    found: list[Finding] = []
    listing, kept = [], {}
    for name, data in files.items():
        content = Content(data)
        content.encoding = (encodings or {}).get(name, "utf-8")
        opaque = "binary" if b"\0" in data else ""
        entry = Entry(path=name, name=name, kind=Kind.FILE, depth=1, size=len(data), container=container, content=content, opaque=opaque)
        found += analyzer.enter(entry)
        listing.append(Listed(path=name, inner=name, kind=Kind.FILE, size=len(data)))
        if any(one.keeps(name) for one in (npm, sdist, wheel)):
            kept[name] = data
    packages = [one for one in (npm, sdist, wheel) if container in one.CONTAINERS]
    identity = next((one for package in packages if (one := package.identify(target, listing, kept))), Identity(format=container))
    inner = tuple(replace(one, inner=one.inner.removeprefix(identity.root)) for one in listing)
    artifact = Artifact(target=f"dist/{target}", identity=identity, sha256="", size=1, coverage=Coverage(), listing=inner)
    return [*found, *analyzer.conclude(artifact, Settings())]


def of_zip(data: bytes, target: str = "example-1.0-py3-none-any.whl", changed: Mapping[str, bytes] | None = None) -> list[Finding]:
    """The findings of a wheel; `changed` adds or replaces contents after the build."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    return conclude({**files, **(changed or {})}, target, "zip")


def of_wheel(files: Files | None = None) -> list[str]:
    """The rules that a correctly recorded wheel with these files breaks, sorted."""
    return sorted(one.rule for one in of_zip(builders.wheel({"example.py": "", **(files or {})})))


def of_npm(manifest: Mapping[str, object], files: Files | None = None) -> list[Finding]:
    """The findings of an npm package with this manifest."""
    listed: dict[str, str | bytes] = {"package.json": json.dumps(manifest), **(files or {})}
    return conclude(
        {f"package/{name}": text.encode() if isinstance(text, str) else text for name, text in listed.items()}, "x-1.0.0.tgz", "tar"
    )


def test_correct_wheel_is_silent() -> None:
    """RECORD, names and metadata agree."""
    assert not of_wheel({"example/data.bin": bytes(1000), "example-1.0.data/scripts/x": "#!python"})


def test_correct_npm_package_is_silent() -> None:
    """Ordinary dependencies and fields."""
    manifest = {
        "name": "x",
        "version": "1.0.0",
        "dependencies": {"a": "^1", "b": "npm:c@1"},
        "devDependencies": {"d": "workspace:*", "e": "file:../e"},
    }
    assert not of_npm(manifest)


def test_changed_file_does_not_match_its_hash() -> None:
    """A file that was replaced after the build, with and without the same size."""
    built = builders.wheel({"a.py": "x = 1\n", "b.py": "y = 1\n"})
    found = of_zip(built, changed={"a.py": b"x = 2\n", "b.py": b"longer than it was"})
    assert [("a.py", "the file's hash is not the one in `RECORD`"), ("b.py", "the file has 18 bytes, `RECORD` says otherwise")] == [
        (one.location.path, one.message) for one in found
    ]


def test_file_that_record_does_not_list() -> None:
    """A file that was added after the build."""
    (found,) = of_zip(builders.wheel({"a.py": ""}), changed={"hidden.py": b"x"})
    assert ("metadata/record-mismatch", "hidden.py") == (found.rule, found.location.path)


def test_file_that_only_record_lists() -> None:
    """A row without a file is reported at its line."""
    record = "a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nexample-1.0.dist-info/RECORD,,\n"
    found = of_zip(builders.wheel({"a.py": "", "example-1.0.dist-info/RECORD": record + "gone.py,sha256=x,1\n"}))
    assert [("example-1.0.dist-info/RECORD", 3)] == [
        (one.location.path, one.location.line) for one in found if "does not hold" in one.message
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (",,", "`RECORD` has no hash of the file"),
        (",md5=1B2M2Y8AsgTpgAmY7PhCfg,0", "`RECORD` has a weak hash of the file"),
        (",sha256=!!!,0", "hash"),
    ],
)
def test_row_without_a_usable_hash(value: str, message: str) -> None:
    """The specification demands a strong hash of every file."""
    found = of_zip(builders.wheel({"a.py": "", "example-1.0.dist-info/RECORD": f"a.py{value}\n"}))
    assert message in next(one.message for one in found if one.location.path == "a.py")


@pytest.mark.parametrize("record", [b"\xff\xfe", b'"unclosed', b"a" * 200_000, b"a\0b,,\n"])
def test_hostile_record_is_a_mismatch(record: bytes) -> None:
    """What cannot be read does not agree with anything, and nothing raises."""
    found = of_zip(builders.wheel({"a.py": "", "example-1.0.dist-info/RECORD": record}))
    assert {"metadata/record-mismatch"} == {one.rule for one in found}


def test_wheel_without_record() -> None:
    """RECORD is not optional."""
    found = of_zip(builders.wheel({"a.py": ""}, record=False))
    assert ["the wheel has no `RECORD`"] == [one.message for one in found]


def test_signatures_are_not_recorded() -> None:
    """RECORD.jws and RECORD.p7s are left out of RECORD by the specification."""
    assert not of_zip(builders.wheel({"a.py": "", "example-1.0.dist-info/RECORD.jws": "{}"}))


def test_backslashes_in_record_are_slashes() -> None:
    """As the index reads it."""
    record = "a\\b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
    found = of_zip(builders.wheel({"a/b.py": "", "example-1.0.dist-info/RECORD": record}))
    assert not [one for one in found if one.location.path == "a/b.py" or "does not hold" in one.message]


def test_transcoded_text_matches_its_stored_bytes() -> None:
    """Analyzers see UTF-8, RECORD speaks of the UTF-16 that is stored."""
    text = "größe = 1\n"
    for mark in (b"", b"\xff\xfe"):
        built = builders.wheel({"a.txt": mark + text.encode("utf-16-le")})
        with zipfile.ZipFile(io.BytesIO(built)) as archive:
            files = {info.filename: archive.read(info) for info in archive.infolist()}
        seen = {**files, "a.txt": text.encode()}
        assert not conclude(seen, "example-1.0-py3-none-any.whl", "zip", {"a.txt": "utf-16-le"})
        assert conclude({**seen, "a.txt": b"other"}, "example-1.0-py3-none-any.whl", "zip", {"a.txt": "utf-16-le"})


def test_several_dist_infos_are_ambiguous() -> None:
    """Tools disagree about which of them counts."""
    assert ["metadata/dist-info"] == of_wheel({"other-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"})


def test_decoy_at_the_top_is_reported() -> None:
    """A METADATA at the top is what some tools read."""
    found = of_zip(builders.wheel({"METADATA": "Name: decoy\nVersion: 1\n"}))
    assert [("metadata/dist-info", "METADATA")] == [(one.rule, one.location.path) for one in found]


@pytest.mark.parametrize(
    "name", ["example/_vendor/x-1.0.dist-info/METADATA", "example/METADATA", "example/WHEEL", "example/x-1.0.dist-info/RECORD"]
)
def test_vendored_metadata_is_harmless(name: str) -> None:
    """Vendored distributions keep their metadata below the package."""
    assert not of_wheel({name: "Name: x\nVersion: 1.0\n"})


def test_zip_named_wheel_without_dist_info() -> None:
    """A `.whl` that is no wheel inside."""
    assert ["metadata/dist-info"] == [one.rule for one in of_zip(builders.zip_of({"a.py": ""}))]
    assert not of_zip(builders.zip_of({"a.py": ""}), "a.zip")


def test_wheel_file_must_say_whether_it_is_pure() -> None:
    """`Root-Is-Purelib` decides where the files go."""
    text = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: purelib\nTag: py3-none-any\n"
    assert ["metadata/dist-info"] == of_wheel({"example-1.0.dist-info/WHEEL": text})


@pytest.mark.parametrize(
    "target",
    [
        "other-1.0-py3-none-any.whl",
        "example-1.1-py3-none-any.whl",
        "example-1.0.whl",
        "example.whl",
        "example-1.0-py3-none.whl",
        "-1.0-py3-none-any.whl",
    ],
)
def test_wheel_named_unlike_its_metadata(target: str) -> None:
    """The file name must say name and version of the METADATA."""
    assert ["metadata/name-mismatch"] == [one.rule for one in of_zip(builders.wheel({"a.py": ""}), target)]


@pytest.mark.parametrize(
    "target", ["example-1.0-py3-none-any.whl", "Example-1.0-1-cp311-cp311-linux_x86_64.whl", "example-1.0.0-py2.py3-none-any.whl"]
)
def test_wheel_named_like_its_metadata(target: str) -> None:
    """Case, build tags and trailing zeros make no difference."""
    assert "metadata/name-mismatch" not in {one.rule for one in of_zip(builders.wheel({"a.py": ""}), target)}


def test_dist_info_named_unlike_its_metadata() -> None:
    """The folder inside must agree, too."""
    found = of_zip(builders.wheel({"example-1.0.dist-info/METADATA": "Name: other\nVersion: 1.0\n"}), "other-1.0-py3-none-any.whl")
    assert ["metadata/name-mismatch"] == [one.rule for one in found]


@pytest.mark.parametrize(
    ("stem", "name", "version"),
    [
        ("zope.interface-4.0", "zope.interface", "4.0"),
        ("python_dateutil-2.8.2", "python-dateutil", "2.8.2"),
        ("python-dateutil-2.8.2", "python-dateutil", "2.8.2"),
        ("x-1.0rc1", "x", "1.0.rc1"),
        ("x-1.0.post1", "x", "1.0-1"),
        ("x-1.0_local.1", "x", "1.0+local.1"),
        ("x-1.0a0", "x", "1.0alpha"),
        ("X_y-01.0", "x.y", "1"),
        ("x-1!2.0", "x", "1!2"),
    ],
)
def test_spellings_of_one_name(stem: str, name: str, version: str) -> None:
    """PEP 503 and PEP 440 say which spellings are the same."""
    assert is_named(stem, name, version)


@pytest.mark.parametrize(
    ("stem", "name", "version"),
    [
        ("x-1.0", "y", "1.0"),
        ("x-1.0", "x", "1.0.1"),
        ("x-1.0rc1", "x", "1.0"),
        ("x-1.0", "x", "1.0.dev0"),
        ("x-1.0+a", "x", "1.0+b"),
        ("x-2!1.0", "x", "1.0"),
        ("x", "x", "1.0"),
        ("", "", ""),
        ("-", "x", "1"),
        ("xy-1.0", "x-y", "1.0"),
        ("-" * 10_000, "x", "1"),
    ],
)
def test_different_names(stem: str, name: str, version: str) -> None:
    """What PEP 503 and PEP 440 tell apart stays apart."""
    assert not is_named(stem, name, version)


@pytest.mark.parametrize("version", ["", "not a version", "1" * 10_000, "1." * 5000, "1.0+", "v", "²"])
def test_versions_that_are_none_compare_as_they_are(version: str) -> None:
    """Nothing raises on what PEP 440 does not know."""
    assert normal_version(version) == normal_version(version)


def of_sdist(target: str, files: Files | None = None) -> list[str]:
    """The rules that an sdist with this file name breaks."""
    listed = {"example-1.0/PKG-INFO": "Name: example\nVersion: 1.0\n", "example-1.0/setup.py": "", **(files or {})}
    return [
        one.rule
        for one in conclude({name: text.encode() if isinstance(text, str) else text for name, text in listed.items()}, target, "tar")
    ]


def test_sdist_named_unlike_its_metadata() -> None:
    """An sdist is `NAME-VERSION.tar.gz`."""
    assert ["metadata/name-mismatch"] == of_sdist("example-1.1.tar.gz")
    assert ["metadata/name-mismatch"] == of_sdist("sdist.tar.gz")
    assert not of_sdist("example-1.0.tar.gz")
    assert not of_sdist("example-1.0.tar")


def test_private_package_is_reported_at_its_manifest() -> None:
    """`"private": true` and PyPI's classifier."""
    assert [("metadata/private-package", "package/package.json")] == [
        (one.rule, one.location.path) for one in of_npm({"name": "x", "private": True})
    ]
    found = of_zip(builders.wheel({}, metadata="Classifier: Private :: Do Not Upload\n"))
    assert [("metadata/private-package", "example-1.0.dist-info/METADATA")] == [(one.rule, one.location.path) for one in found]


@pytest.mark.parametrize(
    "manifest", [{"name": "x", "private": False}, {"name": "x", "publishConfig": {"access": "restricted"}}, {"private": "maybe"}]
)
def test_public_package_is_not_private(manifest: dict[str, object]) -> None:
    """Restricted access is not private."""
    assert not of_npm(manifest)


def test_dependencies_that_resolve_at_home_only() -> None:
    """`workspace:`, `link:` and `file:` in what is installed for users."""
    manifest = {
        "dependencies": {"a": "workspace:*", "b": "^1"},
        "optionalDependencies": {"c": "file:../c"},
        "peerDependencies": {"d": "link:../d"},
    }
    found = of_npm(manifest)
    assert ["metadata/internal-reference"] * 3 == [one.rule for one in found]
    assert 3 == len({one.fingerprint for one in found})
    assert "`a` in `dependencies` is a `workspace:` reference" == found[0].message


@pytest.mark.parametrize("value", [None, [], 7, {"a": None}, {"a": ["file:x"]}, "file:x", {"a": "files:1"}])
def test_odd_dependencies_are_tolerated(value: object) -> None:
    """A wrong type counts as absent."""
    assert not of_npm({"dependencies": value})


def test_nested_manifest_says_nothing_about_dependencies() -> None:
    """Only the package's own manifest is installed."""
    assert not of_npm({"name": "x"}, {"examples/package.json": '{"dependencies": {"x": "file:.."}, "private": true}'})


def test_direct_url_is_reported() -> None:
    """An installer's note of where the package came from does not belong into a wheel."""
    assert ["metadata/local-path"] == of_wheel({"example-1.0.dist-info/direct_url.json": '{"url": "file:///home/me/x", "dir_info": {}}'})
    assert ["metadata/internal-reference"] == of_wheel({"example-1.0.dist-info/direct_url.json": '{"url": "https://git.example/x"}'})
    assert not of_wheel({"example-1.0.dist-info/direct_url.json": "no json", "example/direct_url.json": '{"url": "file:///x"}'})


def test_fields_that_old_clients_filled_in() -> None:
    """`_where` and its like hold a path of somebody's computer."""
    (found,) = of_npm({"name": "x"}, {"node_modules/y/package.json": '{"_where": "/Users/me/work", "_id": "y@1"}'})
    assert ("metadata/local-path", "package/node_modules/y/package.json") == (found.rule, found.location.path)


@pytest.mark.parametrize(
    "field", ['"_where": "."', '"_resolved": "https://registry.example/y.tgz"', '"_from": "y@^1"', '"_where": 1', '"_location": "/y"']
)
def test_other_filled_in_fields_are_harmless(field: str) -> None:
    """Addresses of registries and relative places say nothing about a computer."""
    assert not of_npm({"name": "x"}, {"node_modules/y/package.json": f"{{{field}}}"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("__editable__.example-1.0.pth", "/home/me/work/example/src\n"),
        ("example.pth", "# comment\nC:\\Users\\me\\example\n"),
        ("example.egg-link", "/home/me/example\n.\n"),
        ("__editable___example_1_0_finder.py", "MAPPING: dict[str, str] = {'example': '/home/me/example'}\n"),
    ],
)
def test_pointer_into_the_build_machine(name: str, text: str) -> None:
    """An editable build loads its code from the machine that built it."""
    assert ["metadata/build-path"] == of_wheel({name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("distutils-precedence.pth", "import os; var = 'x'\n"),
        ("example.pth", "example/lib\n../x\n\n#/home/me\n"),
        ("model.pth", b"PK\x03\x04\0\0/home/me\n"),
        ("example.pth", ""),
        ("example.pth", "/"),
        ("__editable___example_1_0_finder.py", "MAPPING: dict[str, str] = {}\n"),
        ("example/paths.py", "HOME = '/home/me'\n"),
        ("example.pth", "/" * 60_000),
        ("example.pth", "a/" * 30_000),
    ],
)
def test_harmless_path_files(name: str, text: str | bytes) -> None:
    """Relative entries, imports, weights of a model, and hostile lines."""
    assert not of_wheel({name: text})


def test_content_that_was_streamed_is_compared_by_presence() -> None:
    """A nested archive that was opened as a stream leaves no content behind to digest."""
    built = builders.wheel({"data.tar.gz": b"x"})
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    analyzer = metadata.start(Settings())
    listing = []
    for name, data in files.items():
        content = None if name == "data.tar.gz" else Content(data)
        assert not list(analyzer.enter(Entry(path=name, name=name, kind=Kind.FILE, depth=1, size=0, container="zip", content=content)))
        listing.append(Listed(path=name, inner=name, kind=Kind.FILE, size=0))
    identity = Identity(format="wheel", name="example", version="1.0")
    artifact = Artifact(
        target="example-1.0-py3-none-any.whl", identity=identity, sha256="", size=1, coverage=Coverage(), listing=tuple(listing)
    )
    assert not list(analyzer.conclude(artifact, Settings()))


def test_every_rule_has_a_fix() -> None:
    """Each rule can say what to do, whatever the packing tool."""
    assert all("*" in rule.fixes for rule in metadata.RULES)
