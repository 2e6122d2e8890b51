"""Plug-ins of `detect-secrets` run where the command line names them, and nowhere else."""

import hashlib
import json
from pathlib import Path

import pytest

from leakguard.analyzers.secrets import _trusted
from leakguard.errors import UsageError
from leakguard.settings import SecretSettings
from tests.analyzers.secrets.search import found
from tests.builders import token

PLUGIN = """
import re
from detect_secrets.plugins.base import RegexBasedDetector

class AcmeDetector(RegexBasedDetector):
    secret_type = "Acme"
    denylist = (re.compile(r"acme:[a-z0-9]{{12}}"),)
    {more}
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plug-in for a format that no rule knows."""
    return written(tmp_path)


def written(folder: Path, more: str = "") -> Path:
    """The plug-in as a file, with another line in its class."""
    path = folder / "acme.py"
    path.write_text(PLUGIN.format(more=more))
    return path


def secret() -> str:
    """What it looks for."""
    return "acme:" + token("", 12).lower()


def test_without_it_nothing_is_found() -> None:
    """No rule of ours knows the format."""
    assert found(f"note {secret()}\n") == []


def test_its_finding_names_it(plugin: Path) -> None:
    """What it takes for a secret is a second opinion of medium confidence: it was brought along on purpose."""
    value = secret()
    (finding,) = found(f"one\nnote {value}\n", settings=SecretSettings(plugins=(plugin,)))
    assert ("secret/second-opinion", "medium", 2, 6) == (finding.rule, finding.confidence, finding.location.line, finding.location.column)
    assert "AcmeDetector" in finding.message
    assert value[-8:] not in repr(finding)


def test_long_lines_are_searched_in_pieces(plugin: Path) -> None:
    """A secret across the edge of two pieces of a minified line is found, once."""
    for shift in range(-20, 4):
        text = "x" * (_trusted.WINDOW + shift) + " " + secret() + " " + "y" * _trusted.WINDOW
        assert [one.location.column for one in found(text, settings=SecretSettings(plugins=(plugin,)))] == [_trusted.WINDOW + shift + 2]


def test_opaque_content_is_not_asked_about(plugin: Path) -> None:
    """Its plug-ins are made for lines of text."""
    assert found(secret(), opaque="image", settings=SecretSettings(plugins=(plugin,))) == []


def test_baseline_accepts_its_secrets_too(plugin: Path, tmp_path: Path) -> None:
    """A digest in `results` silences the value."""
    value = secret()
    baseline = tmp_path / ".secrets.baseline"
    digest = hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()
    baseline.write_text(json.dumps({"results": {"a": [{"hashed_secret": digest, "type": "Acme"}]}}))
    assert found(value, settings=SecretSettings(plugins=(plugin,), baseline=baseline)) == []


def test_plugin_that_raises_leaves_the_entry_unsearched(tmp_path: Path) -> None:
    """The entry blocks, and what was raised is told by its type alone."""
    broken = written(tmp_path, "def analyze_line(self, **_): raise KeyError('acme:tellme')")
    (finding,) = found("a line\n", settings=SecretSettings(plugins=(broken,)))
    assert finding.rule == "artifact/limit-exceeded"
    assert "KeyError" in finding.message
    assert "tellme" not in finding.message


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "does not exist"), ("x = 1\n", "defines no plug-in"), ("1 +\n", "`SyntaxError`"), ("raise OSError('tellme')\n", "`OSError`")],
)
def test_no_plugin_is_a_usage_error(tmp_path: Path, content: str | None, message: str) -> None:
    """A file that cannot be loaded ends the run before any work, without its content."""
    path = tmp_path / "none.py"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=message) as caught:
        found("", settings=SecretSettings(plugins=(path,)))
    assert "tellme" not in str(caught.value)
