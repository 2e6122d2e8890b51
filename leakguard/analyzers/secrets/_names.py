"""The name that a value is given, in whatever grammar, and what it promises."""

import enum
import re


class Promise(enum.IntEnum):
    """What a name says of its value."""

    HARMLESS = 0
    """An identifier, a field, an address: whatever the value looks like."""
    NOTHING = 1
    DIGEST = 2
    """A hash: digits in base 16 are none of our business."""
    KEY = 3
    """A key of whatever kind: only a random value counts."""
    SECRET = 4
    PASSWORD = 5
    """People choose it: it need not be random."""


_NAME = re.compile(
    rb"""([\w.$-]{1,60})(?:\[\w{0,6}\])?[\\"'\])]{0,4}"""
    rb"""(?:[ \t]{0,8}[?:!.+|]{0,3}[:=][=:>]{0,2}|[ \t]{0,2},"""
    rb"""|[ \t:]{1,3}(?:[Ss]tr(?:ing)?|char|text|varchar)[\]\[?!|*]{0,3}[ \t]{0,3}=|[ \t]{0,3}>|[ \t]{1,4})"""
    rb"""\s{0,16}(?:[|>][-+]?[ \t]{0,4}\r?\n[ \t]{1,16})?(?:\$\{\w{1,40}:?[-=])?(?:[bruf@]?\\{0,2}(?:["'`]|&quot;))?\Z"""
)
_NAMED_VALUE = re.compile(
    rb"""(?:name|key|id|field|variable)\\?["']?[ \t]{0,3}[:=][ \t]{0,3}\\?["']?([\w.-]{2,60})\\?["']?,?\s{1,24}(?:-[ \t])?"""
    rb"""\\?["']?value\\?["']?[ \t]{0,3}[:=]""",
    re.IGNORECASE,
)
_COMPARED = re.compile(rb"""\\?["'`][ \t]{0,2}[!=]==?[ \t]{0,2}([\w.$]{1,60})""")
_CAMEL = re.compile(rb"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINTS = re.compile(rb"[^a-z0-9]+")

_HARMLESS = re.compile(
    rb"(?:^|_)(?:name|id|ids|ur[il]s?|path|file|filename|type|length|size|field|label|header|placeholder|regexp?|pattern|error|message|msg"
    rb"|hint|title|count|index|ttl|expir\w{0,5}|prefix|suffix|format|param|parameter|attr|attribute|class|selector|policy|provider|endpoint"
    rb"|algorithm|version|uid|arn|ref|alias|mode|kind|text|status|event|action|code|host|port|user|username|description|desc|help|comment"
    rb"|column|table|node|element|props?|style|icon|char|chars|symbol|separator|delimiter|start|end|begin|pos|position|offset|line|kid"
    rb"|input|output|button|form|dialog|page|route|scope|scopes|role|domain|email|audience|issuer|subject|date|time|at|on|for|from|to|is"
    rb"|sig|has|can|should|enabled|disabled|required|strength|score|rules?|min|max|reset|change|changed|confirm\w{0,7}|visible|valid|invalid)$"
    rb"|(?:primary|foreign|partition|sort|cache|storage|unique|group|index|hash|range|route|row|map|object|dict|data|i18n|locale|query"
    rb"|translation|message|lookup|next|prev\w{0,4}|page|continuation|pagination|cancel|csrf|xsrf|start|end|site|sitemap|metadata|context"
    rb"|registry|shortcut|hot|arrow|feature|lock|modifier|react|state|theme|color|design|syntax|lex\w{0,4}|parse\w{0,2}|unk|pad|bos|eos|mask"
    rb"|cls|sep|special|idempotency|resume|sync|delta|change|marker|page|client_request|eos|injection|di|component|symbol|i18n_message"
    rb"|public|publishable|module|config|option|setting|field|column|foreign|translation)_?(?:key|token)s?$"
    rb"|public|tokeni[sz]|syntax|keyword|keyboard|keycode|key_?(?:up|down|press|frame|path|name|bind|map|stroke|chain)|monkey|turkey|author"
    rb"|passive|compass|bypass|passing|passed|password_?(?:field|input|hash|reset|policy|strength|label|hint|for|type)"
)
_DIGEST = re.compile(rb"hash|digest|sha\d|md5|checksum|etag|commit|revision|fingerprint|integrity|thumbprint|signature|salt|iv$|seed$")
_PASSWORD = re.compile(rb"passw|pas{1,2}w(?:o?r)?d|passphrase|passcode|pss?wd|(?:^|_|user|db|root|admin)(?:pass|pwd|pw|pswd)(?:$|_|\d)|pwd")
_SECRET = re.compile(
    rb"secret|token|credential|(?:api|access|private|auth|authentication|sign|signing|encrypt\w{0,4}|master|account|service|server|app|deploy"
    rb"|license|admin|session|jwt|hmac|secure|storage|subscription|integration|webhook|storage_account|client)_?keys?(?:_|$)"
    rb"|^(?:api|access|private|auth)_?keys?|apikey|passkey|(?:^|_)(?:pat|creds?|authorization)(?:$|_)|api_?secret|bearer"
)
_KEY = re.compile(
    rb"key(?:_?\d{0,3})?$|(?:^|_)(?:key|auth|api|apis|oauth|session|cookie|cert|dsn|nonce|salt|seed|sid|access|private)(?:$|_|\d)"
)


def name_of(before: bytes, after: bytes) -> bytes:
    """The name that stands before a value in an assignment, a call, an element or a list of fields, or behind it in a comparison."""
    named = _NAMED_VALUE.search(before[-200:])
    if named is not None and before[-24:].lower().rfind(b"value") >= 0:
        return named[1]
    found = _NAME.search(before[-140:])
    if found is not None:
        return found[1]
    compared = _COMPARED.match(after)
    return compared[1] if compared is not None else b""


def promise_of(name: bytes) -> Promise:
    """What the words in the name say."""
    words = _JOINTS.sub(b"_", _CAMEL.sub(b"_", name).lower()).strip(b"_")
    if _HARMLESS.search(words):
        return Promise.HARMLESS
    if _PASSWORD.search(words):
        return Promise.PASSWORD
    if _DIGEST.search(words):
        return Promise.DIGEST
    if _SECRET.search(words):
        return Promise.SECRET
    return Promise.KEY if _KEY.search(words) else Promise.NOTHING
