"""What is encoded is decoded and searched, round by round, and found where it stands in the outer file."""

import base64
import gzip
import zlib
from collections.abc import Callable

import pytest

from leakguard.model import Finding
from tests.analyzers.secrets.search import found, made
from tests.builders import token

TOKEN = made("ghp_[0-9A-Za-z]{30}<checksum>")
TEXT = f'const endpoint = 1; key = "{TOKEN}";\nmore of the same text\n'
RULE = "secret/github-token"
CODE = "export const answer = compute(1, 'module');\n" * 800
"""More than is searched for everything: only what stands in quotes is looked at."""


def b64(data: str | bytes) -> str:
    """Base64."""
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def escaped(pattern: str) -> str:
    """The token with every character spelled out."""
    return "".join(pattern.format(ord(letter)) for letter in TOKEN)


def chains(text: str | bytes, path: str = "package/a.js", opaque: str = "") -> list[object]:
    """The decoding chains of the token's findings."""
    return [one.evidence.get("decoded") for one in found(text, path=path, opaque=opaque) if one.rule == RULE]


def place(finding: Finding) -> tuple[int | None, int | None]:
    """Line and column."""
    return finding.location.line, finding.location.column


ENCODED = {
    "base64": b64(TOKEN),
    "base64 → base64": b64(b64(TEXT)),
    "base64 → base64 → base64": b64(b64(b64(TEXT))),
    "base64 → gzip": b64(gzip.compress(TEXT.encode(), mtime=0)),
    "base64 → zlib": b64(zlib.compress(TEXT.encode())),
    "base64 → base64 → gzip": b64(b64(gzip.compress(TEXT.encode(), mtime=0))),
    "hex": TEXT.encode().hex(),
    "hex → gzip": gzip.compress(TEXT.encode(), mtime=0).hex().upper(),
    "hex → base64": b64(TEXT).encode().hex(),
    "base64 → hex": b64(TEXT.encode().hex()),
    "base64 → utf-16": b64(TEXT.encode("utf-16-le")),
    "percent": escaped("%{:02X}"),
    "escapes": escaped("\\x{:02x}"),
    "html": escaped("&#{};"),
    "invisible characters": TOKEN[:20] + "\u200b" + TOKEN[20:],
}


@pytest.mark.parametrize(("chain", "text"), ENCODED.items())
@pytest.mark.parametrize("line", ["{}", "key: {}\n", "A={}\n", "x = '{}'; y", "// {}\n", '{{"a": "{}"}}', "<a>{}</a>"])
def test_encoded_token_is_found_with_its_chain(chain: str, text: str, line: str) -> None:
    """Alone, in configuration, in code, in a comment, in JSON and in markup, in whatever way it is encoded."""
    assert chains(line.format(text)) == [chain]


@pytest.mark.parametrize("chain", [one for one in ENCODED if "utf-16" not in one])
def test_encoded_token_is_found_in_a_large_program(chain: str) -> None:
    """In a string of a bundle."""
    assert chains(f'{CODE}x="{ENCODED[chain]}";{CODE}') == [chain]


@pytest.mark.parametrize(
    "spell",
    ["\\u{:04x}", "\\u{{{:x}}}", "\\{:03o}", "&#x{:x};", "&#{};", "%{:02x}"],
    ids=["u", "braces", "octal", "hexadecimal", "decimal", "percent"],
)
def test_every_spelling_of_an_escape_is_read(spell: str) -> None:
    """Unicode escapes, octal ones, and both kinds of character references."""
    assert len(chains(f'x = "{escaped(spell)}"')) == 1


@pytest.mark.parametrize(
    "encode",
    [lambda data: base64.urlsafe_b64encode(data).decode(), lambda data: base64.b64encode(data).decode().rstrip("=")],
    ids=["url-safe", "bare"],
)
def test_other_kinds_of_base64_are_read(encode: Callable[[bytes], str]) -> None:
    """Its URL-safe alphabet, and without padding."""
    assert chains(f'x = "{encode(TEXT.encode() + bytes(range(32, 96)))}"') == ["base64"]


@pytest.mark.parametrize("joint", ["\n", "\r\n", "\n    ", "\\n", '" +\n  "', "\\\n"])
def test_base64_over_several_lines_is_one_run(joint: str) -> None:
    """Line ends, escaped ones, and strings that are added up."""
    lines = b64("some text before it, long enough to fill a line of its own " + TEXT)
    broken = joint.join(lines[at : at + 64] for at in range(0, len(lines), 64))
    assert chains(f'x = "{broken}"') == ["base64"]


def test_location_is_where_the_encoded_text_stands() -> None:
    """Line and column of the outer file, not of the decoded text; the length is the secret's own."""
    (finding,) = [one for one in found(f'first line\nx = "{b64(TEXT)}"', path="a.js") if one.rule == RULE]
    column = len('x = "') + 1 + TEXT.index(TOKEN) // 3 * 4
    assert finding.location.line == 2
    assert abs((finding.location.column or 0) - column) <= 2
    assert (40, "high") == (finding.evidence["length"], finding.confidence)


def test_location_in_a_wrapped_run_counts_its_lines() -> None:
    """Something in the third line of the encoded text is found there."""
    lines = b64("x" * 100 + "\n" + TEXT)
    (finding,) = [one for one in found("\n".join(lines[at : at + 76] for at in range(0, len(lines), 76)), path="a.txt") if one.rule == RULE]
    assert finding.location.line == 3


def test_location_in_an_executable_is_the_offset() -> None:
    """UTF-16 and UTF-32 strings in native code."""
    for encoding, chain in (("utf-16-le", "utf-16"), ("utf-32-le", "utf-32"), ("utf-16-be", "utf-16")):
        data = b"\x7fELF\1\2\3\4" + f" {TOKEN} ".encode(encoding) + b"\1\2\3"
        (finding,) = found(data, path="a.so", opaque="native code")
        step = 4 if "32" in encoding else 2
        assert chain == finding.evidence["decoded"]
        assert abs((finding.location.offset or 0) - 8 - step) <= 1


def test_fourth_round_is_not_looked_for() -> None:
    """The depth is bounded."""
    assert chains(f'x = "{b64(b64(b64(b64(TEXT))))}"') == []


def test_fingerprint_of_a_random_token_does_not_depend_on_its_encoding() -> None:
    """The same token, plain and encoded, has one fingerprint."""
    assert 1 == len({one.fingerprint for text in (TOKEN, b64(TEXT)) for one in found(f'x = "{text}"') if one.rule == RULE})


def test_quoted_json_is_read() -> None:
    """A telling name in JSON in a string, however often it was quoted."""
    value = token("", 32)
    for slashes in ("\\", "\\\\\\"):
        findings = found(f'x = "{{{slashes}"api_token{slashes}":{slashes}"{value}{slashes}"}}"', path="a.js")
        assert ["secret/generic"] == [one.rule for one in findings if one.rule == "secret/generic"]


def test_what_stands_there_plainly_is_told_once() -> None:
    """A token beside escapes is found as it stands, and not a second time in the decoded text."""
    assert chains(f'x = "{{\\"password\\": \\"{TOKEN}\\"}}"') == [None]
    assert chains(f'x = "\\x41\\x42\\x43\\x44 {TOKEN} %41%42%43%44%45"') == [None]


def test_more_specific_finding_inside_replaces_the_guess_outside() -> None:
    """A telling name before base64 that holds a token is one finding: the token."""
    assert [RULE] == [one.rule for one in found(f'api_token = "{b64(TOKEN)}"\n')]


@pytest.mark.parametrize(
    "text",
    [
        b64(bytes(range(256)) * 20),
        token("", 4000),
        b64("nothing but harmless text, over and over again, " * 40),
        "deadbeef" * 40,
        "sha512-" + token("", 86) + "==",
        "iVBORw0KGgo" + token("", 400),
        "/".join(["node_modules", "some-package", "dist", "components"] * 4),
        "&lt;div&gt;&quot;hello&quot;&lt;/div&gt;" * 30,
        "https%3A%2F%2Fexample.com%2Fpath%3Fa%3Db" * 20,
        "\\x1b[31m red \\x1b[0m" * 30,
        "\u0628\u0647\u200c\u0646\u0627\u0645",
        b64(gzip.compress(b"harmless text " * 500, mtime=0)),
        "eJ" + token("", 60),
        "1f8b08" + token("", 60, "0123456789abcdef"),
    ],
)
def test_harmless_encoded_text_is_silent(text: str) -> None:
    """Images, digests, paths, markup, addresses, colours and compressed prose are no secrets."""
    assert found(f'const blob = "{text}";\n{text}\n', path="package/a.js") == []


def test_no_piece_of_a_token_in_utf16_is_one() -> None:
    """A token that goes on after its length is none, in UTF-16 as elsewhere."""
    npm = token("npm_", 36)
    for text, count in ((npm, 1), (npm + "abc", 0)):
        assert count == len(found(b"\x7fELF" + text.encode("utf-16-le"), path="a.so", opaque="native code"))


def test_gzip_that_is_cut_off_or_broken_does_no_harm() -> None:
    """What can be read of a stream is searched; what is none is left."""
    whole = gzip.compress(TEXT.encode() * 50, mtime=0)
    assert chains(f'x = "{b64(whole[:-20])}"') != []
    assert chains(f'x = "{b64(whole[:10] + bytes(50))}"') == []
