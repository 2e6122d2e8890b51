"""`rules test` proves a pack by its own examples."""

from pathlib import Path

import pytest

from leakguard.analyzers.secrets import _proving
from leakguard.errors import FaultyFile

PACK = """\
issuer: Acme
rules:
  - id: acme-token
    title: Acme token
    description: what it is
    impact: what it opens
    anchors: ['acme_']
    pattern: '{pattern}'
    bits: 150
    examples: ['token = {example}\\n']
    counterexamples: ['{counterexample}']
"""


def faults(
    tmp_path: Path, pattern: str = "acme_[0-9A-Za-z]{30}", example: str = "acme_[0-9A-Za-z]{30}", counterexample: str = "acme_x{30}"
) -> list[str]:
    """What is wrong with a pack of one rule."""
    path = tmp_path / "acme.yaml"
    path.write_text(PACK.format(pattern=pattern, example=example, counterexample=counterexample))
    return [fault for _, fault in _proving.faults(_proving.sources_of([path]))]


def test_rule_that_holds_has_no_faults(tmp_path: Path) -> None:
    """Its examples are found everywhere, its counter-examples nowhere."""
    assert faults(tmp_path) == []


def test_example_that_is_not_found_is_told_with_its_places(tmp_path: Path) -> None:
    """A shorter value than the expression wants is found nowhere."""
    told = faults(tmp_path, example="acme_[0-9A-Za-z]{20}")
    assert "example 1 is not found alone" in told
    assert "example 1 is not found in UTF-16" in told


def test_counterexample_that_is_found_is_told(tmp_path: Path) -> None:
    """What must not be found, and is."""
    assert faults(tmp_path, counterexample="acme_[0-9A-Za-z]{30}") == ["counter-example 1 is found"]


@pytest.mark.parametrize("pattern", ["acme_(?:[a-z]+)+", "acme_[0-9A-Za-z]+", "acme_(", "(a)(b)\\\\1"])
def test_unsafe_expression_is_refused(tmp_path: Path, pattern: str) -> None:
    """Repetitions in repetitions, without bounds, and what does not compile."""
    (told,) = faults(tmp_path, pattern=pattern)
    assert told.startswith("its expression is refused")


def test_file_that_is_none_is_told(tmp_path: Path) -> None:
    """A file of another shape is an error with its name."""
    path = tmp_path / "notes.yaml"
    path.write_text("just: notes\n")
    with pytest.raises(FaultyFile, match="is no file of rules"):
        list(_proving.sources_of([path]))
