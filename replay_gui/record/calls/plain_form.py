"""Plain values of any Python value, for a log, and whether the value can be made again from its plain form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from replay_gui.core.log.canonical import MAX_INTEGER, MAX_KEY_BYTES, MIN_INTEGER

_MAX_DEPTH = 64  # a record has at most 128, of which the event and its request need some
_MAX_REPR_CHARACTERS = 2_000  # of the repr() of a value that is not plain


@dataclass(frozen=True, slots=True)
class PlainForm:
    """A value in its form in a log. `exact`: whether the plain value equals the original, with all its types."""

    value: Any
    exact: bool


def plain_form(value: Any) -> PlainForm:
    """Return the plain form of any value.

    Tuples and sets become lists; dataclasses, msgspec structs and Pydantic models become maps; any other value becomes
    its repr(). None of these is exact.
    """
    work = _Conversion()
    return PlainForm(work.convert(value, 0), work.exact)


class _Conversion:
    """One conversion. `exact`: whether no value was changed so far."""

    def __init__(self) -> None:
        self.exact = True

    def convert(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if value is None or kind is bool or kind is float or kind is bytes:
            return value
        if kind is str:
            return self._text(value)
        if kind is int and MIN_INTEGER <= value <= MAX_INTEGER:
            return value
        if depth >= _MAX_DEPTH:
            return self._other(value)
        if kind is list:
            return [self.convert(item, depth + 1) for item in value]
        if kind is dict:
            return self._map(value, depth)
        self.exact = False
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, list | tuple):
            return [self.convert(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return self._map(value, depth)
        if isinstance(value, set | frozenset):
            return sorted((self.convert(item, depth + 1) for item in value), key=repr)
        return self._members(value, depth)

    def _map(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, member in value.items():
            if type(key) is not str or len(key) * 4 > MAX_KEY_BYTES:
                self.exact = False
                key = str(key)[: MAX_KEY_BYTES // 4]
            result[self._text(key)] = self.convert(member, depth + 1)
        return result

    def _members(self, value: Any, depth: int) -> Any:
        """Return the members of an object that has declared fields, else its text."""
        dump = getattr(value, "model_dump", None)
        if callable(dump) and hasattr(type(value), "model_fields"):
            return self.convert(dump(mode="json"), depth + 1)
        try:
            built = msgspec.to_builtins(value, str_keys=True)
        except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
            return self._other(value)
        return self._other(value) if built is value else self.convert(built, depth + 1)

    def _text(self, value: str) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:  # lone surrogates, which UTF-8 cannot encode
            self.exact = False
            return value.encode("utf-8", "backslashreplace").decode()
        return value

    def _other(self, value: Any) -> str:
        self.exact = False
        return self._text(repr(value)[:_MAX_REPR_CHARACTERS])
