"""The generated pages are what the code says."""

import re
from pathlib import Path

from docs import generate
from leakguard import policy
from leakguard.model import Openness


def test_rules_page_is_up_to_date() -> None:
    """`make generate` would change nothing."""
    assert generate.PAGE.read_text(encoding="utf-8") == generate.page()


def test_every_rule_has_a_section_that_its_table_points_to() -> None:
    """No rule is left out, and the links of the tables lead somewhere."""
    page = generate.PAGE.read_text(encoding="utf-8")
    for rule in policy.catalogue().values():
        assert f"\n### `{rule.id}`\n" in page
        assert f"](#{generate.anchor(rule)})" in page


def test_decision_sets_confidences_apart_only_where_they_differ() -> None:
    """A secret of low confidence only warns; damage blocks however sure one is."""
    default = policy.load("default")
    rules = policy.catalogue().values()
    damage, secret = (next(rule for rule in rules if rule.id.startswith(family)) for family in ("artifact/", "secret/"))
    assert generate.decision(default, damage, Openness.OPEN) == "block"
    assert generate.decision(default, secret, Openness.OPEN) == "block (low confidence: warn)"


def test_links_between_the_documents_lead_to_files() -> None:
    """Relative links of README, CONTRIBUTING and the guide."""
    root = Path(__file__).resolve().parent.parent
    pages = [root / "README.md", root / "CONTRIBUTING.md", root / "examples" / "README.md", *(root / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))]
    assert len(links) > 3
    assert [link for page, link in links if not (page.parent / link).exists()] == []
