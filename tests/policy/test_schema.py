"""The JSON Schema for editors accepts what the loader accepts."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from leakguard.policy import PRESETS, json_schema
from leakguard.policy.files import preset
from tests.policy.samples import faults_of
from tests.policy.test_loading import EVERYTHING, write_companions


def accepts(text: str) -> bool:
    """Whether the schema accepts a policy; days are text, as for every JSON tool."""
    return Draft202012Validator(json_schema()).is_valid(yaml.load(text, yaml.BaseLoader) | {"version": 1})


def test_the_schema_is_a_schema() -> None:
    """Of the draft that it names."""
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_accepted(name: str) -> None:
    """By editors too."""
    assert accepts(preset(name).read_text(encoding="utf-8"))


def test_everything_is_accepted(tmp_path: Path) -> None:
    """The file with every key, by loader and schema."""
    write_companions(tmp_path)
    assert [] == faults_of(tmp_path, EVERYTHING)
    content = yaml.safe_load(EVERYTHING) | {"version": 1}
    content["waivers"][0]["expires"] = "2027-06-30"
    assert [] == [error.message for error in Draft202012Validator(json_schema()).iter_errors(content)]


@pytest.mark.parametrize(
    "text",
    [
        "filez: {}",
        "files: {alow: []}",
        "rules: {A RULE: warn}",
        "rules: {secret/*: blok}",
        "rules: {secret/*: {open: warn, high: warn}}",
        "rules: {secret/*: {open: {open: warn}}}",
        "rules: {secret/*: {}}",
        "openness: half",
        "size: {growth: 50}",
        "size: {artifact: 5 XB}",
        "limits: {depths: 1}",
        "artifacts: [{rules: {}}]",
        "artifacts: [{match: {}}]",
        "waivers: [{rule: secret/*, path: a, reason: x}]",
        "waivers: [{rule: secret/*, path: a, expires: 2027-01-01}]",
        "waivers: [{rule: secret/*, reason: x, expires: 2027-01-01}]",
        "waivers: [{rule: secret/*, path: a, reason: x, expires: soon}]",
        "publish: {registry: 'http://registry.example'}",
        "secrets: {environment: [A-B]}",
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(tmp_path: Path, text: str) -> None:
    """An editor shows it before the gate does."""
    assert [] != faults_of(tmp_path, text)
    if "XB" not in text:  # a size is more than its pattern
        assert not accepts(text)
