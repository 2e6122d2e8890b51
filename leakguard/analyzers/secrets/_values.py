"""What a value is: a template, an expression, an address, talk about secrets, digits, something that people chose, or chance."""

import base64
import enum
import re

from leakguard.analyzers.secrets._checks import entropy, is_famous, is_placeholder
from leakguard.analyzers.secrets._randomness import surprise


class Nature(enum.Enum):
    """What a value is."""

    WRITTEN = "written"
    """A template, an expression, an address, words: no secret."""
    CHOSEN = "chosen"
    """Letters with digits or marks, as people choose passwords."""
    STRONG = "strong"
    """The same of several kinds of characters, and unlike language."""
    UUID = "uuid"
    DIGITS = "digits"
    """Hexadecimal, and long."""
    RANDOM = "random"


_TEMPLATE = re.compile(
    rb"[\x00-\x1f\x7f]|\[[^\]]{1,60}\](?:[{*+?]|\Z)|\\[dwsb](?:[+*{]|\b)|\(\?[:P<!=]|\.[*+]|[^$]\{\d{1,4}(?:,\d{0,4})?\}"
    rb"|[$#@]\{[\w .:?/!|@-]{0,120}\}|\{\{[^{}]{0,120}\}\}|<%"
    rb"|%\(\w{1,40}\)|\$\([^)]{0,80}\)|%[sd@]\Z|\A%[a-z]"
    rb"|^\$[A-Za-z_][\w.]*$|^\$\$|^%\w{2,40}%$"
    rb"|^<.*>$|^\[.*\]$|^\{.*\}$|^\(.*\)$|^@\w|\bprocess\.env|\bos\.environ|getenv|\AENV\[|^!\w|^&[a-z]|\.\.\.|\xe2\x80\xa6|=>|\(\)|^\*+|^--|^__\w+__$"
)
_ELSEWHERE = re.compile(
    rb"[a-zA-Z][a-zA-Z0-9+.-]{1,20}:/?/.{0,200}|(?:~|\.{0,2})/.{0,200}|[A-Za-z]:\\.{0,200}|[\w.@-]+(?:/[\w.@-]+){2,}"
    rb"|(?:(?:sha(?:1|256|384|512)|md5)[-:$]|data:|arn:|application/|projects/|vault:|urn:|op:|ssm:|aws:|gs:|s3:|env:|file:).{0,200}"
    rb"|[\w.+-]+@[\w-]+\.[\w.]+"
    rb"|[#.][a-z][\w-]*|(?:MFkwEwYHKoZIzj0|MIIBIjANBgkqhkiG|MIGfMA0GCSqG|MCowBQYDK2V|AAAA[BC]3NzaC1|ssh-).{0,800}"
    rb"|B[A-P][0-9A-Za-z_-]{85}"
    rb"|ey[JA][\w-]{10,}\.ey[JA][\w-]{4,}(?:\.[\w-]*)?"
    rb"|[\w-]+\.(?:js|ts|json|html?|css|png|svg|py|txt|md|pem|key|crt|cer|yml|yaml|xml|jpg|woff2?|php|java|go|rb|c|h)"
    rb"|\{[A-Z][A-Z\d-]{2,12}\}[\w+/=]{20,200}|U2FsdGVkX1[\w+/=]{10,200}|[\w.-]{1,60}:\$(?:2[abxy]|apr1|[156])\$.{0,200}"
    rb"|\$(?:1|2[abxy]?|5|6|7|argon2\w{0,2}|pbkdf2[\w-]{0,12}|scrypt|y)\$.{0,200}"
    rb"|[a-z]{2,8}\d{0,3}:\d{1,7}:.{0,200}|(?:pbkdf2|argon2|bcrypt|scrypt)[\w-]{0,12}[:$].{0,200}",
    re.DOTALL,
)
_TALK = re.compile(
    rb"p[a@4][s5$]{1,2}(?:w[o0]rd|phrase|wd)?|secret|token|(?:api|access)?_?-?key|pwd|credential|admin|user|login|test|demo|sample|fake|mock"
    rb"|stub|dummy|temp|default|guest|foo|bar|baz|hello|world|valid|invalid|wrong|incorrect|correct|expired|old|new|some|any|none|null"
    rb"|undefined|required|abc|asdf|qwer|zxcv|1234|4321|0000|letmein|welcome|changeit|hunter2|monkey|dragon|secure|value|string|field"
    rb"|example|your|enter|here|confirm|my|super|private|public|root|change|hash",
    re.IGNORECASE,
)
_ALPHABET = b"abcdefghijklmnopqrstuvwxyz"
_COUNTED = b"123456"
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(rb"(?:0x)?(?:[0-9a-f]+|[0-9A-F]+|[0-9a-fA-F]+)")
_BYTE = re.compile(rb"\\x[0-9a-fA-F]{2}")
_MOST_BYTES = 3
"""Escapes of bytes in a value that is one as it stands; what more of them spell is searched after decoding."""
_NUMBER = re.compile(rb"[\d.,:/ TZ+-]+|#[0-9a-fA-F]{3,8}|v?\d+\.\d+[\w.+-]*|\d+(?:px|em|ms|s|%)|[A-Za-z]{1,2}\d{1,3}|u?\+?[0-9a-fA-F]{4,6}")
_CLASSES = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"\d"), re.compile(rb"[^A-Za-z0-9_.\s-]"))
_NOT_A_LETTER = re.compile(rb"[\W\d_]")
_SLUG = re.compile(rb"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+|[A-Z][A-Z0-9]*(?:[-_.][A-Z0-9]+)+")
_EXCLAMATION = re.compile(rb"[A-Za-z_. -]+[^A-Za-z0-9]")

_BASE64 = re.compile(rb"(?:[0-9A-Za-z+/_-]{4})*(?:[0-9A-Za-z+/_-]{2,3}={0,2})?")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")

SHORTEST = 6
_SHORTEST_RANDOM, _SHORTEST_DIGITS, _SHORTEST_STRONG = 15, 16, 8
_CHANCE, _CHANCE_A_CHARACTER = 12.0, 0.75
"""Odds in bits, and in bits a character, above which chance has made a value."""
_STRONG_CHANCE = 4.0
_LONGEST_CHOSEN = 48
_FLAT = 2.8
"""Bits a character below which digits are a pattern."""


_AHEAD = re.compile(rb"""[=:> \t\r\n|+-]{0,20}(?:\$\{\w{1,40}:?[-=])?(?:[bruf@]?\\{0,2}(?:["'`]{1,2}|&quot;))?([^"'`\s<>,;()]{6,64})""")
_WITHIN = re.compile(rb"[0-9A-Za-z+/_-]")
_PLAIN = re.compile(
    rb"""[=:> \t\r\n|+-]{0,20}+([bruf@]?\\{0,2}["'`]{1,2}+)?+(?![A-Za-z_.$-]{0,40}?(?:[A-Z][a-z][A-Z]|[A-Z]{2}[a-z][A-Z]))"""
    rb"""[A-Za-z_.$-]{0,64}+(?(1)(?=[\s"'`]|\\["'`])|(?=[\s"'`<>,;()\[\]{}?!|=+*\\:]|\Z))"""
)
"""Nothing, a name, or words in whatever spelling, up to what ends them."""
_AMOUNT = re.compile(rb"""[=: \t"']{0,6}-?\d{1,12}(?:\.\d{0,12})?(?:[eE][+-]?\d{1,3})?(?=[\s,;}\])"']|\Z)""")
"""A number, as under `max_tokens` and `cost_per_token`."""
_PASSED = 15
"""Bytes of a value that an anchor passes where it ends in the value."""
_REMARKABLE = re.compile(rb"[^A-Za-z_.\s/:-]")
GLANCE = 80
"""Bytes on each side of an anchor's end that the glance wants."""


def may_be_secret(window: bytes, at: int) -> bool:
    """At a glance, whether the value at or around `at`, where an anchor ends, is more than words: nearly none is."""
    if _WITHIN.match(window, at - 1):
        value = window[max(0, at - _PASSED) : at]
    elif _PLAIN.match(window, at) or _AMOUNT.match(window, at):
        return False
    elif ahead := _AHEAD.match(window, at):
        value = ahead[1]
    else:
        return False
    return _REMARKABLE.search(value) is not None or surprise(value) > 0


def nature_of(value: bytes) -> Nature:
    """What `value` is; without quotes, escapes and white space around it."""
    if len(value) < SHORTEST or _TEMPLATE.search(value) or _ELSEWHERE.fullmatch(value) or _NUMBER.fullmatch(value):
        return Nature.WRITTEN
    if is_placeholder(value) or is_famous(value) or _is_sequence(value) or len(_BYTE.findall(value)) > _MOST_BYTES:
        return Nature.WRITTEN
    if _UUID.fullmatch(value):
        return Nature.UUID
    if _HEX.fullmatch(value) and not value.isdigit() and len(value) >= _SHORTEST_DIGITS:
        return Nature.DIGITS if entropy(value) >= _FLAT else Nature.WRITTEN
    odds = surprise(value)
    if len(value) >= _SHORTEST_RANDOM and odds >= max(_CHANCE, _CHANCE_A_CHARACTER * len(value)):
        return Nature.WRITTEN if _spells_text(value) else Nature.RANDOM
    return _chosen(value, odds)


def _is_sequence(value: bytes) -> bool:
    """Whether it begins with the alphabet or by counting, digits and letters in turn included: people make up values so."""
    letters = _NOT_A_LETTER.sub(b"", value).lower()[: len(_COUNTED)]
    return value.startswith(_COUNTED) or (len(letters) == len(_COUNTED) and letters in _ALPHABET)


def _chosen(value: bytes, odds: float) -> Nature:
    classes = sum(one.search(value) is not None for one in _CLASSES)
    mixed = classes >= 2 and (_CLASSES[2].search(value) or _CLASSES[3].search(value))
    if not mixed or len(value) > _LONGEST_CHOSEN or is_talk(value) or _EXCLAMATION.fullmatch(value):
        return Nature.WRITTEN
    if odds <= _STRONG_CHANCE and _SLUG.fullmatch(value):
        return Nature.WRITTEN
    if classes >= 3 and len(value) >= _SHORTEST_STRONG and odds > _STRONG_CHANCE:
        return Nature.STRONG
    return Nature.CHOSEN


def _spells_text(value: bytes) -> bool:
    """Whether it is the base64 of words: what is encoded is searched after decoding."""
    if _BASE64.fullmatch(value) is None:
        return False
    text = base64.urlsafe_b64decode(value.translate(_URL_SAFE).rstrip(b"=") + b"=" * (-len(value.rstrip(b"=")) % 4))
    return text.isascii() and text.decode().isprintable() and surprise(text) < 0


def is_talk(value: bytes) -> bool:
    """Whether hardly more than words such as `password` or `test` stand in it."""
    return len(_NOT_A_LETTER.sub(b"", _TALK.sub(b"", value))) < 3
