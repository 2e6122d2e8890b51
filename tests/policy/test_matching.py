"""Which artifacts a role is for."""

from pathlib import Path

import pytest

from leakguard.model import Identity
from tests.policy.samples import policy_of


def applies(folder: Path, match: str, target: str = "dist/x.tgz", form: str = "npm", name: str | None = "@acme/tool") -> bool:
    """Whether a role with this `match` is the artifact's."""
    policy = policy_of(folder, f"artifacts: [{{match: {{{match}}}}}]\n")
    return policy.role_for(target, Identity(format=form, name=name)).index == 0


@pytest.mark.parametrize(
    "match",
    [
        "format: npm",
        "format: [wheel, npm]",
        "name: '@acme/*'",
        "name: '*'",
        "name: [x, '@acme/tool']",
        "target: dist/*",
        "target: '*.tgz'",
        "target: ./dist/x.tgz",
        "target: dist/x.tgz, format: npm, name: '@acme/t??l'",
    ],
)
def test_a_role_applies_where_all_conditions_hold(tmp_path: Path, match: str) -> None:
    """Any alternative of each will do; `*` crosses `/`."""
    assert applies(tmp_path, match)


@pytest.mark.parametrize(
    "match",
    [
        "format: wheel",
        "format: [wheel, sdist]",
        "name: '@acme'",
        "name: acme/*",
        "name: '@ACME/*'",
        "target: '*.whl'",
        "target: x.tgz",
        "format: npm, name: x",
        "format: npm, target: other/*",
        "name: '@acme/*', format: wheel",
    ],
)
def test_a_role_does_not_apply_where_one_condition_fails(tmp_path: Path, match: str) -> None:
    """Npm names are compared as they are."""
    assert not applies(tmp_path, match)


def test_names_of_python_projects_are_compared_as_the_index_does(tmp_path: Path) -> None:
    """Case, `-`, `_` and `.` do not count."""
    assert applies(tmp_path, "name: acme-tool*", form="wheel", name="Acme_Tool.Extra")
    assert not applies(tmp_path, "name: acme-tool", form="wheel", name="acmetool")


def test_an_artifact_without_a_name_has_no_role_by_name(tmp_path: Path) -> None:
    """Except by `*`."""
    assert not applies(tmp_path, "name: '?*'", form="file", name=None)
