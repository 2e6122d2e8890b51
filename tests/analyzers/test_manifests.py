"""What manifests, lock files and settings of package managers say that only holds at home."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import leakguard
from leakguard.analyzers._references import hosts_in, is_internal
from leakguard.reporters.json import document
from tests import builders

INTERNAL = "metadata/internal-reference"


def found(folder: Path, name: str, data: bytes) -> list[tuple[str, str]]:
    """Rule and message of what is said about manifests, whatever the policy makes of it."""
    (folder / name).write_bytes(data)
    report = document(leakguard.inspect([folder / name], policy="default"))["artifacts"][0]
    kinds = (INTERNAL, "metadata/install-script", "metadata/license-file")
    return [(one["rule"], one["message"]) for one in report["findings"] if one["rule"] in kinds]


def of_npm(folder: Path, manifest: Mapping[str, object], files: builders.Files | None = None) -> list[str]:
    """The messages of internal references in an npm package."""
    data = builders.npm({"index.js": "", **(files or {})}, manifest=manifest)
    return [message for rule, message in found(folder, "x-1.0.0.tgz", data) if rule == INTERNAL]


def of_wheel(folder: Path, metadata: str) -> list[str]:
    """The messages of internal references in a wheel."""
    data = builders.wheel({"example.py": ""}, metadata=metadata)
    return [message for rule, message in found(folder, "example-1.0-py3-none-any.whl", data) if rule == INTERNAL]


@pytest.mark.parametrize(
    "host",
    [
        *("nexus", "git.acme.internal", "npm.corp", "registry.lan", "10.1.2.3", "192.168.0.9", "127.0.0.1", "[::1]", "localhost"),
        *("acme.jfrog.io", "pkgs.dev.azure.com", "acme-123.d.codeartifact.eu-west-1.amazonaws.com", "europe-npm.pkg.dev", "npm.fury.io"),
        *("nexus.acme.com", "ARTIFACTORY.acme.com", "host.home.arpa"),
    ],
)
def test_hosts_that_nobody_outside_reaches(host: str) -> None:
    """Names without a public ending, addresses of private networks, rented registries."""
    assert is_internal(host)


@pytest.mark.parametrize(
    "host",
    [
        *("registry.npmjs.org", "registry.yarnpkg.com", "pypi.org", "files.pythonhosted.org", "github.com", "codeload.github.com"),
        *("gitlab.com", "8.8.8.8", "[2606:4700::1111]", "acme.com", "docs.acme.io", "internal.acme.com", "nexus.example.com"),
        *("nexusmods.com", "jfrog.com", "myget.com", "localhost.example", "anything.test", "local.dev", "corporate.com"),
    ],
)
def test_hosts_that_everybody_reaches(host: str) -> None:
    """Nor those that documents make up."""
    assert not is_internal(host)


def test_a_login_is_no_part_of_a_host() -> None:
    """Whatever stands before the `@` does not get into a message."""
    assert {"nexus.corp": 1} == hosts_in(f"https://user:{builders.token('', 12)}@nexus.corp:8443/a/b")


@pytest.mark.parametrize(
    ("field", "reference"),
    [
        ("dependencies", "git+ssh://git@github.com/acme/private.git"),
        ("dependencies", "ssh://git@git.corp/a.git"),
        ("optionalDependencies", "https://nexus.corp/a.tgz"),
        ("peerDependencies", "http://10.0.0.7/a.tgz"),
    ],
)
def test_a_dependency_that_installs_only_at_home_is_told(tmp_path: Path, field: str, reference: str) -> None:
    """With its field and name."""
    (message,) = of_npm(tmp_path, {field: {"@acme/a": reference}})
    assert f"`@acme/a` in `{field}`" in message


@pytest.mark.parametrize(
    "manifest",
    [
        {"dependencies": {"a": "^1.0.0", "b": "npm:c@2", "c": "github:acme/c", "d": "https://codeload.github.com/a/b/tar.gz/v1"}},
        {"devDependencies": {"a": "git+ssh://git@github.com/acme/private.git"}},
        {"dependencies": ["nexus.corp"], "repository": 7, "publishConfig": "x", "scripts": []},
        {"repository": {"url": "git+ssh://git@github.com/acme/tool.git"}, "homepage": "https://acme.com", "bugs": "https://acme.com/bugs"},
        {"publishConfig": {"registry": "https://registry.npmjs.org/", "access": "public"}},
        {"scripts": {"test": "curl https://nexus.corp", "prepare": "x"}},
    ],
)
def test_what_resolves_for_everybody_is_no_reference_home(tmp_path: Path, manifest: Mapping[str, object]) -> None:
    """Nor what users never install, nor a field of an odd type."""
    assert [] == of_npm(tmp_path, manifest)


@pytest.mark.parametrize(
    "manifest",
    [
        {"publishConfig": {"registry": "https://npm.acme.internal/"}},
        {"publishConfig": {"@acme:registry": "https://acme.jfrog.io/artifactory/api/npm/npm/"}},
        {"repository": "https://git.corp/acme/tool.git"},
        {"bugs": {"url": "https://jira.intra/browse"}},
    ],
)
def test_an_address_of_ones_own_network_is_told(tmp_path: Path, manifest: Mapping[str, object]) -> None:
    """Wherever the manifest has it."""
    assert 1 == len(of_npm(tmp_path, manifest))


@pytest.mark.parametrize("name", ["npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "app/package-lock.json"])
def test_a_lock_that_ships_with_hosts_of_ones_own_is_told_once(tmp_path: Path, name: str) -> None:
    """With the hosts; public ones are none."""
    lock = json.dumps({"a": {"resolved": "https://nexus.corp/a.tgz"}, "b": {"resolved": "https://nexus.corp/b.tgz"}})
    (message,) = of_npm(tmp_path, {}, {name: lock})
    assert "`nexus.corp`" in message
    assert [] == of_npm(tmp_path, {}, {name: lock.replace("nexus.corp", "registry.npmjs.org")})
    assert [] == of_npm(tmp_path, {}, {f"node_modules/a/{name}": lock})


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (".npmrc", "fund=false\n@acme:registry=https://npm.acme.com/\n", 2),
        ("pip.conf", "[global]\nextra-index-url = https://pypi.acme.com/simple\n", 2),
        ("requirements.txt", "a==1\n--index-url https://u:p@10.0.0.1/simple\n", 2),
    ],
)
def test_settings_that_name_another_registry_are_told(tmp_path: Path, name: str, text: str, line: int) -> None:
    """At their line, without the login."""
    (tmp_path / "example-1.0.tar.gz").write_bytes(builders.sdist({name: text}))
    report = document(leakguard.inspect([tmp_path / "example-1.0.tar.gz"], policy="default"))["artifacts"][0]
    (one,) = [one for one in report["findings"] if one["rule"] == INTERNAL]
    assert (f"example-1.0/{name}", line) == (one["location"]["path"], one["location"]["line"])
    assert "u:p" not in json.dumps(one)


@pytest.mark.parametrize(
    "text", ["registry=https://registry.npmjs.org/\n", "# registry=https://nexus.corp/\n", "//nexus.corp/:always-auth=true\n", "registry\n"]
)
def test_settings_that_name_public_registries_are_fine(tmp_path: Path, text: str) -> None:
    """And comments."""
    assert [] == of_npm(tmp_path, {}, {".npmrc": text})


@pytest.mark.parametrize(
    ("metadata", "count"),
    [
        ("Requires-Dist: acme-core @ file:///home/me/core\n", 1),
        ("Requires-Dist: acme-core@ git+ssh://git@git.corp/core ; extra == 'x'\n", 1),
        ("Project-URL: Source, https://git.corp/acme\n", 1),
        ("Home-page: http://10.0.0.1/\n", 1),
        ("Requires-Dist: acme-core>=1 ; python_version < '3.12'\nProject-URL: Source, https://github.com/acme\n", 0),
        ("Requires-Dist: a[b@c]\nAuthor-Email: a@nexus\n\nHome-page: http://10.0.0.1/\n", 0),
    ],
)
def test_core_metadata_that_points_home_is_told(tmp_path: Path, metadata: str, count: int) -> None:
    """Direct references, which the index refuses, and addresses of one's own network; not the description."""
    assert count == len(of_wheel(tmp_path, metadata))


@pytest.mark.parametrize(
    ("scripts", "files", "told"),
    [
        ({"postinstall": "node x.js", "test": "y"}, {}, "`postinstall` runs when the package is installed"),
        ({"preinstall": "a", "install": "b"}, {}, "`preinstall`, `install` run when the package is installed"),
        ({}, {"binding.gyp": "{}"}, "`install` runs when the package is installed"),
        ({"prepare": "a", "postinstall": " "}, {}, ""),
        ({}, {"deps/binding.gyp": "{}"}, ""),
    ],
)
def test_what_runs_on_installation_is_noted(tmp_path: Path, scripts: Mapping[str, str], files: builders.Files, told: str) -> None:
    """Which does not block: that one is new is what matters."""
    data = builders.npm({"index.js": "", "LICENSE": builders.MIT_TEXT, **files}, manifest={"scripts": scripts, "license": "MIT"})
    assert ([("metadata/install-script", told)] if told else []) == found(tmp_path, "x-1.0.0.tgz", data)
    assert leakguard.Outcome.PASS is leakguard.inspect([tmp_path / "x-1.0.0.tgz"], policy="default").outcome


@pytest.mark.parametrize(
    ("licence", "files", "missing"),
    [("MIT", {}, True), ("MIT", {"LICENCE.md": "x"}, False), ("MIT", {"docs/COPYING": "x"}, False), ("UNLICENSED", {}, False)],
)
def test_an_open_package_without_licence_text_is_noted(
    tmp_path: Path,
    licence: str,
    files: builders.Files,
    missing: bool,  # noqa: FBT001 - a table
) -> None:
    """A closed one needs none."""
    data = builders.npm({"index.js": "", **files}, manifest={"license": licence})
    assert missing is ("metadata/license-file" in dict(found(tmp_path, "x-1.0.0.tgz", data)))
