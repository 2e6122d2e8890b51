"""`artifacts.sdist`: what is a source distribution, and what it says of itself."""

import pytest

from leakguard.artifacts import sdist
from leakguard.model import Identity, Kind, Listed, Openness
from tests.builders import MIT_TEXT

PKG_INFO = "Metadata-Version: 2.4\nName: example\nVersion: 1.0\n"


def identify(files: dict[str, str], target: str = "example-1.0.tar.gz") -> Identity | None:
    """Ask as the machine does: with the listing, and only the manifests that are kept."""
    listing = [
        Listed(path=name, inner=name, kind=Kind.DIRECTORY if name.endswith("/") else Kind.FILE, size=len(text))
        for name, text in files.items()
    ]
    return sdist.identify(target, listing, {name: text.encode() for name, text in files.items() if sdist.keeps(name)})


def built(**files: str) -> Identity:
    """The identity of an sdist with `PKG-INFO` and these files."""
    found = identify({f"example-1.0/{name}": text for name, text in {"PKG-INFO": PKG_INFO, **files}.items()})
    assert found is not None
    return found


def test_says_name_version_root_and_packer() -> None:
    """PKG-INFO and pyproject.toml give the identity."""
    found = built(**{"pyproject.toml": '[build-system]\nbuild-backend = "hatchling.build"\n', "LICENSE": MIT_TEXT})
    assert ("sdist", "example", "1.0", "example-1.0/", "hatchling") == (found.format, found.name, found.version, found.root, found.packer)
    assert (Openness.OPEN, "has the text of `MIT` in `LICENSE`") == (found.openness, found.openness_reason)


@pytest.mark.parametrize(
    ("backend", "packer"),
    [
        ("setuptools.build_meta", "setuptools"),
        ("flit_core.buildapi", "flit"),
        ("poetry.core.masonry.api", "poetry"),
        ("pdm.backend", "pdm"),
        ("uv_build", "uv"),
        ("maturin", "maturin"),
        ("mesonpy", "meson-python"),
        ("scikit_build_core.build", "scikit-build-core"),
        ("backend", "backend"),
        ("", ""),
        ("../evil", ""),
    ],
)
def test_build_backend_names_the_packer(backend: str, packer: str) -> None:
    """`build-backend` tells the tool."""
    assert packer == built(**{"pyproject.toml": f'[build-system]\nbuild-backend = "{backend}"\n'}).packer


@pytest.mark.parametrize(
    "pyproject",
    ["", "[build-system]", "no = toml = here", "x = " + "[" * 50_000, "a." * 100_000 + "b = 1", "build-system = 3", "#" * 300_000],
)
def test_backend_that_cannot_be_read_is_setuptools(pyproject: str) -> None:
    """PEP 517 names setuptools where no backend is named, and a hostile file neither raises nor hangs."""
    assert "setuptools" == built(**{"pyproject.toml": pyproject}).packer


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"PKG-INFO": PKG_INFO},
        {"example-1.0/src/PKG-INFO": PKG_INFO},
        {"example-1.0/PKG-INFO": PKG_INFO, "other/setup.py": ""},
        {"example-1.0/PKG-INFO": PKG_INFO, "README": ""},
        {"example-1.0/README": ""},
        {"build/pyproject.toml": ""},
        {"EGG-INFO/PKG-INFO": PKG_INFO},
        {"example.egg-info/PKG-INFO": PKG_INFO},
    ],
)
def test_is_no_sdist(files: dict[str, str]) -> None:
    """One top folder with `PKG-INFO`, or one named after name and version with a build configuration: nothing else."""
    assert identify(files) is None


def test_without_metadata_the_top_folder_names_it() -> None:
    """A tarball of a project without PKG-INFO takes the name from its folder."""
    found = identify({"my-tool-2.1/": "", "my-tool-2.1/setup.py": ""})
    assert found is not None
    assert ("my-tool", "2.1", "setuptools") == (found.name, found.version, found.packer)


def test_private_classifier_is_private() -> None:
    """A classifier that PyPI refuses marks the package private."""
    found = built(**{"PKG-INFO": PKG_INFO + "License-Expression: MIT\nClassifier: Private :: Do Not Upload\n"})
    assert (True, Openness.CLOSED) == (found.private, found.openness)


def test_licence_of_vendored_code_does_not_open() -> None:
    """Only licence files beside PKG-INFO count."""
    assert built(**{"src/vendor/LICENSE": MIT_TEXT}).openness is Openness.CLOSED
