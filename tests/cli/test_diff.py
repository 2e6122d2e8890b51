"""`leakguard diff` and `inspect --against`: what changed in what ships, also since a published version."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from tests.builders import Files, npm, source_map, token, wheel
from tests.conftest import Cli, Run
from tests.registries.index import serving

BUNDLE = "".join(f"function f{number}(){{return {number}}}\n" for number in range(2000))
OLD: Files = {"cli.js": BUNDLE, "a.js": "const a = 1\n", "LICENSE": "x"}
JSON = "application/vnd.pypi.simple.v1+json"


def two(folder: Path, new: Files, **manifest: object) -> tuple[Path, Path]:
    """The old package and a new one."""
    before, after = folder / "a-1.0.0.tgz", folder / "a-2.0.0.tgz"
    before.write_bytes(npm(OLD, manifest={"dependencies": {"b": "^1.0.0"}}))
    after.write_bytes(npm(new, version="2.0.0", manifest={"dependencies": {"b": "^1.0.0"}, **manifest}))
    return before, after


def difference(done: Run) -> dict[str, object]:
    """The only role of the answer."""
    content = json.loads(done.stdout)
    assert content["schema"] == "leakguard-diff/1"
    (one,) = content["artifacts"]
    return dict(one)


def test_same_files_are_no_difference(tmp_path: Path, cli: Cli) -> None:
    """Exit 0 even when a difference would be 1."""
    before, _ = two(tmp_path, OLD)
    done = cli("diff", before, before, "--exit-code")
    assert (0, True) == (done.exit_code, "no difference" in done.stdout)


def test_added_removed_renamed_and_grown(tmp_path: Path, cli: Cli) -> None:
    """Renamed is told by content."""
    before, after = two(
        tmp_path, {"cli.js": BUNDLE * 2, "renamed.js": "const a = 1\n", "cli.js.map": source_map({"s.ts": "const s = 1\n"})}
    )
    found = difference(cli("diff", before, after, "--format", "json"))
    assert [{"old": "a.js", "new": "renamed.js"}] == found["renamed"]
    assert ["LICENSE"] == [one["path"] for one in found["removed"]]  # type: ignore[attr-defined]
    assert ["cli.js.map"] == [one["path"] for one in found["added"]]  # type: ignore[attr-defined]
    assert ["cli.js"] == [one["path"] for one in found["grown"]]  # type: ignore[attr-defined]
    assert ["source-map"] == found["new_kinds"]
    assert 1 == cli("diff", before, after, "--exit-code").exit_code
    assert 0 == cli("diff", before, after).exit_code


def test_what_the_manifest_declares_is_compared(tmp_path: Path, cli: Cli) -> None:
    """Scripts, dependencies and entry points."""
    changed = {"dependencies": {"b": "^2.0.0", "c": "1"}, "scripts": {"postinstall": "node x.js"}, "main": "cli.js"}
    text = cli("diff", *two(tmp_path, OLD, **changed)).stdout
    assert "~ dependency b: ^1.0.0 → ^2.0.0" in text
    assert "+ dependency c: 1" in text
    assert "+ script postinstall: node x.js" in text
    assert "+ entry point main: cli.js" in text


def test_new_secret_is_told_and_not_shown(tmp_path: Path, cli: Cli) -> None:
    """In code, and in a script of the manifest."""
    secret = token("npm_", 36)
    done = cli("diff", *two(tmp_path, {**OLD, "a.js": f'const a = "{secret}"'}, scripts={"publish": f"npm publish --token={secret}"}))
    assert "! secret/npm-token package/a.js:1" in done.stdout
    assert "(not shown: there is a secret in the manifest)" in done.stdout
    assert secret[6:14] not in done.output


def test_lock_is_a_side(tmp_path: Path, cli: Cli) -> None:
    """With the pattern of what is new."""
    before, after = two(tmp_path, {**OLD, "new.wasm": b"\0asm\1\0\0\0"})
    cli("approve", before, "--yes")
    assert 0 == cli("diff", "leakguard.lock", before, "--exit-code").exit_code
    done = cli("diff", "leakguard.lock", after, "--exit-code")
    assert (1, True) == (done.exit_code, "+ new.wasm  wasm" in done.stdout)


@pytest.mark.parametrize(
    "spec", ["npm:a", "npm:a@^1.0.0", "npm:../a@1.0.0", "npm:a@git+https://x/y", "pypi:a", "pypi:a==../b", "npm:--help@1.0.0x y"]
)
def test_only_names_and_exact_versions_are_asked_for(tmp_path: Path, cli: Cli, spec: str) -> None:
    """Exit 2 before anything is fetched."""
    before, _ = two(tmp_path, OLD)
    done = cli("diff", spec, before)
    assert (2, "") == (done.exit_code, done.stdout)


def test_missing_side_is_exit_3(tmp_path: Path, cli: Cli) -> None:
    """With its name."""
    before, _ = two(tmp_path, OLD)
    done = cli("diff", before, "none.tgz")
    assert (3, True) == (done.exit_code, "`none.tgz` does not exist" in done.stderr)


def index(data: bytes, name: str, digest: str) -> dict[str, tuple[str, bytes]]:
    """A Python index with one file."""
    page = {"files": [{"filename": name, "url": f"/files/{name}", "hashes": {"sha256": digest}}]}
    return {"/simple/example/": (JSON, json.dumps(page).encode()), f"/files/{name}": ("application/zip", data)}


def test_python_release_is_fetched_from_the_index_of_pip(tmp_path: Path, cli: Cli) -> None:
    """With the login of its address, which no message shows; the digest is checked."""
    data = wheel({"example/__init__.py": "a = 1\n"})
    new = tmp_path / "example-2.0-py3-none-any.whl"
    new.write_bytes(wheel({"example/__init__.py": "a = 1\n", "example/b.pem": "x"}, version="2.0"))
    asked: list[tuple[str, str]] = []
    name, password = "example-1.0-py3-none-any.whl", token("", 20)
    with serving(index(data, name, hashlib.sha256(data).hexdigest()), asked) as address:
        url = f"{address.replace('://', f'://me:{password}@')}/simple"
        done = cli("diff", "pypi:example==1.0", new, PIP_INDEX_URL=url)
        gate = cli("inspect", new, "--against", "previous", "--format", "json", PIP_INDEX_URL=url)
    assert done.exit_code == 0, done.stderr
    assert "+ example/b.pem  key" in done.stdout
    assert 1 == gate.exit_code
    assert "change/new-kind" in {one["rule"] for one in gate.report["artifacts"][0]["findings"]}
    assert {f"Basic {base64.b64encode(f'me:{password}'.encode()).decode()}"} == {login for _, login in asked}
    assert password not in done.output + gate.output


@pytest.mark.parametrize(
    ("digest", "version", "message"),
    [("0" * 64, "1.0", "not the one that the index's digest is of"), ("", "9.9", "the index knows no such version")],
)
def test_what_cannot_be_fetched_is_exit_3(tmp_path: Path, cli: Cli, digest: str, version: str, message: str) -> None:
    """Another file than the index promised, or none."""
    new = tmp_path / "example-2.0-py3-none-any.whl"
    new.write_bytes(wheel({"example/__init__.py": ""}, version="2.0"))
    with serving(index(wheel({}), "example-1.0-py3-none-any.whl", digest)) as address:
        done = cli("diff", f"pypi:example=={version}", new, PIP_INDEX_URL=f"{address}/simple")
    assert (3, "") == (done.exit_code, done.stdout)
    assert message in done.stderr


def test_unreachable_index_is_exit_3(tmp_path: Path, cli: Cli) -> None:
    """Without a traceback, and without the address."""
    new = tmp_path / "example-2.0-py3-none-any.whl"
    new.write_bytes(wheel({}, version="2.0"))
    done = cli("inspect", new, "--against", "previous", PIP_INDEX_URL="http://me:hunter22@127.0.0.1:9/simple")
    assert 3 == done.exit_code
    assert "hunter22" not in done.output


@pytest.mark.slow
def test_npm_release_is_fetched_by_the_own_npm(tmp_path: Path, cli: Cli) -> None:
    """From the registry of the user's `.npmrc`; install scripts do not run."""
    marker = tmp_path / "ran"
    script = f"node -e \"require('fs').writeFileSync('{marker}','1')\""
    scripts = dict.fromkeys(("preinstall", "install", "postinstall", "prepare", "prepack"), script)
    data = npm(OLD, manifest={"scripts": scripts})
    new = tmp_path / "example-2.0.0.tgz"
    new.write_bytes(npm({**OLD, "cli.js": BUNDLE * 2}, version="2.0.0", manifest={"scripts": scripts}))
    pages: dict[str, tuple[str, bytes]] = {"/example/-/example-1.0.0.tgz": ("application/octet-stream", data)}
    with serving(pages) as address:
        dist = {
            "tarball": f"{address}/example/-/example-1.0.0.tgz",
            "integrity": f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}",
        }
        version = {"name": "example", "version": "1.0.0", "dist": dist, "scripts": scripts}
        packument = {"name": "example", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
        pages["/example"] = ("application/json", json.dumps(packument).encode())
        (tmp_path / ".home").mkdir()
        (tmp_path / ".home/.npmrc").write_text(f"registry={address}/\n")
        done = cli("diff", "npm:example@1.0.0", new)
        gate = cli("inspect", new, "--against", "previous")
        missing = cli("diff", "npm:example@7.7.7", new)
    assert done.exit_code == 0, done.stderr
    assert "~ cli.js" in done.stdout
    assert (1, True) == (gate.exit_code, "change/grown" in gate.stdout)
    assert 3 == missing.exit_code
    assert not marker.exists()
