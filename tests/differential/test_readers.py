"""Built packages hold the same files for leakguard, Python, libarchive and npm's client; what differs for them is no package for us."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builders import npm, sdist, tar_of, wheel, zip_of
from tests.differential.readers import by_bsdtar, by_leakguard, by_node_tar, by_python, difference

TREE = {
    "a.js": "x",
    "d/b.js": "y" * 4000,
    "d/e/" + "long/" * 30 + "c.js": "z" * 600,
    "empty.js": "",
    "grüße/日本.js": "u",
    "sp ace/[x].js": "v",
}


def with_folders() -> bytes:
    """A tarball with folders of its own."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, kind in (("p/", tarfile.DIRTYPE), ("p/d/", tarfile.DIRTYPE)):
            info = tarfile.TarInfo(name)
            info.type = kind
            archive.addfile(info)
        info = tarfile.TarInfo("p/d/x")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return out.getvalue()


PACKAGES: Mapping[str, bytes] = {
    "x-1.0.0.tgz": npm(TREE),
    "x-1.0.tar.gz": sdist(TREE),
    "gnu.tar.gz": gzip.compress(tar_of(TREE, form=tarfile.GNU_FORMAT)),
    "plain.tar": tar_of(TREE),
    "folders.tar.gz": with_folders(),
    "x-1.0-py3-none-any.whl": wheel(TREE),
    "stored.zip": zip_of(TREE, compression=0),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_reader_lists_the_same_files(name: str, tmp_path: Path) -> None:
    """Names and sizes; tarballs in the eyes of npm's client too."""
    path = tmp_path / name
    path.write_bytes(PACKAGES[name])
    ours = by_leakguard(path)
    assert ours
    assert [] == difference(ours, by_python(path))
    assert [] == difference(ours, by_bsdtar(path))
    if not name.endswith((".whl", ".zip")):
        assert [] == difference(ours, by_node_tar([path])[0])


def test_a_difference_is_told() -> None:
    """The comparison itself can fail."""
    assert ["leakguard misses 'b'", "only leakguard has 'a'"] == difference({"a": 1}, {"b": 1})
    assert ["'a' has 2 bytes, not 1"] == difference({"a": 1}, {"a": 2})
    assert [] == difference({"a": 1}, {"a": -1})
