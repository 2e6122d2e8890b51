"""Assignments such as `password = "…"`: judged by what the value is and by what the name promises."""

import re

from leakguard.analyzers.secrets._checks import entropy, is_famous, is_placeholder, reads_as_words
from leakguard.analyzers.secrets._places import is_for_show
from leakguard.analyzers.secrets._sight import Opinion, Sight
from leakguard.model import Confidence

_NAME = re.compile(rb"""([\w.$-]{1,60})["'\]]{0,3}[ \t]{0,8}[:=][=:>]{0,2}[ \t]{0,8}(?:[bru]?["'`])?\Z""")
_HARMLESS_NAME = re.compile(
    rb"(?:name|id|ids|url|uri|path|file|type|length|size|field|label|header|placeholder|regexp?|pattern|error|message|msg|hint|title"
    rb"|count|index|ttl|expir\w{0,5}|prefix|suffix|format|param|parameter|attr|attribute|class|selector|policy|provider|endpoint"
    rb"|algorithm|version|uid|arn|ref|alias|mode|kind|text|status|event|action|code)\Z"
    rb"|(?:primary|foreign|partition|sort|cache|storage|unique|group|index|hash|range|route|row|map|object|dict|data|i18n|locale|query"
    rb"|translation|message|lookup|next|prev\w{0,4}|page|continuation|pagination|cancel|csrf|xsrf|start|end|site|metadata|context"
    rb"|registry|shortcut|hot|arrow|feature|lock|modifier|react|state|theme)[_-]?(?:key|token)"
    rb"|public|tokeni[sz]e|syntax|keyword|keyboard|keycode|keyup|keydown|keypress|monkey|turkey",
    re.IGNORECASE,
)
_DIGEST_NAME = re.compile(rb"hash|digest|sha\d|md5|checksum|etag|commit|revision|fingerprint|integrity|thumbprint", re.IGNORECASE)
_PASSWORD_NAME = re.compile(rb"passw|pwd|passphrase", re.IGNORECASE)
_STRONG_NAME = re.compile(
    rb"passw|pwd|passphrase|secret|token|credential|(?:api|access|private|auth|signing|encryption|master|account)[_-]?key", re.IGNORECASE
)
_OWN_NAME = re.compile(rb"(?:api|access|auth|secret|private)[_-]?(?:key|token)|secret|passw", re.IGNORECASE)
"""Names under which even a UUID is a secret."""

_TEMPLATE = re.compile(
    rb"[$#@]\{|\{\{|<%|%\(|\$\(|%[sd@]|^\$[A-Za-z_]|^\$\$|^%\w{2,40}%$|^[<{\[(]|[>})]$|^@|\bprocess\.env|\bos\.environ|getenv"
    rb"|^!|^&[a-z]|\.\.\.|=>|\(\)|^\*+|^--"
)
_CODE = re.compile(
    rb"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[\w$\[\]]+)+;?|[\w.$]*\("
    rb"|(?:new|await|typeof|null|none|true|false|undefined|required|optional|string|number)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    rb"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://.{0,200}|(?:\.{0,2}/|[A-Za-z]:\\).{0,200}|[\w.-]+(?:/[\w.-]+){2,}"
    rb"|(?:(?:sha(?:1|256|384|512)|md5)[-:]|data:|arn:|application/).{0,200}|[\w.+-]+@[\w-]+\.\w+"
    rb"|[\w-]+\.(?:js|ts|json|html?|css|png|svg|py|txt|md|pem|key|crt|yml|yaml|xml)"
)
_TALK = re.compile(
    rb"p[a@4]ss?(?:w[o0]rd|phrase|wd)?|secret|token|(?:api|access)?_?-?key|pwd|credential|admin|user|login|test|demo|sample|fake|mock"
    rb"|stub|dummy|temp|default|guest|foo|bar|baz|hello|world|valid|invalid|wrong|incorrect|correct|expired|old|new|some|any|none|null"
    rb"|undefined|required|abc|asdf|qwer|zxcv|1234|4321|0000|letmein|welcome|changeit|hunter2|monkey|dragon|secure|value|string|field",
    re.IGNORECASE,
)
_OBJECT = b"eyJ"
"""A JSON object in base64: what is in it decides, not how it looks."""
_CRYPT = re.compile(rb"\$[0-9a-z]{1,12}\$")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(rb"(?:0x)?[0-9a-fA-F]+")
_NUMBER = re.compile(rb"[\d.,:/ T+-]+Z?|#[0-9a-fA-F]{3,8}|v?\d+\.\d+[\w.+-]*")
_PIECES = re.compile(rb"[A-Za-z]+")
_WORDS = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_SHORTEST_RANDOM, _SHORTEST_PASSWORD, _SHORTEST_STRONG = 16, 6, 9
_WORDY, _LONG_WORD = 3.6, 9
"""Letters a word on average, and of the longest: random letters stay below."""
_DIGITS = re.compile(rb"\d+")
_TWO_DIGITS = re.compile(rb"\d.*\d", re.DOTALL)
_LONG, _RANDOM_SHORT, _RANDOM_LONG = 24, 3.0, 3.2
"""Bits a character, of 4 for hexadecimal and 6 for base64."""
_QUOTES = (b'"', b"'", b"`")
_PROGRAM = re.compile(
    r"\.(?:[cm]?[jt]sx?|map|vue|svelte|html?|pyi?|pyx|java|kt|go|rs|c|cc|cpp|h|hpp|cs|swift|php|rb|scala|dart|css|scss|less)(?:!|$)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(rb"[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*[!?]?")
_RESOURCE = re.compile(rb"""(?:arn:[^\s"']{0,160}|(?:badge|\.svg)[^\s"']{0,60})\Z""")
"""Names of resources, and pictures whose `token` is public by design."""
_CLASSES = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"\d"), re.compile(rb"[^A-Za-z0-9]"))
_MOST_MEANT_FOR_PASSWORDS = 40


def judge(sight: Sight, opinion: Opinion) -> Opinion | None:
    """A random value under a telling name is likely a secret, a mixed one perhaps, anything that people or programs write none."""
    found = _NAME.search(sight.before)
    name, value = (found[1] if found else b""), sight.secret.rstrip(b"\\")
    quoted = sight.before[-1:] in _QUOTES
    whole = _is_closed(sight) if quoted else _ends(sight) and not _is_code(value, sight.path)
    if not whole or _HARMLESS_NAME.search(name) or _RESOURCE.search(sight.before) or _is_written(value):
        return None
    confidence = _confidence(name, value, opinion.confidence, quoted=quoted, show=is_for_show(sight.path))
    if confidence and _CRYPT.match(value):
        confidence = Confidence.LOW  # a hash of a password, which only guessing turns back
    random = _STRONG_NAME.search(name) and is_random(value)
    if confidence is Confidence.LOW and not random and _PROGRAM.search(sight.path):
        return None  # programs are full of such names; a doubtful value says nothing there
    return opinion.but(confidence=confidence) if confidence else None


def _confidence(name: bytes, value: bytes, usual: Confidence, *, quoted: bool, show: bool) -> Confidence | None:
    if not _STRONG_NAME.search(name):
        return Confidence.LOW if len(value) >= _LONG and is_random(value) and not show else None
    if _HEX.fullmatch(value) or _UUID.fullmatch(value):
        return _of_digits(name, value, usual, show=show)
    if is_random(value):
        return Confidence.LOW if show else usual
    if show or _is_named_after(value) or not _is_mixed(value):
        return None
    if _PASSWORD_NAME.search(name):
        return _of_password(value, usual, quoted=quoted)
    return Confidence.LOW if len(value) >= _SHORTEST_STRONG and not _is_wordy(value) else None


def is_random(value: bytes) -> bool:
    """Whether a machine made it: long, letters and digits mixed all through, no words."""
    if len(value) < _SHORTEST_RANDOM or not _TWO_DIGITS.search(value) or _is_written(value):
        return False
    if entropy(value) < (_RANDOM_SHORT if len(value) < _LONG else _RANDOM_LONG):
        return False
    return not _is_wordy(value)


def _is_written(value: bytes) -> bool:
    if _TEMPLATE.search(value) or value.startswith(_OBJECT) or _ELSEWHERE.fullmatch(value) or _NUMBER.fullmatch(value):
        return True
    return is_placeholder(value) or is_famous(value) or reads_as_words(value)


def _is_code(value: bytes, path: str) -> bool:
    """Whether a value without quotes is an expression: in a program every word is one."""
    if _CODE.match(value) or value.endswith((b"(", b".")):
        return True
    return _PROGRAM.search(path) is not None and _IDENTIFIER.fullmatch(value) is not None


def _of_digits(name: bytes, value: bytes, usual: Confidence, *, show: bool) -> Confidence | None:
    if _DIGEST_NAME.search(name) or len(value) < _SHORTEST_RANDOM or entropy(value) < _RANDOM_SHORT:
        return None
    if not _UUID.fullmatch(value):
        return Confidence.LOW if show else usual
    return None if show or not _OWN_NAME.search(name) else Confidence.LOW


def _of_password(value: bytes, usual: Confidence, *, quoted: bool) -> Confidence | None:
    if len(value) > _MOST_MEANT_FOR_PASSWORDS:
        return None
    strong = len(value) >= _SHORTEST_STRONG and _classes(value) >= 3 and quoted and not _TALK.search(value)
    return usual if strong else Confidence.LOW


def _is_mixed(value: bytes) -> bool:
    return len(value) >= _SHORTEST_PASSWORD and _classes(value) >= 2 and re.search(rb"[0-9!#$%^&*]", value) is not None


def _is_named_after(value: bytes) -> bool:
    rest = _TALK.sub(b"", value)
    return len(re.sub(rb"[\W\d_]", b"", rest)) < 3


def _classes(value: bytes) -> int:
    return sum(one.search(value) is not None for one in _CLASSES)


def _is_wordy(value: bytes) -> bool:
    """Whether words stand in it: in both cases words are longer than chance makes them, in one case digits are rarer."""
    pieces = _PIECES.findall(value)
    if not pieces or value.islower() or value.isupper():
        return len(_DIGITS.findall(value)) < max(2, len(value) / 10)
    words = [word for piece in pieces for word in _WORDS.findall(piece)]
    return sum(map(len, words)) / len(words) >= _WORDY or max(map(len, words)) >= _LONG_WORD


def _is_closed(sight: Sight) -> bool:
    """Whether the quote that opens before the value closes after it, plainly or behind a backslash."""
    return sight.after[:1] == sight.before[-1:] or sight.secret.endswith(b"\\")


def _ends(sight: Sight) -> bool:
    """Whether the value ends where a value without quotes may end."""
    return sight.after[:1] in (b"", b"\n", b"\r", b" ", b"\t", b"\\", b"&", b";", b",", b'"', b"'", b"<")
