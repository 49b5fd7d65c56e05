"""The forms of the items that LangGraph's `stream` yields, and whether a file has such items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from replay_gui.core.importers.formats.frameworks.langgraph.values import messages_of, messages_within
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.records import as_map

MESSAGES = "messages"
"""The usual channel of messages."""

_MODES = ("updates", "values", "debug", "tasks", "checkpoints")
_ASIDES = ("metadata", "messages/metadata", "custom", "error", "end", "feedback")
_TASKS = ("task", "task_result", "checkpoint")
_STARTED, _ENDED = {"id", "name", "input", "triggers"}, {"id", "name", "result", "interrupts"}
_OF_DEBUG = ("input", "result", "values")
_ONE_ID = {"run_id"}  # what a server says first
_WRAPPERS = (  # names that other programs give to a member around a record; hardly those of a node
    *("data", "event", "message", "payload", "record", "item", "value", "values", "state", "input", "inputs"),
    *("output", "outputs", "request", "response", "result", "error", "config", "metadata", "kwargs", "run", "index"),
)
_OF_RECORDS = ("type", "kind", "event", "role", "level", "id", "time", "timestamp", "ts", "created_at")
_MIN_STATES = 3  # the least number of states that are known by how they grow


class Item(NamedTuple):
    """One item: its mode, the members of the line around it, and what was written, as (name, value)."""

    mode: str
    about: dict[str, Any]
    written: list[tuple[str, Any]]


def item_of(record: Any) -> Item | None:
    """Return an item of a stream; None for a line of another form."""
    match record:
        case {"event": str(event), "data": data}:
            mode, _, namespace = event.partition("|")
            about = {"namespace": namespace} if namespace else {}
            if mode in ("messages/partial", "messages/complete") and isinstance(data, list):
                return Item(mode, about, [(mode, {"messages": data})])
            if mode in _ASIDES:
                if mode == "messages/metadata":  # by message, about the node that wrote it
                    data = [as_map(as_map(one).get("metadata")).get("langgraph_node") for one in as_map(data).values()]
                return Item(mode, {"type": mode, **about, "data": data}, [])
            return _of_mode(mode, data, about)
        case [dict(), dict(about)] if "langgraph_node" in about:
            return _chunk(record, {})
        case [str(mode), data]:
            return _of_mode(mode, data, {})
        case [list(namespace), str(mode), data] if _is_namespace(namespace):
            return _of_mode(mode, data, {"namespace": namespace} if namespace else {})
        case [list(namespace), dict(data)] if _is_namespace(namespace):
            return _of_mode(_mode_of(data), data, {"namespace": namespace} if namespace else {})
        case dict() if record and not is_message(record):
            return _of_mode(_mode_of(record), record, {})
    return None


def _is_namespace(value: list[Any]) -> bool:
    return all(isinstance(one, str) for one in value)


def _mode_of(data: dict[str, Any]) -> str:
    """Return the mode of an item that does not name it."""
    if data.get("type") in _TASKS and isinstance(data.get("payload"), dict):
        return "debug"
    if data.keys() >= _STARTED or data.keys() >= _ENDED:
        return "tasks"
    is_state = isinstance(data.get("messages"), list) or not all(map(_is_update, data.values()))
    return "values" if is_state else "updates"


def _is_update(value: Any) -> bool:
    return value is None or isinstance(value, dict) or (isinstance(value, list) and all(map(_is_update, value)))


def _chunk(item: Any, about: dict[str, Any]) -> Item | None:
    """Return a message, or a piece of one, that comes with the facts about its node."""
    match item:
        case [dict(message), dict()] if is_message(message):
            return Item("messages", about, [("messages", {"messages": [message]})])
    return None


def _of_mode(mode: str, data: Any, about: dict[str, Any]) -> Item | None:
    if mode == "messages":
        return _chunk(data, about)
    if mode == "custom":
        return Item(mode, {"type": mode, **about, "data": data}, [])
    if mode not in _MODES or not isinstance(data, dict):
        return None
    if mode == "values":
        return Item(mode, about, [*data.items()])
    if mode == "updates":
        return Item(mode, about, [*data.items()]) if all(map(_is_update, data.values())) else None
    payload = data.get("payload", data)
    if not isinstance(payload, dict):
        return None
    about |= {name: data[name] for name in ("step", "timestamp", "type") if name in data}
    written = [(name, payload[name]) for name in _OF_DEBUG if name in payload]
    rest = {name: member for name, member in payload.items() if name not in (*_OF_DEBUG, "id")}
    return Item(mode, {**about, **rest}, written)


def written_messages(name: str, value: Any, mode: str) -> list[tuple[str, Any]]:
    """Return the messages in what was written, each with its channel.

    Of the usual channel these are all items, of others what is a message for certain. A node writes an object, or
    pairs of (channel, value).
    """
    channels = {name: value} if mode == "values" else channels_of(value)
    found = list[tuple[str, Any]]()
    for channel, written in channels.items():
        if channel == MESSAGES:
            listed = written if isinstance(written, list) else [written] if isinstance(written, dict) else []
            found += [(channel, _with_speaker(message)) for message in listed]
        else:
            found += [(channel, message) for message in messages_within(written)]
    return found


def _with_speaker(message: Any) -> Any:
    """Return a message; LangGraph also takes (speaker, text)."""
    match message:
        case [str(speaker), str(text)]:
            return {"role": speaker, "content": text}
    return message


def changes_in(item: Item) -> Iterator[tuple[str, str, Any]]:
    """Yield what nodes wrote other than messages, as (node, channel, value)."""
    for name, value in item.written:
        if name.startswith("__") or (name in ("input", "values") and item.mode not in ("updates", "values")):
            continue
        if item.mode == "values":
            node, channels = "", {name: value}
        else:
            node, channels = name if item.mode == "updates" else str(item.about.get("name") or ""), channels_of(value)
        for channel, written in channels.items():
            messages = messages_of(written)
            is_told = channel == MESSAGES or (messages and messages == messages_within(written))
            if not is_told:
                yield node, channel, written


def other_parts(item: Item) -> dict[str, Any]:
    """Return what an item says beside messages and what `changes_in` yields."""
    rest = dict[str, Any]()
    for name, value in item.written:
        channels = channels_of(value)
        if item.mode == "values" or name == "__interrupt__":
            continue
        if value is None and item.mode == "updates":
            rest["node"] = name  # which wrote nothing
        elif not channels:
            rest[name] = value
        elif name.startswith("__") or (name in ("input", "values") and item.mode != "updates"):
            rest[name] = {channel: written for channel, written in channels.items() if channel != MESSAGES}
    return item.about | {name: value for name, value in rest.items() if value not in ({}, [])}


def channels_of(update: Any) -> dict[str, Any]:
    """Return what a node wrote, by channel; {} if it has another form."""
    if isinstance(update, dict):
        return update
    pairs = update if isinstance(update, list) else []
    are_pairs = all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)
    return dict(pairs) if are_pairs else {}


def are_items(lines: list[Any]) -> bool:
    """Return whether the first lines of a file are items of a stream.

    They are if they all have its form, and one has what no other program writes: the mode beside the item, the task of
    a node, a message of LangChain, or states of which each has all that the one before had.
    """
    items = [item_of(line) for line in lines]
    found = [item for item in items if item is not None]
    if not found or len(found) < len(items):
        return False
    bare = [(line, item) for line, item in zip(lines, found, strict=True) if _is_bare(line, item)]
    if not all(_can_be_nodes(line) for line, item in bare if item.mode == "updates"):
        return False
    names_modes = not bare and any(map(_is_of_graph, lines)) and any(item.mode != "custom" for item in found)
    is_of_server = any(item.mode == "metadata" and as_map(item.about["data"]).keys() >= _ONE_ID for item in found)
    if names_modes or (is_of_server and any(item.mode in _MODES for item in found)):
        return True
    messages, states = [*_messages_in(found)], [line for line, item in bare if item.mode == "values"]
    if not messages:
        return len(states) == len(lines) >= _MIN_STATES and _are_one_state(states)
    are_of_langchain = map(_is_of_langchain, messages)
    if not states:
        return any(are_of_langchain)
    are_known = all(isinstance(state.get(MESSAGES), list) for state in states) or _are_one_state(states)
    return are_known and all(are_of_langchain) and _grow(states)


def is_task(record: Any) -> bool:
    """Return whether a record is a task of a debug stream, with its triggers."""
    match record:
        case {"type": str(kind), "payload": {"triggers": list()}}:
            return kind in _TASKS
    return False


def _messages_in(items: list[Item]) -> Iterator[Any]:
    for item in items:
        for name, value in item.written:
            yield from (message for _, message in written_messages(name, value, item.mode))


def _is_bare(line: Any, item: Item) -> bool:
    """Whether an item is told by the form of its members alone."""
    return isinstance(line, dict) and "event" not in line and item.mode in ("updates", "values")


def _is_of_graph(line: Any) -> bool:
    """Whether a line has the mode beside the item, or is a task of a node."""
    match line:
        case [str(), _] | [list(), _] | [list(), str(), _]:
            return True
        case {"type": str(), "payload": dict()}:
            return is_task(line)
        case dict():
            return line.keys() >= _STARTED
    return False


def _can_be_nodes(line: dict[str, Any]) -> bool:
    """Whether the members of a line can be nodes of a graph: one a line, beside members of the stream itself."""
    nodes = [name for name in line if not name.startswith("__")]
    return len(nodes) <= 1 and not any(name.lower() in _WRAPPERS for name in nodes)


def _is_of_langchain(message: Any) -> bool:
    return is_message(message) and "role" not in message


def _grow(states: list[dict[str, Any]]) -> bool:
    """Whether each state has the messages of the state before; otherwise they can be of several conversations."""
    for before, after in pairwise(states):
        for name, value in before.items():
            is_list = isinstance(value, list) and (name == "messages" or bool(messages_within(value)))
            later = after.get(name)
            if is_list and not (
                isinstance(later, list) and (later[: len(value)] == value or _ids(value) & _ids(later))
            ):
                return False
    return True


def _ids(messages: list[Any]) -> set[str]:
    return {message["id"] for message in messages if isinstance(message, dict) and isinstance(message.get("id"), str)}


def _are_one_state(states: list[dict[str, Any]]) -> bool:
    """Whether each state has the members of the one before, half of them unchanged, and the last has more."""
    for before, after in pairwise(states):
        same = sum(name in after and after[name] == value for name, value in before.items())
        if not after.keys() >= before.keys() or same * 2 < len(before) or before == after:
            return False
    return states[-1].keys() > states[0].keys() and states[-1].keys().isdisjoint(_OF_RECORDS)
