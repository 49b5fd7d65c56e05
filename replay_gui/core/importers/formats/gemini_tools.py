"""Recognise the texts with which Gemini CLI reports a failed tool to its model."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_events import first_line

_SHELL = ("Command: ", "Output: ", "Error: ", "Exit Code: ")  # the first words of a shell command's result
_WRAPPED = "<untrusted_context>\n"  # before the result, since 0.60
_EXITED = re.compile(r"^Exit Code: (-?\d{1,9})$", re.MULTILINE)
_REFUSED = ("[Operation Cancelled]", "Qwen Code requires permission to use ")  # by the user, or by a rule


def shell_exit_code(output: Any) -> int | None:
    """Return the exit code of a failed shell command; None if it did not fail, or is not a shell command."""
    text = output.get("output") if isinstance(output, dict) else None
    if not isinstance(text, str) or not text.removeprefix(_WRAPPED).startswith(_SHELL):
        return None
    match = _EXITED.search(text)
    return (int(match[1]) or None) if match else None


def failure_of(response: Any) -> tuple[str | None, bool]:
    """Return (why a call failed, in one line; whether the user refused it); (None, False) if it did not fail."""
    wrong = response.get("error") if isinstance(response, dict) else None
    if wrong:
        code = shell_exit_code({"output": wrong})
        why = f"exit {code}" if code else first_line(wrong) or "failed"
        return why, why.startswith(_REFUSED)
    code = shell_exit_code(response)
    return (None if code is None else f"exit {code}"), False
