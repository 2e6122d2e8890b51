"""The `artifact/*` findings: damage, and the attacks NM1 to NM26 on names and links."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakguard.analyzers import integrity
from leakguard.analyzers._integrity_names import describe_name, is_ordinary
from leakguard.analyzers._integrity_places import tidy
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Coverage, Damage, Finding, Identity, Kind, RuleId
from leakguard.redact import escape_name
from leakguard.settings import Settings
from tests.kit import accept_rules

ESCAPE, TWIN = "artifact/path-escape", "artifact/ambiguous"
ARTIFACT = Artifact(target="x", identity=Identity(format="tar"), sha256=None, size=None, coverage=Coverage(), listing=())


def entry(
    name: str,
    kind: Kind = Kind.FILE,
    *,
    container: str = "tar",
    content: bytes | None = b"",
    parent: Entry | None = None,
    damage: Damage | None = None,
    link: str | None = None,
    hard: bool = False,
) -> Entry:
    """An entry as the walker makes it."""
    return Entry(
        path=(f"{parent.path}!/" if parent else "") + escape_name(name),
        name=name,
        kind=kind,
        depth=1,
        size=0,
        parent=parent,
        container=container,
        content=None if content is None else Content(content),
        damage=damage,
        link=link,
        facts={"hard": hard},
    )


def folder(name: str) -> Entry:
    """A folder."""
    return entry(name, Kind.DIRECTORY, content=None)


def link(name: str, target: str, *, hard: bool = False) -> Entry:
    """A symbolic or hard link."""
    return entry(name, Kind.LINK, content=None, link=target, hard=hard)


def judged(entries: Sequence[Entry | str]) -> list[Finding]:
    """All findings about these entries, with the second pass if it is wanted."""
    analyzer = integrity.start(Settings())
    walked = [entry(one) if isinstance(one, str) else one for one in entries]
    found = [finding for one in walked for finding in analyzer.enter(one)]
    if analyzer.wants_second_pass():
        for one in walked:
            if one.content is not None:
                analyzer.revisit(one)
    return [*found, *analyzer.conclude(ARTIFACT, Settings())]


def rules(*entries: Entry | str) -> list[str]:
    """The rules of the findings."""
    return [str(one.rule) for one in judged(entries)]


# Rules and damage.


def test_every_rule_says_what_a_person_needs() -> None:
    """Title, meaning, impact and a fix; all eight names of the contract."""
    accept_rules(integrity)
    slugs = {one.id.partition("/")[2] for one in integrity.RULES}
    assert slugs == {"unreadable", "truncated", "encrypted", "ambiguous", "mismatch", "path-escape", "limit-exceeded", "unsupported"}


@pytest.mark.parametrize("rule", [one.id for one in integrity.RULES])
@pytest.mark.parametrize("container", ["zip", "gzip", "source-map", "directory", ""])
@pytest.mark.parametrize("kind", [Kind.DAMAGE, Kind.FILE])
def test_damage_becomes_a_finding(rule: RuleId, container: str, kind: Kind) -> None:
    """Of any rule, in any container, on entries with and without content."""
    damage = Damage(rule=rule, reason="the header is wrong", offset=512)
    (found,) = judged([entry("a/b", kind, container=container, damage=damage)])
    assert (found.rule, found.message, found.severity) == (rule, "the header is wrong", "high")
    assert (found.location.path, found.location.offset) == ("a/b", 512)


def test_fingerprints_tell_reasons_and_places_apart() -> None:
    """A waiver for one damage does not cover another."""
    reasons = [Damage(rule=RuleId("artifact/unreadable"), reason=reason) for reason in ("one", "two")]
    found = judged([entry(name, container="gzip", damage=damage) for name in "ab" for damage in reasons])
    assert len({one.fingerprint for one in found}) == 4


# Names.

UNSAFE = {
    "NM1 `..`": "../../tmp/x",
    "NM1 `..` in the middle": "a/../../x",
    "NM2 absolute": "/tmp/x",
    "NM3 drive": "C:\\x",
    "NM3 drive without backslash": "c:x",
    "NM4 network path": "\\\\h\\s\\x",
    "NM4 network path with slashes": "//h/s/x",
    "NM5 backslash": "a\\b.py",
    "NM6 empty component": "a//b",
    "NM8 empty": "",
    "NM9 a dot": ".",
    "NM9 a dot at the end": "a/.",
    "NM10 NUL": "a\0.py",
    "NM11 escape": "a\x1b[2Jb",
    "NM12 line feed": "a\n::add-mask::x",
    "NM12 line separator": "a\u2028b",
    "NM13 bidi override": "a\u202egpj.py",
    "NM13 zero width": "a\u200b.py",
    "NM16 device": "con.py",
    "NM16 device as a folder": "a/AUX/x",
    "NM16 device with a blank": "nul .txt",
    "NM16 device with a superscript": "com\u00b9",
    "NM17 dot at the end": "a.py.",
    "NM17 dots only": "a/.../b",
    "NM18 blank at the end": "a.py ",
    "NM18 blank at the end of a folder": "a /b",
    "NM19 stream": "a.txt:s",
    "NM20 deep": "x/" * 3000 + "y",
    "NM20 deep, but short": "x/" * 200 + "y",
    "NM21 long": "n" * 65535,
    "NM21 a long component": "p/" + "é" * 128 + "/x",
    "NM24 not UTF-8": "caf\udce9.py",
}


@pytest.mark.parametrize("attack", UNSAFE)
@pytest.mark.parametrize("container", ["tar", "zip"])
def test_unsafe_names_are_found(attack: str, container: str) -> None:
    """A name that leads elsewhere, or is not the same everywhere, blocks; the message is plain."""
    found = judged([entry(UNSAFE[attack], container=container)])
    assert {one.rule for one in found} == {ESCAPE}
    assert all(one.message.isascii() and one.message.isprintable() for one in found)


@pytest.mark.parametrize(
    "name",
    [
        "package/dist/cli.js",
        "./package/dist/cli.js",
        "package/./x",
        "a/.env",
        "a/..b/c...d",
        "a/.b",
        "a b/c d.txt",
        "Конфигурация/日本語.txt",
        "cafe\u0301",
        "\u0130.py",
        "console.js",
        "com/example/Main.class",
        "auxiliary/comm.py",
        "a/lpt.txt",
        "emoji-👩\u200d💻-❤\ufe0f.svg",
        "node_modules/@scope/name/index.js",
        "[id]/(group)/$page+layout~1.tsx",
        "a/" + "n" * 255,
        "x/" * 60 + "y",
        "%2e%2e/x",
        "a/b=c,d;e'f#g!h&i{j}k^l",
    ],
)
def test_names_of_real_packages_pass(name: str) -> None:
    """Dots, blanks, letters of any script and signs that build tools use are no escape."""
    assert rules(name) == []


@pytest.mark.parametrize("name", ["a/", "./", ".", "a/b/"])
def test_folders_may_end_in_a_slash(name: str) -> None:
    """And the root itself may be stored."""
    assert rules(folder(name)) == []


@pytest.mark.parametrize("container", ["source-map", "inline-source-map", "gzip", "xz", ""])
@pytest.mark.parametrize("name", ["../../src/a.ts", "/home/x/a.ts", "webpack:///./a.ts", "C:\\a.ts", ""])
def test_names_that_never_become_paths_pass(container: str, name: str) -> None:
    """The `sources` of a map and the content of a compressor are not unpacked to their names."""
    assert rules(entry(name, container=container), entry(name, container=container)) == []


@pytest.mark.parametrize("name", ["a\\b", "x:y", "con.py", "a.", "caf\udce9"])
def test_names_on_a_disk_are_paths_already(name: str) -> None:
    """A folder's names are judged by collision only."""
    assert rules(entry(name, container="directory")) == []


@given(st.text(st.sampled_from("aCc. /:\\oOnN1\u202e~-_é"), max_size=12))
def test_the_quick_look_never_lets_an_unsafe_name_through(name: str) -> None:
    """What passes the quick look would pass the close one, and is tidy ASCII."""
    if is_ordinary(name) or is_ordinary(f"a/{name}", "a/"):
        assert list(describe_name(name, Kind.FILE)) == []
        assert tidy(name) == name
        assert name.isascii()


# Names that fall on each other.

TWINS = {
    "NM7 a leading dot": ["a", "./a"],
    "NM7 a dot in the middle": ["package/x", "package/./x"],
    "NM14 NFC and NFD": ["caf\u00e9", "cafe\u0301"],
    "NM15 a sharp s": ["straße", "STRASSE"],
    "NM22 case": ["a/README", "a/readme"],
    "NM22 case of a folder": ["A/x", "a/X"],
    "NM22 invisible": ["a\u200db", "ab"],
    "TR17 the same name": ["a", "a"],
    "TR17 three times": ["a", "b", "a", "a"],
}


def numbered(names: Sequence[str], container: str = "tar") -> list[Entry]:
    """Entries with a content each of its own."""
    return [entry(name, container=container, content=b"%d" % number) for number, name in enumerate(names)]


@pytest.mark.parametrize("attack", TWINS)
@pytest.mark.parametrize("container", ["tar", "zip", "directory"])
def test_twins_are_ambiguous(attack: str, container: str) -> None:
    """Two files in one place, on some system or other, of which one stays."""
    assert rules(*numbered(TWINS[attack], container)) == [TWIN]


@pytest.mark.parametrize("attack", sorted(TWINS.keys() - {"NM22 invisible"}))
def test_twins_of_one_content_do_no_harm(attack: str) -> None:
    """Some builders pack a file twice: whichever stays, it is the same."""
    assert rules(*(entry(name, content=b"same") for name in TWINS[attack])) == []


def test_twins_that_were_not_seen_again_are_ambiguous() -> None:
    """What is no text is not read twice, so nothing is known of it."""
    assert rules(entry("a", content=None), entry("a", content=None)) == [TWIN]
    assert rules(entry("a", content=None), entry("a", content=b"x")) == [TWIN]


def test_without_twins_nothing_is_read_twice() -> None:
    """The second pass costs time."""
    analyzer = integrity.start(Settings())
    for name in ("a/b", "a/c", "b"):
        assert not list(analyzer.enter(entry(name)))
    assert not analyzer.wants_second_pass()


def test_a_twin_that_the_reader_reported_is_told_once() -> None:
    """Formats may find duplicates themselves."""
    damage = Damage(rule=RuleId(TWIN), reason="the name occurs twice")
    assert rules(entry("a", content=b"1"), entry("a", content=b"2", damage=damage)) == [TWIN]


@pytest.mark.parametrize(
    "entries",
    [
        ["a", "a/b"],
        ["a/b", "a"],
        ["A", "a/b/c"],
        ["a/b/c", "a/B"],
        ["a", folder("a/")],
        [folder("a"), "a"],
        ["a/b", link("a", "b")],
    ],
)
def test_files_and_folders_of_one_name_are_ambiguous(entries: list[Entry | str]) -> None:
    """NM23: one of them cannot be unpacked."""
    assert rules(*entries) == [TWIN]


@pytest.mark.parametrize(
    "entries",
    [
        [folder("a"), folder("a/"), "a/b", folder("./a")],
        ["a/b", "b/a", "ab", "a/a"],
        ["Lib/a", "lib/b"],
        ["a.b", "a/b", "a-b"],
    ],
)
def test_folders_may_be_stored_often(entries: list[Entry | str]) -> None:
    """They fall on nothing."""
    assert rules(*entries) == []


def test_each_container_has_its_own_places() -> None:
    """The same name in two archives, and before and after a nested one, is no twin; in one archive it is."""
    outer = [entry(f"{name}.tar", content=None) for name in "xy"]
    first, second = ([entry("a", parent=one, content=b"%d" % number)] for number, one in enumerate(outer))
    assert rules(outer[0], *first, "a", outer[1], *second) == []
    assert rules("a", outer[0], *first, entry("a", parent=outer[0], content=b"z"), entry("A", content=b"y")) == [TWIN, TWIN]


def test_memory_holds_hashes_not_names() -> None:
    """A hundred thousand members are taken in, and the last one is still known."""
    analyzer = integrity.start(Settings())
    for number in range(100_000):
        analyzer.enter(entry(f"package/folder{number % 100}/file{number}.js"))
    assert not analyzer.wants_second_pass()
    analyzer.enter(entry("package/folder99/FILE99999.js"))
    assert analyzer.wants_second_pass()


# Links.


@pytest.mark.parametrize(
    ("name", "target", "hard"),
    [
        ("l", "/etc/passwd", False),
        ("l", "../x", False),
        ("a/b/l", "../../../x", False),
        ("a/l", "b/../../../x", False),
        ("a/l", "b/../c", False),
        ("l", "C:/x", False),
        ("l", "..\\x", False),
        ("l", "a\nb", False),
        ("h", "../../etc/passwd", True),
        ("a/h", "../b", True),
        ("h", "/b", True),
    ],
)
def test_links_that_leave_the_container_are_found(name: str, target: str, *, hard: bool) -> None:
    """TR13, TR14: wherever it is unpacked, the target must lie inside."""
    assert ESCAPE in rules("b", link(name, target, hard=hard))


@pytest.mark.parametrize(
    ("name", "target"), [("l", "a"), ("a/l", "../b"), ("a/b/c/l", "../../../x/y"), ("./a/l", "./b"), ("l", "."), ("a/l", "..")]
)
def test_links_inside_the_container_pass(name: str, target: str) -> None:
    """Symbolic links of sound sdists."""
    assert rules(link(name, target)) == []


@pytest.mark.parametrize("inside", ["l/x", "L/x", "l/deep/x", "./l/x"])
def test_members_below_a_link_are_found(inside: str) -> None:
    """TR13: they land where the link leads."""
    assert rules(folder("d"), link("l", "d"), inside) == [ESCAPE]


def test_hard_links_lead_to_an_earlier_file() -> None:
    """TR14: not to a later one, none, or themselves."""
    assert rules("p/a", link("p/h", "p/a", hard=True)) == []
    assert rules("p/a", link("p/h", "./p/a", hard=True)) == []
    assert rules(link("h", "h", hard=True)) == [TWIN]
    assert rules(link("h", "p/a", hard=True), "p/a") == [TWIN]
    assert rules("p/a", link("h", "p/A", hard=True)) == [TWIN]


@pytest.mark.parametrize("target", ["/etc", "../x", "d/../../x", "C:/x", ".", "", "./."])
def test_links_on_a_disk_that_lead_out_are_found(target: str) -> None:
    """FS1, FS3: whoever follows them gets what nobody looked at, or never ends."""
    assert rules(entry("l", Kind.LINK, container="directory", content=None, link=target)) == [ESCAPE]


@pytest.mark.parametrize(("name", "target"), [("a/up", ".."), ("a/b/up", "../.."), ("a/b/here", "../../a")])
def test_links_on_a_disk_that_lead_to_their_own_folder_are_found(name: str, target: str) -> None:
    """FS1: a loop."""
    assert rules(entry(name, Kind.LINK, container="directory", content=None, link=target)) == [ESCAPE]


@pytest.mark.parametrize(
    ("name", "target"), [("l", "v1"), ("a/l", "../b/c"), (".bin/tool", "../pkg/cli.js"), ("a/l", "../ab"), ("a/l", "b")]
)
def test_links_on_a_disk_that_stay_inside_pass(name: str, target: str) -> None:
    """What they lead to is inspected in its own place."""
    assert rules(entry(name, Kind.LINK, container="directory", content=None, link=target)) == []
