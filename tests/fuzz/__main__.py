"""Fuzz by hand: `python -m tests.fuzz [NAME…] --executions N`, with libFuzzer where `atheris` is installed (`--engine atheris`)."""

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.corpus import FINDS
from tests.fuzz.mutation import MOST, mutated

SLOW = 5.0
"""Seconds for one input that are worth a report."""


def main() -> int:
    """Run the harnesses one after the other; exit 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--executions", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each harness")
    parser.add_argument("--engine", choices=("own", "atheris"), default="own")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return _with_atheris(options.names[0], options.executions, options.seconds)
    from tests.fuzz.harnesses import HARNESSES

    found = 0
    for name in options.names or HARNESSES:
        if options.engine == "atheris":
            command = [
                sys.executable,
                "-m",
                "tests.fuzz",
                name,
                "--one",
                f"--executions={options.executions}",
                f"--seconds={options.seconds}",
            ]
            found += subprocess.run(command, check=False).returncode != 0
        else:
            found += _with_mutations(name, options.first, options.executions, options.seconds)
    return min(found, 1)


def _with_mutations(name: str, first: int, executions: int, seconds: float) -> int:
    from tests.fuzz.harnesses import HARNESSES

    harness, start, found, number = HARNESSES[name], time.monotonic(), 0, first
    seeds = (*harness.seeds(), *FINDS.get(name, ()))
    for number in range(first, first + executions):
        began = time.monotonic()
        if began - start > seconds:
            break
        data = mutated(seeds, number)
        try:
            harness.run(data)
        except Exception:  # noqa: BLE001 - that is what is looked for
            found += 1
            print(f"{name} {number}:\n{traceback.format_exc()}")
        if time.monotonic() - began > SLOW:
            found += 1
            print(f"{name} {number}: took {time.monotonic() - began:.1f} s")
    spent = time.monotonic() - start
    print(f"{name}: {number - first + 1} executions, {(number - first + 1) / spent:.0f} a second, {found} found", flush=True)
    return found


def _with_atheris(name: str, executions: int, seconds: float) -> int:
    import atheris

    with atheris.instrument_imports(include=["leakguard"]):
        from tests.fuzz.harnesses import HARNESSES
    harness = HARNESSES[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate((*harness.seeds(), *FINDS.get(name, ()))):
            (Path(folder) / f"seed-{number}").write_bytes(data)
        bounds = [f"-runs={executions}", f"-max_len={MOST}", f"-timeout={int(SLOW)}", "-rss_limit_mb=2048", "-print_final_stats=1"]
        if seconds < float("inf"):
            bounds.append(f"-max_total_time={int(seconds)}")
        atheris.Setup(["fuzz", *bounds, f"-artifact_prefix=fuzz-{name}-", folder], harness.run)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
