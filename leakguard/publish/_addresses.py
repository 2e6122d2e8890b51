"""Addresses of registries: shown without credentials, and compared with the one that a policy allows."""

from urllib.parse import SplitResult, urlsplit

from leakguard.redact import escape

_PORTS = {"https": 443, "http": 80}


def shown(address: str) -> str:
    """The address as it may be printed: without user, password, query and fragment."""
    parts = _split(address)
    if parts is None:
        return "(an address that cannot be read)"
    port = f":{parts.port}" if parts.port is not None and parts.port != _PORTS.get(parts.scheme) else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return escape(f"{parts.scheme}://{host}{port}{parts.path}")


def allows(allowed: str, address: str) -> bool:
    """Whether `address` is the allowed registry or lies below it; where two readers could disagree, it is not."""
    one, other = _split(allowed), _split(address)
    if one is None or other is None or _origin(one) != _origin(other):
        return False
    path = other.path.rstrip("/") + "/"
    if any(sign in path for sign in "\\%") or "/../" in path or "/./" in path:
        return False
    return path.startswith(one.path.rstrip("/") + "/")


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)


def _split(address: str) -> SplitResult | None:
    if not address.isascii() or not address.isprintable() or "\\" in address or " " in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None
