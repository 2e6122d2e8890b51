"""Regular expressions that are compiled when they are first used: most runs use few of them, and every run pays for the rest."""

import re
from typing import Any, AnyStr, cast


def lazily(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, on first use; an expression that is wrong raises then, so each needs a test that uses it."""
    made = _Lazy(expression, flags)
    _MADE.append(made)
    return cast("re.Pattern[AnyStr]", made)


def compile_all() -> None:
    """Compile what was made so far: processes forked from this one then need not, each of them again."""
    for made in _MADE:
        made.compile()


class _Lazy:
    def __init__(self, expression: Any, flags: int) -> None:
        self._source = expression, flags

    def compile(self) -> None:
        self._pattern = re.compile(*self._source)

    def __getattr__(self, name: str) -> Any:
        if name == "_pattern":
            self.compile()
            return self._pattern
        value = getattr(self._pattern, name)
        self.__dict__[name] = value
        return value


_MADE: list[_Lazy] = []
