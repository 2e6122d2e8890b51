"""CPU and allocation profiles of V8, by the shape of their JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from leakguard.analyzers.sources import _shape
from leakguard.analyzers.sources._finding import about, counted, is_prose, is_third_party, places, samples
from leakguard.analyzers.sources._rules import CPU_PROFILE
from leakguard.content import Content, Entry
from leakguard.model import Finding
from leakguard.plugins import Anchor, Hit

ANCHORS = (Anchor(r"\"timeDeltas\": ?\["), Anchor(r"\"selfSize\": ?[0-9]"))


class _Call(msgspec.Struct):
    functionName: str  # noqa: N815 - V8's name
    url: str = ""


class _Node(msgspec.Struct):
    callFrame: _Call  # noqa: N815 - V8's name
    children: msgspec.Raw = msgspec.Raw()


class _Profile(msgspec.Struct):
    nodes: list[_Node]
    timeDeltas: msgspec.Raw  # noqa: N815 - V8's name


class _Sampled(msgspec.Struct):
    callFrame: _Call  # noqa: N815 - V8's name
    children: "list[_Sampled]" = []


class _Allocations(msgspec.Struct):
    head: _Sampled


def judge(entry: Entry, content: Content, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for a profile, with the functions and files that it names."""
    if entry.opaque or is_prose(entry) or not _shape.opens_json(content):
        return
    calls: list[_Call] = []
    if any(hit.anchor == 0 for hit in hits) and (profile := _shape.decode(content, _Profile)) is not None:
        calls = [node.callFrame for node in profile.nodes]
    elif (allocations := _shape.decode(content, _Allocations)) is not None:
        nodes = [allocations.head]
        while nodes:
            node = nodes.pop()
            calls.append(node.callFrame)
            nodes += node.children
    if calls:
        urls = sorted({call.url for call in calls if call.url and not call.url.startswith("node:")})
        functions = len({(call.url, call.functionName) for call in calls if call.functionName})
        own = [url for url in urls if not is_third_party(url)]
        message = f"profile of a process: names {counted(functions, 'function')} in {counted(len(urls), 'file')}"
        evidence: dict[str, Any] = {
            "functions": functions,
            "files": len(urls),
            "first_party": len(own),
            "samples": samples(own),
            **places(urls),
        }
        yield about(CPU_PROFILE, entry.path, message, **evidence)
