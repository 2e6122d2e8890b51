"""The pipeline's own secrets, in every usual encoding."""

import base64
import json
from urllib.parse import quote

import msgspec
import pytest

from leakguard.content import Content, Entry
from leakguard.errors import UsageError
from leakguard.model import Finding, Kind
from leakguard.settings import SecretSettings
from tests.analyzers.secrets.search import judged
from tests.builders import token

VALUE = 'p"' + token("", 60, "abcXYZ0189/+= é")
NAMED = SecretSettings(environment=("LEAKGUARD_TEST_TOKEN", "LEAKGUARD_TEST_UNSET"))


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", VALUE)
    monkeypatch.delenv("LEAKGUARD_TEST_UNSET", raising=False)


def search(data: bytes, name: str = "a.bin", text: bytes = b"") -> list[Finding]:
    """The findings in an entry with this content."""
    content = Content(data)
    content.encoding = "utf-8"
    entry = Entry(path="p", name=name, kind=Kind.FILE, depth=1, size=len(data), content=content, text=text)
    return [one for one in judged(entry, NAMED) if one.rule == "secret/environment-value"]


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("plain", VALUE.encode()),
        ("utf-16", VALUE.encode("utf-16-le")),
        ("json", json.dumps(VALUE).encode()),
        ("percent", quote(VALUE, safe="").encode()),
        ("hex", VALUE.encode().hex().upper().encode()),
        ("base64", base64.b64encode(VALUE.encode())),
        ("base64", base64.b64encode(b"x" + VALUE.encode() + b"tail")),
        ("base64", base64.urlsafe_b64encode(b"xy" + VALUE.encode() + b"t")),
    ],
)
def test_value_is_found_in_every_encoding(encoding: str, data: bytes) -> None:
    """The value is found wherever it stands, and the evidence names variable and encoding."""
    assert [{"variable": "LEAKGUARD_TEST_TOKEN", "encoding": encoding}] == [one.evidence for one in search(b"left\n" + data + b"\nright")]


def test_value_is_found_in_names_and_texts() -> None:
    """The name of an entry and what its container says of it are searched too."""
    assert len(search(b"", name=VALUE)) == len(search(b"", text=VALUE.encode())) == 1


def test_half_of_the_value_is_silent() -> None:
    """A value of which only the beginning stands there is not the value."""
    assert search(VALUE.encode()[:55] + b"other") == []


def test_findings_hold_nothing_of_the_value() -> None:
    """No field of the finding holds eight consecutive characters of the value."""
    told = json.dumps([msgspec.to_builtins(one) for one in search(VALUE.encode())], ensure_ascii=False)
    assert not [VALUE[at : at + 8] for at in range(len(VALUE) - 7) if VALUE[at : at + 8] in told]


def test_short_value_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that occurs everywhere is refused, without being told."""
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", "hunter2")
    with pytest.raises(UsageError, match="LEAKGUARD_TEST_TOKEN") as caught:
        search(b"")
    assert "hunter2" not in str(caught.value)
