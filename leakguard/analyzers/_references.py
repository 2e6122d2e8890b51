"""Addresses that resolve only at home: which hosts nobody outside can reach, and which registries are not the public ones."""

import ipaddress
from collections import Counter
from collections.abc import Iterator

from leakguard.patterns import lazily

PUBLIC_REGISTRIES = frozenset(
    {
        *("registry.npmjs.org", "registry.yarnpkg.com", "registry.npmmirror.com", "npm.jsr.io"),
        *("pypi.org", "pypi.python.org", "test.pypi.org", "files.pythonhosted.org", "download.pytorch.org", "pypi.nvidia.com"),
    }
)
"""Where everybody installs from."""

_HOMELY = (".internal", ".intranet", ".intra", ".local", ".localdomain", ".corp", ".lan", ".private", ".home", ".home.arpa")
"""Endings of names that the public name service does not have."""

_RENTED = (
    *(".jfrog.io", ".pkgs.visualstudio.com", ".pkg.dev", ".d.codeartifact.amazonaws.com", ".myget.org", ".gemfury.com"),
    *("pkgs.dev.azure.com", "npm.pkg.github.com", "npm.fury.io", "pypi.fury.io", "npm.cloudsmith.io", "dl.cloudsmith.io"),
)
"""Registries that firms rent for packages of their own."""

_SOFTWARE = frozenset({"artifactory", "nexus", "verdaccio", "devpi", "pypiserver", "sonatype", "jfrog"})
"""First part of a host's name that says what it runs."""

_MADE_UP = (".example", ".test", ".invalid", ".example.com", ".example.org", ".example.net")
_CODE_ARTIFACT = lazily(r".+\.d\.codeartifact\.[a-z0-9-]+\.amazonaws\.com")
_ADDRESS = lazily(r"\b(?:git\+)?(?:https?|ssh|git)://(?:[^/\s\"'<>@]{0,200}@)?(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})")
_NPM_SETTING = lazily(r"(?:@[\w.-]+:)?registry\s*=")
_PIP_SETTING = lazily(r"(?:-i|--(?:extra-)?index-url|(?:extra-)?index-url|find-links|--find-links|url)\s*[=\s]")


def hosts_in(text: str) -> Counter[str]:
    """The hosts of all addresses in a text, lower case; without what could be a login."""
    return Counter(match[1].lower().rstrip(".") for match in _ADDRESS.finditer(text))


def is_internal(host: str) -> bool:
    """Whether a host is one that only its owner's network knows, or a registry that a firm rents for itself."""
    host = host.lower().rstrip(".")
    if f".{host}".endswith(_MADE_UP):
        return False
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        labels = host.split(".")
        return (
            len(labels) == 1
            or host.endswith(_HOMELY)
            or f".{host}".endswith(tuple(f".{one.removeprefix('.')}" for one in _RENTED))
            or (len(labels) > 2 and labels[0] in _SOFTWARE)
            or _CODE_ARTIFACT.fullmatch(host) is not None
        )
    return not address.is_global or address.is_loopback


def registries_in(base: str, text: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) and host of each registry that the settings of a package manager name and that is not a public one."""
    setting = _NPM_SETTING if base == ".npmrc" else _PIP_SETTING
    for number, line in enumerate(text.split("\n"), 1):
        if setting.match(line.strip()):
            yield from ((number, host) for host in hosts_in(line) if host not in PUBLIC_REGISTRIES and not f".{host}".endswith(_MADE_UP))
