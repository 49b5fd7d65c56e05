"""Remove the wrappers that LangChain's callbacks put around inputs and outputs in attributes of spans.

Traceloop: ``{"inputs": …, "input_str": …, "tags": …, "metadata": …, "kwargs": …}`` and ``{"output": …, "kwargs": …}``;
OpenInference: messages as ``{"type": "tool", "data": {"content": …}}``; smolagents' tools
``{"args": [], "kwargs": {…}, "sanitize_inputs_outputs": …}``.
"""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.message import Message
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_forms import is_message, read_message

_AROUND = frozenset({"inputs", "input_str", "outputs", "output", "tags", "metadata", "kwargs"})
_SIGNS = tuple(map(frozenset, (("kwargs",), ("input_str", "inputs"), ("inputs", "tags"), ("outputs", "tags"))))
"""Members that show that an object is a callback's; older versions of Traceloop leave some out."""
_DATA_MEMBERS = ("inputs", "outputs", "output", "input_str")
_OF_CALLBACKS = ("color", "name", "tool_call_id")  # of ``kwargs``, ignored: a display colour, the span's name, an id
_PAIRED = ("user", "human", "assistant", "ai", "system")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def without_callback(value: Any) -> tuple[Any, dict[str, Any]]:
    """Return (the input or output itself, the callback's other members)."""
    if not isinstance(value, dict):
        return value, {}
    if value.keys() == {"output"} and is_message(value["output"]):
        return value["output"], {}
    if {"message", "raw", "delta"} <= value.keys() and is_message(value["message"]):  # an answer of LlamaIndex
        return value["message"], {key: value[key] for key in value if key != "message" and value[key] not in _EMPTY}
    if not any(signs <= value.keys() for signs in _SIGNS):
        return value, {}
    if value.keys() == {"kwargs"}:  # LlamaIndex' tools
        return value["kwargs"], {}
    if value.keys() == {"args", "kwargs", "sanitize_inputs_outputs"} and value["args"] in _EMPTY:
        return value["kwargs"], {"sanitize_inputs_outputs": value["sanitize_inputs_outputs"]}
    name = next((name for name in _DATA_MEMBERS if value.get(name) is not None), None)
    if not value.keys() <= _AROUND or not any(one in value for one in _DATA_MEMBERS):
        return value, {}
    rest = {key: member for key, member in value.items() if key not in (name, "kwargs", "input_str")}
    if isinstance(kwargs := value.get("kwargs"), dict):
        rest["kwargs"] = {key: member for key, member in kwargs.items() if key not in _OF_CALLBACKS}
    else:
        rest["kwargs"] = kwargs
    return (value[name] if name else None), {key: member for key, member in rest.items() if member not in _EMPTY}


def tool_output(value: Any) -> tuple[Any, dict[str, Any]]:
    """Return (the tool's result, the message's other members) if the output is a message of a tool."""
    if isinstance(value, dict) and {"blocks", "tool_name"} <= value.keys():  # LlamaIndex
        text = content_of(value["blocks"])
        known = ("blocks", "tool_name", *(("raw_output",) if value.get("raw_output") == text else ()))
        rest = {name: member for name, member in value.items() if name not in known and member not in _EMPTY}
        return text, {name: member for name, member in rest.items() if (name, member) != ("is_error", False)}
    message = _tool_message(value)
    return (value, {}) if message is None else (message.results[0].output, message.rest)


def tool_failure(value: Any) -> str | None:
    """Return why the call failed, if the output is a message of a tool that reports a failure."""
    message = _tool_message(value)
    return message.results[0].failure if message is not None and message.results[0].error else None


def _tool_message(value: Any) -> Message | None:
    is_of_langchain = isinstance(value, dict) and ("data" in value or "lc" in value or value.get("type") == "tool")
    message = read_message(value) if is_of_langchain and is_message(value) else None
    return message if message is not None and len(message.results) == 1 else None


def paired_message(message: Any) -> dict[str, Any] | None:
    """Return a message that LangChain was given as (speaker, text); None for any other value."""
    match message:
        case [str(role), str(text)] if role in _PAIRED:
            return {"role": role, "content": text}
    return None


def step_output(value: Any) -> Any:
    """Return the update of a LangGraph node, if its output is only a command to update the state."""
    if isinstance(value, list) and len(value) == 1:
        command = value[0]
        if isinstance(command, dict) and command.keys() == {"graph", "update", "resume", "goto"}:
            others = [command[name] for name in ("graph", "resume", "goto")]
            return command["update"] if all(other in _EMPTY for other in others) else value
    return value
