"""The rule about files that a later layer deletes."""

from leakguard.model import Rule, RuleId, Severity

DELETED_FILE = RuleId("source/deleted-file")

RULES = (
    Rule(
        id=DELETED_FILE,
        title="Deleted file is still in an image",
        severity=Severity.HIGH,
        description="A layer of the image holds files that a later layer deletes. Deleting hides them from a running container only: "
        "every layer is downloaded, and each can be unpacked by itself. Caches and lists of package managers, logs and temporary files "
        "of the system do not count.",
        impact="The files as they were: sources, keys and configuration that somebody meant to remove.",
        fixes={
            "*": "delete the files in the same `RUN` that makes them, copy only what is needed from an earlier build stage "
            "(`COPY --from`), mount secrets (`RUN --mount=type=secret`), and list the rest in `.dockerignore`; replace secrets "
            "that were in a pushed image"
        },
    ),
)
