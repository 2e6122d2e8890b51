"""What an npm registry says it has, asked without npm, which takes longer to start than a registry to answer."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import quote

from leakguard.publish._addresses import shown

_SECONDS = 10
_MOST = 8 << 20


class _Elsewhere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> NoReturn:
        raise OSError


def integrity(registry: str, name: str, version: str) -> Sequence[str] | None:
    """The digests that the registry has of the version; `None` where it does not tell everybody, and npm must ask.

    Nothing of the user's configuration is sent along, so neither are credentials.
    """
    address = f"{shown(registry).rstrip('/')}/{quote(name, safe='@')}/{quote(version, safe='')}"
    request = urllib.request.Request(address, headers={"Accept": "application/json", "Cache-Control": "no-cache"})  # noqa: S310 - http(s)
    try:
        with urllib.request.build_opener(_Elsewhere).open(request, timeout=_SECONDS) as answer:
            said = json.loads(answer.read(_MOST))
        claimed = said["dist"]["integrity"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError, http.client.HTTPException):
        return None
    return claimed.split() if isinstance(claimed, str) and claimed else None
