"""How Gemini CLI tells its model that a tool failed."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.message_events import first_line

_SHELL = ("Command: ", "Output: ", "Error: ", "Exit Code: ")  # how the answers of a shell command begin
_EXITED = re.compile(r"^Exit Code: (-?\d{1,9})$", re.MULTILINE)
_REFUSED = "[Operation Cancelled]"  # the user said no


def shell_exit_code(output: Any) -> int | None:
    """Return the code with which a shell command failed; None where it did not fail, or is no shell command."""
    text = output.get("output") if isinstance(output, dict) else None
    match = _EXITED.search(text) if isinstance(text, str) and text.startswith(_SHELL) else None
    return (int(match[1]) or None) if match else None


def failure_of(response: Any) -> tuple[str | None, bool]:
    """Return (why a call failed, in a line; whether the user refused it); (None, False) where it did not fail."""
    wrong = response.get("error") if isinstance(response, dict) else None
    if wrong:
        code = shell_exit_code({"output": wrong})
        why = f"exit {code}" if code else first_line(wrong) or "failed"
        return why, why.startswith(_REFUSED)
    code = shell_exit_code(response)
    return (None if code is None else f"exit {code}"), False
