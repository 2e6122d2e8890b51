"""Files that exist to hold credentials, by name and by the shape of what is in them: an empty or templated one is harmless."""

import re
from dataclasses import dataclass

from leakguard.patterns import lazily

LOOKED_AT = 64 * 1024
"""Bytes of a file whose shape is judged."""

_SECRET_KEY = (
    rb"[\w.-]{0,60}(?:secret|passw(?:or)?d|passphrase|token|api_?key|access_?key|private_?key|credential|database_url|dsn)[\w.-]{0,60}"
)
_LITERAL = rb"[\"']?(?![\"']|\$[{(A-Z]|<%|\{\{|<[a-zA-Z]|#|null\b|~)[^\s\"'#]{6}"
_ASSIGNED_SECRET = rb"(?im)^[ \t]*(?:export[ \t]+)?[\"']?" + _SECRET_KEY + rb"[\"']?[ \t]*[=:][ \t]*" + _LITERAL
_JSON_SECRET = rb"(?i)\"" + _SECRET_KEY + rb"\"\s{0,20}:\s{0,20}" + _LITERAL
_ASSIGNMENT = rb"(?m)^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]{0,100}[ \t]*[=:][ \t]*(?![\s#]|\"\"|'')"
_PRIVATE_KEY = rb"-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY-----"
_PKCS12 = rb"\A0(?:\x80|[\x81-\x84][\x00-\xff]{1,4}|[\x00-\x7f])\x02\x01\x03"
_JAVA_STORE = rb"\A\xfe\xed\xfe\xed|\A\xce\xce\xce\xce"
_SQLITE = rb"\ASQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Credential:
    """A kind of credential file."""

    what: str
    """With its article, as a message says it."""
    shape: re.Pattern[bytes]
    folder: str = ""
    """The folder that it must stand in directly (lower case), for names that mean nothing alone."""
    anywhere: bool = False
    """Whether it is one below tests and docs too; of the others, those are samples."""


def _one(what: str, shape: bytes, folder: str = "", *, anywhere: bool = False) -> Credential:
    return Credential(what, re.compile(shape), folder, anywhere)


_ENVIRONMENT = _one("an environment file with values", _ASSIGNMENT, anywhere=True)
_SSH_KEY = _one("a private SSH key", _PRIVATE_KEY)
_SECRETS_FILE = _one("a file of application secrets", _ASSIGNED_SECRET)
_PIP = _one("a pip configuration with a password", rb"://[^\s/:@]{1,200}:(?!\$\{)[^\s/@]{1,200}@")
_TERRAFORM_STATE = _one("a Terraform state, which holds the secrets of what it built", rb"\"(?:terraform_version|lineage)\"\s{0,20}:")
_JAVA_KEYS = _one("a Java key store", _JAVA_STORE + rb"|" + _PKCS12)
_PKCS12_KEYS = _one("a PKCS #12 key store", _PKCS12)
_GCLOUD = _one("Google Cloud credentials", rb"\"(?:refresh_token|private_key|client_secret)\"\s{0,20}:\s{0,20}\"[^\"]")
_KUBERNETES = _one(
    "a Kubernetes configuration with credentials",
    rb"(?m)^[ \t-]{0,40}(?:client-key-data|token|password|client-certificate-data)[ \t]*:[ \t]*\S",
)
_DOCKER = _one(
    "a Docker configuration with registry logins", rb"\"(?:auth|identitytoken|registrytoken)\"\s{0,20}:\s{0,20}\"[A-Za-z0-9+/=._-]{8}"
)
_COMPOSER = rb"\"(?:github-oauth|gitlab-token|http-basic|bearer)\"\s{0,20}:\s{0,20}\{\s{0,20}\""

BY_NAME: dict[str, tuple[Credential, ...]] = {
    ".npmrc": (
        _one(
            "an npm configuration with a token",
            rb"(?m)^[^;#\n]{0,300}_(?:authToken|password|auth)[ \t]*=[ \t]*[\"']?(?!\$\{)[^\s\"']",
            anywhere=True,
        ),
    ),
    ".yarnrc.yml": (
        _one("a Yarn configuration with a token", rb"(?m)^[ \t-]*npmAuth(?:Token|Ident)[ \t]*:[ \t]*[\"']?(?!\$\{)[^\s\"']", anywhere=True),
    ),
    ".pypirc": (_one("logins of package indexes", rb"(?m)^[ \t]*(?:\[\w|(?:password|username|repository)[ \t]*[=:])", anywhere=True),),
    ".netrc": (_one("logins of hosts", rb"\b(?:machine|default|login|password)[ \t\r\n]+\S", anywhere=True),),
    "_netrc": (_one("logins of hosts", rb"\bmachine\s{1,20}\S{1,300}\s{1,20}(?:login|account|password)\s", anywhere=True),),
    ".git-credentials": (_one("stored logins of Git hosts", rb"(?m)^https?://[^\s/:@]{0,300}:[^\s/@]{1,300}@", anywhere=True),),
    ".envrc": (_one("a direnv file with secrets", _ASSIGNED_SECRET, anywhere=True),),
    ".dev.vars": (_ENVIRONMENT,),
    ".dockercfg": (_DOCKER,),
    "config.json": (_one(_DOCKER.what, _DOCKER.shape.pattern, ".docker"),),
    ".dockerconfigjson": (_DOCKER,),
    ".pgpass": (_one("PostgreSQL passwords", rb"(?m)^[^#:\n]{1,300}:[^:\n]{1,100}:[^:\n]{1,100}:[^:\n]{1,100}:[^\s]"),),
    "pgpass.conf": (_one("PostgreSQL passwords", rb"(?m)^[^#:\n]{1,300}:(?:\d{1,5}|\*):[^:\n]{1,100}:[^:\n]{1,100}:[^\s]"),),
    ".my.cnf": (_one("MySQL logins", rb"(?m)^[ \t]*password[ \t]*=[ \t]*[\"']?[^\s\"']"),),
    ".htpasswd": (
        _one("password hashes of a web server", rb"(?m)^[^:#\s]{1,200}:(?:\$apr1\$|\$2[abxy]\$|\$[156]\$|\{SHA\}|[./0-9A-Za-z]{13}\s*$)"),
    ),
    "kubeconfig": (_KUBERNETES,),
    "config": (
        _one(_KUBERNETES.what, _KUBERNETES.shape.pattern, ".kube"),
        _one("AWS credentials", rb"(?m)^[ \t]*aws_(?:secret_access_key|session_token)[ \t]*=[ \t]*\S", ".aws"),
    ),
    "credentials": (
        _one("AWS credentials", rb"(?m)^[ \t]*aws_(?:secret_access_key|session_token)[ \t]*=[ \t]*\S", ".aws"),
        _one("a RubyGems API key", rb"(?m)^[ \t]*:?\w{0,40}api_key[ \t]*:[ \t]*\S", ".gem"),
        _one("a crates.io token", rb"(?m)^[ \t]*token[ \t]*=[ \t]*\"[^\"]", ".cargo"),
    ),
    "credentials.toml": (_one("a crates.io token", rb"(?m)^[ \t]*token[ \t]*=[ \t]*\"[^\"]", ".cargo"),),
    "credentials.json": (_one("credentials of a coding agent", rb"\"(?:access|refresh)_?token\"\s{0,20}:\s{0,20}\"[^\"]", ".claude"),),
    ".credentials.json": (_one("credentials of a coding agent", rb"(?i)\"(?:access|refresh)_?token\"\s{0,20}:\s{0,20}\"[^\"]"),),
    "oauth_creds.json": (_one("credentials of a coding agent", rb"\"(?:access|refresh)_token\"\s{0,20}:\s{0,20}\"[^\"]"),),
    "application_default_credentials.json": (_GCLOUD,),
    "adc.json": (_one(_GCLOUD.what, _GCLOUD.shape.pattern, "gcloud"),),
    "credentials.db": (_one(_GCLOUD.what, _SQLITE, "gcloud"),),
    "access_tokens.db": (_one(_GCLOUD.what, _SQLITE, "gcloud"),),
    "accesstokens.json": (_one("Azure access tokens", rb"(?i)\"(?:access|refresh)token\"\s{0,20}:\s{0,20}\"[^\"]"),),
    "msal_token_cache.json": (_one("Azure access tokens", rb"\"secret\"\s{0,20}:\s{0,20}\"[^\"]"),),
    "local.settings.json": (
        _one(
            "settings of Azure Functions with values",
            rb"\"IsEncrypted\"\s{0,20}:\s{0,20}false[\x00-\xff]{0,4000}\"Values\"\s{0,20}:\s{0,20}\{\s{0,200}\"",
        ),
    ),
    "rclone.conf": (
        _one(
            "logins of storage remotes", rb"(?m)^[ \t]*(?:pass|password|password2|token|secret_access_key|client_secret|key)[ \t]*=[ \t]*\S"
        ),
    ),
    ".s3cfg": (_one("S3 credentials", rb"(?m)^[ \t]*secret_key[ \t]*=[ \t]*\S"),),
    ".boto": (
        _one(
            "cloud storage credentials",
            rb"(?m)^[ \t]*(?:aws_secret_access_key|gs_oauth2_refresh_token|gs_secret_access_key)[ \t]*=[ \t]*\S",
        ),
    ),
    ".vault-token": (_one("a Vault token", rb"\A\s{0,10}[\w.-]{20,300}\s{0,10}\Z"),),
    "credentials.tfrc.json": (_one("Terraform Cloud credentials", rb"\"token\"\s{0,20}:\s{0,20}\"[^\"]"),),
    ".terraformrc": (_one("Terraform Cloud credentials", rb"(?m)^[ \t]*token[ \t]*=[ \t]*\"[^\"]"),),
    "auth.json": (
        _one("Composer logins", _COMPOSER, ".composer"),
        _one("credentials of a coding agent", rb"\"(?:access|refresh)_token\"\s{0,20}:\s{0,20}\"[^\"]", ".codex"),
    ),
    "hosts.yml": (_one("a GitHub login", rb"(?m)^[ \t]*oauth_token[ \t]*:[ \t]*\S", "gh"),),
    "pip.conf": (_PIP,),
    "pip.ini": (_PIP,),
    "secrets.toml": (_one("Streamlit secrets", _ASSIGNMENT, ".streamlit"), _SECRETS_FILE),
    "secrets.yml": (_SECRETS_FILE,),
    "secrets.yaml": (_SECRETS_FILE,),
    "secrets.json": (_one(_SECRETS_FILE.what, _JSON_SECRET),),
    "secrets.env": (_ENVIRONMENT,),
    "master.key": (_one("the key of a Rails application's secrets", rb"\A[0-9a-f]{32}\s{0,4}\Z"),),
    "terraform.tfvars": (_SECRETS_FILE,),
    "id_rsa": (_SSH_KEY,),
    "id_dsa": (_SSH_KEY,),
    "id_ecdsa": (_SSH_KEY,),
    "id_ed25519": (_SSH_KEY,),
    "id_ecdsa_sk": (_SSH_KEY,),
    "id_ed25519_sk": (_SSH_KEY,),
    "secring.gpg": (_one("a secret OpenPGP keyring", rb"\A[\x94\x95\xc5]"),),
}
"""Lower-case file name → what it may be."""

BY_ENDING: dict[str, tuple[Credential, ...]] = {
    "p12": (_PKCS12_KEYS,),
    "pfx": (_PKCS12_KEYS,),
    "jks": (_JAVA_KEYS,),
    "keystore": (_JAVA_KEYS,),
    "kdbx": (_one("a KeePass database", rb"\A\x03\xd9\xa2\x9a"),),
    "ppk": (_one("a private SSH key", rb"\APuTTY-User-Key-File-"),),
    "tfstate": (_TERRAFORM_STATE,),
    "kubeconfig": (_KUBERNETES,),
}
"""Lower-case last suffix → what it may be."""

KNOWN_TO_ALL = frozenset({"debug.keystore"})
"""Names of files whose password the tools that write them have published: Android's SDK signs debug builds with this one."""

_ENV_NAME = lazily(r"\.env(?:[._-][\w.-]{1,100})?")
_ENV_SEPARATOR = lazily(r"[._-]")
_TEMPLATES = frozenset(
    [
        "example",
        "examples",
        "sample",
        "samples",
        "template",
        "templates",
        "tmpl",
        "tpl",
        "dist",
        "default",
        "defaults",
        "schema",
        "spec",
        "vault",
        "enc",
        "encrypted",
        "sops",
        "j2",
        "erb",
        "hbs",
        "ejs",
        "d",
        "js",
        "cjs",
        "mjs",
        "ts",
        "cts",
        "mts",
        "jsx",
        "tsx",
        "json",
        "md",
        "html",
        "py",
        "rb",
        "go",
        "php",
        "sh",
        "css",
        "map",
        "txt",
        "rst",
    ]
)
"""Parts of a name like `.env.example` that say that it is no environment file in use."""

_SAMPLES = frozenset(
    [
        "test",
        "tests",
        "testing",
        "testdata",
        "test-data",
        "test_data",
        "__tests__",
        "spec",
        "specs",
        "fixture",
        "fixtures",
        "__fixtures__",
        "mock",
        "mocks",
        "__mocks__",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "doc",
        "docs",
        "e2e",
        "vectors",
        "cassettes",
        "snapshots",
    ]
)


def credential_in(parts: list[str], content: bytes) -> Credential | None:
    """The kind of credential file that a path (split into its components) and its content make, if any."""
    base = parts[-1].lower()
    folder = parts[-2].lower() if len(parts) > 1 else ""
    for one in candidates(base):
        if (not one.folder or one.folder == folder) and one.shape.search(content):
            return one
    return None


def candidates(base: str) -> tuple[Credential, ...]:
    """What a lower-case file name may be."""
    if base.startswith(".env") and _ENV_NAME.fullmatch(base):
        return () if _TEMPLATES.intersection(_ENV_SEPARATOR.split(base)) else (_ENVIRONMENT,)
    ending = base.removesuffix(".backup").rpartition(".")[2]
    return BY_NAME.get(base) or BY_ENDING.get(ending, ())


def is_sample(parts: list[str]) -> bool:
    """Whether a path stands below tests, docs or examples."""
    return any(part.lower() in _SAMPLES or part.lower().endswith(("_test", "_tests", "-test", "-tests", "_vectors")) for part in parts[:-1])
