"""Addresses, headers, web tokens and assignments: the value decides."""

import base64
import json

import pytest

from leakguard.model import Confidence
from tests.analyzers.secrets.search import found, rules
from tests.builders import token

PASSWORD = "Kx7" + token("", 9, seed=3)


def jwt(claims: dict[str, object], header: dict[str, object] | None = None, signature: str = "") -> str:
    """A signed-looking token of these claims."""
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header or {"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts] + [signature or token("", 43)])


@pytest.mark.parametrize("scheme", ["postgres", "mongodb+srv", "https", "amqp", "redis", "ftp"])
def test_password_in_an_address_is_found(scheme: str) -> None:
    """A user, a password and a real host are credentials, whatever the scheme."""
    (finding,) = found(f"{scheme}://deploy:{PASSWORD}@db7.acme.io/live")
    assert ("secret/url-credentials", "medium", scheme) == (finding.rule, finding.confidence, finding.evidence["scheme"])


@pytest.mark.parametrize(
    "text",
    [
        "https://user:pass@db.acme.io",
        "https://user:password@acme.io/a",
        "https://${USER}:${PASSWORD}@acme.io",
        "https://{{user}}:{{pass}}@acme.io",
        "https://%s:%s@acme.io",
        "https://<user>:<password>@acme.io",
        f"postgres://deploy:{PASSWORD}@localhost:5432/x",
        f"postgres://deploy:{PASSWORD}@127.0.0.1/x",
        f"https://deploy:{PASSWORD}@example.com/",
        f"https://deploy:{PASSWORD}@db.example.org",
        f"https://acme.io:8080/x@{PASSWORD}",
        "https://postgres:postgres@db.acme.io",
        "http://a:xxxxxxxx@acme.io",
        "https://acme.io/path:with@sign",
        "git@github.com:acme/x.git",
    ],
)
def test_address_without_a_secret_is_silent(text: str) -> None:
    """Placeholders, templates, documentation's hosts and the own machine are no credentials in a program."""
    assert rules(f'connect("{text}")', path="package/src/db.js") == []


@pytest.mark.parametrize("host", ["localhost:5432", "127.0.0.1", "db.example.org"])
def test_chosen_password_for_a_sample_host_is_of_low_confidence_in_settings(host: str) -> None:
    """What people chose may be in use elsewhere; among documentation it is a sample."""
    text = f"DATABASE_URL=postgres://deploy:{PASSWORD}@{host}/live\n"
    assert ["low"] == [one.confidence for one in found(text, path="package/app.conf")]
    assert rules(text, path="package/README.md") == []


def test_web_token_is_decoded() -> None:
    """Algorithm and expiry are told; the claims are not."""
    (finding,) = found(jwt({"iss": "acme", "exp": 4102444800}))
    assert ("secret/jwt", "medium", "HS256", "2100-01-01") == (
        finding.rule,
        finding.confidence,
        finding.evidence["algorithm"],
        finding.evidence["expires"],
    )


def test_unsigned_web_token_is_of_low_confidence() -> None:
    """Without a signature nobody believes it."""
    assert ["low"] == [one.confidence for one in found(jwt({"iss": "acme"}, {"alg": "none"}))]


def test_service_role_is_critical_and_anonymous_role_is_not() -> None:
    """Supabase gives one token away on purpose and must keep the other."""
    assert ["critical", "low"] == [one.severity for role in ("service_role", "anon") for one in found(jwt({"role": role}))]


@pytest.mark.parametrize(
    "text",
    [
        jwt({"sub": "1234567890", "name": "John Doe"}),
        jwt({}),
        "eyJhbGciOiJIUzI1NiJ9.eyJ" + "x" * 40 + ".abc",
        "eyJhbGciOiJIUzI1NiJ9",
        "a.eyJhIjoxfQ.b",
        "[" * 40 + "eyJbW1tb.eyJbW1tbW1tb." + "x" * 43,
    ],
)
def test_demonstrations_and_fragments_are_silent(text: str) -> None:
    """The token of the usual demonstration, empty claims and what is no JSON are no findings."""
    assert rules(text) == []


def test_basic_header_is_decoded() -> None:
    """The pair inside decides."""
    good, talk = (base64.b64encode(pair.encode()).decode() for pair in (f"deploy:{PASSWORD}", "user:password"))
    assert rules(f"Authorization: Basic {good}") == ["secret/basic-authorization"]
    assert rules(f"Authorization: Basic {talk}\nBasic authentication is used") == []


@pytest.mark.parametrize(
    "text", ["Bearer your-access-token-goes-here", "Bearer ${TOKEN_FROM_THE_ENVIRONMENT}", "Bearer authorizationHeaderValue"]
)
def test_bearer_without_a_value_is_silent(text: str) -> None:
    """Templates and identifiers are no tokens."""
    assert rules(f'headers["Authorization"] = "{text}"') == []


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "{}"',
        "API_TOKEN={}\n",
        "token: '{}'",
        'client_secret:"{}",',
        '"access_token": "{}"',
        "export DB_PASSWORD={}\n",
        "const secret = `{}`",
    ],
)
def test_random_value_under_a_telling_name_is_found(line: str) -> None:
    """Whatever the language, a random value that is called a secret is likely one."""
    assert [("secret/generic", "medium")] == [(one.rule, one.confidence) for one in found(line.format(token("", 32)))]


@pytest.mark.parametrize(
    "line",
    [
        'password = "password"',
        'password = "changeme123"',
        "password: string;",
        "token: AccessTokenV2;",
        "this.unk_token=e.unk_token,this.vocab=new",
        "token = os.environ['API_TOKEN']",
        "secret: ${VAULT_SECRET_1}",
        'secret: "{{ vault.secret1 }}"',
        'api_key: "<your-api-key>"',
        'tokenUrl = "https://auth.acme.io/oauth2/v1/token"',
        'secretPath: "/run/secrets/db_password_1"',
        'integrity_key = "sha512-{0}"',
        'publicKey = "{0}"',
        'cache_key: "{0}"',
        'next_token = "{0}"',
        'token_hash = "0123456789abcdef0123456789abcdef01234567"',
        '"ARN": "arn:aws:secretsmanager:us-west-2:123456789012:secret:Db1-a1b2c3"',
        'token:"variable-2"',
        'passwordField = "user_password_1"',
        "[cover]: https://codecov.io/gh/a/b/graph/badge.svg?token=mDP3mQJNnn",
        'tokenType: "access_token_v2"',
        "mergedToken = transformToken2[0],",
        'secret = "correct horse battery staple"',
        'api_key = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
        'ChangeToken: "abcd12f2-46da-4fdb-b8d5-fbd4c466928f"',
    ],
)
def test_harmless_assignment_is_silent(line: str) -> None:
    """Identifiers, placeholders, templates, paths, digests, types and other kinds of keys are no secrets."""
    assert rules(line.replace("{0}", token("", 32)), path="package/src/a.ts") == []


@pytest.mark.parametrize(
    "path", ["package/test/a.js", "package/README.md", "package/dist/a.d.ts", "p/locales/de.json", "p/x.examples.json"]
)
def test_generic_value_among_tests_and_documentation_is_silent(path: str) -> None:
    """A test's or a manual's value without a format of its own is made for it."""
    assert rules(f'api_key = "{token("", 32)}"', path=path) == []


def test_password_of_a_netrc_and_a_pypirc_is_found() -> None:
    """The files that clients keep their passwords in are known by their shape."""
    assert "secret/netrc-password" in rules(f"machine git.acme.io login deploy password {PASSWORD}\n")
    assert rules(f"[acme]\nusername = deploy\npassword = {PASSWORD}\n") == ["secret/pypirc-password"]


@pytest.mark.parametrize("suffix", ["js", "min.js", "py", "d.ts", "map!/src/a.ts"])
def test_a_doubtful_assignment_says_nothing_in_a_program(suffix: str) -> None:
    """Programs are full of telling names: what would be a low confidence there is no finding, in a configuration it is."""
    line = f'password: "{PASSWORD.lower()}"\n'
    assert [Confidence.LOW] == [one.confidence for one in found(line, path="package/config.ini")]
    assert not rules(line, path=f"package/lib/a.{suffix}")


def test_an_object_in_base64_is_no_random_value() -> None:
    """A default session in base64 is judged by what is in it."""
    value = base64.b64encode(b'{"session_id": "default", "more": "words"}').decode().rstrip("=")
    assert not rules(f'DEFAULT_TOKEN = "{value}";\n')


def test_a_hash_of_a_password_is_of_low_confidence() -> None:
    """Only guessing turns it back, and documentation is full of them."""
    hashed = f"$6${token('', 16)}${token('', 86, seed=3)}"
    assert {Confidence.LOW} >= {one.confidence for one in found(f'admin_password = "{hashed}"\n')}


@pytest.mark.parametrize("password", ["key_1234", "pass-1", "secret_12"])
def test_a_numbered_word_is_no_password_of_an_address(password: str) -> None:
    """Examples of addresses number their placeholders."""
    assert not rules(f"vault://:{password}@vault.acme.io/x\n")
