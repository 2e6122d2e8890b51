"""What installers strip, merge and drop, and what an index expects beside the names."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import leakguard
from leakguard.analyzers._distribution_layout import tags_differ
from tests.builders import sdist, wheel

MANIFEST = '{"name": "x", "version": "1.0.0"}'
INFO = "Metadata-Version: 2.4\nName: x\nVersion: 1.0\n"


def rules(folder: Path, name: str, data: bytes) -> list[tuple[str, str]]:
    """Rule and path of what is said of the artifact and its metadata."""
    (folder / name).write_bytes(data)
    (verdict,) = leakguard.inspect([folder / name], policy="default").verdicts
    found = [one.finding for one in verdict.judgements]
    return [(one.rule, one.location.path) for one in found if one.rule.startswith(("artifact/", "metadata/"))]


def packed(files: Mapping[str, str], links: Mapping[str, tuple[bytes, str]] | None = None) -> bytes:
    """A gzipped tar of these files, then these links by type and target."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content.encode()))
        for name, (kind, target) in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return out.getvalue()


@pytest.mark.parametrize("other", ["other/index.js", "index.js", "Package/x.js", "package2/x.js"])
def test_an_npm_package_has_one_top_folder(other: str, tmp_path: Path) -> None:
    """TR17: the client would merge them, or put a file where the archive has none."""
    data = packed({"package/package.json": MANIFEST, other: "x"})
    assert ("artifact/ambiguous", other) in rules(tmp_path, "x-1.0.0.tgz", data)


@pytest.mark.parametrize(("kind", "target"), [(tarfile.LNKTYPE, "package/package.json"), (tarfile.SYMTYPE, "package.json")])
def test_an_npm_package_has_no_links(kind: bytes, target: str, tmp_path: Path) -> None:
    """TR14: not even ones that lead nowhere bad."""
    data = packed({"package/package.json": MANIFEST}, {"package/l": (kind, target)})
    assert [("artifact/ambiguous", "package/l")] == rules(tmp_path, "x-1.0.0.tgz", data)


def test_two_manifests_in_one_npm_package_are_ambiguous(tmp_path: Path) -> None:
    """What the registry shows and what the client installs would be two packages."""
    for second in ("package/package.json", "package/Package.json", "package/./package.json"):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, content in (("package/package.json", MANIFEST.encode()), (second, b'{"name": "y", "version": "2.0.0"}')):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        assert "artifact/ambiguous" in dict(rules(tmp_path, "x-1.0.0.tgz", out.getvalue()))


@pytest.mark.parametrize("root", ["package", "x", "./package", "node"])
def test_the_top_folder_of_an_npm_package_has_any_name(root: str, tmp_path: Path) -> None:
    """The client strips it whatever it is."""
    assert [] == rules(tmp_path, "x-1.0.0.tgz", packed({f"{root}/package.json": MANIFEST, f"{root}/a/b.js": "x"}))


def test_a_plain_tar_may_have_links_and_several_folders(tmp_path: Path) -> None:
    """It is no package, and nobody strips anything."""
    assert [] == rules(tmp_path, "x.tar.gz", packed({"a/x": "x", "b/y": "y"}, {"a/l": (tarfile.SYMTYPE, "x")}))


def test_an_sdist_has_one_top_folder(tmp_path: Path) -> None:
    """The index takes one, an installer perhaps the other."""
    data = packed({"x-1.0/PKG-INFO": INFO, "y-1.0/PKG-INFO": INFO, "y-1.0/setup.py": ""})
    assert [("artifact/ambiguous", "y-1.0/PKG-INFO")] == rules(tmp_path, "x-1.0.tar.gz", data)


def test_an_sdist_has_its_metadata(tmp_path: Path) -> None:
    """A packed checkout is no sdist."""
    assert [("metadata/sdist-layout", "")] == rules(
        tmp_path, "x-1.0.tar.gz", packed({"x-1.0/pyproject.toml": "[project]\nname = 'x'\nversion = '1.0'\n"})
    )
    assert [] == rules(tmp_path, "example-1.0.tar.gz", sdist({"a.py": ""}))


def test_a_wheel_is_named_as_it_was_built(tmp_path: Path) -> None:
    """Tags in the name and in `WHEEL`."""
    path = "example-1.0.dist-info/WHEEL"
    assert [("metadata/wheel-tags", path)] == rules(tmp_path, "example-1.0-cp311-cp311-linux_x86_64.whl", wheel({"a.py": ""}))
    assert [] == rules(tmp_path, "example-1.0-py3-none-any.whl", wheel({"a.py": ""}))


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("x-1-py3-none-any.whl", ("py3-none-any",)),
        ("x-1-py2.py3-none-any.whl", ("py2-none-any", "py3-none-any")),
        ("x-1-7-py3-none-any.whl", ("py3-none-any",)),
        ("x-1-cp311-abi3-a_1.b_2.whl", ("cp311-abi3-b_2.a_1",)),
        ("x-1-cp311-cp311-macosx_11_0_ARM64.whl", ("cp311-cp311-macosx_11_0_arm64",)),
        ("x-1-py3-none-any.whl", ()),
        ("renamed.whl", ("py3-none-any",)),
    ],
)
def test_the_same_tags_in_other_words(name: str, stated: tuple[str, ...]) -> None:
    """Compressed sets, builds, letter case; what says nothing contradicts nothing."""
    assert not tags_differ(name, stated)


def test_tags_without_bound_end() -> None:
    """A hundred of each would be a million."""
    many = ".".join(map(str, range(200)))
    assert tags_differ(f"x-1-{many}-{many}-{many}.whl", ("py3-none-any", f"{many}-{many}-{many}", "-", "a-b"))
