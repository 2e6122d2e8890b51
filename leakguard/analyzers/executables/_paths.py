"""Paths below the home folder of a person, as compilers leave them in what they make."""

import re
from collections.abc import Iterator, Sequence

from leakguard.content import Content
from leakguard.patterns import lazily
from leakguard.plugins import Anchor, Hit

ANCHORS: Sequence[Anchor] = (Anchor("/home/"), Anchor("/Users/"), Anchor(r":\\{1,2}Users\\"))

MOST_HITS = 5000
"""Places looked at in one entry."""
MOST_SAMPLES = 10
LONGEST = 300
BEFORE = 64

_ACCOUNTS = (
    "runner runneradmin root user username users you your yourname me name ubuntu debian centos fedora alpine rocky arch ec2-user "
    "azureuser admin administrator builder build builds builduser buildbot buildslave buildagent buildozer buildkite-agent ci cicd "
    "circleci travis jenkins jenkins-slave vsts vsts_azpcontainer vssadministrator appveyor containeradministrator teamcity bamboo "
    "gitlab gitlab-runner github actions semaphore bitrise distiller codebuild-user worker docker container app appuser node bun deno "
    "python rust rustacean go golang coder vscode codespace gitpod linuxbrew conda mambauser conan feedstock_root jovyan web_user "
    "emscripten manylinux nixbld nonroot nobody guest public default shared all dev developer test tester vagrant pi opam swift dart "
    "flutter foo bar baz alice bob john jane johndoe jdoe janedoe example someone somebody myuser xxx abc www www-data git nginx "
    "sandbox pkg tables linux mac host iojs buildroot release jenkins-agent hudson rpmbuild mock abuild portage packages opt src work "
    "workspace project projects "
)
NOBODY = frozenset(_ACCOUNTS.split())
"""Accounts of build machines and of examples, not of people; lower case."""

_NAME = rb"(?P<user>[A-Za-z0-9][\w.-]{0,31})"
_CHARACTERS = rb"[\w.+@~=#&!/\\-]"
_SUFFIX = (
    rb"\.(?:rs|(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inl|inc|ipp|m|mm|s|asm|f|f90|go|swift|zig|nim|d|cs|fs|vb|kt|java|ml|hs|cu|cuh|metal|py|pyx|"
    rb"pxd|pyi|pxi|ts|tsx|jsx|vue|o|obj|a|lib|rlib|pdb|dll|dylib|so)(?![\w.+]))"
)
_ROOT = rb"(?:[A-Za-z]:)?(?:/home/|/Users/|\\{1,2}Users\\{1,2})"
_FILE = lazily(_ROOT + _NAME + rb"[/\\]" + _CHARACTERS + rb"{0,240}?" + _SUFFIX, re.ASCII)
_ANY = lazily(_ROOT + _NAME + rb"[/\\]" + _CHARACTERS + rb"{1,240}(?=[\0:])", re.ASCII)
_WHOLE = lazily(r"(?:[A-Za-z]:)?[/\\](?:home|Users)[/\\](?P<user>[^/\\]{1,64})[/\\]")
_ADDRESS = lazily(rb"://[^\s\0\"'<>]*\Z")


def user_of(path: str) -> str:
    """The person in whose home folder an absolute path lies, or nothing."""
    found = _WHOLE.match(path)
    return found["user"] if found and _is_person(found["user"]) else ""


def paths_in(content: Content, hits: Sequence[Hit], exact: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """User and path, for each path to a file of a build; in the parts `exact`, which hold nothing but strings, any path counts."""
    done = 0
    for hit in hits[:MOST_HITS]:
        start = hit.end - 8 - 2 * (hit.anchor == 2)
        base = max(0, start - BEFORE)
        if hit.end <= done:
            continue
        window = content.read(base, hit.end + LONGEST)
        at = hit.end - base
        begin = max(window.rfind(b"/home/", 0, at), window.rfind(b"Users", 0, at) - 1)
        if window[begin - 1 : begin] == b"\\":
            begin -= 1
        if window[begin - 1 : begin] == b":" and window[begin - 2 : begin - 1].isalpha():
            begin -= 2
        if begin < 0 or _ADDRESS.search(window, 0, begin):
            continue
        pattern = _ANY if any(first <= hit.end <= last for first, last in exact) else _FILE
        found = pattern.match(window, begin)
        if found and _is_person(found["user"].decode()):
            done = base + found.end()
            yield found["user"].decode(), found[0].decode()


def _is_person(user: str) -> bool:
    return user.lower() not in NOBODY and not user.startswith(".")
