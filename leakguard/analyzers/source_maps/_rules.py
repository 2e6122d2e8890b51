"""The rules about source maps, and the edits that repair each packing tool's output."""

from collections.abc import Mapping

from leakguard.model import Rule, RuleId, Severity

EMBEDDED_SOURCE = RuleId("source-map/embedded-source")
INLINE_SOURCE = RuleId("source-map/inline-source")
SHIPPED_SOURCE = RuleId("source-map/shipped-source")
NO_CONTENT = RuleId("source-map/no-content")
ORIGINAL_NAMES = RuleId("source-map/original-names")
SOURCE_PATHS = RuleId("source-map/source-paths")
REMOTE_REFERENCE = RuleId("source-map/remote-reference")
DANGLING_REFERENCE = RuleId("source-map/dangling-reference")

_EXPLAIN = "or build the release without maps: `leakguard explain {rule}` has the setting of each bundler"
_BUILD_WITHOUT = {
    "esbuild": "drop `--sourcemap` (`sourcemap: false`); `external` only drops the comment, the map still ships",
    "tsup": "`sourcemap: false` in tsup.config",
    "bun build": "`--sourcemap=none`; `external` only drops the comment, the map still ships",
    "webpack": "`devtool: false`; `hidden-source-map` only drops the comment, the map still ships",
    "vite": "`build.sourcemap: false`; `'hidden'` only drops the comment, the map still ships",
    "rollup": "`output.sourcemap: false`; `'hidden'` only drops the comment, the map still ships",
    "Next": "leave `productionBrowserSourceMaps` off, and delete `.next/**/*.map` before packing: server chunks get maps unasked, and "
    "`output: 'standalone'` copies them together with `.env`",
    "tsc": "`sourceMap: false`, or at least `inlineSources: false`",
    "swc, babel": "`sourceMaps: false`",
}
_NO_INLINE = (
    "turn inline maps off where `{path}` is built (esbuild, tsup: `sourcemap: 'inline'` or `'both'` → `'external'`; "
    "bun: `--sourcemap=inline` → `none`; "
    "vite: `build.sourcemap: false`; webpack: a `devtool` without `inline` or `eval`; rollup: `output.sourcemap: false`; "
    "tsc: `inlineSourceMap: false`; swc, babel: `sourceMaps: 'inline'` → `false`; terser: no `url: 'inline'`; Istanbul: build once more "
    "without coverage; sass: drop `--embed-source-map`), and keep an external map out of the package"
)
_NO_CONTENT = {
    "esbuild": "`--sources-content=false` leaves the texts out of the map",
    "webpack": "`devtool: 'hidden-nosources-source-map'` leaves the texts out of the map",
    "rollup, vite": "`output.sourcemapExcludeSources: true` leaves the texts out of the map",
    "tsc": "`inlineSources: false` leaves the texts out of the map",
}
_RELATIVE = (
    "make the bundler write relative paths (webpack: `output.devtoolModuleFilenameTemplate`; "
    "rollup and vite: `output.sourcemapPathTransform`; tsc: drop `sourceRoot`; sass: `--source-map-urls=relative`), or leave the map out"
)


def _leave_out(rule: RuleId, bundlers: Mapping[str, str]) -> dict[str, str]:
    """How each packing tool really leaves maps out, with the trap beside the way, and what to set at each bundler.

    Each edit was tried with the tool, see `tests/e2e/test_packing.py`.
    """
    then = _EXPLAIN.format(rule=rule)
    return {**{packer: f"{edit}; {then}" for packer, edit in _LEAVE_OUT.items()}, **bundlers}


_NPM = (
    'put `"!**/*.map"` last in `files` of package.json, such as `"files": ["dist", "!**/*.map"]`: before the folder it has no effect, '
    "a root `.npmignore` does not override `files`, and adding one switches `.gitignore` off, so that `.env` ships; check with "
)
_SETUPTOOLS = (
    'add `"*" = ["*.map", "**/*.map"]` to `[tool.setuptools.exclude-package-data]` for the wheel and `global-exclude *.map` to MANIFEST.in '
    "for the sdist, then delete `build/` and `*.egg-info/`, from which files that are long gone ship again"
)
_FLIT = (
    "move maps out of the package folder: flit packs all of it into the wheel, whatever `.gitignore` says, and `exclude` under "
    "`[tool.flit.sdist]` is for the sdist alone"
)
_LEAVE_OUT = {
    "npm": f"{_NPM}`npm pack --dry-run`",
    "pnpm": f"{_NPM}`pnpm pack` and `tar tzf`",
    "bun": f"{_NPM}`bun pm pack --dry-run`",
    "vsce": "add `**/*.map` to `.vscodeignore` (`files` of package.json, where there is one, takes its place), check with `vsce ls`",
    **dict.fromkeys(
        ("hatchling", "hatch"),
        'add `exclude = ["**/*.map"]` to `[tool.hatch.build]` in pyproject.toml, which goes for wheel and sdist (the sdist takes every '
        "file that the project's own `.gitignore` does not name, committed or not; a global one is not read)",
    ),
    "setuptools": _SETUPTOOLS,
    "setuptools-scm": f"{_SETUPTOOLS}; setuptools-scm adds whatever git tracks",
    **dict.fromkeys(("flit", "flit-core", "flit_core"), _FLIT),
    **dict.fromkeys(("poetry", "poetry-core"), 'add `exclude = ["**/*.map"]` to `[tool.poetry]` in pyproject.toml'),
    **dict.fromkeys(
        ("pdm", "pdm-backend"), 'add `excludes = ["**/*.map"]` to `[tool.pdm.build]` in pyproject.toml (`.gitignore` is not asked)'
    ),
    **dict.fromkeys(
        ("uv", "uv-build", "uv_build"),
        'add both `source-exclude = ["**/*.map"]` and `wheel-exclude = ["**/*.map"]` to `[tool.uv.build-backend]` in pyproject.toml '
        "(`.gitignore` is not asked)",
    ),
    "maturin": 'add `exclude = ["**/*.map"]` to `[tool.maturin]` in pyproject.toml',
    "*": "leave `{path}` out of the package",
}


RULES = (
    Rule(
        id=EMBEDDED_SOURCE,
        title="source map holds original source",
        severity=Severity.CRITICAL,
        description="The `sourcesContent` of a source map holds first-party files whose lines ship nowhere else in the artifact. "
        "No script needs to refer to the map for that.",
        impact="Reconstructs the original files, with their comments, types and paths, by reading one JSON file.",
        fixes=_leave_out(EMBEDDED_SOURCE, _BUILD_WITHOUT),
    ),
    Rule(
        id=INLINE_SOURCE,
        title="inline source map holds original source",
        severity=Severity.CRITICAL,
        description="A `data:` URI inside a script, style sheet or page is a source map whose `sourcesContent` holds first-party files "
        "that ship nowhere else in the artifact. No rule about file names can see it.",
        impact="Reconstructs the original files, with their comments, types and paths, by decoding one comment.",
        fixes={"*": _NO_INLINE},
    ),
    Rule(
        id=SHIPPED_SOURCE,
        title="source map repeats what ships anyway",
        severity=Severity.INFO,
        description="Every first-party line in the `sourcesContent` of this map also ships in a file, or all content is third-party.",
        impact="Learns nothing that the artifact does not give away already.",
        fixes=_leave_out(SHIPPED_SOURCE, _NO_CONTENT),
    ),
    Rule(
        id=NO_CONTENT,
        title="source map without content",
        severity=Severity.INFO,
        description="The map names its sources, and perhaps original identifiers, but holds no text of them.",
        impact="Learns the file tree.",
        fixes=_leave_out(NO_CONTENT, _BUILD_WITHOUT),
    ),
    Rule(
        id=ORIGINAL_NAMES,
        title="source map restores original names",
        severity=Severity.LOW,
        description="The map holds no text, but its `names` are the identifiers that the original source used.",
        impact="Puts the names of functions, variables and properties back that minifying removed.",
        fixes=_leave_out(ORIGINAL_NAMES, _BUILD_WITHOUT),
    ),
    Rule(
        id=SOURCE_PATHS,
        title="source map names local paths",
        severity=Severity.LOW,
        description="`sources`, `sourceRoot` or a `sourceMappingURL` holds absolute paths of the building machine.",
        impact="Learns user names, the layout of the build machine and names of internal projects.",
        fixes={"*": _RELATIVE},
    ),
    Rule(
        id=REMOTE_REFERENCE,
        title="map or source on a remote host",
        severity=Severity.MEDIUM,
        description="A `sourceMappingURL`, a section of an index map, `sources` or `sourceRoot` points to another host; none is fetched.",
        impact="Learns where maps or sources are kept, and downloads them if that host lets anyone in.",
        fixes={
            "*": "remove the comment (esbuild: `--sourcemap=external`; webpack: `hidden-source-map`; vite: `sourcemap: 'hidden'`), "
            "drop `sourceRoot` and `mapRoot`, and see to it that the host asks for credentials"
        },
    ),
    Rule(
        id=DANGLING_REFERENCE,
        title="reference to a map that does not ship",
        severity=Severity.INFO,
        description="A `sourceMappingURL` comment names a file that is not in the artifact.",
        impact="Learns the name of a map that may lie beside the script wherever else it is published.",
        fixes={"*": "let the bundler leave the comment out (`hidden` maps), or strip it together with the map"},
    ),
)
