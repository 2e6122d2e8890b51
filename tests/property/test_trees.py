"""For any tree of files, packing it and inspecting the package yields exactly these entries, whatever the form."""

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import leakguard
from leakguard.model import Kind, Report
from leakguard.redact import escape_name
from tests.artifacts.test_zip import streamed
from tests.builders import npm, sdist, tar_of, wheel, zip_of
from tests.kit import walked

_LETTERS = st.characters(categories=("Ll", "Lo", "Nd"), exclude_characters="/\\:").filter(lambda one: one.casefold() == one)
_COMPONENTS = st.text(_LETTERS | st.sampled_from("-_.@ "), min_size=1, max_size=30).filter(lambda one: one.strip(". ") == one)
_PATHS = st.lists(_COMPONENTS, min_size=1, max_size=5).map("/".join)


def _is_tree(files: Mapping[str, bytes]) -> bool:
    """No file is a folder as well, and no container's suffix is on what is none."""
    folders = {path.rpartition("/")[0] for path in files}
    return not any(other == path or other.startswith(f"{path}/") for path in files for other in folders) and not any(
        "." in path.rpartition("/")[2] for path in files
    )


TREES = st.dictionaries(_PATHS, st.binary(max_size=3000).map(lambda data: b"x" + data), min_size=1, max_size=8).filter(_is_tree)

Build = Callable[[dict[str, bytes]], bytes]


def _tar(form: int) -> Build:
    return lambda files: tar_of(files, form=form)


BUILDS: Mapping[str, tuple[str, Build]] = {
    "zip": ("a.zip", zip_of),
    "zip, stored": ("a.zip", lambda files: zip_of(files, compression=zipfile.ZIP_STORED)),
    "zip, streamed": ("a.zip", streamed),
    "tar, pax": ("a.tar", _tar(tarfile.PAX_FORMAT)),
    "tar, GNU": ("a.tar", _tar(tarfile.GNU_FORMAT)),
    "tar, gzip": ("a.tar.gz", lambda files: gzip.compress(tar_of(files))),
    "tar, bzip2": ("a.tar.bz2", lambda files: bz2.compress(tar_of(files))),
    "tar, xz": ("a.tar.xz", lambda files: lzma.compress(tar_of(files))),
}


@settings(max_examples=40, deadline=None)
@given(files=TREES, form=st.sampled_from(sorted(BUILDS)))
def test_a_container_has_exactly_its_files(files: dict[str, bytes], form: str) -> None:
    """The same paths with the same bytes, no damage, and books that balance."""
    name, build = BUILDS[form]
    seen = walked(name, build(files))
    assert {escape_name(path): data for path, data in files.items()} == seen.contents
    assert {} == seen.damage
    assert seen.coverage.bytes == sum(map(len, files.values())) == seen.coverage.inspected + seen.coverage.opaque


@settings(max_examples=30, deadline=None)
@given(files=TREES, layers=st.lists(st.sampled_from(["a.zip", "b.tar", "c.tgz"]), min_size=1, max_size=5))
def test_nesting_changes_the_paths_only(files: dict[str, bytes], layers: list[str]) -> None:
    """Containers in containers, up to five of any kind."""
    data, prefix = zip_of(files), ""
    for number, name in enumerate(layers):
        inner = {f"n{number}.zip" if number == 0 else f"n{number}{Path(layers[number - 1]).suffix}": data}
        data = zip_of(inner) if name == "a.zip" else tar_of(inner) if name == "b.tar" else gzip.compress(tar_of(inner))
        prefix = f"{next(iter(inner))}!/{prefix}"
    seen = walked(layers[-1], data)
    assert {prefix + escape_name(path): content for path, content in files.items()} == seen.contents
    assert {} == seen.damage


def _inspected(name: str, data: bytes) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return leakguard.inspect([path], policy="default", jobs=1)


PACKAGES: Mapping[str, tuple[str, str, frozenset[str], Build]] = {
    "npm": ("example-1.0.0.tgz", "npm", frozenset({"package.json"}), npm),
    "sdist": ("example-1.0.tar.gz", "sdist", frozenset({"PKG-INFO", "pyproject.toml"}), sdist),
    "wheel": (
        "example-1.0-py3-none-any.whl",
        "wheel",
        frozenset(f"example-1.0.dist-info/{one}" for one in ("METADATA", "WHEEL", "RECORD")),
        wheel,
    ),
}


@settings(max_examples=8, deadline=None)
@given(files=TREES, form=st.sampled_from(sorted(PACKAGES)))
def test_a_package_lists_exactly_its_files(files: dict[str, bytes], form: str) -> None:
    """Through the whole of an inspection: listing, sizes, identity, and nothing wrong with the artifact."""
    name, identity, own, build = PACKAGES[form]
    (verdict,) = _inspected(name, build(files)).verdicts
    listed = {one.inner: one.size for one in verdict.artifact.listing if one.kind is Kind.FILE}
    assert identity == verdict.artifact.identity.format
    assert {escape_name(path): len(data) for path, data in files.items()} == {
        path: size for path, size in listed.items() if path not in own
    }
    assert own <= listed.keys()
    assert [] == [one.finding for one in verdict.judgements if one.finding.rule.startswith(("artifact/", "metadata/"))]


@settings(max_examples=8, deadline=None)
@given(files=TREES)
def test_a_folder_lists_exactly_its_files(files: dict[str, bytes]) -> None:
    """The same for files on a disk."""
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files.items():
            place = Path(folder, "d", path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        (Path(folder) / "d").mkdir(exist_ok=True)
        (verdict,) = leakguard.inspect([Path(folder) / "d"], policy="default", jobs=1).verdicts
    assert {escape_name(path): len(data) for path, data in files.items()} == {
        one.inner: one.size for one in verdict.artifact.listing if one.kind is Kind.FILE
    }


CHECKED = [form for form in BUILDS if form not in {"tar, pax", "tar, GNU"}]
"""Forms whose end is not merely zeros."""


@settings(max_examples=30, deadline=None)
@given(files=TREES, form=st.sampled_from(CHECKED), cut=st.integers(1, 400))
def test_a_cut_container_is_damaged(files: dict[str, bytes], form: str, cut: int) -> None:
    """Whatever is missing at the end is said."""
    name, build = BUILDS[form]
    assert walked(name, build(files)[:-cut]).damage
