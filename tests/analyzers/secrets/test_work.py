"""No file, however it was made, takes long, and what was not looked at is said."""

import base64
import gzip
import time
from collections.abc import Callable

import pytest

from leakguard.analyzers.secrets import _work
from leakguard.settings import SecretSettings
from tests.analyzers.secrets.search import found
from tests.builders import token

SIZE = 6_000_000
LIMIT = "artifact/limit-exceeded"


def filled(piece: Callable[[int], str]) -> str:
    """Pieces with numbers until the file is full."""
    out, size, number = [], 0, 0
    while size < SIZE:
        out.append(piece(number))
        size += len(out[-1])
        number += 1
    return "".join(out)


def b64(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


HOSTILE = {
    "headers of keys": lambda: filled(lambda _: "-----BEGIN RSA PRIVATE KEY-----\n"),
    "beginnings of tokens": lambda: filled(lambda _: ".eyJ"),
    "assignments": lambda: filled(lambda number: f'token="{token("", 20, seed=number)}"\n'),
    "escaped assignments": lambda: filled(lambda number: f'{{\\"password\\":\\"{token("", 12, seed=number)}\\"}}'),
    "tokens in base64": lambda: f'"{b64(filled(lambda number: token("ghp_", 36, seed=number) + " ").encode()[: SIZE * 3 // 4])}"',
    "bombs": lambda: f'"{b64(gzip.compress(bytes(100_000_000)))}"\n' * 20,
    "wide text": lambda: filled(lambda _: "\x01password = 'x'").encode("utf-16-le").decode("latin-1"),
}
SILENT = {
    "escapes in a row": lambda: "\\x70" * (SIZE // 4),
    "escapes apart": lambda: '"\\x70\\x61\\x73\\x73"' * (SIZE // 18),
    "quoted text in base64": lambda: f'"{b64(b"hello this is text")}"' * (SIZE // 26),
    "invisible characters": lambda: "a\u200b" * (SIZE // 4),
    "entities": lambda: "&#112;&#97;&#115;&#115; " * (SIZE // 24),
    "spaces of keys": lambda: "PRIVATE%20KEY" * (SIZE // 13),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_bounded_and_told(name: str) -> None:
    """Six megabytes of what looks like secrets take seconds, and end in a finding that blocks."""
    data = HOSTILE[name]()
    started = time.process_time()
    findings = found(data.encode("latin-1"), path="package/a.js", opaque="native code" if name == "wide text" else "")
    assert time.process_time() - started < 12
    assert LIMIT in {one.rule for one in findings}


@pytest.mark.slow
@pytest.mark.parametrize("name", SILENT)
def test_dense_encodings_are_bounded_and_silent(name: str) -> None:
    """Six megabytes of encoded nothing take seconds and are nothing."""
    data = SILENT[name]()
    started = time.process_time()
    assert [] == [one.rule for one in found(data, path="package/a.js") if one.rule != LIMIT]
    assert time.process_time() - started < 12


def test_ordinary_file_is_far_from_the_limit() -> None:
    """A megabyte of code with assignments that are none."""
    assert found("const tokenType = getToken(options); password: string;\n" * 20_000) == []


def test_what_was_not_looked_at_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the allowance is used up, the findings so far stay, and one finding says that there may be more."""
    monkeypatch.setattr(_work, "MOST_WORK_FOR_A_RULE", 2_000)
    findings = found("".join(f"{token('npm_', 36, seed=seed)}\n" for seed in range(300)))
    rules = [str(one.rule) for one in findings]
    assert 1 == rules.count(LIMIT)
    assert 0 < rules.count("secret/npm-token") <= 100


def test_decoded_bytes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What expands beyond the allowance is said, and the rest of the file is searched all the same."""
    text = f'"{b64(gzip.compress(bytes(1000)))}"; key = "{token("npm_", 36)}"'
    assert {"secret/npm-token"} == {one.rule for one in found(text)}
    monkeypatch.setattr(_work.Allowance, "of", classmethod(lambda cls, _: cls(decoded_left=10)))
    assert {"secret/npm-token", LIMIT} == {one.rule for one in found(text)}


def test_large_entries_are_allowed_more() -> None:
    """The allowance grows with the entry, so that a large one that says one word on each line is not refused."""
    assert _work.Allowance.of(100_000_000).left > 2 * _work.Allowance.of(0).left


def test_second_opinion_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many lines with hints are asked about; that there were more is said."""
    from leakguard.analyzers.secrets import _second_opinion

    monkeypatch.setattr(_second_opinion, "MOST_LINES", 3)
    findings = found("password: hello_there\n" * 50, settings=SecretSettings(second_opinion=True))
    assert LIMIT in {one.rule for one in findings}
