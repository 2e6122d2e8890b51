"""The ledger in the reports: in words for people, whole for machines."""

import io
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from leakguard.model import Report
from leakguard.reporters import json as machine
from leakguard.reporters import text
from tests.reporters.reports import report, verdict

LEDGER: dict[str, Any] = {
    "maps": 2,
    "sources": 4,
    "files": 4,
    "lines": 1081,
    "bytes": 4012,
    "first_party": {"files": 3, "lines": 1080, "bytes": 4010, "shipped": 1},
    "third_party": {"files": 1, "lines": 1, "bytes": 2},
    "novel_lines": 1060,
    "absolute_paths": 1,
    "users": ["kim"],
    "tree": [{"path": "src/api/", "files": 2, "lines": 1000}, {"path": "src/main.ts", "files": 1, "lines": 80}],
}


def with_ledger(**changed: object) -> Report:
    """A report on one artifact with a ledger."""
    one = verdict()
    return report(replace(one, artifact=replace(one.artifact, ledger={**LEDGER, **changed})))


def shown(made: Report) -> str:
    """What people see, without line breaks."""
    out = io.BytesIO()
    text.write(made, out)
    return " ".join(out.getvalue().decode().split())


def test_people_see_how_much_there_is() -> None:
    """In one sentence, with the top of the tree and whose machine it was."""
    page = shown(with_ledger())
    assert (
        "4 files can be rebuilt from 2 maps: 1,081 lines, 4.0 kB; 3 first-party, 1,060 lines of which ship nowhere else; 1 third-party"
        in page
    )
    assert "they name 1 absolute local path, of `kim`" in page
    assert "- src/api/ (2 files, 1,000 lines) - src/main.ts (80 lines)" in page


@pytest.mark.parametrize(
    ("changed", "unsaid"),
    [
        ({"files": 0}, "rebuilt"),
        ({"maps": 1}, "src/api/"),
        ({"novel_lines": 0}, "src/api/"),
        ({"absolute_paths": 0}, "absolute"),
        ({"users": []}, "kim"),
        ({"third_party": {"files": 0}}, "third-party"),
    ],
)
def test_nothing_is_said_where_there_is_nothing(changed: dict[str, object], unsaid: str) -> None:
    """No tree beside a single map, whose finding shows its paths; no line about what is not there."""
    assert unsaid not in shown(with_ledger(**changed))


def test_third_party_source_is_called_so() -> None:
    """Nothing of the project's own can be rebuilt."""
    assert "all of it is third-party" in shown(with_ledger(first_party={"files": 0}))


def test_machines_see_all_of_it() -> None:
    """As the schema says; `null` where no map names a source."""
    schema = json.loads(files("leakguard.reporters").joinpath("report.schema.json").read_text(encoding="utf-8"))
    for made, expected in ((with_ledger(), LEDGER), (report(verdict()), None)):
        out = io.BytesIO()
        machine.write(made, out)
        read = json.loads(out.getvalue())
        jsonschema.Draft202012Validator(schema).validate(read)
        assert read["artifacts"][0]["ledger"] == expected
