"""Inline pragmas count only where the policy names their tool, and what they speak of is still found."""

import pytest

from leakguard.settings import SecretSettings
from tests.analyzers.secrets.search import found, made
from tests.builders import token

TOKEN = made("ghp_[0-9A-Za-z]{30}<checksum>")
COMMENTS = {
    "detect-secrets": "# pragma: allowlist secret",
    "gitleaks": "# gitleaks:allow",
    "kingfisher": "// kingfisher:ignore",
    "leakguard": "# leakguard: allow",
    "secretlint": "// secretlint-disable-line",
    "trufflehog": "# trufflehog:ignore",
}


def marks(text: str, *tools: str) -> list[object]:
    """The tool whose pragma each finding carries, or nothing."""
    return [one.evidence.get("pragma") for one in found(text, settings=SecretSettings(pragmas=tools))]


@pytest.mark.parametrize(("tool", "comment"), COMMENTS.items())
def test_named_tool_is_heard(tool: str, comment: str) -> None:
    """A comment in the line of the secret marks its finding."""
    assert marks(f"a = 1\nx = '{TOKEN}'  {comment}\n", tool) == [tool]


@pytest.mark.parametrize(
    ("tool", "comment"),
    [
        ("detect-secrets", "# pragma: allowlist nextline secret"),
        ("secretlint", "// secretlint-disable-next-line"),
        ("leakguard", "# leakguard: allow-next-line"),
    ],
)
def test_comment_above_is_heard(tool: str, comment: str) -> None:
    """Those that speak of the next line."""
    assert marks(f"{comment}\nx = '{TOKEN}'\n", tool) == [tool]
    assert marks(f"{comment}\n\nx = '{TOKEN}'\n", tool) == [None]


@pytest.mark.parametrize("comment", COMMENTS.values())
def test_no_tool_is_heard_by_default(comment: str) -> None:
    """Nobody who writes a comment into an artifact decides what may ship."""
    assert marks(f"x = '{TOKEN}'  {comment}\n") == [None]


@pytest.mark.parametrize("tool", COMMENTS)
def test_other_tools_are_not_heard(tool: str) -> None:
    """Naming one tool is not naming the others."""
    others = " ".join(comment for name, comment in COMMENTS.items() if name != tool)
    assert marks(f"x = '{TOKEN}'  {others}\n", tool) == [None]


@pytest.mark.parametrize(
    "text", ["# gitleaks:allow\nx = '{}'\n", "x = '{}'\n# gitleaks:allow\n", "x = '{}'" + ";" * 3000 + "// gitleaks:allow"]
)
def test_comment_elsewhere_is_not_heard(text: str) -> None:
    """In another line, or far off in a minified one."""
    assert marks(text.format(TOKEN), "gitleaks") == [None]


def test_pragma_does_not_cover_the_pipelines_own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their values must not occur anywhere."""
    monkeypatch.setenv("LEAKGUARD_TEST_VALUE", token("", 30))
    settings = SecretSettings(environment=("LEAKGUARD_TEST_VALUE",), pragmas=("gitleaks",))
    findings = found(f"x = '{token('', 30)}' # gitleaks:allow", settings=settings)
    assert [None] == [one.evidence.get("pragma") for one in findings if one.rule == "secret/environment-value"]
