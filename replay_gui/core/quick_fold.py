"""Replay in bulk: for a pass that wants only the last state, and to know which events do not apply.

The usual event changes one or two members of plain maps that nobody else sees, so it is applied in place, without a
draft's copies and without a record of the changes. Whatever is unusual (a missing member, a wrong type, deep values,
`ops`) is left to the reducer, which alone defines what events mean; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from replay_gui.core.canonical import decode_shallow
from replay_gui.core.chain import request_hash_of_decoded
from replay_gui.core.draft import Draft
from replay_gui.core.reducer import fold
from replay_gui.core.state import EMPTY, State

_LONGEST_KEY = 1024  # characters; a longer one may be over the limit in bytes


class QuickFold:
    """A state that events are applied to in place.

    Attributes:
        root: the state so far.
    """

    __slots__ = ("_shapely", "root")

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        # Without ops, only effects write the state, so every member has the shape that effects give it.
        self._shapely = True

    def fold(self, content: bytes) -> bool:
        """Applies an event; False, with the state as it was, where it does not apply."""
        event = decode_shallow(content)
        if event is not None and self._shapely:
            kind, payload = event
            effect = _EFFECTS.get(kind)
            if "ops" in payload:
                self._shapely = False
            elif effect is not None:
                try:
                    if effect(self.root, payload):
                        return True
                except KeyError:
                    pass  # a field or member is missing: the reducer knows whether that matters
        return self._exactly(content)

    def _exactly(self, content: bytes) -> bool:
        self._shapely = self._shapely and b"\xa3ops" not in content
        draft = Draft(State(self.root) if self.root else EMPTY)
        applied = fold(draft, content)
        self.root = draft.root
        return applied


# Each effect looks at everything before it changes anything. False or a KeyError: not the usual case, nothing changed.


def _tool_request(root: dict[str, Any], p: dict[str, Any]) -> bool:
    name, version, value = p["tool_name"], p["tool_version"], p["input"]
    if type(name) is not str or type(version) is not str or type(p["capabilities"]) is not list:
        return False
    row, pending = root["tools"][name], root["pending"]
    request = request_hash_of_decoded(name, version, value)
    waiting = pending.get(request)
    row["calls"] += 1
    if waiting is None:
        pending[request] = {"tool": name, "input": value, "count": 1}
    else:
        waiting["count"] += 1
    return True


def _tool_response(root: dict[str, Any], p: dict[str, Any]) -> bool:
    name, request, output, success, error = p["tool_name"], p["request_hash"], p["output"], p["success"], p["error"]
    if type(name) is not str or type(request) is not str or type(success) is not bool:
        return False
    if error is not None and type(error) is not str:
        return False
    row, pending = root["tools"][name], root["pending"]
    waiting = pending.get(request)
    if waiting is not None:
        if waiting["count"] == 1:
            del pending[request]
        else:
            waiting["count"] -= 1
    if not success:
        row["errors"] += 1
    row["last"] = output
    return True


def _observation(root: dict[str, Any], p: dict[str, Any]) -> bool:
    kind, source, data = p["obs_type"], p["source"], p["data"]
    if type(kind) is not str or type(source) is not str or len(kind) > _LONGEST_KEY:
        return False
    if kind == "message":
        root["messages"].append({"role": source, "content": data})
    else:
        root["observations"][kind] = data
    return True


def _decision(root: dict[str, Any], p: dict[str, Any]) -> bool:
    kind, data, reasoning = p["decision_type"], p["data"], p.get("reasoning")
    if type(kind) is not str or (reasoning is not None and type(reasoning) is not str):
        return False
    if kind == "message":
        root["messages"].append({"role": "assistant", "content": data})
    else:
        root["decision"] = {"type": kind, "data": data}
    return True


def _memory_write(root: dict[str, Any], p: dict[str, Any]) -> bool:
    key, operation = p["key"], p.get("operation", "set")
    if type(key) is not str or type(operation) is not str or operation == "delete" or len(key) > _LONGEST_KEY:
        return False
    value = p["value"]
    root["memory"][key] = value
    return True


_EFFECTS: dict[str, Callable[[dict[str, Any], dict[str, Any]], bool]] = {
    "ToolRequest": _tool_request,
    "ToolResponse": _tool_response,
    "Observation": _observation,
    "Decision": _decision,
    "MemoryWrite": _memory_write,
}
