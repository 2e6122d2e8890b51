"""Regular expressions that are compiled when they are first used: most runs use few of them, and every run pays for the rest."""

import re
from typing import Any, AnyStr, cast


def lazily(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, on first use; an expression that is wrong raises then, so each needs a test that uses it."""
    return cast("re.Pattern[AnyStr]", _Lazy(expression, flags))


class _Lazy:
    def __init__(self, expression: Any, flags: int) -> None:
        self._source = expression, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._source), name)
        self.__dict__[name] = value
        return value
