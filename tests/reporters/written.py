"""What reporters write, and every one of them, found as the command finds them."""

import io

from leakguard import plugins
from leakguard.model import Report

EVERY = plugins.names("leakguard.reporters")


def written(name: str, report: Report) -> str:
    """The text that the reporter called `name` writes."""
    out = io.BytesIO()
    plugins.reporter(name).write(report, out)
    return out.getvalue().decode("utf-8")
