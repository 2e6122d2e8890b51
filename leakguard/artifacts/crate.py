"""Rust crates: a tar with `NAME-VERSION/Cargo.toml`, which cargo has written anew."""

from collections.abc import Mapping, Sequence

from leakguard.artifacts._declared import identity
from leakguard.artifacts._layout import base_of, depth_of, licence_texts, roots_with
from leakguard.model import Identity, Listed
from leakguard.openness import is_licence_file
from leakguard.openness.manifests import toml_table

NAME = "crate"
SUFFIXES = (".crate",)
CONTAINERS = ("tar",)

MANIFEST = "Cargo.toml"
MARKS = ("Cargo.toml.orig", ".cargo_vcs_info.json")
"""What `cargo package` puts beside it, and nobody else."""


def keeps(name: str) -> bool:
    """The manifest and the licence files."""
    return depth_of(name) == 1 and (base_of(name) == MANIFEST or is_licence_file(base_of(name)))


def identify(target: str, listing: Sequence[Listed], manifests: Mapping[str, bytes]) -> Identity | None:
    """Name, version and licence from the manifest."""
    roots = roots_with(listing, MANIFEST)
    if len(roots) != 1:
        return None
    root, path = next(iter(roots.items()))
    beside = {one.inner.removeprefix(root) for one in listing}
    if not target.lower().endswith(SUFFIXES) and (not beside.issuperset(MARKS[:1]) or "PKG-INFO" in beside):
        return None
    package = toml_table(manifests.get(path, b"")).get("package")
    said = package if isinstance(package, dict) else {}
    named = said.get("license-file")
    texts = licence_texts(manifests, root, named if isinstance(named, str) else "")
    # NOTE: crates.io reads `MIT/Apache-2.0` as a choice, as all did before SPDX expressions.
    licence = said.get("license")
    licences = [licence.replace("/", " OR ") if isinstance(licence, str) else None]
    return identity(NAME, said.get("name"), said.get("version"), licences, root=root, packer="cargo", texts=texts)
