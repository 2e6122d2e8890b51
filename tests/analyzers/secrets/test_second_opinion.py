"""`detect-secrets` is asked only where the policy says so, and only near hits."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from leakguard.errors import FaultyFile
from leakguard.settings import SecretSettings
from tests.analyzers.secrets.search import found
from tests.builders import token

WORD = "cackleberry"
LINE = f'db_password = "{WORD}"\n'
"""Words: no secret for us, one for its keyword plug-in."""


def test_it_is_not_asked_by_default() -> None:
    """Without the setting, a value that only it takes for a secret is none."""
    assert found(LINE) == []


def test_it_is_imported_only_on_demand() -> None:
    """The analyzer without the setting does not load it: that would take a third of a second."""
    code = "import sys; from leakguard.analyzers import secrets; secrets.ANCHORS; print('detect_secrets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert done.stdout.strip() == "False"


def test_its_finding_is_of_low_confidence() -> None:
    """What only it takes for a secret is a finding of its own rule."""
    (finding,) = found(LINE, settings=SecretSettings(second_opinion=True))
    assert ("secret/second-opinion", "low", 1) == (finding.rule, finding.confidence, finding.location.line)
    assert WORD not in finding.message


def test_what_we_found_is_not_told_twice() -> None:
    """Bytes that a finding of ours covers are not reported again."""
    findings = found(f'api_key = "{token("", 32)}"\n', settings=SecretSettings(second_opinion=True))
    assert ["secret/generic"] == [one.rule for one in findings]


def test_its_baseline_accepts(tmp_path: Path) -> None:
    """A digest in `results` silences the value; nothing else of the baseline is read."""
    path = tmp_path / ".secrets.baseline"
    digest = hashlib.sha1(WORD.encode(), usedforsecurity=False).hexdigest()
    path.write_text(json.dumps({"plugins_used": [{"path": "file:///evil.py"}], "results": {"a": [{"hashed_secret": digest, "type": "x"}]}}))
    assert found(LINE, settings=SecretSettings(second_opinion=True, baseline=path)) == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"results": 7}'])
def test_no_baseline_is_a_faulty_file(tmp_path: Path, content: str) -> None:
    """A file of another shape is refused."""
    path = tmp_path / ".secrets.baseline"
    path.write_text(content)
    with pytest.raises(FaultyFile):
        found("", settings=SecretSettings(second_opinion=True, baseline=path))
