"""What a tarball's own `package.json` says of where it wants to be published."""

import tarfile
from collections.abc import Mapping
from typing import Any

from leakguard.errors import UsageError
from leakguard.openness.manifests import LONGEST, json_object
from leakguard.publish._parcel import Parcel
from leakguard.redact import escape

DETOURS = (
    *("proxy", "https-proxy", "http-proxy", "noproxy", "strict-ssl"),
    *("ca", "cafile", "cert", "key", "certfile", "keyfile", "userconfig"),
)
"""Keys of `publishConfig` by which npm would send credentials another way than the user's configuration says."""


def publish_config(parcel: Parcel) -> Mapping[str, str]:
    """The registries that `publishConfig` names; raises `UsageError` where it would change how npm reaches them."""
    config = _manifest(parcel).get("publishConfig")
    if not isinstance(config, dict):
        return {}
    for key in config:
        if key.lower() in DETOURS or key.startswith("//") or "_auth" in key.lower():
            raise UsageError(
                f"`publishConfig` of `{parcel.name}` sets `{escape(key)[:60]}`, which would change how the registry is reached",
                hint="settings of the network and credentials belong into the user's own `.npmrc`",
            )
    return {key: value for key, value in config.items() if isinstance(value, str) and (key == "registry" or key.endswith(":registry"))}


def _manifest(parcel: Parcel) -> Mapping[str, Any]:
    """The manifest as npm reads it: the file of that name directly below the tarball's one folder."""
    try:
        with tarfile.open(parcel.path) as archive:
            for member in archive:
                if member.isreg() and member.size <= LONGEST and member.name.count("/") == 1 and member.name.endswith("/package.json"):
                    file = archive.extractfile(member)
                    body = json_object(file.read()) if file else None
                    if body is not None:
                        return body
    except (tarfile.TarError, OSError, EOFError):
        pass
    raise UsageError(f"`{parcel.name}` has no `package.json` that can be read", hint="make it with `npm pack`")
