"""npm tarballs: handed to `npm publish` or `npm stage publish`, in a folder where no project's `.npmrc` is found."""

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from leakguard.errors import UsageError
from leakguard.publish import _npm_client as client
from leakguard.publish._addresses import shown
from leakguard.publish._npm_client import ConfigurationReader
from leakguard.publish._npm_manifest import publish_config
from leakguard.publish._parcel import Orders, Parcel, Substituted, Unconfirmed, UploadFailed
from leakguard.publish._room import digest_of
from leakguard.redact import escape

FORMATS = ("npm",)
SUFFIXES = (".tgz", ".tar", ".tar.gz")

_PATIENCE = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each question for what has arrived: a registry may need a while until it knows."""


def start(folder: Path) -> "Npm":
    """Find npm, and let it read its configuration while the inspection runs."""
    return Npm(folder)


class Npm:
    """The npm of the user's path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reading = ConfigurationReader(folder)

    def load(self, parcels: Sequence[Parcel], orders: Orders) -> "Sequence[Publication]":
        """One publication for each tarball."""
        configuration = self._reading.result()
        return tuple(Publication(parcel, self._folder, configuration, orders) for parcel in parcels)

    def close(self) -> None:
        """End the reading of the configuration, which nobody may have asked for."""
        self._reading.close()


class Publication:
    """One tarball on its way to a registry, whose address is said to npm outright, so that nothing inside the tarball changes it."""

    def __init__(self, parcel: Parcel, folder: Path, configuration: Mapping[str, Any], orders: Orders) -> None:
        name, version = parcel.identity.name, parcel.identity.version
        if not name or not version:
            raise UsageError(f"`{parcel.name}` has no name or no version", hint="npm needs both in `package.json`")
        self.parcels = (parcel,)
        self.sent: tuple[Parcel, ...] = ()
        self.outcome = "staged" if orders.stage else "published"
        self._parcel, self._folder, self._orders = parcel, folder, orders
        self._identity = name, version
        self._package = f"{name}@{version}"
        self._scope = name.partition("/")[0] if name.startswith("@") else ""
        self._registry = _registry(self._scope, publish_config(parcel), configuration)
        self.address = shown(self._registry)
        self._integrity = f"sha512-{base64.b64encode(digest_of(parcel.path, 'sha512').digest()).decode()}"

    def send(self, say: Callable[[str, str], None]) -> None:
        """Publish it, and compare what has arrived with what was sent."""
        if digest_of(self._parcel.path).hexdigest() != self._parcel.sha256:
            raise Substituted(f"the private copy of `{self._parcel.name}` is not what was inspected", hint="nothing of it was sent")
        if self._orders.stage:
            self._stage(say)
        else:
            self._publish()

    def _publish(self) -> None:
        code = client.show(["publish", *self._arguments()], self._folder)
        if code:
            raise self._failed(code)
        self.sent = self.parcels
        self._confirm()

    def _failed(self, code: int) -> UploadFailed:
        """Why not; the registry may have the package even so, from this attempt or from an earlier one."""
        from leakguard.publish._npm_arrival import integrity

        message = f"npm could not publish `{self._parcel.name}` to `{self.address}`: it ended with {code}"
        if self._integrity in (integrity(self._registry, *self._identity) or ()):
            hint = f"the registry has these very bytes as `{self._package}` already, from this attempt or an earlier one"
            return UploadFailed(message, hint=hint, uncertain=True)
        return UploadFailed(message, hint=_SEE)

    def _stage(self, say: Callable[[str, str], None]) -> None:
        code, output = client.ask(["stage", "publish", "--json", *self._arguments()], self._folder)
        if code:
            raise UploadFailed(f"npm could not stage `{self._parcel.name}` at `{self.address}`: it ended with {code}", hint=_SEE)
        self.sent = self.parcels
        staged = _staged(output)
        claimed = staged.get("integrity")
        identifier = staged.get("stageId")
        if isinstance(claimed, str) and "[...]" not in claimed and claimed != self._integrity:
            raise Substituted(
                f"npm staged other bytes than the inspected `{self._parcel.name}`",
                hint=f"reject them: `npm stage reject {escape(str(identifier))}`",
            )
        if isinstance(identifier, str):
            say("note", f"staged; review it with `leakguard inspect npm-stage:{identifier}`")

    def _arguments(self) -> list[str]:
        tag = [f"--tag={self._orders.tag}"] if self._orders.tag else []
        return [str(self._parcel.path), *self._target(), *tag]

    def _target(self) -> list[str]:
        scoped = [f"--{self._scope}:registry={self._registry}"] if self._scope else []
        return [f"--registry={self._registry}", *scoped]

    def _confirm(self) -> None:
        for pause in _PATIENCE:
            time.sleep(pause)
            arrived = self._arrived()
            if arrived is not None:
                break
        else:
            check = f"`npm view {self._package} dist.integrity` must print {self._integrity}"
            raise Unconfirmed(f"`{self._package}` was sent, but `{self.address}` does not say what has arrived", hint=check)
        if self._integrity not in arrived:
            raise Substituted(
                f"what `{self.address}` has as `{self._package}` is not the inspected `{self._parcel.name}`",
                hint=f"take it back: `npm unpublish {self._package} --registry={self.address}`",
            )

    def _arrived(self) -> Sequence[str] | None:
        """The digests that the registry has of the version; `None` while it knows none."""
        from leakguard.publish._npm_arrival import integrity

        told = integrity(self._registry, *self._identity)
        if told is not None:
            return told
        code, output = client.ask(
            ["view", self._package, "dist.integrity", "--json", "--prefer-online", *self._target()], self._folder, quiet=True
        )
        try:
            said = json.loads(output) if code == 0 else None
        except ValueError:
            return None
        return said.split() if isinstance(said, str) and said else None


_SEE = "what npm says stands above"


def _registry(scope: str, manifest: Mapping[str, str], configuration: Mapping[str, Any]) -> str:
    """Where npm would send a package of this scope: a scope's registry beats the general one, the package's wish the user's."""
    keys = ([f"{scope}:registry"] if scope else []) + ["registry"]
    for key in keys:
        for source in (manifest, configuration):
            address = source.get(key)
            if isinstance(address, str) and address:
                if shown(address).startswith("("):
                    raise UsageError(
                        f"`{key}` is not the address of a registry", hint="`npm config list` and `publishConfig` say where it is from"
                    )
                return address
    raise UsageError("npm does not say to which registry it publishes", hint="`npm config get registry` should print it")


def _staged(output: str) -> Mapping[str, Any]:
    """What `npm stage publish --json` says: the package, or a mapping from its name to it."""
    try:
        said = json.loads(output)
    except ValueError:
        return {}
    while isinstance(said, dict) and "stageId" not in said and len(said) == 1:
        said = next(iter(said.values()))
    return said if isinstance(said, dict) else {}
