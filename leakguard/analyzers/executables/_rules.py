"""The rules about executables: what each means, what it gives away, and how to build without it."""

from collections.abc import Mapping

from leakguard.model import Rule, RuleId, Severity

BUNDLED_MODULES = RuleId("source/bundled-modules")
BYTECODE = RuleId("source/bytecode")
DEBUG_INFO = RuleId("source/debug-info")
BUILD_PATHS = RuleId("source/build-paths")
ABSENT_FILE = RuleId("artifact/absent-file")


def _rule(rule: RuleId, title: str, severity: Severity, description: str, impact: str, fixes: Mapping[str, str]) -> Rule:
    return Rule(id=rule, title=title, severity=severity, description=description, impact=impact, fixes=fixes)


RULES = (
    _rule(
        BUNDLED_MODULES,
        "Executable or container carries its modules",
        Severity.MEDIUM,
        "The executable is a runtime with the program's own modules inside (Bun `--compile`, a Node.js single executable application, "
        "PyInstaller), or the file is the archive that an Electron application carries. The modules come out again in seconds.",
        "The program as it was bundled: readable scripts unless they were minified, or bytecode from which names, texts and logic follow.",
        {
            "*": "ship it knowingly: minify (`bun build --compile --minify`, a minifying bundler before `node --build-sea`), without "
            "`--sourcemap`, and keep out of the bundle what nobody should read"
        },
    ),
    _rule(
        BYTECODE,
        "Modules as bytecode",
        Severity.MEDIUM,
        "Compiled modules of Python (`.pyc`) ship without their source, or were compiled from another state of it than the one that ships; "
        "or a bundle of React Native ships as bytecode of Hermes.",
        "Names, docstrings, constants and the logic: decompilers give nearly the source back, and a stale file what was removed from it.",
        {
            "setuptools": "add `global-exclude *.py[cod]` to MANIFEST.in, delete build/ and every __pycache__, and build again",
            "hatchling": 'add "**/*.pyc" to `exclude` under [tool.hatch.build] in pyproject.toml, and build again',
            "*": "delete every `__pycache__` and `*.pyc` below what is packed, and build again",
        },
    ),
    _rule(
        DEBUG_INFO,
        "Debug information",
        Severity.LOW,
        "A binary holds debug information (DWARF sections, function names of WebAssembly, the path of a program database), or the "
        "database itself (`.pdb`) ships.",
        "Names of functions, types and variables, file names and line numbers, the folder it was built in; sometimes the source itself.",
        {
            "maturin": "set `strip = true` under [tool.maturin] in pyproject.toml",
            "scikit-build-core": "set `install.strip = true` under [tool.scikit-build] in pyproject.toml",
            "setuptools": "link with `-Wl,--strip-debug` (`extra_link_args`), or run `strip --strip-debug` on what was built",
            "*": "strip it after the build: `strip --strip-debug`, `strip -S` on macOS, `wasm-strip`, `/PDBALTPATH:%_PDB%` on Windows; "
            "leave `.pdb` files out",
        },
    ),
    _rule(
        BUILD_PATHS,
        "Paths of the builder's home",
        Severity.LOW,
        "Compiled code names files below the home folder of a person: in texts for error messages, in debug information, in a search path.",
        "The name of the account, the layout of the machine and of projects, and names of files that were never published.",
        {
            "maturin": "build with `RUSTFLAGS=--remap-path-prefix=$HOME=.`, or in a container",
            "*": "build on a neutral path (a container, CI), or map it away: `-ffile-prefix-map=$PWD=.` for C and C++, "
            "`--remap-path-prefix` for Rust, `-trimpath` for Go",
        },
    ),
    _rule(
        ABSENT_FILE,
        "Container names a file that is not there",
        Severity.HIGH,
        "The index of a container says that a file lies beside it, but the artifact has no such file.",
        "The file could not be inspected: whoever gets it from elsewhere gets what nobody looked at.",
        {"*": "inspect the folder that holds both the archive and its `.unpacked` folder, and ship the two together"},
    ),
)
