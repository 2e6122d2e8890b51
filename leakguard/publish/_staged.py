"""`npm-stage:ID`: a package that waits in npm's staging area, downloaded for its reviewer."""

import re
from collections.abc import Sequence
from pathlib import Path

from leakguard.errors import Incomplete, UsageError
from leakguard.publish import _npm_client as client
from leakguard.publish._room import Room
from leakguard.targets import Target

SCHEME = "npm-stage:"

_IDENTIFIER = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class StagedPackages(Room):
    """A private folder for downloads, gone when the `with` block ends."""

    def replace(self, names: Sequence[str]) -> list[str | Target]:
        """The targets, with each staged package as the file that npm downloads; one that it cannot download is its error."""
        for name in names:
            if name.startswith(SCHEME) and not _IDENTIFIER.fullmatch(name.removeprefix(SCHEME)):
                raise UsageError(f"`{SCHEME}` is followed by the id of a staged package", hint="`npm stage list` shows the ids")
        if any(name.startswith(SCHEME) for name in names):
            client.executable()
        return [self._download(name) if name.startswith(SCHEME) else name for name in names]

    def _download(self, name: str) -> Target:
        identifier = name.removeprefix(SCHEME)
        self._count += 1
        folder = self.folder(f"{self._count:03}")
        client.settle(folder)
        code, _ = client.ask(["stage", "download", identifier], folder)
        found = [path for path in folder.iterdir() if path.name != "package.json"]
        if code:
            return _missing(name, folder, f"npm could not download `{name}`: it ended with {code}")
        if len(found) != 1 or found[0].suffix != ".tgz" or found[0].is_symlink() or not found[0].is_file():
            return _missing(name, folder, f"npm did not leave one tarball for `{name}`")
        return Target(name=name, path=found[0])


def _missing(name: str, folder: Path, message: str) -> Target:
    hint = "`npm stage list` shows what is staged; `npm stage` needs npm 11.15 or newer and a login"
    return Target(name=name, path=folder, error=Incomplete(message, hint=hint))
