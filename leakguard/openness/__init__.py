"""Whether a package gives its source away on purpose: the one place that decides open or closed.

*Open* is a package that declares an OSI-approved licence, as an SPDX expression, a classifier, a `License` field that is an SPDX id
or a common name, or a licence file whose text is one, and that is not private. `ISC` alone in a `package.json` is what `npm init`
writes, not a decision. Anything else is *closed*.
"""

from leakguard.openness._decision import Declared, decide, is_licence_file
from leakguard.openness._folder import of_folder

__all__ = ["Declared", "decide", "is_licence_file", "of_folder"]
