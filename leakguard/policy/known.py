"""Every rule there is, and the names that are kept for rules to come."""

from collections.abc import Collection, Mapping
from functools import cache

from leakguard.model import Rule, RuleId, Severity
from leakguard.policy.actions import is_glob, names_rule

EXPIRED_WAIVER = RuleId("policy/expired-waiver")
UNUSED_WAIVER = RuleId("policy/unused-waiver")
UNUSED_PATTERN = RuleId("policy/unused-pattern")
UNUSED_BASELINE = RuleId("policy/unused-baseline")
BROAD_WAIVER = RuleId("policy/broad-waiver")
NO_ROLE = RuleId("policy/no-role")
NO_ALLOWLIST = RuleId("policy/no-allowlist")
ADDED = RuleId("change/added")
REMOVED = RuleId("change/removed")
GROWN = RuleId("change/grown")
NEW_KIND = RuleId("change/new-kind")

_APPROVE = "or, if it is meant, `leakguard approve ARTIFACT` and have the change of the lock reviewed"

RULES: tuple[Rule, ...] = (
    Rule(
        id=EXPIRED_WAIVER,
        title="waiver has expired",
        severity=Severity.MEDIUM,
        description="A waiver's expiry date has passed: it suppresses nothing any more, and what it suppressed counts again.",
        impact="Nothing by itself; the finding that the waiver was for says what it exposes.",
        fixes={"*": "fix what the waiver was for and remove it, or review it again and set a new `expires`"},
    ),
    Rule(
        id=UNUSED_WAIVER,
        title="waiver suppresses nothing",
        severity=Severity.LOW,
        description="A waiver matched no finding in any artifact of the run. It is left over, or its rule or path is misspelt.",
        impact="A waiver that nobody needs hides the next finding that happens to match it.",
        fixes={"*": "remove the waiver, or correct its rule, path or fingerprint"},
    ),
    Rule(
        id=BROAD_WAIVER,
        title="waiver accepts too much",
        severity=Severity.MEDIUM,
        description="A waiver without a fingerprint names every rule or every path, or accepts findings of more than 5 rules or at more "
        "than 100 paths in this run: nobody has looked at all of that.",
        impact="The next leak that happens to match it ships, and the report calls it accepted.",
        fixes={"*": "name the rule and the path that were looked at, or the fingerprint of the one finding that is meant"},
    ),
    Rule(
        id=UNUSED_PATTERN,
        title="file pattern matches nothing",
        severity=Severity.LOW,
        description="A pattern of `files.allow`, `files.deny` or `files.require` matched no entry of any artifact of the run.",
        impact="A misspelt `deny` pattern keeps nothing out, and an `allow` pattern that nobody needs lets the next file in.",
        fixes={"*": "correct or remove the pattern; paths are those inside the package, without `package/` or `NAME-VERSION/`"},
    ),
    Rule(
        id=UNUSED_BASELINE,
        title="baseline entry accepts nothing",
        severity=Severity.LOW,
        description="A fingerprint in the baseline belongs to no finding in any artifact of the run: what it accepted is gone, or was in "
        "an artifact that was not inspected this time.",
        impact="An entry that nobody needs accepts the same leak when it comes back.",
        fixes={"*": "shrink the baseline: `leakguard baseline ARTIFACT… -o FILE` with every artifact that it is for"},
    ),
    Rule(
        id=NO_ROLE,
        title="artifact has no role",
        severity=Severity.MEDIUM,
        description="The policy describes its artifacts by role, and none of the roles matches this one.",
        impact="An artifact that nobody described is judged by the general part of the policy only.",
        fixes={"*": "add a role for it below `artifacts:`, or do not publish it"},
    ),
    Rule(
        id=NO_ALLOWLIST,
        title="policy has no allowlist",
        severity=Severity.HIGH,
        description="The policy says `files: {allowlist: required}`, as `strict` does, but no `files.allow` covers this artifact.",
        impact="Without a list of what may ship, a file that nobody thought of ships.",
        fixes={"*": "extend the preset in a `leakguard.yaml` and list what may ship in `files.allow`"},
    ),
    Rule(
        id=ADDED,
        title="file that did not ship before",
        severity=Severity.MEDIUM,
        description="The lock, or what `--against` names, has no file like this one. Content hashes and the package's own version are "
        "left out of the comparison.",
        impact="Whatever the file holds; nobody decided that it may be published.",
        fixes={"*": f"leave the file out of what is packed; {_APPROVE}"},
    ),
    Rule(
        id=REMOVED,
        title="file that shipped before is gone",
        severity=Severity.MEDIUM,
        description="A pattern of the lock, or a file of what `--against` names, matches nothing of the artifact.",
        impact="Nothing; but the package is not what was approved, as when a build failed half-way.",
        fixes={"*": f"build again and see that the file is packed; {_APPROVE}"},
    ),
    Rule(
        id=GROWN,
        title="file or artifact has grown",
        severity=Severity.HIGH,
        description="The artifact, or a file of it, is larger than what was approved by more than `size: growth:` (50 % if the policy "
        "states none). Files below 10 KB are not looked at.",
        impact="Nothing by itself; a bundle that doubles is how an inline source map shows.",
        fixes={"*": f"find out what came in; {_APPROVE}"},
    ),
    Rule(
        id=NEW_KIND,
        title="kind of file that did not ship before",
        severity=Severity.HIGH,
        description="No file of this kind was approved, or was there before: the first source map, the first native binary, the first "
        "archive; or a file whose content is of another kind than it was, such as a script that now carries a source map.",
        impact="What a new kind of file gives away is what nobody has looked at yet.",
        fixes={"*": f"leave the file out of what is packed; {_APPROVE}"},
    ),
)

RESERVED: frozenset[str] = frozenset(
    f"{family}/{slug}"
    for family, slugs in {
        "secret": "github-token private-key generic second-opinion environment-value npm-token pypi-token url-credentials json-web-token",
        "source-map": "embedded-source inline-source shipped-source no-content original-names source-paths remote-reference "
        "dangling-reference",
        "source": "original bytecode development-build development-output environment-dump bundler-report bundler-statistics build-cache "
        "build-state build-paths debug-info bundled-modules coverage-report coverage-data cpu-profile memory-dump notebook-output vcs "
        "second-checkout deleted-file",
        "file": "not-allowed denied missing litter editor-state agent-state credential-file test-credential untracked",
        "size": "artifact entry files growth",
        "metadata": "record-mismatch internal-reference private-package platform-tag local-path file-list direct-url dist-info "
        "name-mismatch build-path",
        "change": "added removed grown new-kind",
        "artifact": "unreadable truncated encrypted ambiguous mismatch path-escape limit-exceeded unsupported duplicate-name trailing-data",
    }.items()
    for slug in slugs.split()
)
"""Names that a policy may speak of whether or not this version has the rule."""


@cache
def catalogue() -> Mapping[RuleId, Rule]:
    """Every rule of every analyzer and of the policy itself, by id, in alphabetical order."""
    from leakguard import plugins

    found = {rule.id: rule for module in plugins.analyzers() for rule in module.RULES} | {rule.id: rule for rule in RULES}
    return dict(sorted(found.items()))


def reserved_or_own() -> Collection[str]:
    """The names that are known without importing any analyzer."""
    return RESERVED | {rule.id for rule in RULES}


def is_known(pattern: str) -> bool:
    """Whether a rule pattern names at least one rule."""
    return _names_any(pattern, reserved_or_own()) or _names_any(pattern, catalogue())


def known_names() -> Collection[str]:
    """Every name that a policy may use."""
    return {*reserved_or_own(), *catalogue()}


def _names_any(pattern: str, known: Collection[str]) -> bool:
    return any(names_rule(pattern, rule) for rule in known) if is_glob(pattern) else pattern in known
