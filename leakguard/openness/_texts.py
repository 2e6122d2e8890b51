"""Licence texts, recognised by phrases that no other licence has.

White space, punctuation, comment marks and case are folded first. The text must begin with the licence (a title and copyright lines
may precede it): a proprietary agreement that quotes the licences of its dependencies is none of them.
"""

from leakguard.patterns import lazily

LONGEST = 256 * 1024
"""Bytes of a licence file that are looked at."""

PREFACE = 1200
"""Folded characters that may precede the licence."""

_BSD = (
    "redistribution and use in source and binary forms with or without modification are permitted",
    "redistributions of source code must retain",
)
_NOT_BSD = ("all advertising materials", "no express or implied licenses to any party")

PHRASES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("BSL-1.0", ("permission is hereby granted free of charge to any person or organization obtaining a copy of the software and",), ()),
    (
        "MIT",
        (
            "permission is hereby granted free of charge to any person obtaining a copy",
            "deal in the software without restriction",
            "the software is provided as is",
        ),
        ("good not evil",),
    ),
    ("BSD-3-Clause", (*_BSD, "endorse or promote products derived from this software"), _NOT_BSD),
    ("BSD-2-Clause", _BSD, _NOT_BSD),
    ("Apache-2.0", ("apache license version 2 0", "terms and conditions for use reproduction and distribution"), ()),
    (
        "Apache-2.0",
        ("licensed under the apache license version 2 0", "you may not use this file except in compliance with the license"),
        (),
    ),
    (
        "ISC",
        (
            "permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted",
            "this permission notice appear in all copies",
        ),
        (),
    ),
    (
        "ISC",
        (
            "permission to use copy modify and distribute this software for any purpose with or without fee is hereby granted",
            "this permission notice appear in all copies",
        ),
        (),
    ),
    (
        "0BSD",
        ("permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted",),
        ("notice appear",),
    ),
    ("MPL-2.0", ("mozilla public license version 2 0", "covered software"), ()),
    ("MPL-1.1", ("mozilla public license version 1 1", "covered code"), ()),
    ("AGPL-3.0", ("gnu affero general public license version 3 19 november 2007",), ()),
    ("LGPL-3.0", ("gnu lesser general public license version 3 29 june 2007",), ()),
    ("LGPL-2.1", ("gnu lesser general public license version 2 1 february 1999",), ()),
    ("LGPL-2.0", ("gnu library general public license version 2 june 1991",), ()),
    ("GPL-3.0", ("gnu general public license version 3 29 june 2007",), ()),
    ("GPL-2.0", ("gnu general public license version 2 june 1991",), ()),
    ("GPL", ("under the terms of the gnu general public license as published by the free software foundation",), ()),
    ("LGPL", ("under the terms of the gnu lesser general public license as published by the free software foundation",), ()),
    ("AGPL", ("under the terms of the gnu affero general public license as published by the free software foundation",), ()),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",), ()),
    (
        "Zlib",
        (
            "this software is provided as is without any express or implied warranty",
            "permission is granted to anyone to use this software for any purpose including commercial applications",
        ),
        (),
    ),
    ("PSF-2.0", ("python software foundation license version 2", "this license agreement is between the python software foundation"), ()),
    ("Artistic-2.0", ("artistic license 2 0", "standard version"), ()),
    ("EPL-2.0", ("eclipse public license v 2 0", "contribution"), ()),
    ("EPL-1.0", ("eclipse public license v 1 0", "contribution"), ()),
    ("EUPL-1.2", ("european union public licence v 1 2",), ()),
    ("CDDL-1.0", ("common development and distribution license", "covered software"), ()),
    ("OFL-1.1", ("sil open font license version 1 1", "the font software"), ()),
    ("UPL-1.0", ("universal permissive license", "larger works"), ()),
    ("BlueOak-1.0.0", ("blue oak model license version 1 0 0",), ()),
    ("ZPL-2.1", ("zope public license zpl version 2 1",), ()),
    (
        "PostgreSQL",
        (
            "permission to use copy modify and distribute this software and its documentation for any purpose",
            "without fee and without a written agreement",
        ),
        (),
    ),
)
"""SPDX id → phrases that must occur, the first of them near the top → phrases that must not."""

RESTRICTIONS = (
    "commons clause",
    "business source license",
    "server side public license",
    "elastic license",
    "polyform",
    "non commercial purposes only",
    "noncommercial use only",
    "commercial use is prohibited",
)
"""Phrases that take the approval away, wherever they stand."""

PRIVATE_PREFACES = ("proprietary", "confidential", "third party", "commercial license", "end user license")
"""Phrases before the licence that say it is somebody else's."""

_FOLD = lazily(r"[^a-z0-9]+")


def licence_of_text(data: bytes) -> str:
    """The SPDX id (without `-only`, `-or-later`) of the approved licence that a text is; empty when it is none."""
    folded = _FOLD.sub(" ", data[:LONGEST].decode("utf-8", "replace").lower()).strip()
    if any(phrase in folded for phrase in RESTRICTIONS):
        return ""
    for licence, wanted, unwanted in PHRASES:
        at = folded.find(wanted[0], 0, PREFACE + len(wanted[0]))
        if at < 0 or any(phrase not in folded for phrase in wanted[1:]) or any(phrase in folded for phrase in unwanted):
            continue
        if not any(phrase in folded[:at] for phrase in PRIVATE_PREFACES):
            return licence
    return ""
