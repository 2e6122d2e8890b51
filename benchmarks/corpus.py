"""The benchmark corpus: real packages, pinned by version and SHA-256, downloaded once into a cache and never committed.

    python benchmarks/corpus.py            download what is missing, check every digest
    python benchmarks/corpus.py --pin      rewrite `corpus.tsv` from the files in the cache

Packages are fetched by the user's own `npm` and `pip` as plain files: `npm pack NAME@VERSION` and
`pip download --no-deps --only-binary :all:`, neither of which runs code of the package.
"""

import csv
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("corpus.tsv")
CACHE = Path(os.environ.get("LEAKGUARD_BENCH_CACHE") or Path.home() / ".cache" / "leakguard-bench")
BATCH = 8


@dataclass(frozen=True, slots=True)
class Package:
    """One line of the table."""

    ecosystem: str
    """`npm` or `pypi`."""
    name: str
    version: str
    file: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where it is in the cache."""
        return CACHE / self.ecosystem / self.file


def packages() -> list[Package]:
    """Every package of the table, in its order."""
    with TABLE.open(newline="") as table:
        return [Package(*row) for row in csv.reader(table, delimiter="\t") if row and not row[0].startswith("#")]


def fetched() -> list[Path]:
    """Download what is missing; the path of every package. Exits when a digest is not the pinned one."""
    listed = packages()
    for ecosystem in ("npm", "pypi"):
        missing = [one for one in listed if one.ecosystem == ecosystem and not one.path.exists()]
        for batch in _batches(missing):
            _download(ecosystem, batch)
    for one in listed:
        if not one.path.exists() or _sha256(one.path) != one.sha256:
            sys.exit(f"{one.name} {one.version}: missing, or not the file that was pinned")
    return [one.path for one in listed]


def _download(ecosystem: str, batch: list[Package]) -> None:
    folder = CACHE / ecosystem
    folder.mkdir(parents=True, exist_ok=True)
    if ecosystem == "npm":
        command = ["npm", "pack", "--silent", "--ignore-scripts", *(f"{one.name}@{one.version}" for one in batch)]
    else:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--platform",
            "manylinux_2_28_x86_64",
        ]
        command += ["--platform", "manylinux_2_17_x86_64", "--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--dest", "."]
        command += [f"{one.name}=={one.version}" for one in batch]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _batches(items: list[Package]) -> Iterator[list[Package]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pin() -> None:
    rows = []
    for path in sorted((CACHE / "npm").glob("*.tgz")):
        import json
        import tarfile

        with tarfile.open(path) as archive:
            first = next(one for one in archive if one.name.count("/") == 1 and one.name.endswith("/package.json"))
            manifest = json.load(archive.extractfile(first) or sys.exit(f"{path}: no manifest"))
        rows.append(("npm", manifest["name"], manifest["version"], path.name, _sha256(path)))
    for path in sorted((CACHE / "pypi").glob("*.whl")):
        name, version = path.name.split("-")[:2]
        rows.append(("pypi", name.replace("_", "-"), version, path.name, _sha256(path)))
    with TABLE.open("w", newline="") as table:
        table.write("# ecosystem\tname\tversion\tfile\tsha256\n")
        csv.writer(table, delimiter="\t", lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    _pin() if "--pin" in sys.argv[1:] else fetched()
