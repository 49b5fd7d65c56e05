"""Whether an answer is an error, and its text without clock times and random values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from replay_gui.core.state.json_form import json_form, one_line_json

_ERROR = re.compile(
    r"\s*+(?:<tool_use_error>|(?:\[\s*+)?(?:error|exception|traceback|fatal|failed|failure|invalid|not found"
    r"|permission denied|unauthori[sz]ed|forbidden|timeout|timed out)\b)",
    re.IGNORECASE,
)
_MAX_ERROR_MEMBERS = 4  # in an answer with more members, an "error" can be one fact of many
_ERROR_START_CHARACTERS = 200  # of an answer that may begin as an error
_VOLATILE = re.compile(
    r"0x[0-9a-fA-F]+|\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}\b"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?[\d.,]*(?:Z|[+-]\d\d:?\d\d)?|\b1[5-9]\d{8}(?:\.\d+|\d{3}|\d{6}|\d{9})?\b"
    r"|\b\d+\.\d+ ?(?:ms|s|secs?|seconds)\b|\b\d+ ?ms\b"  # durations
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d\d? +(?:\d\d:\d\d|\d{4})\b"  # the error message of ls
)


def is_error_answer(payload: Mapping[str, Any], *, by_words: bool = True) -> bool:
    """Whether the payload of a ToolResponse reports that the call failed, so that it had no effect.

    `by_words`: whether an answer that begins as an error is one; what a log or a file contains is none.
    """
    if payload.get("success") is False:
        return True
    output = payload.get("output")
    if isinstance(output, Mapping):
        if output.get("isError") is True or output.get("is_error") is True:
            return True
        if output.get("success") is False or output.get("ok") is False:
            return True
        error = output.get("error")
        return error not in (None, False, "", 0) and len(output) <= _MAX_ERROR_MEMBERS
    return by_words and begins_as_error(output)


def begins_as_error(output: Any) -> bool:
    """Return whether the first words of an output are those of an error."""
    return _ERROR.match(answer_text(output)[:_ERROR_START_CHARACTERS]) is not None


def answer_text(value: Any) -> str:
    """Return a value as text: a text unchanged, blocks of text joined, everything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value and all(_is_text_block(part) for part in value):
        return "\n".join(part["text"] for part in value)
    return one_line_json(json_form(value))


def masked_answer(value: Any) -> str:
    """Return an answer as text, with addresses, UUIDs, clock times and durations masked."""
    return _VOLATILE.sub("~", answer_text(value))


def _is_text_block(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("text"), str)
