"""`analyzers.files`: what is reported by name and shape, what is left alone, and what a policy says may ship."""

import json
import timeit
from collections.abc import Mapping

import pytest

from leakguard.analyzers import files
from leakguard.content import Content, Entry
from leakguard.model import Artifact, Coverage, Finding, Identity, Kind, Listed
from leakguard.plugins import Hit
from leakguard.settings import FileRules, Settings, SizeRules
from tests.builders import token

Files = Mapping[str, str | bytes]

SECRET = token("", 32)
PEM = f"-----BEGIN {'OPENSSH'} PRIVATE KEY-----\n{token('', 60)}\n"
PKCS12 = b"\x30\x82\x0a\x10\x02\x01\x03\x30\x82"
SWAP = b"b0VIM 8.2\0\0\0\0\x10\0\0user\0host\0/home/user/secret.py"
UNDO = b"Vim\x9fUnDo\xe5\0\x02" + bytes(20)


def inspect(listed: Files, settings: Settings | None = None, *, root: str = "package/", size: int = 1000) -> list[Finding]:
    """Everything that the analyzer says about an artifact with these files below its root."""
    analyzer = files.start(Settings())
    listing = []
    for name, text in listed.items():
        data = text.encode() if isinstance(text, str) else text
        path = root + name
        entry = Entry(path=path, name=path, kind=Kind.FILE, depth=1, size=len(data), container="tar", content=Content(data))
        listing.append(Listed(path=path, inner=name, kind=Kind.FILE, size=len(data)))
        found = list(analyzer.enter(entry))
        assert not found
        for index, magic in enumerate((b"b0VIM 8", b"Vim\x9fUnDo\xe5", b"# v2 git bundle\n")):
            if (at := data.find(magic)) >= 0:
                assert not list(analyzer.analyze(entry, [Hit(index, at + len(magic))]))
    identity = Identity(format="npm", root=root, packer="npm")
    artifact = Artifact(target="x.tgz", identity=identity, sha256="", size=size, coverage=Coverage(), listing=tuple(listing))
    return list(analyzer.conclude(artifact, settings or Settings()))


def rules(listed: Files, settings: Settings | None = None) -> list[str]:
    """The rules of the findings, sorted."""
    return sorted(one.rule for one in inspect(listed, settings))


CREDENTIALS: Files = {
    ".env": "TOKEN=abc",
    ".env.local": "# comment\nexport A = 'b'\n",
    ".env.production": "PORT: 3000",
    "config/.env": "\r\nX=1\r\n",
    "deep/er/.env_staging": "A=b",
    ".npmrc": f"//registry.example/:_authToken={SECRET}",
    "sub/.npmrc": f"_password = {SECRET}",
    ".yarnrc.yml": f"npmAuthToken: {SECRET}",
    ".pypirc": f"[pypi]\nusername = __token__\npassword = {SECRET}\n",
    "tests/.pypirc": "[distutils]\nindex-servers = pypi\n",
    ".netrc": f"machine example.org login me password {SECRET}",
    ".git-credentials": f"https://me:{SECRET}@example.org",
    ".dev.vars": "KEY=value",
    ".envrc": f"export API_TOKEN={SECRET}",
    ".dockercfg": json.dumps({"example.org": {"auth": SECRET}}),
    ".docker/config.json": json.dumps({"auths": {"example.org": {"auth": SECRET}}}),
    ".pgpass": f"host:5432:db:me:{SECRET}",
    ".htpasswd": "admin:$apr1$abcdefgh$ijklmnopqrstuvwxyz0123",
    "kubeconfig": f"users:\n- name: me\n  user:\n    token: {SECRET}\n",
    ".kube/config": "    client-key-data: LS0t\n",
    "terraform.tfstate": json.dumps({"version": 4, "terraform_version": "1.9", "resources": []}),
    "infra/prod.tfstate.backup": json.dumps({"lineage": "x"}),
    "id_rsa": PEM,
    ".ssh/id_ed25519": PEM,
    "certs/server.p12": PKCS12,
    "certs/server.pfx": b"\x30\x80\x02\x01\x03",
    "release.jks": b"\xfe\xed\xfe\xed\0\0\0\2",
    "android/release.keystore": PKCS12,
    "vault.kdbx": b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",
    ".aws/credentials": f"[default]\naws_secret_access_key = {SECRET}\n",
    "gcloud/application_default_credentials.json": json.dumps({"refresh_token": SECRET}),
    "rclone.conf": f"[s3]\ntype = s3\nsecret_access_key = {SECRET}\n",
    ".vault-token": f"{token('hvs.', 90)}\n",
    ".streamlit/secrets.toml": 'db = "x"',
    "config/secrets.yml": f"production:\n  secret_key_base: {SECRET}\n",
    "config/master.key": token("", 32, "0123456789abcdef"),
    ".claude/.credentials.json": json.dumps({"claudeAiOauth": {"accessToken": SECRET}}),
}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credential_file_is_reported(name: str) -> None:
    """A file that exists to hold credentials, with credentials in it, at any depth."""
    found = [one for one in inspect({name: CREDENTIALS[name]}) if one.rule == "file/credential-file"]
    assert [f"package/{name}"] == [one.location.path for one in found]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_no_message_holds_the_secret(name: str) -> None:
    """Neither message nor evidence quotes the content."""
    assert not any(SECRET[:8] in repr(one) for one in inspect({name: CREDENTIALS[name]}))


HARMLESS: Files = {
    # environment files that are none, or hold nothing
    "empty/.env": "",
    "blank/.env": "\n\n",
    "comments/.env": "# TOKEN=abc\n",
    "unset/.env": "TOKEN=\nOTHER=\"\"\nTHIRD=''\n",
    ".env.example": "TOKEN=abc",
    ".env.sample": "TOKEN=abc",
    ".env.template": "TOKEN=abc",
    ".env.dist": "TOKEN=abc",
    ".env.local.example": "TOKEN=abc",
    ".env.d.ts": "declare const x = 1;\nA=1",
    ".env.js": "A=1",
    ".envs/readme.txt": "A=1",
    ".envs/.gitkeep": "",
    ".environment/x": "A=1",
    "dotenv/env": "A=1",
    "src/env.py": "A=1",
    "docs/dotenv.md": "TOKEN=abc in .env",
    ".envrc": "use flake\nexport PATH=$PWD/bin:$PATH\n",
    "a/.envrc": "export API_TOKEN=$(pass show x)\nexport B_TOKEN=${X}\n",
    # registry configuration without a login
    ".npmrc": "registry=https://registry.example\nsave-exact=true\n",
    "a/.npmrc": "//registry.example/:_authToken=${NPM_TOKEN}\n",
    "b/.npmrc": "; //registry.example/:_authToken=abc\n",
    "c/.npmrc": "_authToken=\n",
    ".yarnrc.yml": "nodeLinker: node-modules\nnpmAuthToken: ${TOKEN}\n",
    "empty/.pypirc": "",
    "empty/.netrc": "\n",
    "pip.conf": "[global]\nindex-url = https://index.example/simple\n",
    ".docker/config.json": '{"credsStore": "desktop"}',
    "src/config.json": '{"auth": "abcdefghijkl"}',
    "empty/.htpasswd": "# none\n",
    # what only sounds like a key
    "certifi/cacert.pem": "-----BEGIN CERTIFICATE-----\n",
    "tornado/test/test.key": PEM,
    "keys/public.key": "-----BEGIN PUBLIC KEY-----",
    "id_rsa.pub": "ssh-ed25519 AAAA",
    "id_rsa": "see the documentation",
    "doc/keystore": "what a key store is",
    "assets/logo.p12": b"\x89PNG\r\n\x1a\n",
    "x.jks": "",
    "x.pfx": "A=1",
    "translations/secrets.json": '{"title": "Secrets", "secretLabel": "${label}"}',
    "i18n/secrets.yml": "title: Secrets\ntoken: <%= ENV['TOKEN'] %>\npassword:\n",
    "kubeconfig": "apiVersion: v1\n",
    "src/credentials": "aws_secret_access_key = x",
    "src/config": "token: abc",
    "lib/master.key": "lock",
    "state.tfstate": "{}",
    # version control configuration and look-alikes
    ".gitignore": "dist",
    ".gitattributes": "* text",
    "a/.gitkeep": "",
    ".gitmodules": "[submodule]",
    ".github/workflows/ci.yml": "on: push",
    ".git-blame-ignore-revs": "abc",
    "tests/fixtures/.git/HEAD": "",
    "tests/.git/placeholder.txt": "x",
    "tests/.svn/readme.md": "x",
    ".git": "not a pointer",
    "lib/git/HEAD": "ref",
    "CVS/readme.md": "x",
    # agents: what a package offers to its users, and what a template writes
    ".agents/skills/x/SKILL.md": "# skill",
    "skills/x/SKILL.md": "# skill",
    ".claude/skills/x/SKILL.md": "# skill",
    "templates/app/.cursor/rules/style.mdc": "x",
    "template-vue/.vscode/extensions.json": "{}",
    "templates/app/CLAUDE.md": "x",
    "docs/docs/api/Agent.md": "x",
    "lib/agents.md": "x",
    ".claude-plugin/plugin.json": "{}",
    ".cursorignore": "x",
    ".aiderignore": "x",
    "data/train.jsonl": '{"text": "hi"}\n',
    # editors and desktops
    "schemas/x.json.orig": "{}",
    ".vimrc": "set nu",
    "a.swp": "b0VIMage",
    "notes.un~": "no undo file",
    "~": "x",
    "a/~/b": "x",
    "c#": "x",
    "#": "x",
    ".DS_Store": "",
    "b/.DS_Store": "no such file",
    "._locale": "x",
    "thumbs.db": "x",
    ".history/readme.md": "x",
    ".editorconfig": "root = true",
    ".eslintrc.json": "{}",
    "...": "x",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_file_is_left_alone(name: str) -> None:
    """A name alone, or a shape alone, reports nothing."""
    assert not rules({name: HARMLESS[name]})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("test/fixtures/id_rsa", PEM),
        ("tests/certs/server.p12", PKCS12),
        ("docs/examples/.htpasswd", "a:$apr1$abcdefgh$ijklmnopqrstuvwxyz0123"),
        ("cryptography_vectors/pkcs12/a.p12", PKCS12),
    ],
)
def test_key_below_tests_is_only_a_sample(name: str, content: str | bytes) -> None:
    """Keys that tests and docs need have a rule of their own, which the default policy only warns of."""
    assert ["file/test-credential"] == rules({name: content})


@pytest.mark.parametrize(
    "name",
    [
        ".claude/settings.local.json",
        "sub/.claude/settings.local.json",
        ".claude/worktrees/x/index.js",
        ".claude/projects/x.jsonl",
        ".cursor/mcp.json",
        ".cursor/rules/style.mdc",
        ".windsurf/x",
        ".codex/sessions/a.jsonl",
        ".gemini/tmp/x",
        ".specstory/history/x.md",
        ".continue/config.json",
        ".roo/x",
        ".kiro/x",
        ".aider.chat.history.md",
        ".aider.conf.yml",
        "CLAUDE.local.md",
        "templates/a/.claude/settings.local.json",
    ],
)
def test_agent_state_is_reported(name: str) -> None:
    """Local settings, transcripts and working trees of coding agents."""
    assert ["file/agent-state"] == rules({name: "x"})


def test_agent_settings_count_the_commands() -> None:
    """Each approved command is stored word for word; the evidence says how many."""
    text = json.dumps({"permissions": {"allow": ["Bash(ls)", f"Bash(curl -H {SECRET})"]}})
    (found,) = inspect({".claude/settings.local.json": text})
    assert {"commands": 2} == found.evidence


@pytest.mark.parametrize("text", ["", "[]", '{"permissions": 1}', '{"permissions": {"allow": {}}}', "[" * 100_000])
def test_hostile_agent_settings_are_still_reported(text: str) -> None:
    """Only an empty file is harmless; one that cannot be read is state all the same."""
    assert (["file/agent-state"] if text else []) == rules({".claude/settings.local.json": text})


def test_transcript_is_recognised_by_content() -> None:
    """A transcript is agent state wherever it lies."""
    line = json.dumps({"parentUuid": None, "sessionId": "x", "cwd": "/home/me", "type": "user"}, separators=(",", ":"))
    assert ["file/agent-state"] == rules({"logs/a.jsonl": line})


@pytest.mark.parametrize(
    "name", ["CLAUDE.md", "AGENTS.md", ".vscode/settings.json", "a/.idea/workspace.xml", ".claude/commands/x.md", ".claude/settings.json"]
)
def test_litter_is_reported(name: str) -> None:
    """Configuration of editors and instructions for agents."""
    assert ["file/litter"] == rules({name: "x"})


def test_desktop_litter_is_reported() -> None:
    """What desktops leave behind, with its magic bytes."""
    assert ["file/litter"] * 3 == rules({".DS_Store": b"\0\0\0\1Bud1", "._a": b"\0\x05\x16\x07\0", "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1"})


@pytest.mark.parametrize("name", ["sub/CLAUDE.md", "claude.md", "docs/AGENTS.md", "Agents.md"])
def test_instructions_are_litter_at_the_root_only(name: str) -> None:
    """Case-sensitive, and only where an agent would read them."""
    assert not rules({name: "x"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".a.py.swp", SWAP),
        ("disguised.txt", SWAP),
        (".a.py.un~", UNDO),
        ("core.py~", "x = 1"),
        ("#a.py#", "x"),
        (".history/a_20261122101112.py", "x"),
    ],
)
def test_editor_state_is_reported_once(name: str, content: str | bytes) -> None:
    """Swap, undo, backup and history files, by magic bytes where they have any."""
    assert ["file/editor-state"] == rules({name: content})


def test_magic_bytes_count_at_the_start_only() -> None:
    """A text that mentions them is no such file."""
    assert not rules({"magic.txt": b"0 string " + SWAP, "bundle.md": b"see:\n# v2 git bundle\n"})


def test_git_bundle_is_version_control() -> None:
    """A repository in one file, whatever it is called."""
    assert ["source/vcs"] == rules({"backup.dat": b"# v2 git bundle\nabc refs/heads/main\n\nPACK"})


def test_git_pointer_is_version_control() -> None:
    """The `.git` file of a worktree or submodule."""
    assert ["source/vcs"] == rules({"vendor/x/.git": "gitdir: ../../.git/modules/x\n"})


def test_whole_tree_is_one_finding() -> None:
    """A repository is reported at its folder, with the number of files and bytes."""
    (found,) = inspect({".git/HEAD": "ref: refs/heads/main", ".git/config": "[core]", ".git/objects/ab/cd": b"x\x9c"})
    assert ("source/vcs", "package/.git/", {"files": 3, "bytes": 28}) == (found.rule, found.location.path, found.evidence)


def test_two_trees_are_two_findings() -> None:
    """Each checkout counts for itself."""
    found = inspect({"a/.git/HEAD": "ref", "b/.hg/requires": "store", "b/.hg/store/x": "y"})
    assert ["package/a/.git/", "package/b/.hg/"] == [one.location.path for one in found]


def test_credentials_inside_a_tree_are_reported_beside_it() -> None:
    """A folder that is reported as one does not hide what is in it."""
    assert ["file/agent-state", "file/credential-file"] == rules({".claude/worktrees/x/.env": "A=b"})


def test_backslashes_separate_too() -> None:
    """A zip made on Windows by a careless tool hides nothing."""
    assert ["file/agent-state"] == rules({"a\\.claude\\settings.local.json": "{}"})


def test_names_in_messages_are_escaped() -> None:
    """A hostile name cannot write to the terminal."""
    (found,) = inspect({".aider\x1b[31m\u202e": "x"})
    assert found.message.isprintable()


def test_links_and_folders_are_not_judged() -> None:
    """Without content there is nothing to give away."""
    analyzer = files.start(Settings())
    for kind in (Kind.LINK, Kind.DIRECTORY, Kind.DAMAGE):
        assert not list(analyzer.enter(Entry(path=".env", name=".env", kind=kind, depth=1, size=0)))
    artifact = Artifact(target="x", identity=Identity(format="tar"), sha256="", size=1, coverage=Coverage(), listing=())
    assert not list(analyzer.conclude(artifact, Settings()))


def allow(*patterns: str) -> Settings:
    """Settings with an allowlist."""
    return Settings(files=FileRules(allow=patterns))


def test_what_no_pattern_names_is_not_allowed() -> None:
    """With an allowlist, every other entry is reported, with the archive's top folder left aside."""
    found = inspect({"dist/a.js": "x", "dist/a.js.map": "x", "README.md": "x", "src/a.ts": "x"}, allow("dist/**/*.js", "README*"))
    assert [("file/not-allowed", "package/dist/a.js.map"), ("file/not-allowed", "package/src/a.ts")] == [
        (one.rule, one.location.path) for one in found
    ]


def test_patterns_have_the_semantics_of_git() -> None:
    """A leading slash anchors, a name without a slash matches at any depth, a folder covers what is in it, `!` takes back."""
    listed = {"a.map": "x", "dist/a.map": "x", "dist/x.js": "x", "lib/dist/y.js": "x"}
    denied = inspect(listed, Settings(files=FileRules(deny=("*.map", "/dist/x.js"))))
    assert ["package/a.map", "package/dist/a.map", "package/dist/x.js"] == [one.location.path for one in denied]
    assert ["package/a.map", "package/dist/x.js"] == [one.location.path for one in inspect(listed, allow("dist", "!dist/x.js"))]


def test_broad_pattern_does_not_cover_a_hard_finding() -> None:
    """`**` allows no credentials; naming the file does."""
    assert ["file/credential-file"] == rules({".env": "A=b"}, allow("**"))
    assert ["file/credential-file"] == rules({".env": "A=b"}, allow(".env*"))
    assert ["file/credential-file"] == rules({"a/.env": "A=b"}, allow("**", ".env"))
    assert not rules({".env": "A=b"}, allow("/.env"))
    assert not rules({"a/.env": "A=b"}, allow("a/.env"))
    assert not rules({".vscode/settings.json": "{}"}, allow(".vscode/"))


def test_required_file_that_is_missing() -> None:
    """Each pattern of `require` must name a file."""
    settings = Settings(files=FileRules(require=("LICENSE*", "dist/**/*.js")))
    (found,) = inspect({"LICENSE": "x", "index.js": "x"}, settings)
    assert ("file/missing", "no file matches `dist/**/*.js`, which `files: require:` demands") == (found.rule, found.message)
    assert not rules({"LICENSE.md": "x", "dist/a/b.js": "x"}, settings)


def test_sizes_are_bounded() -> None:
    """Artifact, entry and number of files each have their bound."""
    settings = Settings(size=SizeRules(artifact=999, entry=3, files=1))
    assert ["size/artifact", "size/entry", "size/files"] == rules({"a": "1234", "b": "123"}, settings)
    assert not rules({"a": "123"}, Settings(size=SizeRules(artifact=1000, entry=3, files=1)))


def test_what_lies_beside_packages_is_not_judged_by_the_policy() -> None:
    """Allow, deny, require and sizes speak of what is published; leaks are reported everywhere."""
    file_rules = FileRules(allow=(), deny=("*",), require=("x",))
    settings = Settings(files=file_rules, size=SizeRules(artifact=1, entry=1, files=0), publishable=False)
    assert ["file/credential-file"] == rules({"a": "1234", ".env": "A=b"}, settings)


def test_long_hostile_names_are_matched_in_bounded_time() -> None:
    """A path of a megabyte of folders neither hangs nor is allowed."""
    name = "a/" * 500_000 + "x.map"
    assert ["file/denied", "file/not-allowed"] == rules({name: ""}, Settings(files=FileRules(allow=("**/*.map",), deny=("**/*.map",))))


@pytest.mark.parametrize("line", ["tokentoken" * 6500, " " * 65_000, "a" * 65_000, "export " * 9000, "a:" * 32_000, '"' * 65_000])
@pytest.mark.parametrize(
    "name",
    [".env", ".envrc", ".npmrc", "secrets.yml", ".pgpass", ".git-credentials", ".htpasswd", "rclone.conf", "pip.conf", "secrets.json"],
)
def test_hostile_content_is_judged_in_bounded_time(name: str, line: str) -> None:
    """No shape backtracks without bounds."""
    assert timeit.timeit(lambda: rules({name: line}), number=1) < 0.5


def test_ordinary_entries_cost_microseconds() -> None:
    """The name of an ordinary file is looked at once."""
    analyzer = files.start(Settings())
    entry = Entry(
        path="package/dist/esm/index.js", name="package/dist/esm/index.js", kind=Kind.FILE, depth=1, size=9, content=Content(b"let a = 1")
    )
    assert min(timeit.repeat(lambda: analyzer.enter(entry), number=1000, repeat=5)) < 0.02


def test_rules_and_anchors_agree() -> None:
    """Every anchor has a magic of a rule that exists, and every rule a fix for npm or for all."""
    assert len(files.ANCHORS) == len(files.MAGICS) == len(files.MAGIC_LENGTHS)
    assert {rule for _, rule, _ in files.MAGICS} <= {rule.id for rule in files.RULES}
    assert all("*" in rule.fixes for rule in files.RULES)
