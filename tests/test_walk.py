"""The walk: everything is entered, nested to any depth, and nothing is skipped in silence."""

import gzip
import io
from collections.abc import Iterator

import pytest

from leakguard import plugins
from leakguard.anchors import MOST_HITS, Anchors
from leakguard.limits import Budget
from leakguard.model import Kind, Member
from leakguard.plugins import Anchor, Match, Source
from tests.builders import inline_base64, npm, source_map, tar_of, token, wheel, zip_of
from tests.kit import walked


def test_outermost_paths_are_those_of_the_package() -> None:
    """A tarball's compressor and tar do not appear in the paths."""
    found = walked("x.tgz", npm({"dist/a.js": "a"}))
    assert "tar" == found.container
    assert b"a" == found.contents["package/dist/a.js"]
    assert not found.damage


def test_containers_nest() -> None:
    """A wheel in a tarball in a zip is opened, and its paths are joined with `!/`."""
    inner = wheel({"m.py": "x = 1\n"})
    found = walked("o.zip", zip_of({"a.tgz": npm({"v.whl": inner})}))
    assert b"x = 1\n" == found.contents["a.tgz!/package/v.whl!/m.py"]
    assert {"a.tgz": "gzip", "a.tgz!/package/v.whl": "zip"} == {
        path: form for path, form in found.formats.items() if "dist-info" not in path
    }


def test_a_map_is_a_container() -> None:
    """The sources of an external and of an inline map are entries."""
    text = source_map({"src/app.ts": "const a: number = 1\n"})
    found = walked("x.tgz", npm({"a.js.map": text, "b.js": f"x\n//# sourceMappingURL={inline_base64(text)}\n"}))
    assert b"const a: number = 1\n" == found.contents["package/a.js.map!/src/app.ts"]
    assert b"const a: number = 1\n" == found.contents["package/b.js!/inline-0.map!/src/app.ts"]
    assert found.contents["package/b.js"].startswith(b"x\n")


def test_a_compressed_file_is_its_content() -> None:
    """A compressor's member has a path of its own unless it is a container."""
    found = walked("o.zip", zip_of({"a.js.gz": gzip.compress(b"alert(1)"), "b.tar.gz": gzip.compress(tar_of({"c": "d"}))}))
    assert b"alert(1)" == found.contents["a.js.gz!/a.js"]
    assert b"d" == found.contents["b.tar.gz!/c"]


def test_a_loose_file_is_an_entry() -> None:
    """What is no container is its own only entry."""
    found = walked("a.js", b"x")
    assert "" == found.container
    assert {"a.js": b"x"} == found.contents


def test_names_are_escaped_in_paths() -> None:
    """A name can neither end a line nor pretend to be nested."""
    found = walked("o.zip", zip_of({"a!/b\n.js": "x"}))
    assert {"a%21/b%0A.js": b"x"} == found.contents


@pytest.mark.parametrize("name", ["a.zip", "a.tgz", "a.tar", "a.whl", "a.gz", "a.xz", "a.zst"])
@pytest.mark.parametrize("content", [b"", b"not a container"])
def test_a_suffix_that_lies_is_a_mismatch(name: str, content: bytes) -> None:
    """A container's name on content that is none does not pass as a file."""
    assert "artifact/mismatch" == walked("o.zip", zip_of({name: content})).damage[name]
    assert "artifact/mismatch" == walked(name, content).damage[name]


def test_one_container_under_the_name_of_another_is_a_mismatch() -> None:
    """A zip called `.tgz` is opened, and refused."""
    found = walked("a.tgz", zip_of({"b": "c"}))
    assert "artifact/mismatch" == found.damage["a.tgz"]
    assert b"c" == found.contents["b"]


def test_depth_is_bounded() -> None:
    """Containers of any kind count; what lies deeper is a finding."""
    data = b"x"
    for _ in range(8):
        data = zip_of({"n.zip": data} if data != b"x" else {"x": "x"})
    assert not walked("n.zip", data).damage
    assert ["artifact/limit-exceeded"] == list(walked("n.zip", data, depth=7).damage.values())


def test_entries_are_bounded() -> None:
    """The limit is for the artifact, not for each container."""
    inner = zip_of({str(number): "" for number in range(30)})
    assert not walked("o.zip", zip_of({"a.zip": inner, "b.zip": inner}), entries=100).damage
    assert "artifact/limit-exceeded" in walked("o.zip", zip_of({"a.zip": inner, "b.zip": inner}), entries=50).damage.values()


def test_a_bomb_is_stopped() -> None:
    """Inflating ends at the ratio, and the rest counts as not inspected."""
    packed = gzip.compress(gzip.compress(bytes(200_000_000), 9), 9)
    found = walked("bomb.gz.gz", packed)
    assert "artifact/limit-exceeded" in found.damage.values()


def test_damage_is_an_entry_and_the_rest_is_searched() -> None:
    """What a truncated tarball still holds is entered before the damage."""
    data = npm({"a.js": token("", 5000), "b.js": token("", 5000, seed=9)})
    found = walked("x.tgz", data[:-3000])
    assert {"artifact/truncated"} == set(found.damage.values())
    assert "package/a.js" in found.contents


def test_wide_text_is_searched_as_text() -> None:
    """UTF-16 reaches the sink as UTF-8."""
    found = walked("o.zip", zip_of({"a.txt": "Grüße\n".encode("utf-16")}))
    assert "Grüße\n".encode() == found.contents["a.txt"]


def test_coverage_adds_up() -> None:
    """Inspected, opaque and unreadable bytes are all the bytes of the leaves."""
    found = walked("o.zip", zip_of({"a.js": "x" * 10, "b.png": b"\x89PNG\r\n\x1a\n" + bytes(20), "d.zip": zip_of({"e": "y" * 5})}))
    coverage = found.coverage
    assert (10 + 28 + 5, 10 + 5, 28, 0) == (coverage.bytes, coverage.inspected, coverage.opaque, coverage.unreadable)


def test_folders_and_links_are_entered() -> None:
    """They have no content, but they are there."""
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        folder, link = tarfile.TarInfo("d/"), tarfile.TarInfo("l")
        folder.type, link.type, link.linkname = tarfile.DIRTYPE, tarfile.SYMTYPE, "d"
        archive.addfile(folder)
        archive.addfile(link)
    kinds = walked("o.tar", out.getvalue()).kinds
    assert Kind.DIRECTORY in kinds.values()
    assert Kind.LINK is kinds["l"]


def test_too_many_hits_are_damage() -> None:
    """An entry with more of one thing than is looked at is said to be so, and is searched as far as it goes."""
    anchors = Anchors([*([] for _ in plugins.formats()), [Anchor("ab")]])
    found = walked("x.tgz", npm({"a.txt": "ab" * (MOST_HITS + 1), "b.txt": "ab" * 10}), anchors=anchors)
    assert {"package/a.txt": "artifact/limit-exceeded"} == found.damage
    assert (MOST_HITS, 10) == (found.hits["package/a.txt"], found.hits["package/b.txt"])


class Echo:
    """A container that holds itself, as a quine does."""

    NAME, SUFFIXES, ANCHORS, SEEK, CARRIER = "echo", (), (), True, False

    @staticmethod
    def match(name: str, head: bytes, tail: bytes, hits: object) -> Match:  # noqa: ARG004 - the contract's shape
        """Whatever begins with its name."""
        return Match.CONTENT if head.startswith(b"ECHO") else Match.NO

    @staticmethod
    def members(source: Source, budget: Budget) -> Iterator[Member]:
        """Itself, and what is not quite itself."""
        assert source.content is not None
        budget.check_clock()
        data = source.content.read(0, source.content.size)
        yield Member(name="again", data=data)
        if len(data) < 12:
            yield Member(name="longer", data=data + b"!")


def test_zb5_what_holds_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """ZB5: an ancestor that is met again is not opened again; anything else is."""
    monkeypatch.setattr(plugins, "formats", lambda: [Echo])
    seen = walked("e", b"ECHO")
    assert {"artifact/limit-exceeded"} == set(seen.damage.values())
    assert {"longer!/" * depth + "again" for depth in range(9)} == seen.damage.keys()
