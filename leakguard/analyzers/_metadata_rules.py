"""The rules of `metadata`: what each means, what it gives away, and the edit that repairs it."""

from collections.abc import Mapping

from leakguard.model import Rule, RuleId, Severity

_AGAIN = "build the wheel again in a clean checkout with `python -m build`, and change nothing in it afterwards"


def _rule(name: str, title: str, severity: Severity, description: str, impact: str, fixes: Mapping[str, str]) -> Rule:
    return Rule(id=RuleId(name), title=title, severity=severity, description=description, impact=impact, fixes=fixes)


RULES = (
    _rule(
        "metadata/record-mismatch",
        "RECORD and content differ",
        Severity.HIGH,
        "The wheel's RECORD lists every file with its size and hash (PEP 427). Here a file is not listed, a listed one is missing, "
        "or hash or size are of something else. Index and installers accept that; "
        "tools that read RECORD instead of the archive see other files.",
        "A file that nobody reviewed, added or replaced after the build.",
        {"*": _AGAIN},
    ),
    _rule(
        "metadata/dist-info",
        "Ambiguous or invalid wheel metadata",
        Severity.HIGH,
        "A wheel has exactly one `.dist-info` folder at its top. Here there are several or none, the `WHEEL` file is invalid, "
        "or a `METADATA` outside of it would be read by some tools instead.",
        "Tools disagree about what the package is: what one of them checks is not what another installs.",
        {"*": _AGAIN},
    ),
    _rule(
        "metadata/name-mismatch",
        "Named unlike its metadata",
        Severity.HIGH,
        "The file name, or the `.dist-info` folder, says another project or version than the metadata inside.",
        "Nothing by itself; but what is about to be published is not what its name says, often a stale or a renamed build.",
        {"*": "do not rename built packages: empty dist/, build again and publish what the build tool wrote"},
    ),
    _rule(
        "metadata/wheel-tags",
        "Wheel named for another platform",
        Severity.LOW,
        "The tags in the wheel's file name (interpreter, ABI, platform) are not those that its `WHEEL` file states.",
        "Nothing by itself; but the wheel was renamed after the build, and runs where nobody tested it or not at all.",
        {"*": "do not rename wheels: `wheel tags` or `auditwheel repair` change the name and the `WHEEL` file together"},
    ),
    _rule(
        "metadata/sdist-layout",
        "Source distribution without PKG-INFO",
        Severity.LOW,
        "An sdist has one top folder, `NAME-VERSION`, with a `PKG-INFO` in it (PEP 643); this one has none.",
        "Nothing by itself; but it was not made by a build backend, so nothing chose what it holds: often it is the whole checkout.",
        {"*": "build the sdist with `python -m build --sdist`; do not pack the folder by hand"},
    ),
    _rule(
        "metadata/private-package",
        "Package is marked private",
        Severity.MEDIUM,
        'The manifest says that the package is not to be published: `"private": true`, or a classifier `Private :: …`.',
        "Everything in it: its owner never meant to give it away.",
        {
            "npm": 'if it is meant to be published, take "private" out of package.json; if not, do not hand it to `npm publish`',
            "*": "if it is meant to be published, take the `Private ::` classifier out of the metadata",
        },
    ),
    _rule(
        "metadata/local-path",
        "Path of the build machine in metadata",
        Severity.LOW,
        "A field that a tool fills in holds an absolute path of the machine that built or installed the package.",
        "User name, layout and tools of a build machine or a person's computer.",
        {
            "npm": "pack with a current npm in a fresh checkout: it does not write such fields into package.json",
            "*": "build the package from a clean checkout; do not pack an installed copy",
        },
    ),
    _rule(
        "metadata/build-path",
        "Package points into the build machine",
        Severity.HIGH,
        "A `.pth`, `.egg-link` or editable finder that names an absolute path: "
        "the package is an editable (development) build and loads its code from there.",
        "Paths of the build machine; on the machine of a user, whoever can write to that path runs code. The real modules are missing.",
        {"*": "do not publish an editable build: make the wheel with `python -m build` (`pip wheel .`), not from `pip install -e`"},
    ),
    _rule(
        "metadata/internal-reference",
        "Dependency that only resolves at home",
        Severity.MEDIUM,
        "A dependency that is installed for users names a place of the owner's machine or workspace (`workspace:`, `link:`, `file:`), "
        "or the metadata records from which address the package was installed.",
        "Layout of the repository and names of unpublished packages, which somebody else can register; the install fails.",
        {
            "npm": "publish with the tool that rewrites such references (`pnpm publish`, `yarn npm publish`), "
            "or write a version range in package.json",
            "*": "write a version range in place of the reference",
        },
    ),
)
