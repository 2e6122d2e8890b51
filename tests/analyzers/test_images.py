"""Images of containers: a file that a later layer deletes is still there, and says so."""

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import leakguard
from leakguard.model import Finding, Verdict
from tests.builders import npm, tar_of, token

RULE = "source/deleted-file"
Layers = Sequence[Mapping[str, str]]


def blobs_of(layers: Layers, *, packed: bool) -> dict[str, bytes]:
    """The layers by the names of their blobs, lowest first."""
    found = (gzip.compress(tar_of(one), mtime=0) if packed else tar_of(one) for one in layers)
    return {f"blobs/sha256/{hashlib.sha256(one).hexdigest()}": one for one in found}


def docker(layers: Layers, *, first: bool = True, config: str = '{"config": {}}') -> bytes:
    """What `docker save` writes; the list of layers stands before or behind them."""
    blobs = blobs_of(layers, packed=False)
    listed = json.dumps([{"Config": "config.json", "RepoTags": ["registry.example/acme/app:1.0"], "Layers": list(blobs)}])
    manifest = {"manifest.json": listed, "config.json": config}
    return tar_of({**manifest, **blobs} if first else {**blobs, **manifest})


def legacy(layers: Layers) -> bytes:
    """What older versions wrote: a folder for each layer."""
    folders = {f"{hashlib.sha256(str(one).encode()).hexdigest()}/layer.tar": tar_of(one) for one in layers}
    return tar_of({**folders, "manifest.json": json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": list(folders)}])})


def layout(layers: Layers) -> bytes:
    """An OCI layout in a tar."""
    blobs = blobs_of(layers, packed=True)
    manifest = json.dumps({"layers": [{"digest": name.removeprefix("blobs/").replace("/", ":")} for name in blobs]})
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    index = {"manifests": [{"digest": f"sha256:{digest}", "annotations": {"org.opencontainers.image.ref.name": "acme:2.0"}}]}
    files = {"oci-layout": '{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index), f"blobs/sha256/{digest}": manifest}
    return tar_of({**files, **blobs})


def verdict(folder: Path, data: bytes) -> Verdict:
    """What is said of an image."""
    (folder / "image.tar").write_bytes(data)
    return leakguard.inspect([str(folder / "image.tar")]).verdicts[0]


def findings(folder: Path, data: bytes) -> list[Finding]:
    """The findings of the rule."""
    return [one.finding for one in verdict(folder, data).judgements if one.finding.rule == RULE]


DELETED: Layers = [{"app/main.js": "x", "app/src/main.ts": "source"}, {"app/src/.wh.main.ts": ""}]


@pytest.mark.parametrize("image", [docker(DELETED), docker(DELETED, first=False), legacy(DELETED), layout(DELETED)])
def test_a_deleted_file_is_found_in_every_kind_of_image(tmp_path: Path, image: bytes) -> None:
    """With the layer that holds it, and it blocks."""
    (found,) = findings(tmp_path, image)
    assert found.location.path.endswith("!/app/src/main.ts")
    assert (1, 6, ["app/src/main.ts"]) == (found.evidence["files"], found.evidence["bytes"], found.evidence["samples"])
    assert "block" == verdict(tmp_path, image).outcome


@pytest.mark.parametrize(
    "later",
    [
        {"app/.wh.src": ""},
        {".wh.app": "", "app/main.js": "new"},
        {"app/src/.wh..wh..opq": "", "app/src/other.ts": "y"},
        {"./app/src/.wh.main.ts": ""},
    ],
)
def test_whole_folders_are_deleted_too(tmp_path: Path, later: Mapping[str, str]) -> None:
    """By their own name, or emptied."""
    (found,) = findings(tmp_path, docker([DELETED[0], later]))
    assert "app/src/main.ts" in found.evidence["samples"]


@pytest.mark.parametrize(
    "layers",
    [
        [{"app/a": "x"}, {"app/b": "y"}],
        [{"app/a": "x"}, {"app/a": "newer"}],
        [{"app/.wh.a": ""}, {"app/a": "made later"}],
        [{"app/ab": "x"}, {"app/.wh.a": ""}],
        [{"app/empty": ""}, {"app/.wh.empty": ""}],
        [
            {"var/lib/apt/lists/x": "list", "var/cache/apt/a.bin": "x", "tmp/x": "y"},
            {"var/lib/apt/.wh.lists": "", "var/.wh.cache": "", ".wh.tmp": ""},
        ],
        [{"usr/lib/python3/__pycache__/a.pyc": "x"}, {"usr/lib/python3/.wh.__pycache__": ""}],
    ],
)
def test_what_nobody_deleted_is_no_finding(tmp_path: Path, layers: Layers) -> None:
    """Nor what package managers clean up."""
    assert [] == findings(tmp_path, docker(layers))


def test_an_image_says_what_it_is(tmp_path: Path) -> None:
    """By its tag."""
    named = [verdict(tmp_path, one).artifact.identity for one in (docker(DELETED), layout(DELETED), legacy(DELETED))]
    assert [("oci", "registry.example/acme/app", "1.0"), ("oci", "acme", "2.0"), ("oci", None, None)] == [
        (one.format, one.name, one.version) for one in named
    ]


def test_environment_and_history_of_the_configuration_are_searched(tmp_path: Path) -> None:
    """`docker history` shows them to everybody."""
    secret = token("ghp_", 36)
    config = json.dumps(
        {"config": {"Env": [f"GITHUB_TOKEN={secret}"]}, "history": [{"created_by": f"RUN git clone https://{secret}@github.com/a/b"}]}
    )
    found = [one.finding for one in verdict(tmp_path, docker(DELETED, config=config)).judgements if one.finding.rule.startswith("secret/")]
    assert {"config.json"} == {one.location.path for one in found}


def test_links_of_a_system_are_no_escape(tmp_path: Path) -> None:
    """In a layer they are absolute, names hold colons, and two names differ by case."""
    layer = {"usr/share/man/A::B.3": "x", "usr/share/a/Name": "x", "usr/share/a/name": "y"}
    assert "pass" == verdict(tmp_path, docker([layer])).outcome


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '[{"Layers": 1}]', '[{"Layers": [1, null]}]', '[{"Layers": ["none"]}]', '{"layers": [{"digest": 1}, 2]}', "[" * 9999],
)
def test_a_list_of_layers_that_lies_does_no_harm(tmp_path: Path, manifest: str) -> None:
    """Nothing is known then, and nothing fails."""
    data = tar_of({"manifest.json": manifest, **blobs_of(DELETED, packed=False)})
    assert [] == findings(tmp_path, data)


def test_whiteouts_elsewhere_mean_nothing(tmp_path: Path) -> None:
    """In a package that is no image."""
    assert [] == findings(tmp_path, npm({"a.txt": "x", ".wh.a.txt": ""}))
