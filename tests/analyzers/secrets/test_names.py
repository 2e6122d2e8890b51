"""The name that a value is given, in the grammars of programs and settings, and what it promises."""

import pytest

from leakguard.analyzers.secrets._names import Promise, name_of, promise_of
from tests.analyzers.secrets.search import found, rules
from tests.builders import token

VALUE = token("", 32)


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ('api_key = "', "api_key"),
        ("apiKey:'", "apiKey"),
        ("TOKEN=", "TOKEN"),
        ('"secret": "', "secret"),
        ("$token .= '", "$token"),
        ("TOKEN ?= ", "TOKEN"),
        ("var apiToken string = `", "apiToken"),
        ("password: String = '", "password"),
        ('setProperty("X_TOKEN", "', "X_TOKEN"),
        ("<apiToken>\n   ", "apiToken"),
        ("API_TOKEN=${API_TOKEN:-", "API_TOKEN"),
        ('{"name": "DB_PASSWORD", "value": "', "DB_PASSWORD"),
        ("- name: DB_PASSWORD\n  value: ", "DB_PASSWORD"),
        ("password => '", "password"),
        ("if (api_key === '", "api_key"),
    ],
)
def test_name_is_found_in_every_grammar(before: str, name: str) -> None:
    """Assignments, calls, elements, lists of fields and comparisons name their value before it."""
    assert name_of(before.encode(), b"") == name.encode()


def test_name_behind_a_comparison_is_found() -> None:
    """In a comparison the name may stand behind the value."""
    assert name_of(b'if ("', b'" == my_password) {') == b"my_password"


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("db_password", Promise.PASSWORD),
        ("userPwd", Promise.PASSWORD),
        ("pw", Promise.PASSWORD),
        ("API_TOKEN", Promise.SECRET),
        ("clientSecret", Promise.SECRET),
        ("encryptionKey", Promise.SECRET),
        ("slackKey", Promise.KEY),
        ("token_hash", Promise.DIGEST),
        ("cache_key", Promise.HARMLESS),
        ("publicKey", Promise.HARMLESS),
        ("next_token", Promise.HARMLESS),
        ("tokenUrl", Promise.HARMLESS),
        ("passwordField", Promise.HARMLESS),
        ("compass", Promise.HARMLESS),
        ("colour", Promise.NOTHING),
    ],
)
def test_words_in_a_name_promise(name: str, promise: Promise) -> None:
    """The last words decide: what ends in `url`, `id` or `field` is none, whatever stands before."""
    assert promise_of(name.encode()) is promise


@pytest.mark.parametrize(
    "text",
    [
        "api_token := `{}`",
        "$apiToken .= '{}';",
        "API_TOKEN ?= {}",
        'System.setProperty("API_TOKEN", "{}")',
        "<apiToken>\n    {}\n</apiToken>",
        '{{"name": "API_TOKEN", "value": "{}"}}',
        "- name: API_TOKEN\n  value: {}\n",
        'if ("{}" == api_token) {{',
        "ENV API_TOKEN={}",
        "docker run -e API_TOKEN={} image",
        '"{{\\"api_token\\":\\"{}\\"}}"',
        "api_token:\n  '{}'\n",
        "api_token: >-\n  {}\n",
    ],
)
def test_random_value_is_found_in_every_grammar(text: str) -> None:
    """What is random under a telling name is found however a language writes it."""
    assert len(rules(text.format(VALUE))) == 1


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("CREATE USER ci IDENTIFIED BY '{}';", "sql-password"),
        ("ALTER USER 'root'@'%' IDENTIFIED WITH mysql_native_password BY '{}';", "sql-password"),
        ("ALTER ROLE ci WITH PASSWORD '{}';", "sql-password"),
        ("curl -u deploy:{} https://acme.io/", "command-password"),
        ("curl --user 'deploy:{}' https://acme.io/", "command-password"),
        ("deploy --password {} --now", "command-password"),
    ],
)
def test_passwords_of_statements_and_commands_are_found(text: str, rule: str) -> None:
    """Databases and shells take passwords without an assignment."""
    assert [f"secret/{rule}"] == rules(text.format(VALUE))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE USER ci IDENTIFIED BY '${PASSWORD}';",
        "CREATE USER ci IDENTIFIED BY 'password';",
        'curl -u "$USER:$PASSWORD" https://acme.io/',
        "curl -u user:password https://acme.io/",
        "deploy --password-file /run/secrets/a1",
        "deploy --token=your-token-here",
        "the password 'must not be empty'",
    ],
)
def test_commands_without_a_secret_are_silent(text: str) -> None:
    """Variables, files, placeholders and prose are no passwords."""
    assert rules(text) == []


def test_chosen_password_is_of_low_confidence_in_settings_and_silent_in_programs() -> None:
    """A program is full of words under such names; settings are not."""
    assert ["low"] == [one.confidence for one in found("password: sunshine42\n", path="package/app.yaml")]
    assert rules('password: "sunshine42"', path="package/a.js") == []


def test_kubernetes_secret_is_found_before_and_behind_its_kind() -> None:
    """The order of the keys of a manifest means nothing."""
    data = "data:\n  password: " + token("", 31) + "=\n"
    assert ["secret/kubernetes-secret"] == rules("apiVersion: v1\nkind: Secret\n" + data)
    assert ["secret/kubernetes-secret-data"] == rules("apiVersion: v1\n" + data + "kind: Secret\n")
    assert rules("apiVersion: v1\nkind: ConfigMap\n" + data.replace("password", "blob")) == []
