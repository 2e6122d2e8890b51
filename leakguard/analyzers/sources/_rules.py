"""The rules about original or recoverable source that is not a map, and the edits that keep it in."""

from collections.abc import Mapping

from leakguard.analyzers._file_rules import LEAVE_OUT
from leakguard.analyzers._file_rules import RULES as _FILE_RULES
from leakguard.analyzers._metadata_rules import RULES as _METADATA_RULES
from leakguard.model import Rule, RuleId, Severity

DEVELOPMENT_BUILD = RuleId("source/development-build")
DEVELOPMENT_OUTPUT = RuleId("source/development-output")
ENVIRONMENT_DUMP = RuleId("source/environment-dump")
BUNDLER_REPORT = RuleId("source/bundler-report")
BUNDLER_STATISTICS = RuleId("source/bundler-statistics")
BUILD_STATE = RuleId("source/build-state")
BUILD_CACHE = RuleId("source/build-cache")
COVERAGE_REPORT = RuleId("source/coverage-report")
COVERAGE_DATA = RuleId("source/coverage-data")
MEMORY_DUMP = RuleId("source/memory-dump")
CPU_PROFILE = RuleId("source/cpu-profile")
NOTEBOOK_OUTPUT = RuleId("source/notebook-output")
ORIGINAL = RuleId("source/original")
SECOND_CHECKOUT = RuleId("source/second-checkout")
FILE_LIST = RuleId("metadata/file-list")
LOCAL_PATH = RuleId("metadata/local-path")
LITTER = RuleId("file/litter")

_SHARED = (LOCAL_PATH, LITTER)
"""Rules of other analyzers that are used here too, in their words."""


def _rule(name: RuleId, title: str, severity: Severity, description: str, impact: str, fixes: Mapping[str, str] = LEAVE_OUT) -> Rule:
    return Rule(id=name, title=title, severity=severity, description=description, impact=impact, fixes=fixes)


def _leave_out(advice: str) -> Mapping[str, str]:
    return {packer: f"{fix}; {advice}" for packer, fix in LEAVE_OUT.items()}


RULES = (
    _rule(
        DEVELOPMENT_BUILD,
        "Development build shipped as release",
        Severity.HIGH,
        "A bundle that a bundler made for development, in which each module is a string for `eval`, comments kept; or a build that "
        "Istanbul instrumented to count coverage, which holds the path and the shape of each source, sometimes its map.",
        "The modules as they were before bundling, with names and comments, and paths of the build machine.",
        {
            "*": "build `{path}` for production (webpack: `mode: 'production'` and a `devtool` without `eval`; nyc, babel-plugin-istanbul, "
            "vite-plugin-istanbul: only under `NODE_ENV=test`, into a folder that is not packed)"
        },
    ),
    _rule(
        DEVELOPMENT_OUTPUT,
        "Traces of a development build",
        Severity.MEDIUM,
        "Code that a compiler writes for developers only: the file name beside every JSX element, Vue's `__file`, Svelte's locations, "
        "Angular's debug info, `webpack-internal:` and `turbopack:` names, or `__dirname` of the build machine as a literal.",
        "File and component names of the source; with absolute paths also user name and layout of the build machine.",
        {
            "*": "build `{path}` with `NODE_ENV=production` (esbuild: `--jsx-dev` off; babel: preset-react with `development: false`; "
            "vite: `mode: 'production'`; webpack: `node: {__dirname: false}`; bun: `import.meta.dirname` in place of `__dirname`)"
        },
    ),
    _rule(
        ENVIRONMENT_DUMP,
        "Environment of the build machine",
        Severity.CRITICAL,
        "The variables of the process that built the package, names and values, as an object in the code or as a listing. "
        "`define: {'process.env': process.env}` puts it into a bundle, at each place that reads a variable.",
        "Every secret that the build had in a variable, besides user, paths and tools.",
        {
            "*": "define single variables by name (vite, esbuild, webpack's DefinePlugin: "
            "`{'process.env.NODE_ENV': '\"production\"'}`), never `process.env` as a whole; replace every secret that the build could see"
        },
    ),
    _rule(
        BUNDLER_REPORT,
        "Bundler statistics with source",
        Severity.HIGH,
        "Statistics that a bundler wrote with the text of the modules in them.",
        "The original modules, by reading one JSON file.",
        _leave_out("write statistics outside of the folder that is packed, and without source (webpack: `stats: {source: false}`)"),
    ),
    _rule(
        BUNDLER_STATISTICS,
        "Bundler statistics",
        Severity.LOW,
        "What a bundler reports about a build: esbuild's metafile, webpack's statistics, a visualizer's page, a manifest of sources.",
        "The tree of modules, what imports what, dependencies that are bundled, sometimes absolute paths.",
        _leave_out("write such reports outside of the folder that is packed"),
    ),
    _rule(
        BUILD_STATE,
        "State of the TypeScript compiler",
        Severity.LOW,
        "A `.tsbuildinfo`: what `tsc --incremental` and composite projects remember.",
        "The names of all source files, of files outside of the package, of dependencies, and the compiler options.",
        {
            **LEAVE_OUT,
            "npm": 'set `tsBuildInfoFile` to a place outside of the package, or put "!**/*.tsbuildinfo" last in "files" of package.json: '
            '"!*.tsbuildinfo" means the top folder only, and a .npmignore does not override "files"',
        },
    ),
    _rule(
        BUILD_CACHE,
        "Cache of a build tool",
        Severity.HIGH,
        "What a bundler, type checker, linter or test runner keeps between runs.",
        "Whole sources or their syntax trees and types, absolute paths, and results that nobody meant to show.",
    ),
    _rule(
        COVERAGE_REPORT,
        "Coverage report with source",
        Severity.HIGH,
        "The pages of a coverage report show each source file line by line; raw data of nyc and V8 hold maps, commands and paths.",
        "The original source, by opening a page.",
    ),
    _rule(
        COVERAGE_DATA,
        "Coverage data",
        Severity.LOW,
        "Results of a coverage run, as lcov, XML, JSON or a database, without the source.",
        "Names of source files and functions, the extents of both, and paths of the machine that ran the tests.",
    ),
    _rule(
        MEMORY_DUMP,
        "Memory of a process",
        Severity.CRITICAL,
        "A heap snapshot, a core or crash dump, or a report of Node.js, which lists the whole environment of the process.",
        "What the process held: secrets, data of users, the source of every script that was loaded.",
        _leave_out("replace the secrets that the process could see, if it was ever published"),
    ),
    _rule(
        CPU_PROFILE,
        "Profile of a process",
        Severity.LOW,
        "A CPU or allocation profile.",
        "Names of functions and files, absolute paths, and how the program runs.",
    ),
    _rule(
        NOTEBOOK_OUTPUT,
        "Notebook with outputs",
        Severity.LOW,
        "A notebook with the results of its cells: tables, pictures, tracebacks.",
        "Data that the notebook was run on, paths of the machine, and now and then a secret that was printed.",
        {"*": "clear the outputs before packing (`jupyter nbconvert --clear-output --inplace`, `nbstripout`), or leave `{path}` out"},
    ),
    _rule(
        ORIGINAL,
        "Original source",
        Severity.HIGH,
        "The source of what the package ships in compiled or bundled form: Cython files, or C and pages that Cython made with the source "
        "in comments; `-sources.jar`; `src/` beside its bundle; modules beside their compiled form.",
        "The source, as it was written.",
        _leave_out("or, if it is given away on purpose, declare the licence in the manifest or `openness: open` in the policy"),
    ),
    _rule(
        SECOND_CHECKOUT,
        "Second copy of the project",
        Severity.HIGH,
        "A folder that holds the project once more: a worktree, a copy, a checkout in a checkout.",
        "Another state of the project, often an unfinished branch, with tests, configuration and whatever lies around in it.",
    ),
    _rule(
        FILE_LIST,
        "List that names files which do not ship",
        Severity.LOW,
        "A list that a tool wrote (setuptools-scm's `scm_file_list.json`, `SOURCES.txt`, a `.DS_Store`) names files that are not in the "
        "package: excluding a file does not take its name out.",
        "Names of internal files, which say what there is to look for.",
        {
            **_leave_out("it names more than ships"),
            "setuptools": "delete `*.egg-info/` and build again; for scm_file_list.json update setuptools-scm and setuptools (the wheel of "
            "old ones holds it whatever MANIFEST.in says), or keep the files out of git",
        },
    ),
    *(rule for rule in (*_FILE_RULES, *_METADATA_RULES) if rule.id in _SHARED),
)

SEVERITY: Mapping[RuleId, Severity] = {rule.id: rule.severity for rule in RULES}
