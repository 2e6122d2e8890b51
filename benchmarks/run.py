"""The speed and memory harness: paired runs of leakguard, its peers and the floor over real packages, as ratios.

    python benchmarks/run.py                       everything; a table in Markdown on standard output
    python benchmarks/run.py --only corpus,floor   some of: corpus floor kingfisher detect-secrets growth wheel member version
    python benchmarks/run.py --rounds 5            paired rounds (default 3); medians are printed

Two commands that are compared run in turn (A B A B …), so that a machine whose speed drifts does not decide. Wall time, CPU (user and
system, children included) and peak memory (the largest single process) are the operating system's own account of each run.
`kingfisher` is looked for on the path (`pip install kingfisher-bin`), `detect-secrets` likewise.
"""

import argparse
import io
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus

HERE = Path(__file__).parent
MEGA = 1_000_000
SMALL_WHEEL = "certifi"


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process."""

    wall: float
    cpu: float
    memory: float
    """Peak of the largest process, MB."""
    code: int


def measure(command: Sequence[str], *, cwd: Path | None = None) -> Run:
    """Run a command to its end, its output thrown away."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MEGA, process.returncode)


def paired(rounds: int, *commands: Sequence[str]) -> list[list[Run]]:
    """Rounds of every command in turn, after one round that does not count."""
    for command in commands:
        measure(command)
    taken = [[measure(command) for command in commands] for _ in range(rounds)]
    return [list(column) for column in zip(*taken, strict=True)]


def median(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """Of one figure over the runs."""
    return statistics.median(figure(run) for run in runs)


def row(name: str, runs: Sequence[Run], base: Sequence[Run] | None = None) -> None:
    """Print a line of the table; ratios are of this command to `base`, pair by pair."""
    cells = [
        f"{median(runs, lambda one: one.wall):.2f} s",
        f"{median(runs, lambda one: one.cpu):.2f} s",
        f"{median(runs, lambda one: one.memory):.0f} MB",
    ]
    if base:
        wall = statistics.median(one.wall / other.wall for one, other in zip(runs, base, strict=True))
        cpu = statistics.median(one.cpu / other.cpu for one, other in zip(runs, base, strict=True))
        cells += [f"{wall:.2f}", f"{cpu:.2f}"]
    else:
        cells += ["", ""]
    codes = sorted({run.code for run in runs})
    print(f"| {name} | {' | '.join(cells)} | {', '.join(map(str, codes))} |", flush=True)


def head(title: str, base: str) -> None:
    """Print the head of a table."""
    print(
        f"\n### {title}\n\n| run | wall | CPU | peak memory | wall / {base} | CPU / {base} | exit |\n|---|---|---|---|---|---|---|",
        flush=True,
    )


def leakguard(*targets: str | Path) -> list[str]:
    """The command line that inspects these targets with the default policy."""
    return [sys.executable, "-m", "leakguard", "inspect", *map(str, targets), "--policy", "default", "--format", "json", "--no-progress"]


def kingfisher(folder: Path) -> list[str] | None:
    """The command line of `kingfisher` over a folder; `None` when it is not installed."""
    program = shutil.which("kingfisher")
    return [program, "scan", str(folder), "--no-validate", "--no-update-check", "--extraction-depth", "8", "--quiet"] if program else None


def on_corpus(rounds: int, wanted: set[str]) -> None:
    """The whole corpus: the product, the floor, kingfisher."""
    paths = corpus.fetched()
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            os.link(path, Path(folder, path.name)) if _same_device(path, folder) else shutil.copy(path, folder)
        commands = {"leakguard": leakguard(*paths)}
        if "floor" in wanted:
            commands["floor"] = [sys.executable, str(HERE / "floor.py"), *map(str, paths)]
        if "kingfisher" in wanted and (peer := kingfisher(Path(folder))):
            commands["kingfisher"] = peer
        results = dict(zip(commands, paired(rounds, *commands.values()), strict=True))
    size = sum(path.stat().st_size for path in paths)
    head(f"The corpus: {len(paths)} packages, {size / MEGA:.0f} MB packed", "leakguard")
    for name, runs in results.items():
        row(name, runs, results["leakguard"] if name != "leakguard" else None)


def growth(rounds: int) -> None:
    """From a quarter of the corpus to all of it."""
    paths = sorted(corpus.fetched(), key=lambda path: path.stat().st_size)
    quarter = paths[::4]
    results = paired(rounds, leakguard(*quarter), leakguard(*paths))
    sizes = [sum(path.stat().st_size for path in chosen) / MEGA for chosen in (quarter, paths)]
    head("Growth", "a quarter")
    row(f"a quarter: {len(quarter)} packages, {sizes[0]:.0f} MB", results[0])
    row(f"all: {len(paths)} packages, {sizes[1]:.0f} MB ({sizes[1] / sizes[0]:.1f} times the bytes)", results[1], results[0])


def against_detect_secrets(rounds: int) -> None:
    """Only small wheels: it reads no archives, takes milliseconds a line, and needs the tree unpacked."""
    program = shutil.which("detect-secrets")
    if not program:
        return
    paths = [path for path in corpus.fetched() if path.suffix == ".whl" and path.stat().st_size < 300_000]
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            shutil.unpack_archive(path, Path(folder, path.stem), "zip")
        results = paired(rounds, leakguard(*paths), [program, "-C", folder, "scan", "--all-files"])
    head(f"{len(paths)} wheels below 300 kB", "leakguard")
    row("leakguard (from the wheels)", results[0])
    row("detect-secrets (unpacked for it)", results[1], results[0])


def one_wheel(rounds: int) -> None:
    """One small wheel."""
    path = next(one for one in corpus.fetched() if one.name.startswith(SMALL_WHEEL))
    head("One small wheel", "")
    row(path.name, paired(max(rounds, 9), leakguard(path))[0])


def version(rounds: int) -> None:
    """What `--version` costs over a bare interpreter."""
    bare, ours = paired(max(rounds, 15), [sys.executable, "-c", "pass"], [sys.executable, "-m", "leakguard", "--version"])
    head("Start-up", "bare")
    row("bare interpreter", bare)
    row("leakguard --version", ours, bare)


def large_member(rounds: int) -> None:
    """One member of 250 MB, and one of 1 GB."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [_tarball(Path(folder, f"member-{size}.tgz"), size) for size in (250, 1000)]
        results = paired(min(rounds, 3), *(leakguard(path) for path in paths))
    head("One large member", "250 MB")
    row("250 MB", results[0])
    row("1 GB", results[1], results[0])


def _tarball(path: Path, megabytes: int) -> Path:
    piece = b"".join(b"export const value_%07d = compute(%d);\n" % (n, n * n) for n in range(25_000))[:MEGA].ljust(MEGA, b"\n")

    class Repeated(io.RawIOBase):
        left = megabytes * MEGA

        def read(self, size: int = -1, /) -> bytes:
            count = min(len(piece), self.left, size if size >= 0 else self.left)
            self.left -= count
            return piece[:count]

    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        manifest = b'{"name": "large", "version": "1.0.0", "license": "MIT"}'
        info = tarfile.TarInfo("package/package.json")
        info.size = len(manifest)
        archive.addfile(info, io.BytesIO(manifest))
        info = tarfile.TarInfo("package/large.js")
        info.size = megabytes * MEGA
        archive.addfile(info, Repeated())
    return path


def _same_device(path: Path, folder: str) -> bool:
    return path.stat().st_dev == Path(folder).stat().st_dev


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="corpus,floor,kingfisher,detect-secrets,growth,wheel,member,version")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    wanted = set(options.only.split(","))
    if wanted & {"corpus", "floor", "kingfisher"}:
        on_corpus(options.rounds, wanted)
    for name, run in (
        ("growth", growth),
        ("detect-secrets", against_detect_secrets),
        ("wheel", one_wheel),
        ("member", large_member),
        ("version", version),
    ):
        if name in wanted:
            run(options.rounds)


if __name__ == "__main__":
    main()
