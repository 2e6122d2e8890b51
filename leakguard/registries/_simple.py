"""The page that an index has of a package: PEP 691 (JSON) and PEP 503 (HTML), read from hostile bytes."""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from leakguard.patterns import lazily

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"

LARGEST = 64 * 1024 * 1024
"""Bytes of such a page."""

_NAME = lazily(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}")
_DIGESTS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEX = lazily(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A file of a package."""

    name: str
    """Plain: letters, digits and `._+!-` only."""
    address: str
    digests: Mapping[str, str] = field(default_factory=dict, compare=False)
    yanked: bool = False


def links(body: bytes, kind: str, address: str) -> Iterator[Link]:
    """The files that a page names; what is malformed is left out."""
    yield from _of_json(body, address) if "json" in kind else _of_html(body, address)


def _of_json(body: bytes, address: str) -> Iterator[Link]:
    try:
        page = json.loads(body)
    except (ValueError, RecursionError):
        return
    files = page.get("files") if isinstance(page, dict) else None
    for one in files if isinstance(files, list) else ():
        if isinstance(one, dict) and isinstance(one.get("filename"), str) and isinstance(one.get("url"), str):
            hashes = one.get("hashes")
            link = _link(one["filename"], urljoin(address, one["url"]), hashes if isinstance(hashes, dict) else {}, one.get("yanked"))
            if link is not None:
                yield link


def _of_html(body: bytes, address: str) -> Iterator[Link]:
    parser = _Anchors()
    parser.feed(body.decode("utf-8", "replace"))
    for attributes in parser.found:
        target, fragment = urldefrag(urljoin(address, html.unescape(attributes.get("href") or "")))
        algorithm, _, digest = fragment.partition("=")
        link = _link(unquote(urlsplit(target).path).rpartition("/")[2], target, {algorithm: digest}, "data-yanked" in attributes)
        if link is not None:
            yield link


def _link(name: str, address: str, hashes: Mapping[str, object], yanked: object) -> Link | None:
    if not _NAME.fullmatch(name) or urlsplit(address).scheme not in {"https", "http"}:
        return None
    digests = {
        algorithm: digest
        for algorithm, digest in hashes.items()
        if isinstance(digest, str) and len(digest) == _DIGESTS.get(algorithm) and _HEX.fullmatch(digest)
    }
    return Link(name, address, digests, bool(yanked))


class _Anchors(HTMLParser):
    """Keeps the attributes of every `a`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        if tag == "a":
            self.found.append(dict(attrs))
