"""Messages of LangChain that a callback wrote as Python's text: ``[ToolMessage(content='x', tool_call_id='c')]``."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection
from typing import Any

from replay_gui.core.importers.json_lines import NotJson, value_in

_MAX_CHARACTERS = 1 << 16  # of a text that is parsed
_RESULTS = ("ToolMessage", "FunctionMessage")
_OUTPUT, _CALLS, _NODE = "output", "tool_calls", "node_name"


def written_turns(record: dict[str, Any], volatile: Collection[str]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return (message, other members) for each message in the step of a node whose output is Python's text.

    [] for other records. The calls of the step are in a message before its results.
    """
    output, calls = record.get(_OUTPUT), record.get(_CALLS)
    if not (isinstance(record.get(_NODE), str) and isinstance(output, str) and isinstance(calls, list)):
        return []
    rest = {key: value for key, value in record.items() if key not in (_OUTPUT, _CALLS, *volatile)}
    listed = _values(output)
    if listed is None or not all(isinstance(one, dict) for one in listed):
        return []
    asked: dict[str, Any] = {"role": "assistant", "content": None, _CALLS: calls}
    if listed and all(one.get("type") in _RESULTS for one in listed):
        results = [{**one, "role": "tool", "type": "tool"} for one in listed]
        turns = [asked, *results] if calls else results
    elif all(isinstance(one.get("type"), str) and one["type"] not in _RESULTS for one in listed) and (listed or calls):
        turns = [{**asked, "content": listed or None}]
    else:
        return []
    return [(turn, rest if number == len(turns) - 1 else {}) for number, turn in enumerate(turns)]


def _values(text: str) -> list[Any] | None:
    """Return the items of a Python list, those in the form of a call as its named arguments; None for other texts."""
    if len(text) > _MAX_CHARACTERS or not text.startswith("["):
        return None
    try:
        whole = ast.parse(text, mode="eval").body
        if not isinstance(whole, ast.List):
            return None
        found: list[Any] = value_in(json.dumps([_value(item) for item in whole.elts], allow_nan=False))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, NotJson):
        return None
    return found


def _value(item: ast.expr) -> Any:
    if not isinstance(item, ast.Call):
        return ast.literal_eval(item)
    if not isinstance(item.func, ast.Name) or item.args or any(one.arg in (None, "type") for one in item.keywords):
        raise ValueError("no message")
    return {"type": item.func.id, **{str(one.arg): ast.literal_eval(one.value) for one in item.keywords}}
