"""Exceptions that a call raised: as plain values, and made again from these."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from typing import Any

from replay_gui.record.calls.plain_form import plain_form

_ERROR = "$error"
_MAX_DEPTH = 4  # levels of exceptions that are attributes of exceptions


class ErrorOfRecord(RuntimeError):
    """A recorded exception whose class is not available here. `error_type`: the name of that class."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(f"{error_type}: {message}" if message else error_type)
        self.error_type = error_type


def error_form(error: BaseException, depth: int = 0) -> dict[str, Any]:
    """Return an exception as a plain value: its class, arguments, text, and plain attributes."""
    arguments = plain_form(list(error.args))
    form: dict[str, Any] = {
        "module": type(error).__module__,
        "name": type(error).__qualname__,
        "message": str(error),
    }
    if arguments.exact:
        form["arguments"] = arguments.value
    attributes = {name: _attribute_form(value, depth) for name, value in getattr(error, "__dict__", {}).items()}
    return form | ({"attributes": attributes} if attributes else {})


def error_of_form(form: Mapping[str, Any]) -> Exception:
    """Return the recorded exception.

    Its class is looked up only in modules that the agent has imported: a log must not cause an import. If the class
    needs other arguments, the exception is made without them, with the recorded attributes.
    """
    name, message = str(form.get("name")), str(form.get("message", ""))
    error_type: Any = sys.modules.get(str(form.get("module")))
    for part in name.split("."):
        error_type = getattr(error_type, part, None)
    if not isinstance(error_type, type) or not issubclass(error_type, Exception):
        return ErrorOfRecord(name, message)
    try:
        error = _made(error_type, form.get("arguments"), message)
        for key, value in form.get("attributes", {}).items():
            if getattr(error, key, None) is None:
                is_error = isinstance(value, dict) and _ERROR in value
                setattr(error, key, error_of_form(value[_ERROR]) if is_error else value)
        return error
    except Exception:  # noqa: BLE001  the class is from the agent's libraries, and may raise any error
        return ErrorOfRecord(name, message)


def _made(kind: type[Exception], arguments: Any, message: str) -> Exception:
    if isinstance(arguments, list):
        with contextlib.suppress(TypeError, AttributeError, ValueError):  # its parameters differ from `args`
            return kind(*arguments)
    error = kind.__new__(kind, message)
    error.args = (message,)
    return error


def _attribute_form(value: Any, depth: int) -> Any:
    """Return an attribute's value; None if it is not plain."""
    if isinstance(value, BaseException) and depth < _MAX_DEPTH:
        return {_ERROR: error_form(value, depth + 1)}
    plain = plain_form(value)
    return plain.value if plain.exact else None
