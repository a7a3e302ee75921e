"""A value that hides itself."""

from __future__ import annotations

from typing import NoReturn, final

_MASK = "***"


@final
class Secret:
    """Holds a token or key so that no print, log, traceback, JSON or pickle shows it.

    Only `reveal()` gives the text back; a search for that word finds every place where a secret is used. Python
    cannot wipe memory: this type keeps a secret out of what we write, not out of the process.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Secret({_MASK})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return _MASK

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")
