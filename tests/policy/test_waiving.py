"""A waiver is put into the text of a policy, and nothing else of the text changes."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leakguard.errors import FaultyFile, UsageError
from leakguard.policy import waiving

WAIVER = {"rule": "secret/private-key", "path": "tests/*.pem", "reason": "a key of the test server", "expires": "2027-06-30"}
OTHER = ["rule: file/litter", "path: a.md  # why", "reason: x", "expires: 2027-01-01"]
ITEM = "{rule: file/litter, path: a.md, reason: x, expires: 2027-01-01}"
HERE = Path("/project/leakguard.yaml")


def waived(text: str, waiver: dict[str, str] | None = None) -> str:
    """The text of a policy with one more waiver."""
    return waiving.with_waiver(text.encode(), waiver or WAIVER, HERE, "leakguard.yaml").decode()


def added(before: str, after: str) -> list[str]:
    """The lines that are new; every other line is there, and in its order."""
    left = before.split("\n")
    new = []
    for line in after.split("\n"):
        if left and line == left[0]:
            left.pop(0)
        else:
            new.append(line)
    assert [] == [line for line in left if line.strip()]
    return [line for line in new if line.strip()]


def item(indent: int) -> str:
    """The other waiver, as a list's item."""
    margin = " " * indent
    return "".join(f"{margin}{'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(OTHER))


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("version: 1\n", 5),
        ("version: 1", 5),
        ("version: 1\n\n\n# the end\n", 5),
        (f"version: 1\nwaivers:\n{item(2)}", 4),
        (f"version: 1\nwaivers:\n{item(0)}", 4),
        (f"version: 1\nwaivers:   # ours\n{item(4)}\n# about files\nfiles: {{deny: ['*.map']}}\n", 4),
        (f"version: 1\nwaivers:\n  # first\n{item(2)}  # last of all\nopenness: closed\n", 4),
        (f"# top\nwaivers:\n{item(0)}version: 1\n", 4),
    ],
)
def test_comments_and_order_stay(before: str, lines: int) -> None:
    """Whatever stands around the list; the new one is its last."""
    after = waived(before)
    assert lines == len(added(before, after))
    assert "a key of the test server" == yaml.safe_load(after)["waivers"][-1]["reason"]


def test_what_is_said_about_the_next_key_stays_with_it() -> None:
    """A comment at the left margin below the list belongs to what follows."""
    after = waived(f"version: 1\nwaivers:\n{item(2)}\n# about files\nfiles: {{deny: ['*.map']}}\n").split("\n")
    assert "files: {deny: ['*.map']}" == after[after.index("# about files") + 1]
    assert after.index("# about files") > after.index("  - rule: secret/private-key")


def test_an_empty_list_in_brackets_becomes_lines() -> None:
    """With its comment."""
    after = waived("version: 1\nwaivers: []  # none yet\nopenness: closed\n")
    assert "waivers:  # none yet" in after.split("\n")
    assert 1 == len(yaml.safe_load(after)["waivers"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"version: 1\nwaivers: [{ITEM}]\n", "`leakguard.yaml:2:10`: the waivers are a list in brackets"),
        (f"version: 1\nwaivers:\n  [\n    {ITEM},\n  ]\n", "`leakguard.yaml:3:3`: the waivers are a list in brackets"),
        (f"{{version: 1, waivers: [{ITEM}]}}\n", "`leakguard.yaml` is written in braces"),
        ("{version: 1}\n", "`leakguard.yaml` is written in braces"),
    ],
)
def test_a_list_in_brackets_is_left_alone(text: str, told: str) -> None:
    """It says where the list is, and the hint is what to put there: a policy that holds it is right."""
    with pytest.raises(UsageError) as raised:
        waived(text)
    assert told in str(raised.value)
    item = raised.value.hint.partition(": ")[2]
    put = text.replace(f"{ITEM}", f"{ITEM}, {item}") if ITEM in text else f"version: 1\nwaivers: [{item}]\n"
    assert yaml.safe_load(item) == yaml.safe_load(put)["waivers"][-1]


def test_line_ends_and_mark_stay() -> None:
    """As an editor on Windows writes them."""
    written = waiving.with_waiver(b"\xef\xbb\xbfversion: 1\r\n", WAIVER, HERE, "p")
    assert written.startswith(b"\xef\xbb\xbfversion: 1\r\n")
    assert written.count(b"\n") == written.count(b"\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "{version: 1}\n",
        "version: 1\nwaivers: [{rule: file/litter, path: a, reason: x, expires: 2027-01-01}]\n",
        "version: 1\nwaivers: [\n]\n",
        "version: 1\n...\n",
    ],
)
def test_what_cannot_be_added_to_is_refused(text: str) -> None:
    """Rather than rewritten."""
    with pytest.raises(UsageError, match=r"cannot be put|nothing can be added|none can be added"):
        waived(text)


@pytest.mark.parametrize("text", ["version: 2\n", "version: 1\nwaiver: []\n", "version: 1\nwaivers:\n", "a: [\n", ""])
def test_a_faulty_policy_is_told_with_its_faults(text: str) -> None:
    """Nothing is added to what nobody could read."""
    with pytest.raises(FaultyFile):
        waived(text)


def test_the_same_waiver_is_not_written_twice() -> None:
    """It would be one entry too many in the report."""
    with pytest.raises(UsageError, match="already"):
        waived(waived("version: 1\n"))


@pytest.mark.parametrize(
    ("key", "value"), [("rule", "Secret"), ("path", "!x"), ("path", "a\nb"), ("fingerprint", "xyz"), ("reason", "  "), ("expires", "soon")]
)
def test_a_value_that_a_policy_would_refuse_is_refused(key: str, value: str) -> None:
    """By its name; the value itself, which may be content, is not quoted."""
    with pytest.raises(UsageError) as caught:
        waiving.checked({**WAIVER, key: value})
    assert (True, False) == (f"`{key}`" in caught.value.message, value.strip() != "" and value in caught.value.message)


text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"]), min_size=1, max_size=20).filter(
    lambda one: bool(one.strip()) and "\ufeff" not in one
)
comments = st.lists(text.map(lambda one: f"# {one}"), max_size=3)


@given(comments, comments, comments, st.integers(0, 3), st.sampled_from((0, 1, 2, 4)), text, st.booleans())
def test_a_policy_goes_round_with_all_its_comments(
    above: list[str],
    between: list[str],
    below: list[str],
    count: int,
    indent: int,
    reason: str,
    first: bool,  # noqa: FBT001 - drawn
) -> None:
    """For whatever comments, list and reason: the old lines in their order, and the new waiver as it was given."""
    items = "".join(item(indent).replace("2027-01-01", f"2027-01-0{number + 1}") for number in range(count))
    listed = f"waivers:\n{items}" if count else ""
    parts = ["\n".join([*above, "version: 1", ""]), listed, "\n".join([*between, "openness: closed", *below, ""])]
    before = "".join(parts if first else [parts[0], parts[2], parts[1]])
    waiver = {**WAIVER, "reason": reason, "by": reason}
    after = waived(before, waiver)
    assert len(waiver) + (0 if count else 1) == len(added(before, after))
    assert [reason, reason] == [yaml.load(after, yaml.BaseLoader)["waivers"][-1][key] for key in ("reason", "by")]
