"""Inputs that once made a reader fail, as small as they could be made; base64, so that no other tool trips over them."""

import base64
from collections.abc import Mapping

_ENCODED: Mapping[str, tuple[str, ...]] = {}

FINDS: Mapping[str, tuple[bytes, ...]] = {name: tuple(base64.b64decode(one) for one in found) for name, found in _ENCODED.items()}
"""By harness."""
