"""Tools that are one program of the shell, such as ``kubectl`` with ``args: get pods``, as a text of the shell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from replay_gui.core.effects.tool_names import name_words
from replay_gui.core.effects.word_lists import word_set

_PROGRAMS = word_set("git kubectl oc helm docker podman terraform aws gcloud az gh glab curl systemctl npm pip")
_CALLING = word_set("run exec execute call invoke use cli command commands tool")  # words that only say that it runs
_MEMBERS = ("args", "arguments", "argv", "command", "cmd", "cli_command", "subcommand")


def program_text(tool: str, input: Any) -> str:
    """Return the command that a tool runs with its only program; "" if it is another tool, or given no command."""
    programs = [word for word in name_words(tool) if word not in _CALLING]
    if len(programs) != 1 or programs[0] not in _PROGRAMS or not isinstance(input, Mapping):
        return ""
    given = (input[name] for name in _MEMBERS if name in input)
    text = next((_text(value) for value in given if _text(value)), "")
    return text if not text or text.split()[0] == programs[0] else f"{programs[0]} {text}"


def _text(value: Any) -> str:
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return shlex.join(value)
    return value.strip() if isinstance(value, str) else ""
