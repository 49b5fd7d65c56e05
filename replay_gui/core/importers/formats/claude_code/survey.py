"""The first pass over a Claude Code session: its tree, and what the first event must already say.

Lines form a tree by `parentUuid`. It forks where the user rewound, and also where nothing was rewound: the lines of
one message, and the results of its parallel calls, hang on each other in ways that leave some of them beside the path.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import Line, NotJson, lines, value_of
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.source import Source

REQUEST_BLOCKS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
RESULT_BLOCKS_END = "tool_result"
SYNTHETIC_MODEL = "<synthetic>"

_FACT_LENGTH = 4096  # characters; facts go to the log's header, which has little room


class _Block(msgspec.Struct):
    """What the survey wants of a part of a message."""

    type: str | None = None
    id: str | None = None
    tool_use_id: str | None = None


class _Message(msgspec.Struct):
    """What it wants of a message; `content` is a list of parts, or a text, which says nothing here."""

    id: str | None = None
    model: str | None = None
    content: list[_Block] | str | None = None


class _Fields(msgspec.Struct, rename="camel"):
    """What it wants of a line. All else is skipped without being decoded: a first look at 150 MB takes 0.3 s so."""

    type: str
    uuid: str | None = None
    parent_uuid: str | None = None
    logical_parent_uuid: str | None = None
    session_id: str | None = None
    agent_id: str | None = None
    version: str | None = None
    cwd: str | None = None
    git_branch: str | None = None
    timestamp: str | None = None
    subtype: str | None = None
    is_sidechain: bool | None = None
    is_compact_summary: bool | None = None
    message: _Message | None = None

    @property
    def blocks(self) -> list[_Block]:
        content = None if self.message is None else self.message.content
        return content if isinstance(content, list) else []


_decode = msgspec.json.Decoder(_Fields).decode


@dataclass(slots=True, eq=False)
class Node:
    """A line of the tree.

    Attributes:
        talks: it is the user's or the assistant's. goes_on: where it has no parent, it continues after a compaction.
    """

    number: int
    uuid: str
    parent: str | None
    talks: bool
    sidechain: bool
    goes_on: bool
    message_id: str | None
    requests: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(slots=True)
class Survey:
    """What the first pass found.

    Attributes:
        understood: lines that are JSON objects with a type.
        session, version, model, cwd, git_branch: the first that is named. created: ns.
        subagent: whether the whole file is a subagent's, and not only lines in between. agent_id: then its id.
        repeated: numbers of the lines whose uuid an earlier line has.
        left_out: numbers of the lines on other branches. branches: how many of those there are.
        joined: lines of the path whose predecessor is missing, so that the line before in the file stands in for it.
        usage_lines: numbers of the lines that carry the tokens of their message: the last of each message.
    """

    understood: int = 0
    session: str = ""
    agent_id: str = ""
    version: str = ""
    model: str = ""
    cwd: str = ""
    git_branch: str = ""
    created: int | None = None
    subagent: bool = False
    repeated: set[int] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)
    branches: int = 0
    joined: int = 0
    usage_lines: set[int] = field(default_factory=set)


def survey(source: Source) -> Survey:
    """Reads the whole file; keeps a little for each line, nothing of what they say."""
    found, nodes = Survey(), dict[str, Node]()
    last_lines: dict[str, int] = {}
    for line in lines(source):
        fields = _wanted(line)
        if fields is None:
            continue
        found.understood += 1
        _take_facts(found, fields)
        node = _node(line.number, fields)
        if node is not None and nodes.setdefault(node.uuid, node) is not node:
            found.repeated.add(line.number)
        elif fields.type == "assistant":
            last_lines[_message_id(fields) or f"#{line.number}"] = line.number
    found.usage_lines = set(last_lines.values())
    _choose_path(found, nodes)
    return found


def _wanted(line: Line) -> _Fields | None:
    """What the survey wants of the line; None where it is no object with a type."""
    if line.too_long:
        return None
    try:
        return _decode(line.raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        fields = fields_of(line)
    return None if fields is None else _leniently(fields)


def _leniently(fields: dict[str, Any]) -> _Fields:
    """Of a line of which something is not of the type that it should be: that counts as missing."""
    message = fields.get("message")
    parts = None
    if isinstance(message, dict):
        blocks = [_texts_of(block, ("type", "id", "tool_use_id")) for block in blocks_of(fields) if _is_map(block)]
        parts = {**_texts_of(message, ("id", "model")), "content": blocks}
    flags = {name: fields.get(name) is True for name in ("isSidechain", "isCompactSummary")}
    texts = _texts_of(fields, tuple(_Fields.__struct_encode_fields__))
    return msgspec.convert({**texts, **flags, "message": parts}, _Fields)


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _texts_of(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields[name] for name in names if isinstance(fields.get(name), str)}


def fields_of(line: Line, notes: ImportNotes | None = None) -> dict[str, Any] | None:
    """The line's object where it is one with a type; None else."""
    if line.too_long:
        return None
    try:
        value = value_of(line.raw, ImportNotes() if notes is None else notes)
    except NotJson:
        return None
    return value if isinstance(value, dict) and isinstance(value.get("type"), str) else None


def blocks_of(fields: dict[str, Any]) -> list[Any]:
    """The blocks of the line's message, where it has a list of them."""
    message = fields.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, list) else []


def is_request(block: Any) -> bool:
    return isinstance(block, dict) and text_of(block, "type") in REQUEST_BLOCKS


def is_result(block: Any) -> bool:
    if not isinstance(block, dict) or not text_of(block, "type").endswith(RESULT_BLOCKS_END):
        return False
    return isinstance(block.get("tool_use_id"), str)


def text_of(fields: dict[str, Any], key: str) -> str:
    """The member if it is a text, else an empty one."""
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _take_facts(found: Survey, fields: _Fields) -> None:
    found.session = found.session or _fact(fields.session_id)
    found.agent_id = found.agent_id or _fact(fields.agent_id)
    found.version = found.version or _fact(fields.version)
    found.cwd = found.cwd or _fact(fields.cwd)
    found.git_branch = found.git_branch or _fact(fields.git_branch)
    if found.created is None:
        found.created = iso_time(fields.timestamp)
    if not found.model and fields.message is not None and fields.message.model != SYNTHETIC_MODEL:
        found.model = _fact(fields.message.model)


def _fact(text: str | None) -> str:
    return (text or "")[:_FACT_LENGTH]


def _message_id(fields: _Fields) -> str | None:
    return (fields.message.id or None) if fields.message is not None else None


def _node(number: int, fields: _Fields) -> Node | None:
    if not fields.uuid:
        return None
    blocks = fields.blocks
    return Node(
        number=number,
        uuid=fields.uuid,
        parent=fields.parent_uuid or fields.logical_parent_uuid or None,
        talks=fields.type in ("user", "assistant"),
        sidechain=fields.is_sidechain is True,
        goes_on=fields.is_compact_summary is True or fields.subtype == "compact_boundary",
        message_id=_message_id(fields) if fields.type == "assistant" else None,
        requests=tuple(block.id for block in blocks if block.type in REQUEST_BLOCKS and block.id is not None),
        results=tuple(
            block.tool_use_id
            for block in blocks
            if block.tool_use_id is not None and (block.type or "").endswith(RESULT_BLOCKS_END)
        ),
    )


# ---- the path ---------------------------------------------------------------------------------------
def _choose_path(found: Survey, nodes: dict[str, Node]) -> None:
    found.subagent = bool(nodes) and all(node.sidechain for node in nodes.values())
    found.agent_id = found.agent_id if found.subagent else ""
    main = [node for node in nodes.values() if found.subagent or not node.sidechain]
    talk = [node for node in main if node.talks]
    path = set(_upwards(talk, nodes, found))
    path |= _beside(path, talk)
    kept = {node.uuid: node in path for node in talk}
    for node in main:  # notices and the like go with what they hang on
        if not node.talks:
            kept[node.uuid] = node in path or kept.get(node.parent or "", True)
    found.left_out = {node.number for node in main if not kept[node.uuid]}
    off = [node for node in talk if not kept[node.uuid]]
    continued = {node.parent for node in off}
    found.branches = sum(node.uuid not in continued for node in off) or (1 if off else 0)


def _upwards(talk: list[Node], nodes: dict[str, Node], found: Survey) -> Iterator[Node]:
    """From the last line of the conversation to its root; each node once, so a circle ends it."""
    numbers = [node.number for node in talk]
    seen = set[Node]()
    here = talk[-1] if talk else None
    while here is not None and here not in seen:
        seen.add(here)
        yield here
        above = nodes.get(here.parent) if here.parent else None
        if above is None and (here.parent or here.goes_on):
            place = bisect_left(numbers, here.number)
            above = talk[place - 1] if place else None
            found.joined += above is not None and not here.goes_on
        here = above


def _beside(path: Iterable[Node], talk: list[Node]) -> set[Node]:
    """What belongs to the path without lying on it: other lines of its messages, other results of its calls."""
    messages = {node.message_id for node in path if node.message_id}
    same = {node for node in talk if node.message_id in messages}
    calls = {call for node in (*path, *same) for call in node.requests}
    return same | {node for node in talk if not calls.isdisjoint(node.results)}
