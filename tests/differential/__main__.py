"""Compare over all packages below some folders; exit 1 when a reader sees other files. Needs `bsdtar`, `node` and `npm`."""

import sys
from pathlib import Path

from tests.differential.readers import by_bsdtar, by_leakguard, by_node_tar, by_python, difference

SUFFIXES = (".whl", ".tgz", ".tar.gz", ".zip")


def main() -> int:
    """Print every difference, then the sums."""
    paths = sorted(path for folder in sys.argv[1:] for path in Path(folder).rglob("*") if path.name.endswith(SUFFIXES))
    tars = [path for path in paths if not path.name.endswith((".whl", ".zip"))]
    by_node = dict(zip(tars, by_node_tar(tars), strict=True))
    faults = files = 0
    for path in paths:
        ours = by_leakguard(path)
        files += len(ours)
        others = {"Python": by_python(path), "bsdtar": by_bsdtar(path), **({"node-tar": by_node[path]} if path in by_node else {})}
        for reader, listing in others.items():
            for fault in difference(ours, listing)[:5]:
                faults += 1
                print(f"{path.name}: {reader}: {fault}")
    print(f"{len(paths)} packages, {files} files, {faults} differences")
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
