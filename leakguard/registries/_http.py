"""Files over HTTP: bounded in bytes and time, credentials only to whom they belong, and no address in any message."""

import base64
import contextlib
import netrc
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from leakguard.errors import Incomplete
from leakguard.registries._pip import certificates
from leakguard.version import VERSION

TIMEOUT = 30.0
"""Seconds without an answer."""

SECONDS = 900.0
"""For one file."""

LARGEST = 2 * 10**9
"""Bytes of one file."""

PIECE = 1 << 18
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered."""

    body: bytes
    kind: str
    """Media type, lower case."""
    address: str
    """Where it came from in the end."""


def get(address: str, shown: str, *, accept: str, most: int) -> Page | None:
    """A page in memory; `None` where there is none (404). Raises `Incomplete`; `shown` is what the message calls it."""
    opened = _open(address, shown, accept)
    if opened is None:
        return None
    with contextlib.closing(opened) as answer:
        body = b"".join(_read(answer, shown, most))
        return Page(body, (answer.headers.get("Content-Type") or "").lower(), answer.geturl())


def pieces(address: str, shown: str) -> Iterator[bytes]:
    """A file, piece by piece; raises `Incomplete`."""
    opened = _open(address, shown, "*/*")
    if opened is None:
        raise Incomplete(f"`{shown}` cannot be fetched: the index names a file that is not there")
    with contextlib.closing(opened) as answer:
        yield from _read(answer, shown, LARGEST)


def with_login(address: str, index: str) -> str:
    """The address with the login that the index's own address holds, if both are of one host."""
    there, own = urlsplit(address), urlsplit(index)
    login, at, host = own.netloc.rpartition("@")
    if not at or (there.scheme, there.netloc) != (own.scheme, host):
        return address
    return urlunsplit(there._replace(netloc=f"{login}@{host}"))


def _read(answer: HTTPResponse, shown: str, most: int) -> Iterator[bytes]:
    started, size = time.monotonic(), 0
    declared = answer.headers.get("Content-Length")
    try:
        while piece := answer.read(PIECE):
            size += len(piece)
            if size > most:
                raise Incomplete(f"`{shown}` cannot be fetched: more than {most} bytes")
            if time.monotonic() - started > SECONDS:
                raise Incomplete(f"`{shown}` cannot be fetched: it takes longer than {SECONDS:.0f} seconds")
            yield piece
    except (OSError, HTTPException):
        raise Incomplete(f"`{shown}` cannot be fetched: the connection broke") from None
    if declared is not None and declared.isdigit() and int(declared) != size:
        raise Incomplete(f"`{shown}` cannot be fetched: the connection broke")


def _open(address: str, shown: str, accept: str) -> HTTPResponse | None:
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Incomplete(f"`{shown}` cannot be fetched: the index has no address that begins with https", hint="name a file")
    plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
    request = Request(plain, headers={"Accept": accept, "Accept-Encoding": "identity", "User-Agent": f"leakguard/{VERSION}"})  # noqa: S310 - checked above
    if credentials := _credentials(parts.username, parts.password, parts.hostname):
        request.add_unredirected_header("Authorization", credentials)
    try:
        answer: HTTPResponse = build_opener(_Redirects(), *_trusting()).open(request, timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        if error.code == NOT_FOUND:
            return None
        raise Incomplete(f"`{shown}` cannot be fetched: the index answers {error.code}") from None
    except (URLError, OSError, HTTPException, ValueError):
        raise Incomplete(f"`{shown}` cannot be fetched: the index cannot be reached", hint="see `pip config list`") from None
    return answer


def _trusting() -> list[HTTPSHandler]:
    """With the certificates that pip is told to trust, if it is told."""
    bundle = certificates()
    if not bundle:
        return []
    try:
        return [HTTPSHandler(context=ssl.create_default_context(cafile=bundle))]
    except (OSError, ssl.SSLError):
        raise Incomplete("the certificates that pip is set up with cannot be read", hint="see `pip config get global.cert`") from None


def _credentials(user: str | None, password: str | None, host: str) -> str:
    """From the address, else from the user's `.netrc`, as pip does it."""
    if user is None:
        try:
            found = netrc.netrc().authenticators(host)
        except (OSError, netrc.NetrcParseError):
            found = None
        if found is None:
            return ""
        user, password = found[0], found[2]
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


class _Redirects(HTTPRedirectHandler):
    """Follows redirects, but never from https to http."""

    max_redirections = 5

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str) -> Request | None:
        """Called by `urllib` for each."""
        if urlsplit(newurl).scheme not in {"https", urlsplit(req.full_url).scheme}:
            raise URLError("leaves https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
