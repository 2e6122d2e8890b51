"""`openness`: what counts as giving the source away on purpose."""

import json
import os
from pathlib import Path

import pytest

from leakguard.model import Openness
from leakguard.openness import Declared, decide, is_licence_file, of_folder
from tests.builders import MIT_TEXT

OPEN, CLOSED = Openness.OPEN, Openness.CLOSED

APACHE_TEXT = "Apache License\nVersion 2.0, January 2004\n\nTERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION\n"
BSD_TEXT = (
    "Copyright (c) 2026 Example. All rights reserved.\n\nRedistribution and use in source and binary forms, with or without\n"
    "modification, are permitted provided that the following conditions are met:\n\n1. Redistributions of source code must retain\n"
)
ISC_TEXT = (
    "Copyright (c) Example\n\nPermission to use, copy, modify, and/or distribute this software for any purpose with or without fee is\n"
    "hereby granted, provided that the above copyright notice and this permission notice appear in all copies.\n"
)
TEXTS = {
    "MIT": MIT_TEXT,
    "Apache-2.0": APACHE_TEXT,
    "BSD-2-Clause": BSD_TEXT,
    "BSD-3-Clause": f"{BSD_TEXT} Neither the name may be used to endorse or promote products derived from this software",
    "ISC": ISC_TEXT,
    "MPL-2.0": "Mozilla Public License Version 2.0\n====\n1.4. “Covered Software” means",
    "GPL-3.0": "                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n",
    "GPL-2.0": "GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991\n",
    "LGPL-2.1": "GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1, February 1999\n",
    "AGPL-3.0": "GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007\n",
    "Unlicense": "This is free and unencumbered software released into the public domain.\n",
    "BSL-1.0": "Boost Software License - Version 1.0\n\nPermission is hereby granted, free of charge, to any person or organization\n"
    "obtaining a copy of the software and accompanying documentation\n",
}


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "mit",
        "(MIT OR Apache-2.0)",
        "MIT OR LicenseRef-Proprietary",
        "MIT AND (BSD-3-Clause OR GPL-2.0-or-later)",
        "BSD-3-Clause AND CC0-1.0",
        "Apache-2.0 WITH LLVM-exception",
        "GPL-2.0+",
        "Apache 2.0",
        "Apache License, Version 2.0",
        "BSD",
        "New BSD License",
        "3-Clause BSD License",
        "MIT/X11",
        "The MIT License (MIT)",
        "GNU General Public License v3 or later (GPLv3+)",
        "MIT, BSD",
        MIT_TEXT,
    ],
)
def test_approved_licence_opens(licence: str) -> None:
    """An SPDX expression, an id, a common name or a whole text in the field are declarations."""
    assert decide(Declared(licences=[licence]))[0] is OPEN


@pytest.mark.parametrize(
    "licence",
    [
        "",
        " ",
        "UNLICENSED",
        "SEE LICENSE IN LICENSE.md",
        "Proprietary",
        "Commercial",
        "LicenseRef-Proprietary",
        "MIT AND LicenseRef-Proprietary",
        "CC0-1.0",
        "CC0-1.0 AND CC-BY-4.0",
        "CC-BY-NC-4.0",
        "BUSL-1.1",
        "SSPL-1.0",
        "Elastic-2.0",
        "JSON",
        "MIT WITH Commons-Clause",
        "MIT License with Commons Clause",
        "MIT OR",
        "OR",
        "AND MIT",
        "((MIT)",
        "MITx",
        "not MIT",
        "MIT, secret",
        "All rights reserved",
        "https://opensource.org/licenses/MIT-like",
        "(" * 1000,
        "MIT OR " * 500,
        "x" * 100_000,
    ],
)
def test_anything_else_is_closed(licence: str) -> None:
    """What is not an approved licence, or cannot be understood, opens nothing."""
    assert decide(Declared(licences=[licence]))[0] is CLOSED


@pytest.mark.parametrize("licence", TEXTS)
def test_licence_text_opens(licence: str) -> None:
    """The text of an approved licence is recognised, and named."""
    assert (OPEN, f"has the text of `{licence}` in `LICENSE`") == decide(Declared(texts={"LICENSE": TEXTS[licence].encode()}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Copyright (c) 2026 Acme. All rights reserved.",
        f"“Commons Clause” License Condition v1.0\n\n{APACHE_TEXT}",
        "Business Source License 1.1\nChange License: Apache License, Version 2.0\n",
        f"Acme proprietary software. Confidential.\n\n{MIT_TEXT}",
        f"{'You may not copy it. ' * 200}\n\nIt contains:\n\n{MIT_TEXT}",
        f"Third party notices\n\n{MIT_TEXT}",
        f"{BSD_TEXT} All advertising materials mentioning features",
        f"{MIT_TEXT}\nThe Software shall be used for Good, not Evil.",
        "This project is free. Do what you like.",
        "MIT",
        "see https://opensource.org/licenses/MIT",
        "\x00\xff" * 1000,
    ],
)
def test_other_text_does_not_open(text: str) -> None:
    """Proprietary, restricted and quoted licences are not the package's own approved licence."""
    assert decide(Declared(texts={"LICENSE": text.encode()}))[0] is CLOSED


def test_every_licence_file_must_be_approved() -> None:
    """One approved text beside one that is not opens nothing."""
    assert decide(Declared(texts={"LICENSE": b"All rights reserved", "LICENSE-MIT": MIT_TEXT.encode()}))[0] is CLOSED


def test_compound_expression_is_final() -> None:
    """A text of one of its sides does not open what AND keeps closed."""
    assert decide(Declared(licences=["MIT AND LicenseRef-Acme"], texts={"LICENSE": MIT_TEXT.encode()}))[0] is CLOSED


def test_classifier_opens() -> None:
    """A classifier below `OSI Approved` is a declaration."""
    classifier = "License :: OSI Approved :: MIT License"
    assert (OPEN, f"has the classifier `{classifier}`") == decide(Declared(classifiers=[classifier]))


@pytest.mark.parametrize(
    "classifier",
    ["License :: Other/Proprietary License", "License :: OSI Approvedly", "Framework :: MIT", "License :: Free To Use But Restricted", ""],
)
def test_other_classifiers_do_not_open(classifier: str) -> None:
    """Only the family of approved licences counts."""
    assert decide(Declared(classifiers=[classifier]))[0] is CLOSED


def test_private_beats_everything() -> None:
    """A private package is closed whatever it declares."""
    assert (CLOSED, "is marked private") == decide(Declared(licences=["MIT"], private=True))


def test_isc_alone_is_a_decision_outside_of_npm() -> None:
    """Only `npm init` writes `ISC` by itself."""
    assert decide(Declared(licences=["ISC"]))[0] is OPEN
    assert decide(Declared(licences=["ISC"], npm=True))[0] is CLOSED
    assert decide(Declared(licences=["ISC"], npm=True, texts={"LICENSE": ISC_TEXT.encode()}))[0] is OPEN


def test_reason_quotes_hostile_values_harmlessly() -> None:
    """Neither escapes nor new lines nor megabytes get into the reason."""
    _, reason = decide(Declared(licences=["`\x1b[31m\n\u202eevil" + "x" * 999]))
    assert reason.isprintable()
    assert reason.replace("…", "").isascii()
    assert len(reason) < 100


@pytest.mark.parametrize(
    "name", ["LICENSE", "LICENSE.md", "licence.txt", "COPYING", "COPYING.LESSER", "LICENSE-MIT", "LICENSE-APACHE.txt", "UNLICENSE"]
)
def test_own_licence_files(name: str) -> None:
    """The usual names of a package's own licence."""
    assert is_licence_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "NOTICE",
        "LICENSE-3rdparty.csv",
        "LICENSES-third-party",
        "license.js",
        "licenses.txt",
        "ThirdPartyNotices.txt",
        "LICENSE.internal",
        "README.md",
        "",
    ],
)
def test_files_that_are_not_the_own_licence(name: str) -> None:
    """Notices about others, code, and what merely sounds alike."""
    assert not is_licence_file(name)


def write(folder: Path, files: dict[str, str]) -> None:
    """Put files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_folder_takes_the_nearest_manifest_above(tmp_path: Path) -> None:
    """The nearest manifest wins, up to the git root."""
    write(
        tmp_path,
        {
            "package.json": '{"name": "outer", "license": "MIT"}',
            ".git/HEAD": "",
            "app/package.json": '{"name": "inner"}',
            "app/dist/x.js": "",
        },
    )
    found = of_folder(tmp_path / "app" / "dist")
    assert found is not None
    assert ("inner", CLOSED, "npm") == (found.name, found.openness, found.packer)
    outer = of_folder(tmp_path)
    assert outer is not None
    assert ("outer", OPEN) == (outer.name, outer.openness)


@pytest.mark.parametrize(
    ("files", "packer"),
    [
        ({"pyproject.toml": '[project]\nname = "x"\nlicense = "MIT"\n[build-system]\nbuild-backend = "flit_core.buildapi"\n'}, "flit"),
        ({"pyproject.toml": '[project]\nname = "x"\nlicense = {text = "MIT"}\n'}, "setuptools"),
        ({"pyproject.toml": '[project]\nname = "x"\nlicense = {file = "MY-TERMS"}\n', "MY-TERMS": MIT_TEXT}, "setuptools"),
        (
            {"pyproject.toml": '[tool.poetry]\nname = "x"\nlicense = "MIT"\n[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'},
            "poetry",
        ),
        ({"setup.cfg": "[metadata]\nname = x\nclassifiers =\n    License :: OSI Approved :: MIT License\n"}, "setuptools"),
        ({"package.json": '{"name": "x"}', "LICENSE": MIT_TEXT}, "npm"),
    ],
)
def test_folder_reads_each_kind_of_manifest(tmp_path: Path, files: dict[str, str], packer: str) -> None:
    """Node and Python projects say name and licence in their own ways."""
    write(tmp_path, files)
    found = of_folder(tmp_path)
    assert found is not None
    assert ("x", OPEN, packer) == (found.name, found.openness, found.packer)


def test_folder_without_a_manifest_says_nothing(tmp_path: Path) -> None:
    """Nothing is assumed from above the git root or above `stop`."""
    write(tmp_path, {"package.json": '{"license": "MIT"}', "a/.git/HEAD": "", "a/b/x": "", "c/d/x": ""})
    assert of_folder(tmp_path / "a" / "b") is None
    assert of_folder(tmp_path / "c" / "d", stop=tmp_path / "c") is None


def test_unreadable_manifests_count_as_absent(tmp_path: Path) -> None:
    """A pyproject without a project, broken JSON and a broken setup.cfg do not end the search."""
    inner = tmp_path / "a"
    write(tmp_path, {"package.json": json.dumps({"name": "outer", "license": "MIT"})})
    write(inner, {"package.json": "{", "pyproject.toml": "[tool.ruff]\n", "setup.cfg": "no ini"})
    found = of_folder(inner, stop=tmp_path)
    assert found is not None
    assert "outer" == found.name


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    """A manifest that is a link or a pipe is neither followed nor waited for."""
    write(tmp_path, {"real/package.json": '{"name": "real", "license": "MIT"}', "a/.git/HEAD": ""})
    (tmp_path / "a" / "package.json").symlink_to(tmp_path / "real" / "package.json")
    os.mkfifo(tmp_path / "a" / "pyproject.toml")
    (tmp_path / "a" / "setup.cfg").mkdir()
    assert of_folder(tmp_path / "a") is None
