"""Real registries on this machine: pypiserver and verdaccio, each started on a free port and asked what has arrived."""

import base64
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERDACCIO = Path(__file__).resolve().parent.parent / "tools" / "node_modules" / "verdaccio" / "bin" / "verdaccio"
OWN = ("/-/ping", "barrier-", "GET / HTTP")
USER, PASSWORD = "somebody", "correct-horse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A registry that listens."""

    address: str
    folder: Path
    log: Path
    sign: str
    """What a line of the log has that is of a request."""

    def requests(self, word: str = "") -> list[str]:
        """The requests so far with this word in them, as its log has them; those of the tests themselves are left out.

        It may write its log late, so it is asked for something unheard of, which is waited for.
        """
        last = f"barrier-{uuid.uuid4()}"
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{self.address}{last}"):
            pass
        for _ in range(200):
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            if any(last in line for line in lines):
                return [line for line in lines if self.sign in line and word in line and not any(own in line for own in OWN)]
            time.sleep(0.05)
        raise AssertionError("the request is not in the log")


class PyPi(Server):
    """pypiserver."""

    def digest(self, name: str) -> str:
        """SHA-256 of a file as it arrived."""
        return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()

    def variables(self, password: str = PASSWORD) -> dict[str, str]:
        """What makes twine go there."""
        return {"TWINE_REPOSITORY_URL": self.address, "TWINE_USERNAME": USER, "TWINE_PASSWORD": password}


class Npm(Server):
    """verdaccio."""

    def package(self, name: str) -> dict[str, Any]:
        """What it says of a package; empty when it knows none."""
        try:
            with urllib.request.urlopen(f"{self.address}{name}") as answer:
                body: dict[str, Any] = json.load(answer)
                return body
        except urllib.error.HTTPError as error:
            error.close()
            return {}

    def tarball(self, name: str, version: str) -> bytes:
        """A tarball as anybody downloads it."""
        with urllib.request.urlopen(self.package(name)["versions"][version]["dist"]["tarball"]) as answer:
            data: bytes = answer.read()
            return data

    def variables(self, folder: Path, password: str = PASSWORD) -> dict[str, str]:
        """What makes npm go there: a user's `.npmrc`, made in `folder`."""
        file = folder / "user.npmrc"
        basic = base64.b64encode(f"{USER}:{password}".encode()).decode()
        file.write_text(f"registry={self.address}\n{self.address.removeprefix('http:')}:_auth={basic}\n", encoding="utf-8")
        return {"npm_config_userconfig": str(file)}


INDEX = """
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server
import pypiserver

port, folder, log, user, password = sys.argv[1:]

class Handler(WSGIRequestHandler):
    def log_message(self, form, *arguments):
        with open(log, "a") as file:
            file.write(form % arguments + "\\n")

index = pypiserver.app(
    roots=[Path(folder)], authenticate=["update"], auther=lambda *given: given == (user, password), disable_fallback=True
)
make_server("127.0.0.1", int(port), index, handler_class=Handler).serve_forever()
"""
"""Started so, pypiserver needs no further package to know a password."""


@contextmanager
def pypiserver(folder: Path) -> Iterator[PyPi]:
    """A package index that wants a password for an upload."""
    packages, log, port = folder / "packages", folder / "log", _free_port()
    packages.mkdir()
    with _running([sys.executable, "-c", INDEX, str(port), str(packages), str(log), USER, PASSWORD], port, "/"):
        yield PyPi(address=f"http://127.0.0.1:{port}/", folder=packages, log=log, sign="HTTP/1")


@contextmanager
def verdaccio(folder: Path) -> Iterator[Npm]:
    """An npm registry that wants a password for a publication, and asks no other registry."""
    (folder / "htpasswd").write_text(f"{USER}:{_htpasswd()}\n", encoding="utf-8")
    log, config, port = folder / "log", folder / "config.yaml", _free_port()
    config.write_text(
        json.dumps(
            {
                "storage": str(folder / "storage"),
                "auth": {"htpasswd": {"file": str(folder / "htpasswd"), "max_users": -1}},
                "uplinks": {},
                "packages": {"**": {"access": "$all", "publish": "$authenticated", "unpublish": "$authenticated"}},
                "log": {"type": "file", "path": str(log), "level": "http", "format": "json"},
                "web": {"enable": False},
            }
        ),
        encoding="utf-8",
    )
    with _running(["node", str(VERDACCIO), "--config", str(config), "--listen", f"127.0.0.1:{port}"], port, "/-/ping"):
        yield Npm(address=f"http://127.0.0.1:{port}/", folder=folder / "storage", log=log, sign='"request":')


def _htpasswd() -> str:
    return "{SHA}" + base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], port: int, path: str) -> Iterator[None]:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("npm_", "PYTHONWARNINGS"))}
    with subprocess.Popen(command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}{path}", process)
            yield
        finally:
            process.terminate()


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "the registry ended by itself"
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the registry does not answer")
