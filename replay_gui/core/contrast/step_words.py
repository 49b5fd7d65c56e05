"""Describe a call in a few words."""

from __future__ import annotations

from typing import Any

from replay_gui.core.contrast.features.feature import MAX_VALUE_LENGTH
from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.call_values import is_name
from replay_gui.core.effects.classifier import code_of
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.text.plain_text import one_line


def call_label(call: ToolCall) -> str:
    """Return the input: a command unchanged, else ``name=value, …``; at most MAX_VALUE_LENGTH characters.

    Names of things come first, because they distinguish calls; lists and maps come last, because they can be cut.
    """
    return input_label(call.tool, call.input)


def input_label(tool: str, value: Any) -> str:
    """Return the input of a call of a tool in the same form."""
    if runs_code(tool) and (code := code_of(value)[1]):
        return one_line(code, MAX_VALUE_LENGTH)
    if not isinstance(value, dict):
        return one_line(answer_text(value), MAX_VALUE_LENGTH)
    words, length = list[str](), 0
    for name, member in sorted(value.items(), key=lambda item: _place(item[1])):
        words.append(f"{name}={answer_text(member)[:MAX_VALUE_LENGTH]}")
        length += len(words[-1])
        if length > MAX_VALUE_LENGTH:
            break
    return one_line(", ".join(words), MAX_VALUE_LENGTH)


def _place(value: Any) -> tuple[bool, bool]:
    return isinstance(value, dict | list), not is_name(value)
