"""`leakguard publish`: what was inspected is what is sent."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leakguard.cli import _streams
from leakguard.cli._inspection import Inspection, inspecting
from leakguard.cli._options import SETTINGS, option
from leakguard.errors import LeakguardError, UsageError
from leakguard.model import Action

if TYPE_CHECKING:
    from leakguard.publish import Parcel, Room, Shipment
    from leakguard.targets import Target

DEFAULT_TARGET = "dist/"

RULES = {"metadata/private-package": Action.BLOCK}
"""What merely warns elsewhere: a package that says it is private is not published."""

EPILOG = """\b
Registry and credentials are found as ever: TWINE_* and .pypirc by twine,
the user's .npmrc and npm_config_* by npm. A project's .npmrc is not read.
`publish: {registry: …}` in the policy bounds where anything may go.

\b
Exit codes:
  0    published; with --dry-run, it would be
  1    blocked, or what would be sent or has arrived is not what was inspected
  2    usage: arguments, policy or client are not there or wrong
  3    incomplete: a package could not be read, or the registry does not say
       what has arrived
  4    it passed, and the client could not publish it
  70   a bug in leakguard
  130  interrupted
"""


@click.command(context_settings=dict(SETTINGS), epilog=EPILOG)
@click.argument("artifacts", nargs=-1, metavar="[ARTIFACT]...")
@option("--dry-run", is_flag=True, help="Do everything but send.")
@option("--build", is_flag=True, help="Build first: ARTIFACT is a project folder, by default this one. Runs the project's own build.")
@option("--stage", is_flag=True, help="npm: send to the staging area, where somebody approves it.")
@option("--tag", metavar="TAG", help="npm: the dist-tag. Default: as npm is configured.")
@inspecting
def command(*, artifacts: Sequence[str], dry_run: bool, build: bool, stage: bool, tag: str | None, **options: Any) -> int:
    """Inspect packages, and publish the very bytes that passed.

    ARTIFACT is a wheel, an sdist, an npm tarball, or a folder of them
    (default: dist/). They are copied into a private folder once, that copy is
    inspected, and that copy is handed to twine or npm. Anything that blocks,
    and nothing is sent.
    """
    from leakguard import publish

    inspection = Inspection(**options)
    policy = inspection.load_policy(RULES)
    with publish.Room() as room:
        targets = _built(artifacts, room) if build else room.take(artifacts or [DEFAULT_TARGET])
        with publish.Clients(room, targets) as clients:
            report, code = inspection.run(targets, policy)
            if code:
                _streams.say("error", "nothing was published")
                return code
            orders = publish.Orders(stage=stage, tag=tag, interactive=_is_interactive())
            shipments = clients.load(publish.parcels(report, targets), orders)
            _check_addresses(shipments, policy.publish_registry)
            return _rehearse(shipments) if dry_run else _send(shipments)


def _built(projects: Sequence[str], room: "Room") -> "list[Target]":
    from leakguard.publish import build

    names: list[str] = []
    for number, project in enumerate(projects or ["."]):
        names.extend(str(path) for path in build(Path(project), room.folder(f"built-{number}")))
    return [replace(target, name=target.path.name) for target in room.take(names)]


def _check_addresses(shipments: "Sequence[Shipment]", allowed: str | None) -> None:
    from leakguard.publish import allows, shown

    for shipment in shipments:
        if allowed is not None and not allows(allowed, shipment.address):
            raise UsageError(
                f"`{_names(shipment.parcels)}` would go to `{shipment.address}`, and the policy says `{shown(allowed)}`",
                hint="nothing was published: correct the registry that the client is configured to, or `publish.registry` in the policy",
            )


def _rehearse(shipments: "Sequence[Shipment]") -> int:
    for shipment in shipments:
        _streams.say("note", f"`{_names(shipment.parcels)}` would go to `{shipment.address}`")
    _streams.say("note", "dry run: nothing was published")
    return 0


def _send(shipments: "Sequence[Shipment]") -> int:
    """Send one after the other; the first that fails is the last that is tried."""
    try:
        for shipment in shipments:
            _streams.say("publishing", f"`{_names(shipment.parcels)}` to `{shipment.address}`")
            shipment.send(_streams.say)
    except (LeakguardError, KeyboardInterrupt):
        _tell_sent(shipments)
        raise
    _tell_sent(shipments)
    return 0


def _tell_sent(shipments: "Sequence[Shipment]") -> None:
    """Say of every package whether it went, so that nobody has to guess, or sends it twice."""
    for shipment in shipments:
        for parcel in shipment.parcels:
            if parcel in shipment.sent:
                _streams.say("published", f"{parcel.name} (sha256:{parcel.sha256}) to {shipment.address}")
            else:
                _streams.say("not published", parcel.name)


def _names(parcels: "Sequence[Parcel]") -> str:
    return "`, `".join(parcel.name for parcel in parcels)


def _is_interactive() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and _streams.is_terminal(sys.stderr)
