"""Files of the project that somebody else's tools read: bounded, never through a link, and nothing in them is trusted."""

import os
import stat
from pathlib import Path
from typing import Any

MOST_BYTES = 1_000_000


def read_text(path: Path) -> str | None:
    """The text of a regular file; `None` when there is none or it is too long."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:  # noqa: PTH123 - a descriptor
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        return None
    return data.decode("utf-8", "replace") if len(data) <= MOST_BYTES else None


def read_yaml(path: Path) -> Any:
    """What a YAML file says; `None` when it cannot be read."""
    text = read_text(path)
    return None if text is None else parsed(text)


def parsed(text: str) -> Any:
    """What YAML says; `None` when it is none."""
    import yaml

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _loader() -> Any:
    """A safe loader that knows the tags of GitLab and leaves `on` a word."""
    import yaml

    class Loader(yaml.SafeLoader):
        """NOTE: GitLab writes `!reference [job, script]`."""

    Loader.add_multi_constructor("!", lambda loader, suffix, node: f"!{suffix}")  # noqa: ARG005 - the shape that PyYAML calls
    return Loader
