"""Exceptions that a call raised: as plain values, and raised again from them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from replay_gui.record.calls.plain_form import plain_form


class ErrorOfRecord(RuntimeError):
    """A recorded exception whose class cannot be made again here. `error_type`: the name of that class."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(f"{error_type}: {message}" if message else error_type)
        self.error_type = error_type


def error_form(error: BaseException) -> dict[str, Any]:
    """Return an exception as a plain value."""
    arguments = plain_form(list(error.args))
    return {
        "module": type(error).__module__,
        "name": type(error).__qualname__,
        "arguments": arguments.value if arguments.exact else [str(error)],
        "message": str(error),
    }


def error_of_form(form: Mapping[str, Any]) -> Exception:
    """Return the recorded exception.

    Its class is looked up only in modules that the agent has imported: a log must not make anything be imported.
    """
    name, message = str(form.get("name")), str(form.get("message", ""))
    found: Any = sys.modules.get(str(form.get("module")))
    for part in name.split("."):
        found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, Exception):
        try:
            return found(*form.get("arguments", ()))
        except Exception:  # noqa: BLE001  a class of the agent's libraries that wants other arguments
            return ErrorOfRecord(name, message)
    return ErrorOfRecord(name, message)
