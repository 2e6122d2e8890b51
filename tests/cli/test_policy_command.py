"""`leakguard policy` shows what is configured and lists every fault of it."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.cli.command import leakguard

GOOD = "version: 1\nextends: strict\nopenness: closed\nfiles:\n  allow: ['dist/**/*.js', 'no']\nrules:\n  file/litter: allow\n"
BAD = "version: 1\nopenness: ajar\nfiles:\n  alow: []\n"


def test_check_says_what_has_no_faults(tmp_path: Path) -> None:
    """A good file is exit 0 and one line; so is the policy that is found, and the default where there is none."""
    tmp_path.joinpath("good.yaml").write_text(GOOD)
    done = leakguard("policy", "check", "good.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "good.yaml: no faults\n", "")
    assert leakguard("policy", "check", cwd=tmp_path).stdout == "policy `default`: no faults\n"
    tmp_path.joinpath("good.yaml").rename(tmp_path / "leakguard.yaml")
    assert leakguard("policy", "check", cwd=tmp_path).stdout == "policy `leakguard.yaml`: no faults\n"


def test_check_lists_every_fault_of_every_file(tmp_path: Path) -> None:
    """Faults of several files, and files that are not there, are told at once with exit 2."""
    tmp_path.joinpath("good.yaml").write_text(GOOD)
    tmp_path.joinpath("bad.yaml").write_text(BAD)
    tmp_path.joinpath("worse.yaml").write_text("version: [\n")
    done = leakguard("policy", "check", "bad.yaml", "good.yaml", "worse.yaml", "none.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "good.yaml: no faults\n")
    places = [line.partition(": ")[0] for line in done.stderr.splitlines() if ".yaml:" in line]
    assert places[:2] == ["bad.yaml:2:11", "bad.yaml:4:3"]
    assert places[2].startswith("worse.yaml:")
    assert places[3] == "none.yaml"
    assert done.stderr.splitlines()[-1] == "error: 4 faults"


@pytest.mark.parametrize(
    "command", [["policy", "show", "bad.yaml"], ["policy", "check", "bad.yaml"], ["inspect", "--policy", "bad.yaml", "x"]]
)
def test_faulty_policy_is_exit_2_everywhere(command: list[str], tmp_path: Path) -> None:
    """No command goes on with a policy that has a fault."""
    tmp_path.joinpath("bad.yaml").write_text(BAD)
    tmp_path.joinpath("x").write_text("x")
    done = leakguard(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bad.yaml:2:11: ")


def test_show_prints_what_is_merged_with_its_origin(tmp_path: Path) -> None:
    """The merged policy is YAML that reads back, each value with the line that it comes from."""
    tmp_path.joinpath("leakguard.yaml").write_text(GOOD)
    done = leakguard("policy", "show", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("# policy leakguard.yaml, sha256:")
    assert "openness: closed  # leakguard.yaml:3" in lines
    assert '    - "dist/**/*.js"  # leakguard.yaml:5' in lines
    assert "  file/litter: allow  # leakguard.yaml:7" in lines
    read = yaml.safe_load(done.stdout)
    assert read["files"]["allow"] == ["dist/**/*.js", "no"]
    assert read["rules"]["*"] == "block"


def test_show_prints_a_preset_as_json(tmp_path: Path) -> None:
    """A preset by name; with `--json` each value is an object with its origin."""
    read = json.loads(leakguard("policy", "show", "strict", "--json", cwd=tmp_path).stdout)
    assert (read["name"], read["digest"][:7]) == ("strict", "sha256:")
    assert read["policy"]["rules"]["*"]["value"] == "block"
    assert read["policy"]["rules"]["*"]["origin"].startswith("strict.yaml:")


def test_show_escapes_what_a_policy_holds(tmp_path: Path) -> None:
    """A policy cannot draw on the terminal of who looks at it."""
    text = 'version: 1\nfiles: {deny: ["\\e[31m\\u202e##[error]"]}\n'
    tmp_path.joinpath("p.yaml").write_text(text)
    done = leakguard("policy", "show", "p.yaml", cwd=tmp_path)
    assert not [character for character in done.stdout if not character.isprintable() and character != "\n"]


def test_unknown_policy_is_exit_2(tmp_path: Path) -> None:
    """A name that is neither preset nor file is told with the nearest preset."""
    done = leakguard("policy", "show", "strct", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'did you mean "strict"?' in done.stderr


def test_schema_describes_policies(tmp_path: Path) -> None:
    """The schema is one, takes a good policy and refuses a bad one."""
    schema = json.loads(leakguard("policy", "schema", cwd=tmp_path).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(yaml.safe_load(GOOD))
    assert not validator.is_valid(yaml.safe_load(BAD))
