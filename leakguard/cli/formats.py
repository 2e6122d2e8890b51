"""`leakguard formats`: what is recognised."""

import sys

import click

from leakguard import plugins
from leakguard.cli import _streams
from leakguard.cli._options import SETTINGS
from leakguard.reporters._page import WIDEST, Page


@click.command(context_settings=dict(SETTINGS))
def command() -> int:
    """List the kinds of packages and containers that are opened.

    All are recognised by content; the suffixes are those under which they are
    expected. A format inside another is opened too, to any depth within the
    limits.
    """
    page = Page(width=_streams.width_of(sys.stdout, WIDEST), color=_streams.wants_color(sys.stdout))
    packages = sorted((one.NAME, " ".join(one.SUFFIXES)) for one in plugins.packages())
    containers = sorted((one.NAME, " ".join(one.SUFFIXES)) for one in plugins.formats())
    longest = max(len(name) for name, _ in packages + containers)
    for heading, kinds in (("packages", packages), ("containers", containers)):
        page.gap()
        page.prose("", label=heading)
        for name, suffixes in kinds:
            page.prose(suffixes or "by content alone", label=name.ljust(longest + 1), indent=2)
    _streams.write_text(page.text())
    return 0
