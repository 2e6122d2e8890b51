"""Licence expressions: SPDX ids and the common names that people write instead, joined by AND, OR and WITH.

OR needs one approved side. AND needs one too, and the others approved or at least free. WITH only ever adds permissions.
"""

import enum
import re
from collections.abc import Iterator

from leakguard.openness._texts import licence_of_text
from leakguard.patterns import lazily

LONGEST = 1000
"""Characters of an expression that are looked at; longer values are texts."""

MOST_PARTS = 200
"""Operators and parentheses in one expression."""

_OSI = """
0BSD AAL AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0 AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 APL-1.0 APSL-1.0
APSL-1.1 APSL-1.2 APSL-2.0 Artistic-1.0 Artistic-1.0-cl8 Artistic-1.0-Perl Artistic-2.0 BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause
BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-LBNL BSL-1.0 CAL-1.0 CAL-1.0-Combined-Work-Exception CATOSL-1.1 CDDL-1.0 CECILL-2.1
CERN-OHL-P-2.0 CERN-OHL-S-2.0 CERN-OHL-W-2.0 CNRI-Python CPAL-1.0 CPL-1.0 CUA-OPL-1.0 ECL-1.0 ECL-2.0 EFL-1.0 EFL-2.0 Entessa
EPL-1.0 EPL-2.0 EUDatagrid EUPL-1.1 EUPL-1.2 Fair Frameworx-1.0 GPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0 GPL-3.0-only
GPL-3.0-or-later GPL-3.0-with-GCC-exception HPND ICU Intel IPA IPL-1.0 ISC Jam LGPL-2.0 LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1
LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only LGPL-3.0-or-later LiLiQ-P-1.1 LiLiQ-R-1.1 LiLiQ-Rplus-1.1 LPL-1.0 LPL-1.02
LPPL-1.3c MirOS MIT MIT-0 MIT-Modern-Variant Motosoto MPL-1.0 MPL-1.1 MPL-2.0 MPL-2.0-no-copyleft-exception MS-PL MS-RL MulanPSL-2.0
Multics NASA-1.3 Naumen NCSA NGPL Nokia NPOSL-3.0 NTP OCLC-2.0 OFL-1.1 OFL-1.1-no-RFN OFL-1.1-RFN OGTSL OLDAP-2.8 OLFL-1.3 OSC-1.0
OSET-PL-2.1 OSL-1.0 OSL-2.0 OSL-2.1 OSL-3.0 PHP-3.0 PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 QPL-1.0 RPL-1.1 RPL-1.5 RPSL-1.0 RSCPL
SimPL-2.0 SISSL Sleepycat SPL-1.0 UCL-1.0 Unicode-3.0 Unicode-DFS-2015 Unicode-DFS-2016 Unlicense UPL-1.0 VSL-1.0 W3C Watcom-1.0
WordNet Xnet Zlib ZPL-2.0 ZPL-2.1
"""

OSI_IDS = frozenset(_OSI.lower().split())
"""Lower-case SPDX ids of the licences that the Open Source Initiative approved, deprecated spellings included."""

FREE_IDS = frozenset(
    (
        *(
            "cc0-1.0",
            "cc-by-3.0",
            "cc-by-4.0",
            "cc-by-sa-3.0",
            "cc-by-sa-4.0",
            "wtfpl",
            "mit-cmu",
            "x11",
            "blessing",
            "curl",
            "libpng-2.0",
            "ijg",
        ),
        *(
            "bzip2-1.0.6",
            "openssl",
            "ssleay",
            "ftl",
            "bsd-4-clause",
            "bsd-3-clause-clear",
            "bsd-source-code",
            "beerware",
            "tcl",
            "info-zip",
        ),
    )
)
"""Lower-case SPDX ids of licences that are free but not approved: not enough alone, no obstacle beside an approved one."""

_NAMES = """
mit, mit x11, x11 mit, expat, mit expat, mit no attribution, 0bsd, bsd zero clause, zero clause bsd, isc, iscl, bsd, new bsd,
modified bsd, revised bsd, simplified bsd, bsd new, bsd simplified, bsd 2, bsd 3, 2 clause bsd, 3 clause bsd, bsd 2 clause, bsd 3
clause, bsd 2 clause simplified, bsd 3 clause new, bsd 3 clause new or revised, freebsd, free bsd, apache, apache 2, apache2,
apache software, apache software 2, asl 2, al2, mpl, mpl 2, mpl2, mpl 1.1, mozilla public, mozilla public 2, mozilla public 1.1,
gpl, gpl 2, gpl2, gpl 3, gpl3, gplv2, gplv3, gnu gpl, gnu gpl 2, gnu gpl 3, gnu gplv2, gnu gplv3, gnu general public, gnu general
public 2, gnu general public 3, lgpl, lgpl 2, lgpl 2.1, lgpl 3, lgpl2, lgpl2.1, lgpl3, lgplv2, lgplv2.1, lgplv3, gnu lgpl, gnu
lgpl 2.1, gnu lgpl 3, gnu lgplv3, gnu lesser general public, gnu lesser general public 2.1, gnu lesser general public 3, gnu
library general public, lesser general public, agpl, agpl 3, agpl3, agplv3, gnu agpl, gnu agplv3, gnu agpl 3, gnu affero general
public, gnu affero general public 3, unlicense, zlib, zlib libpng, zlib/libpng, boost, boost 1, boost software, boost software 1,
psf, psfl, psf 2, python, python software foundation, zpl, zpl 2.1, zope public, zope public 2.1, artistic, artistic 2, perl
artistic, eclipse public, eclipse public 1, eclipse public 2, epl, epl 1, epl 2, eupl, eupl 1.2, european union public 1.2,
postgresql, upl, upl 1, universal permissive 1, ms pl, microsoft public, cddl, cddl 1, academic free 3, sil open font, sil open
font 1.1, ofl, w3c, ncsa, blue oak 1
"""

COMMON_NAMES = frozenset(" ".join(one.split()) for one in _NAMES.split(","))
"""What people call approved licences, as `_plain` leaves it."""

_NOISE = lazily(r"\b(?:the|licen[cs]e[ds]?|version|ver|open source|agreement)\b\.?|\bv\.?(?=\d)|[,\"'();]")
_LATER = lazily(r"(?:\+|\bor (?:any )?(?:later|newer)(?: version)?|\bonly)\s*$")
_EXCEPTION = lazily(r"[\w.-]*exception[\w.-]*|linux-syscall-note", re.IGNORECASE)
_POINT_ZERO = lazily(r"(?<=\d)\.0\b")
_LAST_GLOSS = lazily(r"\s*\([^()]{1,60}\)\s*$")
_TOKEN = lazily(r"[()]|(?<![\w.+-])(?:and|or|with)(?![\w.+-])|[/&|]+", re.IGNORECASE)


def approves(text: str) -> bool:
    """Whether a declared licence is an approved one; a whole licence text in the field is recognised too."""
    if is_text(text):
        return bool(licence_of_text(text.encode("utf-8", "replace")))
    return _is_approved(text) or _Expression(text).approved()


def is_text(text: str) -> bool:
    """Whether a value is a whole licence text, as some put into the field."""
    return len(text) > LONGEST or text.count("\n") > 3


def is_compound(text: str) -> bool:
    """Whether a text joins several licences with AND or OR: then it is the decision, and no file beside it changes that."""
    return len(text) <= LONGEST and re.search(r"[\w.)+-]\s+(?:AND|OR)\s+[\w(]", text) is not None


def is_npm_default(text: str) -> bool:
    """Whether it is `ISC`, what `npm init` writes."""
    return text.strip().strip("()").strip().lower() == "isc"


class _Side(enum.IntEnum):
    """What one side of an operator comes to."""

    CLOSED = 0
    FREE = 1
    APPROVED = 2


class _Expression:
    """A recursive descent over the tokens; anything unexpected is not approved."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def approved(self) -> bool:
        if not 1 < len(self._tokens) <= MOST_PARTS:
            return False
        try:
            result = self._either()
        except (IndexError, RecursionError):
            return False
        return result is _Side.APPROVED and self._at == len(self._tokens)

    def _either(self) -> _Side:
        result = self._both()
        while self._peek() in ("or", "/", "|", "||"):
            self._at += 1
            result = max(result, self._both())
        return result

    def _both(self) -> _Side:
        sides = [self._one()]
        while self._peek() in ("and", "&", "&&"):
            self._at += 1
            sides.append(self._one())
        return max(sides) if min(sides) is not _Side.CLOSED else _Side.CLOSED

    def _one(self) -> _Side:
        token = self._tokens[self._at]
        self._at += 1
        if token == "(":  # noqa: S105 - a token of the expression
            result = self._either()
            result = result if self._peek() == ")" else _Side.CLOSED
            self._at += 1
        else:
            result = _side_of(token)
        if self._peek() == "with":
            result = result if _EXCEPTION.fullmatch(self._tokens[self._at + 1]) else _Side.CLOSED
            self._at += 2
        return result

    def _peek(self) -> str:
        return self._tokens[self._at].lower() if self._at < len(self._tokens) else ""


def _side_of(text: str) -> _Side:
    if _is_approved(text):
        return _Side.APPROVED
    return _Side.FREE if text.strip().lower() in FREE_IDS else _Side.CLOSED


def _tokens(text: str) -> Iterator[str]:
    """Operators, parentheses and what stands between them."""
    start = 0
    for match in _TOKEN.finditer(text):
        if between := text[start : match.start()].strip():
            yield between
        yield match[0]
        start = match.end()
    if rest := text[start:].strip():
        yield rest


def _is_approved(text: str) -> bool:
    name = text.strip().lower()
    if name in OSI_IDS or name.removesuffix("+") in OSI_IDS or _plain(name) in COMMON_NAMES:
        return True
    return "," in name and all(part.strip() in OSI_IDS or _plain(part) in COMMON_NAMES for part in name.split(","))


def _plain(name: str) -> str:
    """`The GNU General Public License, Version 3 or later (GPLv3+)` → `gnu general public 3`."""
    name = _LATER.sub("", _LAST_GLOSS.sub("", name))
    name = _NOISE.sub(" ", name).replace("-", " ").replace("_", " ")
    return _POINT_ZERO.sub("", " ".join(name.split()).rstrip(". "))
