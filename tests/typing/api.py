"""The public API as a program: it is type-checked, never run."""

from pathlib import Path

import leakguard

report: leakguard.Report = leakguard.inspect(["dist/", Path("x.whl")], policy="closed-source", jobs=2, limits={"bytes": "1 GB"})
outcome: leakguard.Outcome = report.outcome
version: str = leakguard.__version__

for verdict in report.verdicts:
    artifact: leakguard.Artifact = verdict.artifact
    openness: leakguard.Openness = artifact.identity.openness
    digest: str | None = artifact.sha256
    unreadable: int = artifact.coverage.unreadable
    for judgement in verdict.judgements:
        action: leakguard.Action = judgement.action
        finding: leakguard.Finding = judgement.finding
        where: leakguard.Location = finding.location
        print(finding.rule, finding.severity, finding.confidence, where.path, where.line, where.column, where.offset, finding.hint)

policy: leakguard.Policy = leakguard.load_policy("strict", cwd=Path())


def done(progress: leakguard.Progress) -> None:
    """Take part in a run."""
    print(progress.done, progress.total, progress.target)


try:
    leakguard.inspect(["x.tgz"], policy=policy, progress=done)
except leakguard.FaultyFile as error:
    for fault in error.faults:
        print(fault.path, fault.line, fault.column, fault.message, fault.hint)
except leakguard.LeakguardError as error:
    raise SystemExit(error.exit_code) from error
