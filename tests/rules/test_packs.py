"""Rule packs: what is wrong with one is told with file, line and key, and nothing in one can do harm."""

import sys
from pathlib import Path

import pytest

from leakguard.errors import FaultyFile, UsageError
from leakguard.rules import packs
from leakguard.rules._toml import lines_of

RULE = '[[rules]]\nid = "a"\nregex = "abc"\n'


def faults(folder: Path, text: str, name: str = "pack.toml") -> list[tuple[int, str]]:
    """Line and message of everything that is wrong with a pack."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    try:
        packs.load(path)
    except FaultyFile as error:
        return [(fault.line, fault.message) for fault in error.faults if fault.path == name]
    return []


@pytest.mark.parametrize(
    "text",
    [
        "",
        'title = "x"\nminVersion = "v8.25.0"\n[extend]\nuseDefault = true\n',
        RULE + 'description = "d"\ntags = ["x"]\nkeywords = ["k"]\nentropy = 3\nsecretGroup = 0\n',
        RULE + "[rules.allowlist]\ndescription = 'd'\ncommits = ['x']\nregexTarget = 'match'\nregexes = ['x']\n",
        RULE + "validate = '''http.get()'''\n",
        '[[rules]]\nID = "a"\nRegex = "x"\nSecretgroup = 0\n',
        RULE + "[[rules]]\nid = 'b'\nregex = '''(?i)x{1,99}\\b(?P<n>y)\\z'''\n",
    ],
)
def test_pack_without_faults(tmp_path: Path, text: str) -> None:
    """Everything that gitleaks documents and that can be honoured; `validate` is ignored."""
    assert [] == faults(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = [", 1, "not valid TOML"),
        ("a = 1\nb = = 2\n", 2, "not valid TOML"),
        (RULE + "nonsense = 1\n", 4, "`nonsense` is not supported here"),
        (RULE + "filter = '''x'''\n", 4, "`filter`: filters in an expression language are not supported"),
        ("prefilter = 'x'\n" + RULE, 1, "`prefilter`: filters"),
        (RULE + "[[rules.required]]\nid = 'b'\n", 4, "`required`: composite rules"),
        (RULE + "skipReport = true\n", 4, "`skipReport`: composite rules"),
        (RULE + "tokenEfficiency = true\n", 4, "`tokenEfficiency`: "),
        ('[[rules]]\nid = "a"\nregex = "(?<=x)y"\n', 3, "`regex` cannot be used: "),
        ('[[rules]]\nid = "a"\nregex = "(x)\\\\1"\n', 3, "`regex` cannot be used: "),
        ('[[rules]]\nid = "a"\nregex = "x{1,99999}"\n', 3, "`regex` cannot be used: "),
        ('[[rules]]\nid = "a"\nregex = 7\n', 3, "`regex` must be text"),
        ('[[rules]]\nregex = "x"\n', 1, "a rule needs an `id`"),
        ('[[rules]]\nid = "../x\\n"\nregex = "x"\n', 2, "a rule needs an `id`"),
        ('[[rules]]\nid = "a"\n', 1, "this rule has neither `regex` nor `path`"),
        (RULE + RULE, 5, "this `id` stands twice"),
        (RULE + "secretGroup = 1\n", 4, "`secretGroup` names a group that the expression does not have"),
        (RULE + "secretGroup = -1\n", 4, "`secretGroup` must be a whole number"),
        (RULE + "entropy = 'high'\n", 4, "`entropy` must be a number"),
        (RULE + "keywords = 'k'\n", 4, "`keywords` must be a list of texts"),
        (RULE + "\n[rules.allowlist]\nregexes = ['''(?<!x)y''']\n", 6, "an expression of `regexes` cannot be used: "),
        (RULE + "\n[[rules.allowlists]]\nstopwords = ['a']\n[[rules.allowlists]]\ncondition = 'XOR'\n", 8, "`condition` must be"),
        (RULE + "[[rules.allowlists]]\nregexTarget = 'commit'\n", 5, "`regextarget` must be".replace("regextarget", "regexTarget")),
        ("[extend]\nurl = 'https://example.com'\n", 2, "`extend.url` is not supported"),
        ("[extend]\npath = '../up.toml'\n", 2, "the pack that this one extends leaves the project"),
        ("[extend]\npath = '/etc/passwd'\n", 2, "the pack that this one extends leaves the project"),
        ("[extend]\npath = 'none.toml'\n", 2, "the pack that this one extends does not exist"),
        ("[extend]\npath = 'pack.toml'\n", 2, "the pack that this one extends goes too deep"),
        ("rules = 7\n", 1, "`rules` must be a list of tables"),
    ],
)
def test_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    """The line of the key, or of what should have it."""
    found = faults(tmp_path, text)
    assert line in [at for at, _ in found]
    assert any(said.startswith(message) for _, said in found), found


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """In the order of the file."""
    text = RULE + "nonsense = 1\n[[rules]]\nid = 'b'\nregex = '''(?=x)'''\n"
    assert [4, 7] == [line for line, _ in faults(tmp_path, text)]


def test_message_holds_nothing_of_an_expression(tmp_path: Path) -> None:
    """A pack may be as secret as what it looks for."""
    assert "hunter2hunter2" not in repr(faults(tmp_path, "[[rules]]\nid = 'a'\nregex = '''(?<=hunter2hunter2)x'''\n"))


def test_link_is_not_followed(tmp_path: Path) -> None:
    """A pack that is extended is a file of its own."""
    (tmp_path / "real.toml").write_text(RULE)
    (tmp_path / "link.toml").symlink_to(tmp_path / "real.toml")
    assert [(2, "the pack that this one extends is a link")] == faults(tmp_path, "[extend]\npath = 'link.toml'\n")


def test_extended_pack_may_lie_elsewhere_in_the_project(tmp_path: Path) -> None:
    """Relative to the file, or to the top of the project, as gitleaks does it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "base.toml").write_text(RULE)
    for named in ("../base.toml", "base.toml"):
        path = tmp_path / "config" / "pack.toml"
        path.write_text(f"[extend]\npath = '{named}'\n")
        assert ["a"] == [rule.id for rule in packs.load(path).rules]
        assert [path, tmp_path / "base.toml"] == list(packs.files_of(path))


def test_missing_engine_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without RE2 a pack cannot be used, and the message says what to install."""
    monkeypatch.setitem(sys.modules, "re2", None)
    packs.compiled.cache_clear()
    with pytest.raises(UsageError, match="google-re2"):
        faults(tmp_path, RULE)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("issuer: a\nissuer: b\nrules: []\n", 2, "duplicate key"),
        ("issuer: 7\nrules: []\n", 1, "expected `str`"),
        ("rules: []\n", 1, "object missing required field `issuer`"),
        ("issuer: a\nrules: []\nmore: 1\n", 1, "object contains unknown field `more`"),
        ("issuer: a\nrules:\n  - {id: x}\n", 3, "object missing required field"),
    ],
)
def test_pack_of_our_own_is_read_strictly(tmp_path: Path, text: str, line: int, message: str) -> None:
    """Its shape is that of the built-in rules."""
    ((at, said),) = faults(tmp_path, text, "pack.yaml")
    assert (line, True) == (at, said.startswith(message)), said


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("acme_(?<=x)y{4}", "the expression cannot be used: "), ("acme_.*", "the expression cannot be used: the expression is not bounded")],
)
def test_expression_of_our_own_pack_is_linear_and_bounded(tmp_path: Path, pattern: str, message: str) -> None:
    """No look-around, no unbounded repetition."""
    rule = (
        f"  - {{id: x, title: t, description: d, impact: i, anchors: [acme_], pattern: '{pattern}', examples: [a], counterexamples: [b]}}"
    )
    ((line, said),) = faults(tmp_path, f"issuer: a\nrules:\n{rule}\n", "pack.yaml")
    assert (3, True) == (line, said.startswith(message)), said


def test_lines_of_keys() -> None:
    """Tables, arrays of tables, dotted keys, and what stands inside of strings over several lines."""
    text = "a = 1\n[[rules]]\nid = '''\nid = 2\n[x]\n'''\nregex = 'x'\n[rules.allowlist]\npaths = [\n  'x',\n]\n"
    text += "[[rules]]\n  id = 'b'\nq.r = 1\n"
    lines = lines_of(text)
    assert {
        ("a",): 1,
        ("rules",): 2,
        ("rules", 0): 2,
        ("rules", 0, "id"): 3,
        ("rules", 0, "regex"): 7,
        ("rules", 0, "allowlist"): 8,
        ("rules", 0, "allowlist", "paths"): 9,
        ("rules", 1): 12,
        ("rules", 1, "id"): 13,
        ("rules", 1, "q", "r"): 14,
    } == lines
