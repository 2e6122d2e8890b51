"""The shape of real packages: `init` → `inspect` passes, and twelve mutations of each, judged by the allowlist and the lock alone.

    PYTHONPATH=. python benchmarks/shape.py [NAME…]     the packages of `corpus.tsv` up to 600 KB whose names hold NAME

Every detector is off: what blocks is what `leakguard init` drafted (undecided lines decided) and what `leakguard approve` locked.
"""

import gzip
import io
import re
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import corpus

from leakguard import inspector
from leakguard.drafting import draft
from leakguard.model import Outcome
from leakguard.policy import Reference, changes_since, load
from leakguard.policy import lock as locks
from leakguard.shape import Generaliser, shapes_of

LARGEST = 600_000
MOST = 40

OFF = """\
rules:
  "*": allow
  file/not-allowed: block
  file/denied: block
  file/missing: block
  size/*: block
  change/*: block
"""

Files = Mapping[str, bytes]
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(60_000)
CODE = (".js", ".mjs", ".cjs", ".py")


def read(path: Path) -> dict[str, bytes]:
    """The files of a package, without the top folder of a tarball."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    with tarfile.open(path) as archive:
        members = [one for one in archive if one.isfile()]
        return {one.name.partition("/")[2]: (archive.extractfile(one) or io.BytesIO()).read() for one in members}


def pack(files: Files, path: Path) -> None:
    """A package of these files, of the kind that the name says."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    path.write_bytes(gzip.compress(out.getvalue(), mtime=0))


def largest(files: Files, suffixes: tuple[str, ...] = ("",)) -> str:
    """The largest file with one of these suffixes, else of all; metadata of wheels aside."""
    named = [name for name in files if name.endswith(suffixes) and ".dist-info/" not in name]
    return max(named or [name for name in files if ".dist-info/" not in name], key=lambda name: len(files[name]))


def busiest(files: Files) -> str:
    """The folder with the most files, with a final slash."""
    folders = [name.rpartition("/")[0] for name in files if ".dist-info" not in name]
    folder = max(sorted(set(folders)), key=folders.count)
    return f"{folder}/" if folder else ""


def _with(files: Files, name: str, data: bytes) -> dict[str, bytes]:
    return {**files, name: data}


def _map(files: Files) -> dict[str, bytes]:
    """A map where there is none; of a package that ships maps by decision, one in a folder of its own."""
    name = largest(files, CODE)
    if any(one.endswith(".map") for one in files):
        name = f"internal/{name.rpartition('/')[2]}"
    return _with(files, f"{name}.map", b'{"version":3,"sources":["../src/a.ts"],"sourcesContent":["const a = 1;\\n"],"mappings":"AAAA"}')


def _checkout(files: Files) -> dict[str, bytes]:
    code = {name: data for name, data in files.items() if name.endswith(CODE)} or dict(files)
    return {**files, **{f"worktree/copy/{name}": data for name, data in code.items()}}


def _doubled(files: Files) -> dict[str, bytes]:
    name = largest(files)
    return _with(files, name, files[name] * 2)


def without_required(files: Files, draft_text: str) -> dict[str, bytes]:
    """Without the first file that the draft requires and that is no manifest."""
    required = re.findall(r"(?m)^    - /(.+)$", draft_text.partition("  require:\n")[2])
    general = Generaliser(files)
    manifests = ("package.json", "METADATA", "WHEEL", "RECORD")
    wanted = [f"/{one}" for one in required if not one.endswith(manifests)]
    gone = next((name for name in files if wanted and general.pattern(name) == wanted[0]), largest(files, CODE))
    return {name: data for name, data in files.items() if name != gone}


def _renamed(files: Files) -> dict[str, bytes]:
    """The largest script under another name; not a chunk, whose name is a hash and changes anyway."""
    general = Generaliser(files)
    name = largest({one: data for one, data in files.items() if "*" not in general.pattern(one)} or files, CODE)
    stem, dot, suffix = name.rpartition(".")
    return {(f"{stem}-renamed{dot}{suffix}" if one == name else one): data for one, data in files.items()}


def _rehashed(files: Files) -> dict[str, bytes]:
    """The same build with other content: every hash in a name is another one, and so is what the files hold."""
    general = Generaliser(files)
    out = {}
    for name, data in files.items():
        pattern = general.pattern(name)
        fresh = name
        for old in set(re.findall(r"[A-Za-z0-9_-]{8,}", name)) if "*" in pattern.replace("\\*", "") else ():
            other = old.translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))
            if general.pattern(name.replace(old, "q")) != pattern:
                fresh = fresh.replace(old, other) if re.search(r"\d", other) else fresh
        changed = data + b"\n" if name.endswith(CODE) else data
        out[fresh if Generaliser([*files, fresh]).pattern(fresh) == pattern else name] = changed
    return out


def _versioned(files: Files) -> dict[str, bytes]:
    info = next((name.partition("/")[0] for name in files if ".dist-info/" in name), "")
    if info:
        old = info.removesuffix(".dist-info").rpartition("-")[2]
        return {
            name.replace(f"-{old}.", "-99.1.2."): data.replace(f"\nVersion: {old}".encode(), b"\nVersion: 99.1.2")
            for name, data in files.items()
        }
    return _with(files, "package.json", re.sub(rb'("version":\s*")[^"]+', rb"\g<1>99.1.2", files["package.json"], count=1))


def _grown(files: Files) -> dict[str, bytes]:
    code = set(CODE)
    return {name: data + data[: len(data) // 12] if "." + name.rpartition(".")[2] in code else data for name, data in files.items()}


HARMFUL: Mapping[str, Callable[[Files], Files]] = {
    "map": _map,
    "env": lambda files: _with(files, ".env", b"TOKEN=x\n"),
    "checkout": _checkout,
    "doubled": _doubled,
    "gone": dict,  # see `without_required`
    "renamed": _renamed,
    "unknown": lambda files: _with(files, f"{busiest(files)}debug.bin", bytes(100)),
    "tests": lambda files: _with(files, "tests/test_internal.py", b"def test(): ...\n"),
    "native": lambda files: _with(files, f"{busiest(files)}helper.node", ELF),
}
HARMLESS: Mapping[str, Callable[[Files], Files]] = {"rehashed": _rehashed, "version": _versioned, "grown": _grown}


def judge(path: Path, folder: Path) -> tuple[list[str], dict[str, dict[str, bool]]]:
    """Whether the draft passes, and what blocks under the allowlist, the lock, and both."""
    files = read(path)
    report = inspector.inspect([path], policy="default", survey=True)
    text = draft(report.verdicts)
    drafted = folder / "leakguard.yaml"
    drafted.write_text(text)
    again = inspector.inspect([path], policy=drafted)
    passed = [] if again.outcome is not Outcome.BLOCK or "# undecided" in text else ["blocks"]
    decided = re.sub(r"(?m)^( +)# - ", r"\1- ", text)
    (folder / "leakguard.lock").write_bytes(locks.text(shapes_of(one.artifact for one in report.verdicts)))
    names: dict[str, Callable[[Files], Files]] = {"itself": dict, **HARMFUL, **HARMLESS}
    paths = []
    for name, mutate in names.items():
        mutant = folder / name / path.name
        mutant.parent.mkdir()
        pack(without_required(files, text) if name == "gone" else mutate(files), mutant)
        paths.append(mutant)
    policy = load(_policy(folder, decided))
    reference = Reference.of_lock(locks.read(folder / "leakguard.lock"))
    verdicts = inspector.inspect(paths, policy=policy).verdicts
    out: dict[str, dict[str, bool]] = {}
    for name, verdict in zip(names, verdicts, strict=True):
        listed = verdict.outcome is Outcome.BLOCK
        changed = bool(changes_since([reference], policy, [verdict]))
        out[name] = {"allowlist": listed, "lock": changed, "both": listed or changed}
    return passed, out


def _policy(folder: Path, text: str) -> Path:
    path = folder / "decided.yaml"
    path.write_text(text.replace("rules:\n", OFF, 1) if "\nrules:\n" in text else text + OFF)
    return path


def main(wanted: list[str]) -> None:
    """Print the table."""
    small = [
        path for path in corpus.fetched() if path.stat().st_size <= LARGEST and (not wanted or any(one in path.name for one in wanted))
    ]
    chosen = [path for path in small if path.suffix == ".tgz"][: MOST // 2] + [path for path in small if path.suffix == ".whl"][: MOST // 2]
    wrong: dict[str, int] = dict.fromkeys(("allowlist", "lock", "both"), 0)
    started = time.monotonic()
    for path in chosen:
        with tempfile.TemporaryDirectory() as folder:
            failed, table = judge(path, Path(folder))
        slips = []
        for name, gates in table.items():
            for gate, blocked in gates.items():
                if blocked != (name in HARMFUL):
                    wrong[gate] += 1
                    slips.append(f"{name}/{gate}")
        print(f"{path.name[:48]:48} {'FAILS' if failed else 'ok':5} {' '.join(slips)}", flush=True)
    count = len(chosen) * (len(HARMFUL) + len(HARMLESS) + 1)
    print(f"{len(chosen)} packages, {count} cases, {time.monotonic() - started:.0f} s; wrong by gate: {wrong}")


if __name__ == "__main__":
    main(sys.argv[1:])
