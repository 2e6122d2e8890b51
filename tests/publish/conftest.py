"""The registries that tests publish to, each started once."""

from collections.abc import Iterator

import pytest

from tests.publish import servers


@pytest.fixture(scope="session")
def pypi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.PyPi]:
    """A running pypiserver."""
    with servers.pypiserver(tmp_path_factory.mktemp("pypiserver")) as server:
        yield server


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Npm]:
    """A running verdaccio."""
    with servers.verdaccio(tmp_path_factory.mktemp("verdaccio")) as server:
        yield server
