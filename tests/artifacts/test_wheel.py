"""`artifacts.wheel`: what is a wheel, and what it says of itself."""

import io
import zipfile

import pytest

from leakguard.artifacts import wheel
from leakguard.model import Identity, Kind, Listed, Openness
from tests import builders
from tests.builders import MIT_TEXT, Files


def identify(data: bytes, target: str = "example-1.0-py3-none-any.whl") -> Identity | None:
    """Ask as the machine does: with the listing, and only the manifests that are kept."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
    listing = [Listed(path=name, inner=name, kind=Kind.FILE, size=len(content)) for name, content in files.items()]
    return wheel.identify(target, listing, {name: content for name, content in files.items() if wheel.keeps(name)})


def built(files: Files, *, name: str = "example", metadata: str = "", generator: str = "hatchling 1.27.0") -> Identity:
    """The identity of a wheel with these files."""
    found = identify(builders.wheel(files, name=name, metadata=metadata, generator=generator))
    assert found is not None
    return found


def test_says_name_version_and_packer() -> None:
    """METADATA and WHEEL give the identity; a wheel has no top folder."""
    found = built({"a.py": ""}, metadata="License-Expression: MIT\n")
    assert ("wheel", "example", "1.0", "", "hatchling") == (found.format, found.name, found.version, found.root, found.packer)
    assert (Openness.OPEN, "declares `MIT`") == (found.openness, found.openness_reason)


@pytest.mark.parametrize(
    ("generator", "packer"),
    [
        ("bdist_wheel (0.43.0)", "setuptools"),
        ("setuptools (84.2.1)", "setuptools"),
        ("flit 3.9.0", "flit"),
        ("poetry-core 2.5.0", "poetry"),
        ("pdm-backend (2.5.0)", "pdm"),
        ("uv 0.9.3", "uv"),
        ("maturin (1.9.4)", "maturin"),
        ("scikit-build-core 0.11.5", "scikit-build-core"),
        ("meson", "meson-python"),
        ("somebody's tool 1", "somebody"),
        ("", ""),
        ("\x1b[31m", ""),
    ],
)
def test_generator_names_the_packer(generator: str, packer: str) -> None:
    """The first word of `Generator` tells the tool."""
    assert packer == built({}, generator=generator).packer


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"WHEEL": "Wheel-Version: 1.0"},
        {"vendor/x-1.0.dist-info/WHEEL": "Wheel-Version: 1.0"},
        {"x-1.0.dist-info/METADATA": "Name: x"},
        {"x-1.0.egg-info/WHEEL": "Wheel-Version: 1.0"},
    ],
)
def test_is_no_wheel(files: dict[str, str]) -> None:
    """Without a `.dist-info/WHEEL` at the top it is none."""
    assert identify(builders.zip_of(files)) is None


def test_of_several_dist_infos_the_one_that_the_file_is_named_after_counts() -> None:
    """The ambiguity is a finding; the identity is the best guess."""
    other = {"a-1.0.dist-info/WHEEL": "Generator: x", "a-1.0.dist-info/METADATA": "Name: a\nVersion: 1.0\n"}
    assert "example" == built(other).name


@pytest.mark.parametrize("name", ["licenses/LICENSE", "LICENSE.txt", "license_files/LICENSE", "licenses/COPYING"])
def test_licence_text_opens(name: str) -> None:
    """A licence file whose text is an approved licence is a declaration."""
    assert built({f"example-1.0.dist-info/{name}": MIT_TEXT}).openness is Openness.OPEN


@pytest.mark.parametrize(
    "name", ["example/LICENSE", "example-1.0.dist-info/licenses/vendor/LICENSE", "example/vendor/y-1.0.dist-info/LICENSE"]
)
def test_licence_of_something_else_does_not_open(name: str) -> None:
    """Licences of vendored code say nothing about the wheel."""
    assert built({name: MIT_TEXT}).openness is Openness.CLOSED


def test_private_classifier_is_private() -> None:
    """A classifier that PyPI refuses marks the package private."""
    found = built({}, metadata="License: MIT\nClassifier: Private :: Do Not Upload\n")
    assert (True, Openness.CLOSED) == (found.private, found.openness)


@pytest.mark.parametrize(
    "metadata", [b"", b"\xff\xfe\xfd", b"Name\nVersion", b" \n", b"Name: \n", b": x\n" * 1000, b"\n\nName: body\nVersion: 1\n"]
)
def test_hostile_metadata_is_a_closed_wheel_without_a_name(metadata: bytes) -> None:
    """Whatever is wrong with METADATA, the answer is the best that can be said."""
    found = built({"example-1.0.dist-info/METADATA": metadata})
    assert (None, None, Openness.CLOSED) == (found.name, found.version, found.openness)


def test_name_is_bounded() -> None:
    """A name of megabytes does not travel on."""
    found = built({"example-1.0.dist-info/METADATA": f"Name: {'a' * 1_000_000}\nVersion: 1.0\n"})
    assert found.name is not None
    assert len(found.name) <= 500


@pytest.mark.parametrize("name", ["METADATA", "a.py", "x/METADATA", "example-1.0.dist-info/RECORD", "v/example-1.0.dist-info/METADATA"])
def test_does_not_keep_what_it_does_not_read(name: str) -> None:
    """The contents of ordinary files are not held."""
    assert not wheel.keeps(name)
