"""Which registry takes what."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Self, cast

from leakguard import plugins
from leakguard.errors import Incomplete, UsageError
from leakguard.model import Report, Verdict
from leakguard.publish._parcel import Client, Orders, Parcel, Registry, Shipment, Substituted
from leakguard.publish._room import Room, digest_of
from leakguard.redact import escape
from leakguard.targets import Target


@cache
def registries() -> Mapping[str, Registry]:
    """Every registry by name."""
    return {name: cast(Registry, module) for name, module in plugins.modules("leakguard.publish").items() if hasattr(module, "FORMATS")}


class Clients:
    """The clients that the packages of a run need; what they started ends with the `with` block."""

    def __init__(self, room: Room, targets: Iterable[Target]) -> None:
        self._room = room
        self._clients: dict[str, Client] = {}
        self._wanted = tuple(dict.fromkeys(_by_suffix(target) for target in targets if target.error is None))

    def __enter__(self) -> Self:
        for name in self._wanted:
            self._client(name)
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients.values():
            client.close()

    def load(self, made: Sequence[Parcel], orders: Orders) -> list[Shipment]:
        """The shipments, in the order in which they will be sent; raises before anything is sent."""
        groups: dict[str, list[Parcel]] = {}
        for parcel in made:
            groups.setdefault(_registry_name(parcel), []).append(parcel)
        return [shipment for name, group in groups.items() for shipment in self._client(name).load(group, orders)]

    def _client(self, name: str) -> Client:
        if name not in self._clients:
            self._clients[name] = registries()[name].start(self._room.folder(name))
        return self._clients[name]


def parcels(report: Report, targets: Sequence[Target]) -> list[Parcel]:
    """The inspected copies, each proven to be what the report speaks of."""
    made = [_parcel(verdict, target) for verdict, target in zip(report.verdicts, targets, strict=True)]
    for index, one in enumerate(made):
        for other in made[:index]:
            if one.sha256 == other.sha256 or (one.path.name == other.path.name and _registry_name(one) == _registry_name(other)):
                raise UsageError(f"`{other.name}` and `{one.name}` would be published as the same file", hint="name each package once")
    return made


def _parcel(verdict: Verdict, target: Target) -> Parcel:
    sha256 = verdict.artifact.sha256
    if sha256 is None:
        raise Incomplete(f"`{verdict.artifact.target}` was not inspected")
    if digest_of(target.path).hexdigest() != sha256:
        raise Substituted(
            f"the private copy of `{verdict.artifact.target}` is not what was inspected",
            hint="somebody else writes to your files: find out who before you publish anything",
        )
    return Parcel(name=verdict.artifact.target, path=target.path, sha256=sha256, identity=verdict.artifact.identity)


def _by_suffix(target: Target) -> str:
    name = target.path.name.lower()
    for registry, module in registries().items():
        if name.endswith(tuple(module.SUFFIXES)):
            return registry
    raise _not_taken(escape(target.name))


def _registry_name(parcel: Parcel) -> str:
    for name, module in registries().items():
        if parcel.identity.format in module.FORMATS:
            return name
    raise _not_taken(parcel.name)


def _not_taken(shown: str) -> UsageError:
    kinds = ", ".join(f"`{one}`" for module in registries().values() for one in module.FORMATS)
    return UsageError(f"`{shown}` is no package that can be published", hint=f"the packages that are published are {kinds}")
