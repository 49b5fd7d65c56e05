"""The first pass over a Claude Code session: its tree, and the facts for the first event."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from replay_gui.core.importers.formats.claude_code.tree import Node, count_joined, find_late_causes, find_rewinds
from replay_gui.core.importers.formats.claude_code.user_text import is_prompt_text
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import Line, NotJson, lines, value_of
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.source import Source

REQUEST_BLOCKS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
RESULT_BLOCKS_END = "tool_result"
SYNTHETIC_MODEL = "<synthetic>"

_IFLOW = ("session-", "response-")
"""How the ids of sessions and of answers begin in iFlow's files, which are written as Claude Code's."""
_MAX_FACT_CHARACTERS = 4096  # facts go into the log's header, whose size is limited


class _Block(msgspec.Struct):
    """The members that the survey reads of a part of a message."""

    type: str | None = None
    id: str | None = None
    tool_use_id: str | None = None
    text: str | None = None


class _Message(msgspec.Struct):
    """The members that the survey reads of a message; `content` is a list of parts, or a text (not used)."""

    id: str | None = None
    model: str | None = None
    content: list[_Block] | str | None = None
    usage: dict[str, Any] | None = None


class _ClaudeCodeFields(msgspec.Struct, rename="camel", kw_only=True):
    """The members that the survey reads of a line. All others are skipped undecoded, so 150 MB take only 0.3 s."""

    type: str
    uuid: str | None = None
    parent_uuid: str | None = None
    logical_parent_uuid: str | None = None
    session_id: str | None = None
    stream_session_id: str | None = msgspec.field(name="session_id", default=None)
    agent_id: str | None = None
    version: str | None = None
    qwen_code_version: str | None = msgspec.field(name="qwen_code_version", default=None)
    cwd: str | None = None
    git_branch: str | None = None
    timestamp: str | None = None
    subtype: str | None = None
    is_sidechain: bool | None = None
    is_compact_summary: bool | None = None
    is_meta: bool | None = None
    message: _Message | None = None
    model: str | None = None
    attachment: dict[str, Any] | None = None
    operation: str | None = None
    content: str | None = None

    @property
    def blocks(self) -> list[_Block]:
        content = None if self.message is None else self.message.content
        return content if isinstance(content, list) else []


_decode = msgspec.json.Decoder(_ClaudeCodeFields).decode


@dataclass(slots=True, kw_only=True)
class ClaudeCodeSurvey:
    """The result of the first pass.

    Attributes:
        understood: lines that are JSON objects with a type.
        session, version, model, cwd, git_branch: the first one in the file. created: ns since 1970.
        agent: the program that wrote the file.
        subagent: whether the whole file is a subagent's, not only some lines. agent_id: its id in this case.
        repeated: numbers of the lines that repeat an earlier line with the same uuid.
        left_out: numbers of the lines that the user rewound. branches: the number of rewound sequences of lines.
        rewinds: numbers of the prompts with which the user went back.
        joined: number of lines whose parent is not in the file, so that they follow the line before.
        late_causes: for a line that comes before its parent line, the number of the parent line.
        queued: numbers of the lines that queue a prompt which no later line repeats.
        usage_lines: numbers of the lines whose tokens count: the last line of each message with tokens.
        answered_again: ids of calls with several results; a later call with such an id can be another call.
    """

    understood: int = 0
    session: str = ""
    agent: str = "claude-code"
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
    rewinds: list[int] = field(default_factory=list)
    joined: int = 0
    late_causes: dict[int, int] = field(default_factory=dict)
    queued: set[int] = field(default_factory=set)
    usage_lines: set[int] = field(default_factory=set)
    answered_again: set[str] = field(default_factory=set)


def survey_session(source: Source, end: int | None = None) -> ClaudeCodeSurvey:
    """Read the file, up to line number `end`. The memory needed is small for each line."""
    surveyed, nodes, queue = ClaudeCodeSurvey(), dict[str, Node](), _PromptQueue()
    last_lines: dict[str, int] = {}
    content_hashes: dict[str, int] = {}  # by uuid, a hash of the first line with it
    for line in lines(source):
        if end is not None and line.number >= end:
            break
        fields = _wanted(line)
        if fields is None:
            continue
        surveyed.understood += 1
        _take_facts(surveyed, fields)
        queue.add_line(line.number, fields)
        node = _node(line.number, fields)
        if node is not None and node.uuid in nodes and content_hashes.get(node.uuid) == _hash_of_message(fields):
            surveyed.repeated.add(line.number)
            continue
        if node is not None and nodes.setdefault(node.uuid, node) is node:
            content_hashes[node.uuid] = _hash_of_message(fields)
        if fields.type == "assistant" and fields.message is not None and fields.message.usage is not None:
            last_lines[_message_id(fields) or f"#{line.number}"] = line.number
    surveyed.usage_lines = set(last_lines.values())
    results = Counter(call for node in nodes.values() for call in node.results)
    surveyed.answered_again = {call for call, count in results.items() if count > 1}
    surveyed.queued = queue.unrepeated
    surveyed.subagent = bool(nodes) and all(node.sidechain for node in nodes.values())
    surveyed.agent_id = surveyed.agent_id if surveyed.subagent else ""
    main = [node for node in nodes.values() if surveyed.subagent or not node.sidechain]
    rewinds = find_rewinds(main)
    surveyed.left_out, surveyed.branches, surveyed.rewinds = rewinds.left_out, rewinds.branches, rewinds.prompts
    surveyed.joined = count_joined([node for node in main if node.number not in surveyed.left_out], nodes)
    surveyed.late_causes = find_late_causes(nodes.values())
    return surveyed


class _PromptQueue:
    """The prompts that were typed while the agent worked, and that only queue lines have.

    Attributes:
        unrepeated: numbers of these queue lines.
    """

    def __init__(self) -> None:
        self._queued: list[tuple[int, str]] = []

    @property
    def unrepeated(self) -> set[int]:
        return {number for number, text in self._queued if is_prompt_text(text)}

    def add_line(self, number: int, fields: _ClaudeCodeFields) -> None:
        is_queue = fields.type == "queue-operation"
        is_new = fields.operation == "enqueue" or (  # the agent takes a prompt, which some files say only here
            fields.operation == "remove" and all(text != fields.content for _, text in self._queued)
        )
        if is_queue and is_new and fields.content:
            self._queued.append((number, fields.content))
        elif is_queue and fields.operation in ("popAll", "popall"):
            self._queued.clear()  # the user removed them
        elif self._queued:
            prompt = _said_by_user(fields)
            queue_index = next(
                (queue_index for queue_index, (_, text) in enumerate(self._queued) if text.strip() in prompt), None
            )
            if queue_index is not None:
                del self._queued[queue_index]


def _said_by_user(fields: _ClaudeCodeFields) -> list[str]:
    if fields.type == "attachment" and fields.attachment is not None:
        prompt = fields.attachment.get("prompt")
        parts = prompt if isinstance(prompt, list) else [{"text": prompt}]
        return [part["text"].strip() for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    if fields.type != "user" or fields.message is None:
        return []
    content = fields.message.content
    texts = [content] if isinstance(content, str) else [block.text for block in fields.blocks]
    return [text.strip() for text in texts if text]


def _hash_of_message(fields: _ClaudeCodeFields) -> int:
    message = fields.message
    content = None if message is None else message.content
    parts = (
        content
        if isinstance(content, str)
        else tuple((block.type, block.id, block.tool_use_id, block.text) for block in content or ())
    )
    return hash((fields.type, parts))


def _wanted(line: Line) -> _ClaudeCodeFields | None:
    """Return the members of a line that the survey reads; None if it is not an object with a type."""
    if line.too_long:
        return None
    try:
        return _decode(line.raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        fields = fields_of(line)
    return None if fields is None else _leniently(fields)


def _leniently(fields: dict[str, Any]) -> _ClaudeCodeFields:
    """Return the members of a line; those of a wrong type count as missing."""
    message = fields.get("message")
    parts = None
    if isinstance(message, dict):
        names = ("type", "id", "tool_use_id", "text")
        blocks: Any = [_texts_of(block, names) for block in blocks_of(fields) if _is_map(block)]
        if isinstance(message.get("content"), str):
            blocks = message["content"]
        usage = message.get("usage") if _is_map(message.get("usage")) else None
        parts = {**_texts_of(message, ("id", "model")), "content": blocks, "usage": usage}
    flags = {name: fields.get(name) is True for name in ("isSidechain", "isCompactSummary", "isMeta")}
    texts = _texts_of(fields, tuple(_ClaudeCodeFields.__struct_encode_fields__))
    attachment = fields.get("attachment") if _is_map(fields.get("attachment")) else None
    return msgspec.convert({**texts, **flags, "message": parts, "attachment": attachment}, _ClaudeCodeFields)


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _texts_of(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields[name] for name in names if isinstance(fields.get(name), str)}


def fields_of(line: Line, notes: ImportNotes | None = None) -> dict[str, Any] | None:
    """Return the line's object; None if it is not an object with a type."""
    if line.too_long:
        return None
    try:
        value = value_of(line.raw, ImportNotes() if notes is None else notes)
    except NotJson:
        return None
    return value if isinstance(value, dict) and isinstance(value.get("type"), str) else None


def blocks_of(fields: dict[str, Any]) -> list[Any]:
    """Return the blocks of the line's message; [] if it has no list of blocks."""
    message = fields.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, list) else []


def is_request(block: Any) -> bool:
    """Return whether a block of a message requests a tool."""
    return isinstance(block, dict) and text_of(block, "type") in REQUEST_BLOCKS


def is_result(block: Any) -> bool:
    """Return whether a block of a message is a tool's result."""
    if not isinstance(block, dict) or not text_of(block, "type").endswith(RESULT_BLOCKS_END):
        return False
    return isinstance(block.get("tool_use_id"), str)


def text_of(fields: dict[str, Any], key: str) -> str:
    """Return the member if it is a text, else ""."""
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _take_facts(surveyed: ClaudeCodeSurvey, fields: _ClaudeCodeFields) -> None:
    surveyed.session = surveyed.session or _fact(fields.session_id or fields.stream_session_id)
    if surveyed.session.startswith(_IFLOW[0]) and (_message_id(fields) or "").startswith(_IFLOW[1]):
        surveyed.agent = "iflow"
    surveyed.agent_id = surveyed.agent_id or _fact(fields.agent_id)
    if fields.qwen_code_version:  # of its ``--output-format json`` and ``stream-json``
        surveyed.agent = "Qwen Code"
    surveyed.version = surveyed.version or _fact(fields.version or fields.qwen_code_version)
    surveyed.cwd = surveyed.cwd or _fact(fields.cwd)
    surveyed.git_branch = surveyed.git_branch or _fact(fields.git_branch)
    if surveyed.created is None:
        surveyed.created = iso_time(fields.timestamp)
    model = fields.model if fields.message is None else fields.message.model
    if not surveyed.model and model != SYNTHETIC_MODEL:
        surveyed.model = _fact(model)


def _fact(text: str | None) -> str:
    return (text or "")[:_MAX_FACT_CHARACTERS]


def _message_id(fields: _ClaudeCodeFields) -> str | None:
    return (fields.message.id or None) if fields.message is not None else None


def _node(number: int, fields: _ClaudeCodeFields) -> Node | None:
    if not fields.uuid:
        return None
    blocks = fields.blocks
    return Node(
        number=number,
        uuid=fields.uuid,
        parent=fields.parent_uuid or fields.logical_parent_uuid or None,
        talks=fields.type in ("user", "assistant"),
        prompt=_is_prompt(fields),
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


def _is_prompt(fields: _ClaudeCodeFields) -> bool:
    """Return whether the line is a prompt of the user."""
    if fields.type != "user" or fields.is_meta is True or fields.is_compact_summary is True or fields.message is None:
        return False
    content = fields.message.content
    if isinstance(content, str):
        return is_prompt_text(content)
    return any(
        is_prompt_text(block.text) if block.type == "text" and block.text is not None else block.type == "image"
        for block in fields.blocks
    )
