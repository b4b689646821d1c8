"""Patterns that are compiled when they are first asked: compiling all of them takes longer than reading a mail."""

import re
from typing import Any, cast


class _Lazy:
    """Becomes, method by method, the Pattern that it stands for."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Kept in the instance, so that it is asked once: `re` itself keeps the Pattern for the next method.
        found = self.__dict__[name] = getattr(re.compile(self._source, self._flags), name)
        return found


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, for patterns that few texts need. What is wrong with it shows at its first use."""
    return cast("re.Pattern[str]", _Lazy(source, flags))
