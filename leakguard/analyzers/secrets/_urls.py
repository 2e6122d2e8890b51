"""Credentials inside addresses: `scheme://user:password@host`."""

import re
from urllib.parse import unquote_to_bytes

from leakguard.analyzers.secrets._checks import is_placeholder, reads_as_words
from leakguard.analyzers.secrets._places import Place, is_for_show, place_of
from leakguard.analyzers.secrets._randomness import surprise
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.analyzers.secrets._values import Nature, is_talk, nature_of
from leakguard.model import Confidence
from leakguard.patterns import lazily

_USER = lazily(rb"([a-zA-Z][a-zA-Z0-9+.-]{1,24})://([^\s/:]{0,64}):\Z")
_HOST = lazily(rb"@(\[[0-9a-fA-F:.]{2,40}\]|[^\s/:?#\"'`<>\\,;)\]}]{1,120})")
_TEMPLATE = lazily(rb"[${}<>%*()\[\]|^]|\.\.\.|#\{|%s")
_CHANCE = 4.0
_PERCENT = lazily(rb"%[0-9A-Fa-f]{2}")
_WEAK = lazily(
    rb"(?:my|your|the|some|db|user|root|admin|test)?[_-]?(?:p|pw|pwd|pass|passwd|password|passw0rd|p@ssw0rd|secret|token|apikey|api[_-]key|user(?:name)?|admin|root|guest|test|foo|bar|baz|qux|abc|xyz|s3cr3t|postgres"
    rb"|mysql|mongo|redis|rabbit|example|default|changeit|hunter2|letmein|qwerty|key|login|x+|\d{1,8})[0-9]{0,4}",
    re.IGNORECASE,
)
_NOWHERE = lazily(
    rb"(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|(?:[\w-]{1,60}\.){0,4}example(?:\.\w{1,12}){0,2}|[\w.-]{0,60}\.(?:test|invalid|localhost)|(?:my|your|some)?[_-]?(?:host|hostname|server|domain|site|proxy|db|database)(?:\d?|\.\w{2,6})"
    rb"|host\.docker\.internal|(?:foo|bar|baz|abc|xyz|test|domain|website)\.\w{2,4})",
    re.IGNORECASE,
)


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """The password decides, unless the host is nobody's."""
    named, placed = _USER.search(sight.before), _HOST.match(sight.after)
    if named is None or placed is None:
        return None
    scheme, user, host, password = named[1].lower(), named[2], placed[1], sight.secret
    nowhere = _NOWHERE.fullmatch(host) is not None
    if (nowhere and not _may_be_meant(sight)) or _TEMPLATE.search(host) or _TEMPLATE.search(_PERCENT.sub(b"", user + password)):
        return None
    if (
        password.lower() == user.lower()
        or _WEAK.fullmatch(password)
        or is_placeholder(unquote_to_bytes(password))
        or is_talk(password)
        or b"example" in user.lower()
    ):
        return None
    if place_of(sight.path, sight.before) is Place.SHOW and nature_of(password) not in (Nature.STRONG, Nature.RANDOM, Nature.DIGITS):
        return None
    opinion = opinion.but(scheme=scheme.decode())
    weak = nowhere or reads_as_words(password) or b"." not in host.strip(b".") or is_for_show(sight.path)
    return opinion.but(confidence=Confidence.LOW) if weak else opinion


def _may_be_meant(sight: Sight) -> bool:
    """Whether a password for nobody's host is more than a sample: settings name such hosts, and what people chose is no word."""
    return (
        place_of(sight.path, sight.before) is Place.SETTINGS
        and nature_of(sight.secret) is not Nature.WRITTEN
        and surprise(sight.secret) > _CHANCE
    )
