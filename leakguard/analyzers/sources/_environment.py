"""The environment of a process, as an object in code or data, or as the lines that `env` prints. Only names are kept."""

import re
from collections.abc import Iterator, Sequence

from leakguard.analyzers.sources._finding import about, counted, is_prose, shown
from leakguard.analyzers.sources._rules import ENVIRONMENT_DUMP
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

ANCHORS = (
    Anchor(r"[^A-Za-z0-9_$.](?:PATH|Path|PWD|HOME|USERPROFILE|npm_execpath|GITHUB_WORKSPACE)\\?[\"']?: ?\\?[\"'][^\"'\\]"),
    Anchor(r"\n(?:declare -x |export )?(?:SHLVL|_|npm_execpath)=[\"']?[/0-9]"),
)

REACH = 64 * 1024
"""Bytes before and after a hit that belong to the same object at most."""

MOST_LOOKS = 100
"""Times that so much is read in an entry."""

NEAR = 8 * 1024
"""Bytes before and after a hit in which other such keys must stand, or nothing is read further."""

MACHINE = frozenset(
    (
        "PATH",
        "Path",
        "HOME",
        "PWD",
        "OLDPWD",
        "SHELL",
        "USER",
        "USERNAME",
        "LOGNAME",
        "LANG",
        "LC_ALL",
        "TERM",
        "HOSTNAME",
        "SHLVL",
        "TMPDIR",
        "TEMP",
        "TMP",
        "EDITOR",
        "MAIL",
        "DISPLAY",
        "SSH_AUTH_SOCK",
        "SSH_CONNECTION",
        "XDG_RUNTIME_DIR",
        "XDG_SESSION_ID",
        "DBUS_SESSION_BUS_ADDRESS",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "COMPUTERNAME",
        "SYSTEMROOT",
        "SystemRoot",
        "ComSpec",
        "COMSPEC",
        "HOMEDRIVE",
        "HOMEPATH",
        "ProgramFiles",
        "ALLUSERSPROFILE",
        "INIT_CWD",
        "NODE",
        "NODE_VERSION",
        "COLORTERM",
        "TERM_PROGRAM",
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "CI",
    )
)
MACHINE_PREFIXES = (
    "npm_config_",
    "npm_package_",
    "npm_lifecycle_",
    "npm_node_",
    "npm_execpath",
    "npm_command",
    "GITHUB_",
    "RUNNER_",
    "CI_",
    "BUILDKITE_",
)
FEWEST_MACHINE, FEWEST = 3, 4
"""Variables of the first kind, and of any, that make an object an environment."""

_PAIR = lazily(
    rb"""(?:^|(?<=[{,\s("']))(?:"([^"\\\n]{1,100})"|'([^'\\\n]{1,100})'|([A-Za-z_]\w{0,100}))[ ]?:[ ]?
         (?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\$]|\\.)*+`)""",
    re.VERBOSE,
)
_KEY = lazily(
    rb"""[{,\s"'](PATH|Path|HOME|PWD|OLDPWD|SHELL|USER(?:NAME|PROFILE)?|LOGNAME|LANG|TERM|HOSTNAME|SHLVL|TE?MP|INIT_CWD|NODE|
    NODE_VERSION|CI|COMPUTERNAME|S(?:ystemRoot|YSTEMROOT)|APPDATA|(?:npm|GITHUB|RUNNER|CI)_\w{1,60})\\?["']?:""",
    re.VERBOSE,
)
_EMSCRIPTEN = b"/home/web_user"
"""The environment that Emscripten makes up for every program."""

_BETWEEN = lazily(rb"\s{0,80},\s{0,80}")
_LINE = lazily(rb"^(?:declare -x |export )?([A-Za-z_]\w{0,100})=[^\n]*$", re.MULTILINE)


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for an entry, with the names of the variables and how often the environment is in it."""
    if entry.opaque or is_prose(entry):
        return
    if b'"reportVersion"' in content.read(0, 256):
        return  # a report of Node.js, of which `source/memory-dump` says as much
    names: dict[str, None] = {}
    copies = done = 0
    left = MOST_LOOKS
    first = None
    for hit in hits[:1000]:
        if hit.end <= done or not left or (hit.anchor == 0 and not _is_near(content, hit.end)):
            continue
        left -= 1
        found, start, done = _object(content, hit.end) if hit.anchor == 0 else _listing(content, hit.end)
        if _is_environment(found) and _EMSCRIPTEN not in content.read(start, done):
            first = start if first is None else first
            copies += 1
            names.update(dict.fromkeys(found))
    if first is None:
        return
    sorted_names = sorted(shown(name) for name in names)
    message = f"holds the environment of the build machine: {counted(len(names), 'variable')}" + (f", {copies} times" if copies > 1 else "")
    yield about(
        ENVIRONMENT_DUMP, entry.path, message, content=content, at=first, variables=len(names), copies=copies, names=sorted_names[:100]
    )


def _is_near(content: Content, end: int) -> bool:
    """Whether enough other variables of a machine stand around a hit, so that it is worth to read on."""
    return len(set(_KEY.findall(content.read(end - NEAR, end + NEAR)))) >= FEWEST_MACHINE


def _object(content: Content, end: int) -> tuple[list[str], int, int]:
    """The keys of the run of pairs that a hit is in, where it begins, and where it ends."""
    base = max(0, end - REACH)
    data = content.read(base, end + REACH)
    at = end - base
    if b'\\"' in data[max(0, at - 12) : at]:
        shifted = data[:at].replace(b'\\"', b'" ').replace(b"\\\\", b"//")
        data, at = shifted + data[at:].replace(b'\\"', b'" ').replace(b"\\\\", b"//"), len(shifted)
    run: list[str] = []
    start = stop = -1
    for pair in _PAIR.finditer(data):
        if stop < 0 or not _BETWEEN.fullmatch(data, stop, pair.start()):
            if start >= 0 and stop >= at:
                break
            run, start = [], pair.start()
        run.append((pair[1] or pair[2] or pair[3]).decode("utf-8", "replace").strip())
        stop = pair.end()
    return (run, base + start, base + max(stop, at)) if start <= at <= stop else ([], end, end)


def _listing(content: Content, end: int) -> tuple[list[str], int, int]:
    """The names in the run of lines `NAME=value` that a hit is in."""
    base = max(0, end - REACH)
    data = content.read(base, end + REACH)
    at = end - base
    run: list[str] = []
    start = stop = -1
    for line in _LINE.finditer(data):
        if line.start() != stop + 1 or stop < 0:
            if start >= 0 and stop >= at:
                break
            run, start = [], line.start()
        run.append(line[1].decode())
        stop = line.end()
    return (run, base + start, base + max(stop, at)) if start <= at <= stop and len(run) >= 8 else ([], end, end)


def _is_environment(names: Sequence[str]) -> bool:
    distinct = set(names)
    machine = sum(name in MACHINE or name.startswith(MACHINE_PREFIXES) for name in distinct)
    return machine >= FEWEST_MACHINE and len(distinct) >= FEWEST
