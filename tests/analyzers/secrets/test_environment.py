"""The pipeline's own secrets, in every usual encoding."""

import base64
import gzip
import json
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import pytest

from leakguard.analyzers import secrets
from leakguard.content import Content, Entry
from leakguard.errors import UsageError
from leakguard.model import Finding, Kind
from leakguard.settings import SecretSettings, Settings
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


LINE = token("", 120, "abcXYZ0189kqvwRTGH")


@pytest.mark.parametrize("joint", ["\\\n", "\\\r\n    ", "\n", "\\n", "\\r\\n", '" +\n  "', "' '", '"\n"'])
@pytest.mark.parametrize(
    "encode", [lambda text: text, lambda text: text.encode().hex(), lambda text: base64.b64encode(text.encode()).decode()]
)
@pytest.mark.parametrize("value", [LINE, LINE[:40], LINE[:17]])
def test_value_over_several_lines_is_found(monkeypatch: pytest.MonkeyPatch, value: str, encode: Callable[[str], str], joint: str) -> None:
    """Wrapped, continued, added up from strings: wherever one line ends in it."""
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", value)
    text = encode(value)
    for at in (1, 5, len(text) // 2, len(text) - 3):
        assert search(f'x = "{text[:at]}{joint}{text[at:]}"'.encode()) != [], at


@pytest.mark.parametrize("at", [1, 4, 7, 8])
def test_short_value_over_two_lines_is_found(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Also one that is too short to be looked for in parts."""
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", LINE[:9])
    assert ["plain"] == [one.evidence["encoding"] for one in search(f"{LINE[:at]}\\\n  {LINE[at:9]}".encode())]


def test_value_in_wrapped_lines_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long one, in lines of 64 and of 76."""
    value = "".join(token("", 500, seed=seed) for seed in range(3))
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", value)
    for width in (64, 76):
        text = base64.b64encode(value.encode()).decode()
        assert search("\n".join(text[start : start + width] for start in range(0, len(text), width)).encode()) != []


@pytest.mark.parametrize(
    ("chain", "data"),
    [
        ("base64 → gzip", base64.b64encode(gzip.compress(b"key = " + VALUE.encode())).decode()),
        ("base64 → base64", base64.b64encode(base64.b64encode(b"some text " + VALUE.encode())).decode()),
        ("escapes", "".join(f"\\u{ord(letter):04x}" for letter in VALUE)),
        ("html", "".join(f"&#{ord(letter)};" for letter in VALUE)),
    ],
)
def test_value_in_nested_encodings_is_found(chain: str, data: str) -> None:
    """In every layer that is decoded."""
    assert [chain] == [one.evidence["decoded"] for one in search(f'x = "{data}"'.encode())]


def test_value_is_told_once_in_one_place() -> None:
    """Its base64 is known as such; that the run around it was decoded as well is no second finding."""
    assert 1 == len(search(f'x = "{base64.b64encode(VALUE.encode() * 2).decode()}"'.encode()))


@pytest.mark.parametrize("text", ["{}", "x{}\n" * 100, "https://example.com/{}"])
def test_parts_of_a_value_are_silent(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What it shares with other text is not the value."""
    monkeypatch.setenv("LEAKGUARD_TEST_TOKEN", f"https://example.com/{LINE[:30]}")
    assert search(text.replace("{}", LINE[:25]).encode()) == []
    assert search(b"https://example.com/" * 1000) == []


def test_values_are_in_the_database_that_everybody_shares() -> None:
    """One scan finds them: their anchors are among the analyzer's own, and only where the settings ask."""
    plain, named = (secrets.anchors(Settings(secrets=one)) for one in (SecretSettings(), NAMED))
    assert list(secrets.ANCHORS) == list(plain) == list(named)[: len(plain)]
    assert len(named) > len(plain)
