"""What an artifact holds that somebody should decide on before it ships, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leakguard.model import Action, Judgement, Listed, Openness, Verdict
from leakguard.patterns import lazily

DENIED = frozenset(
    (
        *("file/credential-file", "file/agent-state", "file/editor-state"),
        *("source/vcs", "source/second-checkout", "source/build-cache", "source/memory-dump", "source/environment-dump"),
        *("source/coverage-report", "source/bundler-report"),
    )
)
"""Rules about files that no package ships on purpose."""

DOUBTED = frozenset(
    (
        *("file/litter", "file/test-credential", "source/original", "source/build-state", "source/bundler-statistics"),
        *("source/coverage-data", "source/cpu-profile", "source/notebook-output"),
    )
)
"""Rules about files that some packages ship on purpose."""

TEST_FOLDERS = frozenset(("tests", "__tests__", "__mocks__", "__fixtures__", "__snapshots__", "e2e", "testdata", "test_data"))
_NPM_TEST_FOLDERS = frozenset(("test", "spec", "specs", "fixtures", "benchmark", "benchmarks", "coverage"))
_TEST_FILE = lazily(r"(?:test_[^/]*|[^/]*_test|conftest)\.pyi?|[^/]*[.-](?:test|spec|stories|bench)\.[cm]?[jt]sx?|tests?\.py")
_SOURCE = lazily(r"(?!.*\.d\.[cm]?ts$).*\.(?:[cm]?ts|tsx|vue|svelte|coffee)")
_KEY = lazily(r".*\.(?:pem|key|p12|pfx|jks|keystore|ppk|kdbx)", 2)
_SECRETIVE = lazily(r"(?:\.env(?:\..*)?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.json)?)", 2)
_DUMP = lazily(r".*\.(?:log|bak|orig|rej|swp|tmp|heapsnapshot|cpuprofile|sqlite3?|db|dmp|core)", 2)
_SAMPLES = (".example", ".sample", ".template", ".dist")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a file is not simply allowed."""

    reason: str
    denied: bool = False


def doubts_of(verdict: Verdict, files: Sequence[Listed]) -> Mapping[str, Doubt]:
    """By inner path, the files that somebody should decide on."""
    root = verdict.artifact.identity.root
    found = _told(verdict.judgements, root, files)
    for one in files:
        if one.inner not in found and (reason := _by_name(one, verdict)):
            found[one.inner] = Doubt(reason)
    return found


def _told(judgements: Iterable[Judgement], root: str, files: Sequence[Listed]) -> dict[str, Doubt]:
    """What findings say of whole files, or of folders that are reported as one."""
    found: dict[str, Doubt] = {}
    for judgement in judgements:
        rule, path = judgement.finding.rule, judgement.finding.location.path.removeprefix(root)
        if judgement.action is Action.ALLOW or "!/" in path or rule not in DENIED | DOUBTED:
            continue
        doubt = Doubt(f"{judgement.finding.message} ({rule})", denied=rule in DENIED and judgement.action is Action.BLOCK)
        inside = [one.inner for one in files if one.inner.startswith(path)] if path.endswith("/") else [path]
        for inner in inside:
            if inner not in found or (doubt.denied and not found[inner].denied):
                found[inner] = doubt
    known = {one.inner for one in files}
    return {inner: doubt for inner, doubt in found.items() if inner in known}


def _by_name(one: Listed, verdict: Verdict) -> str:
    form, openness = verdict.artifact.identity.format, verdict.artifact.identity.openness
    *folders, base = one.inner.split("/")
    if one.form == "source-map" or base.lower().endswith(".map"):
        return "a source map: may hold the source that the file beside it was made from"
    if _SECRETIVE.fullmatch(base) and not base.lower().endswith(_SAMPLES):
        return "a file of a name that credentials have"
    if _KEY.fullmatch(base):
        return "a key, certificate or key store"
    if _DUMP.fullmatch(base):
        return "a log, backup, database or dump"
    if form != "sdist" and _is_test(folders, base, npm=form in ("npm", "directory")):
        return "tests: not needed by users"
    if openness is Openness.CLOSED and form in ("npm", "directory") and _SOURCE.fullmatch(base):
        return "source of a package that is not open"
    if base.startswith(".") and base not in (".npmignore", ".gitignore", ".gitkeep", ".keep"):
        return "a hidden file: mostly configuration of those who work on the project"
    return ""


def _is_test(folders: Sequence[str], base: str, *, npm: bool) -> bool:
    lower = [folder.lower() for folder in folders]
    if any(folder in TEST_FOLDERS for folder in lower) or (npm and lower[:1] and lower[0] in _NPM_TEST_FOLDERS):
        return True
    return _TEST_FILE.fullmatch(base) is not None
