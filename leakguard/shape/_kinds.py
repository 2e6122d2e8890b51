"""What kind of file an entry is: by its content where that announces itself, else by its name."""

from collections.abc import Mapping

_GROUPS: Mapping[str, str] = {
    "script": ".js .mjs .cjs .jsx",
    "types": ".d.ts .d.mts .d.cts .pyi",
    "source-map": ".map",
    "typescript": ".ts .tsx .mts .cts",
    "component": ".vue .svelte .astro",
    "style": ".css .scss .sass .less .styl",
    "page": ".html .htm .xhtml",
    "python": ".py .pyw",
    "cython": ".pyx .pxd .pxi",
    "c": ".c .h .cc .cpp .cxx .hh .hpp .hxx .inl",
    "rust": ".rs",
    "go": ".go",
    "java": ".java .kt .scala",
    "shell": ".sh .bash .zsh .fish .ps1 .bat .cmd",
    "data": ".json .json5 .jsonc .yaml .yml .toml .xml .csv .tsv .ini .cfg .conf",
    "text": ".md .markdown .txt .rst .adoc",
    "image": ".png .jpg .jpeg .gif .svg .webp .ico .avif .bmp .icns",
    "font": ".woff .woff2 .ttf .otf .eot",
    "media": ".mp3 .mp4 .webm .ogg .wav .mov",
    "native": ".so .pyd .dll .dylib .node .exe .a .lib .o",
    "wasm": ".wasm",
    "bytecode": ".pyc .pyo",
    "archive": ".zip .tar .gz .tgz .bz2 .xz .zst .br .whl .jar .7z .asar",
    "key": ".pem .key .crt .cer .p12 .pfx .jks .keystore",
    "database": ".db .sqlite .sqlite3",
    "dump": ".heapsnapshot .cpuprofile .heapprofile .prof .dmp .log",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _GROUPS.items() for suffix in suffixes.split()}

_BY_FORM = {
    "source-map": "source-map",
    "native code": "native",
    "wasm": "wasm",
    "pyc": "bytecode",
    "bun": "bundled-executable",
    "sea": "bundled-executable",
    "pyinstaller": "bundled-executable",
    "ram-bundle": "script",
}
"""Format or content (as the walk found it) → kind, whatever the file is called."""

_ARCHIVES = frozenset(("zip", "tar", "gzip", "bzip2", "xz", "zstd", "asar", "pyz"))
_CARRIES_MAP = "inline-source-map"
_LONGEST = 16
_TEXTS = ("license", "licence", "copying", "notice", "authors", "readme", "changelog", "changes", "history", "contributing", "security")


def kind_of(name: str, form: str = "") -> str:
    """One word for the kind of a file; `form` is the format or content that the walk recognised, empty for plain text.

    A text with a source map inside is `script-with-map` and the like; a suffix that nobody groups is its own kind, `.xyz`.
    """
    known = _BY_FORM.get(form)
    if known is not None:
        return known
    by_name = _by_name(name)
    if form == _CARRIES_MAP:
        return f"{by_name.lstrip('.')}-with-map"
    return "archive" if form in _ARCHIVES else by_name


def _by_name(name: str) -> str:
    base = name.rpartition("/")[2].lower()
    if base.startswith("."):
        return "dotfile"
    parts = base.split(".")
    for count in (2, 1):
        if len(parts) > count and (kind := _BY_SUFFIX.get("." + ".".join(parts[-count:]))) is not None:
            return kind
    if ".so." in base:
        return "native"
    if len(parts) == 1 or base.startswith(_TEXTS):
        return "text" if base.startswith(_TEXTS) else "plain"
    suffix = parts[-1]
    return f".{suffix}" if suffix.isascii() and suffix.isalnum() and len(suffix) <= _LONGEST and not suffix.isdigit() else "plain"
