"""`leakguard diff`: what changed in what ships, as a reviewer reads it."""

import click

from leakguard.cli import _streams
from leakguard.cli._gate import BLOCKED, PASS
from leakguard.cli._options import SETTINGS, option

EPILOG = """\b
  leakguard diff npm:@acme/cli@1.4.0 dist/acme-cli-1.5.0.tgz
  leakguard diff pypi:acme==2.0 pypi:acme==2.1
  leakguard diff leakguard.lock dist/acme-cli-1.5.0.tgz --exit-code

A published package is fetched as a plain file from the index that your own
npm or pip is configured for; nothing of it is run. Content hashes in names
and the package's own version make no difference.
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is a difference.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@option("--policy", metavar="NAME|FILE", help="A preset or a policy file, for what is searched for. Default: `default`.")
@click.option("--as-is", is_flag=True, help="Compare a project folder as if it were what ships.")
def command(*, old: str, new: str, exit_code: bool, form: str, policy: str | None, as_is: bool) -> int:
    """Show what changed in what ships between OLD and NEW.

    Each is a package, a folder, a lock, or a published package:
    npm:NAME@VERSION, pypi:NAME==VERSION.
    """
    from leakguard import before, difference
    from leakguard import policy as policies
    from leakguard.reporters import _difference

    governing = policies.load(policy or "default")
    before.check(old)
    before.check(new)
    after = before.opened(new, policy=governing, like=_likeness(old), as_is=as_is)
    earlier = before.opened(old, policy=governing, like=_likeness(new), as_is=as_is)
    changes = difference.between(earlier, after)
    if form == "json":
        _streams.write_bytes(_difference.document(earlier.label, after.label, changes))
    else:
        _streams.write_text(_difference.text(changes))
    return BLOCKED if exit_code and any(change.different for change in changes) else PASS


def _likeness(other: str) -> list[str]:
    """The name of the other side's file, so that of a release with many files the same kind is fetched."""
    from leakguard.registries import is_published

    return [] if is_published(other) else [other.replace("\\", "/").rstrip("/").rpartition("/")[2]]
