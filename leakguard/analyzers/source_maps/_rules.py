"""The rules about source maps, and the edits that repair each packing tool's output."""

from collections.abc import Iterable

from leakguard.model import Rule, RuleId, Severity

EMBEDDED_SOURCE = RuleId("source-map/embedded-source")
INLINE_SOURCE = RuleId("source-map/inline-source")
SHIPPED_SOURCE = RuleId("source-map/shipped-source")
NO_CONTENT = RuleId("source-map/no-content")
ORIGINAL_NAMES = RuleId("source-map/original-names")
SOURCE_PATHS = RuleId("source-map/source-paths")
REMOTE_REFERENCE = RuleId("source-map/remote-reference")
DANGLING_REFERENCE = RuleId("source-map/dangling-reference")

_BUILD_WITHOUT = (
    "build the release without maps (esbuild, bun: drop `--sourcemap`; webpack: `devtool: false`; vite: `build.sourcemap: false`; "
    "rollup: `output.sourcemap: false`; tsc: `sourceMap: false`)"
)
_NO_INLINE = (
    "turn inline maps off where `{path}` is built (esbuild: `--sourcemap=inline` or `both` → `external`; "
    "bun: `--sourcemap=inline` → `none`; "
    "vite: `build.sourcemap: false`; webpack: a `devtool` without `inline` or `eval`; rollup: `output.sourcemap: false`; "
    "tsc: `inlineSourceMap: false`; sass: drop `--embed-source-map`), and keep an external map out of the package"
)
_NO_CONTENT = (
    "leave the texts out of the map (esbuild: `--sources-content=false`; webpack: `devtool: 'hidden-nosources-source-map'`; "
    "rollup and vite: `output.sourcemapExcludeSources: true`; tsc: `inlineSources: false`)"
)
_RELATIVE = (
    "make the bundler write relative paths (webpack: `output.devtoolModuleFilenameTemplate`; "
    "rollup and vite: `output.sourcemapPathTransform`; tsc: drop `sourceRoot`; sass: `--source-map-urls=relative`), or leave the map out"
)


def _for(packers: Iterable[str], fix: str) -> dict[str, str]:
    return dict.fromkeys(packers, fix)


def _leave_out(then: str) -> dict[str, str]:
    """How each packing tool leaves maps out; `then` is the alternative at the bundler."""
    return {
        "npm": 'put `"!**/*.map"` last in `files` of package.json, such as `"files": ["dist", "!dist/**/*.map"]` (a root `.npmignore` does '
        f"not override `files`, and adding one switches `.gitignore` off), check with `npm pack --dry-run`; or {then}",
        **_for(("vsce",), f"add `**/*.map` to `.vscodeignore`, check with `vsce ls`; or {then}"),
        **_for(
            ("hatchling", "hatch"),
            'add `exclude = ["**/*.map"]` to `[tool.hatch.build]` in pyproject.toml (it sweeps up untracked files that `.gitignore` does '
            f"not list); or {then}",
        ),
        **_for(
            ("setuptools",),
            'add `"*" = ["*.map", "**/*.map"]` to `[tool.setuptools.exclude-package-data]` and `global-exclude *.map` to MANIFEST.in, then '
            f"delete `build/` and `*.egg-info/`, which would ship old files again; or {then}",
        ),
        **_for(
            ("flit", "flit-core", "flit_core"),
            f'add `exclude = ["**/*.map"]` to `[tool.flit.sdist]` and keep maps out of the package folder; or {then}',
        ),
        **_for(("poetry", "poetry-core"), f'add `exclude = ["**/*.map"]` to `[tool.poetry]`; or {then}'),
        **_for(("pdm", "pdm-backend"), f'add `excludes = ["**/*.map"]` to `[tool.pdm.build]`; or {then}'),
        **_for(
            ("uv", "uv-build", "uv_build"),
            f'add `source-exclude = ["**/*.map"]` and `wheel-exclude` to `[tool.uv.build-backend]`; or {then}',
        ),
        **_for(("maturin",), f'add `exclude = ["**/*.map"]` to `[tool.maturin]`; or {then}'),
        "*": f"leave `{{path}}` out of the package; or {then}",
    }


RULES = (
    Rule(
        id=EMBEDDED_SOURCE,
        title="source map holds original source",
        severity=Severity.CRITICAL,
        description="The `sourcesContent` of a source map holds first-party files whose lines ship nowhere else in the artifact. "
        "No script needs to refer to the map for that.",
        impact="Reconstructs the original files, with their comments, types and paths, by reading one JSON file.",
        fixes=_leave_out(_BUILD_WITHOUT),
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
        fixes=_leave_out(_NO_CONTENT),
    ),
    Rule(
        id=NO_CONTENT,
        title="source map without content",
        severity=Severity.INFO,
        description="The map names its sources, and perhaps original identifiers, but holds no text of them.",
        impact="Learns the file tree.",
        fixes=_leave_out(_BUILD_WITHOUT),
    ),
    Rule(
        id=ORIGINAL_NAMES,
        title="source map restores original names",
        severity=Severity.LOW,
        description="The map holds no text, but its `names` are the identifiers that the original source used.",
        impact="Puts the names of functions, variables and properties back that minifying removed.",
        fixes=_leave_out(_BUILD_WITHOUT),
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
