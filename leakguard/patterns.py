"""Regular expressions that are compiled when they are first used: most runs use few of them, and every run pays for the rest."""

import re
from typing import Any, AnyStr, cast


def lazily(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, on first use; an expression that is wrong raises then, so each needs a test that uses it."""
    pattern = _Lazy(expression, flags)
    _pending.append(pattern)
    return cast("re.Pattern[AnyStr]", pattern)


def compile_all() -> None:
    """Compile what was not used yet: once before many processes are forked, each of which would do it again."""
    while _pending:
        _pending.pop().compile()


class _Lazy:
    def __init__(self, expression: Any, flags: int) -> None:
        self.pattern = expression
        self._flags = flags
        self._compiled: re.Pattern[Any] | None = None

    def compile(self) -> re.Pattern[Any]:
        if self._compiled is None:
            self._compiled = re.compile(self.pattern, self._flags)
        return self._compiled

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.compile(), name)
        self.__dict__[name] = value
        return value


_pending: list[_Lazy] = []
