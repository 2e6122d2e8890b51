"""Python packages: handed to twine, with the configuration that twine finds for itself."""

import argparse
import configparser
import contextlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakguard.errors import UsageError
from leakguard.publish._addresses import shown
from leakguard.publish._parcel import Orders, Parcel, Substituted, UploadFailed
from leakguard.redact import escape

if TYPE_CHECKING:
    import requests
    from twine.repository import Repository

FORMATS = ("wheel", "sdist")
SUFFIXES = (".whl", ".tar.gz", ".zip")

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_HINTS = {
    400: "the registry says why it does not want this file; a version can be uploaded only once",
    401: "check TWINE_USERNAME and TWINE_PASSWORD, or the entry of `.pypirc`",
    403: "check TWINE_USERNAME and TWINE_PASSWORD, or the entry of `.pypirc`",
    404: "check TWINE_REPOSITORY_URL: there is nothing at this address",
    409: "a file can be uploaded only once: raise the version",
}


def start(folder: Path) -> "Twine":
    """See that twine is there; it needs no folder."""
    del folder
    if find_spec("twine") is None:
        hint = "`pip install 'leakguard[publish]'` brings it"
        raise UsageError("publishing wheels and sdists needs `twine`, which is not installed", hint=hint)
    return Twine()


class Twine:
    """The twine of this Python."""

    def load(self, parcels: Sequence[Parcel], orders: Orders) -> "Sequence[Upload]":
        """One upload of all files; reads twine's configuration, and lets twine read and digest the files."""
        for parcel in parcels:
            if not _FILE_NAME.fullmatch(parcel.path.name):
                raise UsageError(f"`{parcel.name}` is not how a wheel or an sdist is called", hint="publish the file as the build named it")
        if orders.stage:
            raise UsageError("`--stage` is for npm packages", hint="PyPI has no staging area")
        return (Upload(parcels, interactive=orders.interactive),)

    def close(self) -> None:
        """There is nothing to end."""


class Upload:
    """Files that go to one repository in one call of twine."""

    def __init__(self, parcels: Sequence[Parcel], *, interactive: bool) -> None:
        from twine.commands.upload import upload
        from twine.exceptions import InvalidConfiguration, TwineException

        self.parcels = tuple(parcels)
        self._paths: Mapping[str, Parcel] = {str(parcel.path): parcel for parcel in parcels}
        self._sent: list[Parcel] = []
        self._upload = upload
        try:
            self._settings = _settings(self._guarded, interactive=interactive)
            self._settings.check_repository_url()
            self._check_digests()
        except InvalidConfiguration as error:
            hint = "twine reads TWINE_REPOSITORY, TWINE_REPOSITORY_URL and `.pypirc` in your home folder"
            raise UsageError(f"twine is not configured: {_line(error)}", hint=hint) from None
        except TwineException as error:
            raise UploadFailed(f"twine refuses: {_line(error)}", hint=_credentials_hint(error)) from None
        except (configparser.Error, UnicodeDecodeError):
            raise UsageError(
                "`.pypirc` cannot be read", hint="it is an INI file in your home folder, with a section for each repository"
            ) from None
        self._address = str(self._settings.repository_config["repository"])
        self.address = shown(self._address)

    @property
    def sent(self) -> Sequence[Parcel]:
        """What the registry has answered with success."""
        return tuple(self._sent)

    def send(self, say: Callable[[str, str], None]) -> None:
        """Upload the files as `twine upload` does."""
        del say
        from requests import HTTPError, RequestException
        from twine.exceptions import TwineException

        try:
            with contextlib.redirect_stdout(sys.stderr):
                self._upload(self._settings, list(self._paths))
        except HTTPError as error:
            raise _refused(error, self.address) from None
        except RequestException as error:
            hint = "check the network, and the address in TWINE_REPOSITORY_URL or `.pypirc`"
            raise UploadFailed(f"`{self.address}` cannot be reached: {type(error).__name__}", hint=hint) from None
        except TwineException as error:
            raise UploadFailed(f"twine failed: {_line(error)}", hint=_credentials_hint(error)) from None
        except (Substituted, UploadFailed):
            raise
        except Exception as error:  # noqa: BLE001 - a client's failure is not ours, and its message could hold a credential
            raise UploadFailed(f"twine failed with {type(error).__name__}") from None

    def _check_digests(self) -> None:
        from twine.package import PackageFile

        for path, parcel in self._paths.items():
            _compare(PackageFile.from_filename(path, None).sha2_digest, parcel)

    def _guarded(self, repository: "Repository") -> "Repository":
        """The repository, refusing every file whose digest, as twine has it, is not the inspected one."""
        original = repository.upload

        def upload(package: Any, *arguments: Any, **named: Any) -> "requests.Response":
            parcel = self._paths.get(package.filename)
            if parcel is None:
                raise UploadFailed("twine was about to send a file that was not inspected")
            _compare(package.sha2_digest, parcel)
            response = original(package, *arguments, **named)
            if response.ok and not response.is_redirect:
                self._sent.append(parcel)
            return response

        repository.upload = upload  # type: ignore[method-assign]
        return repository


def _settings(guarded: "Callable[[Repository], Repository]", *, interactive: bool) -> Any:
    from twine.settings import Settings

    class Guarded(Settings):
        """What twine reads from its variables and files, with a guard before the upload."""

        def create_repository(self) -> "Repository":
            return guarded(super().create_repository())

    parser = argparse.ArgumentParser(prog="twine upload", exit_on_error=False)
    Settings.register_argparse_arguments(parser)
    arguments = [] if interactive else ["--non-interactive", "--disable-progress-bar"]
    return Guarded.from_argparse(parser.parse_args(arguments))


def _compare(digest: str | None, parcel: Parcel) -> None:
    if digest != parcel.sha256:
        raise Substituted(
            f"twine was about to send another file than the inspected `{parcel.name}`",
            hint="somebody else writes to your files: find out who before you publish anything",
        )


def _refused(error: "requests.HTTPError", address: str) -> UploadFailed:
    response = error.response
    code = 0 if response is None else response.status_code
    reason = "" if response is None else escape(str(response.reason or ""))[:200]
    return UploadFailed(f"`{address}` refuses the upload: {code} {reason}".rstrip(), hint=_HINTS.get(code, ""))


def _credentials_hint(error: Exception) -> str:
    words = ("credential", "password", "username", "trusted")
    return "set TWINE_USERNAME and TWINE_PASSWORD, or write `.pypirc`" if any(_contains(error, words)) else ""


def _contains(error: Exception, words: Sequence[str]) -> Iterator[bool]:
    text = f"{type(error).__name__} {error}".lower()
    return (word in text for word in words)


def _line(error: Exception) -> str:
    """The first line of twine's own message, which it keeps free of credentials."""
    return escape((str(error).splitlines() or [type(error).__name__])[0].strip())[:300]
