"""Make events of the user's and the assistant's messages in a Claude Code session."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.importers.formats.claude_code.other_lines import add_command
from replay_gui.core.importers.formats.claude_code.results import add_result
from replay_gui.core.importers.formats.claude_code.state import UNKNOWN_BLOCKS, SessionState, message_fields, type_of
from replay_gui.core.importers.formats.claude_code.survey import (
    SYNTHETIC_MODEL,
    blocks_of,
    is_request,
    is_result,
    text_of,
)
from replay_gui.core.importers.formats.claude_code.token_usage import tokens_of
from replay_gui.core.importers.formats.claude_code.tools import propose_patch
from replay_gui.core.importers.formats.claude_code.user_text import (
    is_by_agent,
    is_by_program,
    is_interruption,
    is_prompt_text,
    is_summary,
    message_of,
    split_context,
    split_program_parts,
)
from replay_gui.core.importers.formats.claude_code.volatile import BLOCK, MESSAGE
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.json_lines import Line
from replay_gui.core.importers.run_builder import Call, End
from replay_gui.core.log.chain import request_hash
from replay_gui.core.translation.messages import translatable

_STARTERS = frozenset({"Agent", "Task"})
_USER_BLOCKS = frozenset({"text", "image", "document"})
_CALL_MEMBERS = {"type", "id", "name", "input"}
_API_ERRORS = re.compile(
    r"API Error|Claude AI usage limit|Prompt is too long|Invalid API key|Credit balance|Request timed"
)
"""How errors of the API begin that Claude Code puts in the model's place; older versions do not mark their lines."""
_LIMIT = re.compile(r"Claude AI usage limit|You've hit your ")
REPEATED_CALLS = translatable("calls that repeat one with their id")
_MAX_NAME_CHARACTERS = 256  # of a tool's name, which becomes a key in the state
_ENDS: dict[str, End] = {
    "end_turn": "answered",
    "stop_sequence": "answered",
    "max_tokens": "limit",
    "refusal": "handed over",
}


class ConversationLines:
    """Make events of lines with a message."""

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._models: dict[str, str] = dict.fromkeys(["", state.surveyed.agent_id], state.surveyed.model)  # by subagent

    def user(self, fields: dict[str, Any]) -> None:
        """Add the events of a user line: a message, or the results of tools."""
        message = fields.get("message")
        if not isinstance(message, dict):
            return
        self._message_meta(message, with_usage=False)
        content = message.get("content")
        details = fields.get("toolUseResult", fields.get("tool_use_result"))
        results = sum(map(is_result, blocks_of(fields)))
        if isinstance(content, str):
            self._add_user_content(content, fields)
        elif content is not None and not isinstance(content, list):
            self._state.custom("user", message_fields(fields))
        parts = list[Any]()
        for block in blocks_of(fields):
            if is_result(block):
                self._add_user_content(parts, fields)
                parts = []
                self._result(block, details if results == 1 else None, fields.get("toolDenialKind"))
            else:
                parts.append(block)
        self._add_user_content(parts, fields)
        if details is not None and results != 1:  # the line does not name its result
            self._state.custom("tool-use-result", details)

    def _result(self, block: dict[str, Any], details: Any, denial: Any = None) -> None:
        state = self._state
        added = add_result(
            state.run, block, details=details, root=state.surveyed.cwd, fields=state.take_fields(), denial=denial
        )
        if added.refused:
            self._state.denied.add(str(block.get("tool_use_id")))
        self._state.anchor(added.seq)

    def _add_user_content(self, data: Any, fields: dict[str, Any]) -> None:
        if isinstance(data, list):
            if not data:
                return
            for block in data:
                if not isinstance(block, dict) or type_of(block) not in _USER_BLOCKS:
                    self._state.notes.count(UNKNOWN_BLOCKS, example=type_of(block))
        text = data if isinstance(data, str) else message_of(data)
        if fields.get("isMeta") is True:
            self._state.custom("meta", text)
        elif fields.get("isCompactSummary") is True or is_summary(text):
            self._state.anchor(self._state.run.observation("message", "compaction", text, self._state.take_fields()))
        else:
            self.from_user(data)

    def from_user(self, data: Any) -> None:
        """Add the events of a user message: text, a command, a command's output, or an interruption."""
        if isinstance(data, list):
            of_program, own = split_program_parts(data)
            if of_program and own:
                self.from_user(of_program)
                self.from_user(own)
                return
        content = message_of(data) if isinstance(data, list) else data
        if isinstance(content, str):
            if is_interruption(content):
                self._state.end = ("stopped by user", None)
                self._state.anchor(self._state.run.interrupted(content, "user", self._state.take_fields()))
                return
            command = add_command(self._state.run, content, self._state.fields)
            if command is not None:
                self._state.fields = {}
                self._state.anchor(command)
                return
            context, words = split_context(content)
            if context and words:
                self.from_user(context)
                self.from_user(words)
                return
            if is_by_program(content):
                source = "agent" if is_by_agent(content) else "claude-code"
                self._state.anchor(self._state.run.observation("notice", source, content, self._state.take_fields()))
                return
        is_within = self._state.run.context.get("sidechain") is True
        of_subagent = is_within or self._state.surveyed.subagent  # its tasks come from an agent
        kind, source = ("subagent-message", "agent") if of_subagent else ("message", "user")
        if not is_within and (not isinstance(content, str) or is_prompt_text(content)):
            self._state.end = None
        self._state.anchor(self._state.run.observation(kind, source, content, self._state.take_fields()))

    def assistant(self, line: Line, fields: dict[str, Any]) -> None:
        """Add the events of an assistant line, block by block: text, thinking, tool calls, or an API error."""
        message = fields.get("message")
        if not isinstance(message, dict):
            return
        self._message_meta(message, with_usage=line.number in self._state.surveyed.usage_lines)
        content = message.get("content")
        by_program = message.get("model") == SYNTHETIC_MODEL
        failed = fields.get("isApiErrorMessage") is True
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else blocks_of(fields):
            if _is_text(block) and (failed or (by_program and _API_ERRORS.match(block["text"]))):
                failed = True
                extra = {"text": block["text"], **(self._state.take_fields() or {})}
                self._state.anchor(self._state.run.error("api_error", block["text"], "model", extra))
            elif _is_text(block) and by_program:
                extra, meta = self._rest(block, "text")
                self._state.anchor(self._state.run.observation("notice", "claude-code", block["text"], extra, **meta))
            else:
                self._assistant_block(block)
        if not self._state.run.context.get("sidechain"):
            self._state.end = _error_end(fields) if failed else _END_OF.get(text_of(message, "stop_reason"))

    def _message_meta(self, message: dict[str, Any], with_usage: bool) -> None:
        context, once = self._state.run.context, self._state.run.once
        usage = message.get("usage")
        if with_usage and isinstance(usage, dict):
            once["tokens"] = tokens_of(usage)
            once["usage"] = usage
        model, speaker = text_of(message, "model"), self._state.subagent
        context["model"] = model or None
        context["message_id"] = text_of(message, "id") or None
        taken = {"content", "model", "role", "type", *MESSAGE}
        rest = {key: value for key, value in message.items() if key not in taken and value is not None}
        if message.get("role") not in (None, "user", "assistant"):
            rest["role"] = message["role"]
        if message.get("type") not in (None, "message"):
            rest["type"] = message["type"]
        if model and model != SYNTHETIC_MODEL and self._models.setdefault(speaker, self._state.surveyed.model) != model:
            self._models[speaker] = rest["model"] = model
        if rest:
            self._state.fields = {**self._state.fields, "message": rest}

    def _assistant_block(self, block: Any) -> None:
        run = self._state.run
        message = "subagent-message" if run.context.get("sidechain") else "message"
        if _is_text(block):
            extra, meta = self._rest(block, "text")
            self._state.answered = True
            self._state.anchor(run.decision(message, block["text"], None, extra, **meta))
        elif type_of(block) == "thinking" and isinstance(block.get("thinking"), str):
            extra, meta = self._rest(block, "thinking")
            if block["thinking"]:
                self._state.anchor(run.decision("thinking", None, block["thinking"], extra, **meta))
            else:
                self._state.anchor(run.withheld_reasoning(extra, **meta))
        elif type_of(block) == "redacted_thinking":
            meta = {"block": {"data": block["data"]}} if "data" in block else {}
            extra, _ = self._rest(block, "data")
            self._state.anchor(run.withheld_reasoning(extra, **meta))
        elif is_request(block) and isinstance(block.get("name"), str) and len(block["name"]) <= _MAX_NAME_CHARACTERS:
            call_id, name, value = block.get("id"), block["name"], block.get("input")
            again = call_id in self._state.surveyed.answered_again if isinstance(call_id, str) else True
            if block.keys() == _CALL_MEMBERS and _is_repeated(run.call(call_id), name, value, again):
                self._state.notes.count(REPEATED_CALLS)
                return
            extra, meta = self._rest(block, "id", "name", "input", type=block["type"] != "tool_use")
            call = run.request(call_id, name, value, extra=extra, tool_use_id=call_id, **meta)
            propose_patch(run, call_id, name, value, self._state.surveyed.cwd)
            self._remember_start(name, value, call.seq)
            self._state.anchor(call.seq if call.seq is not None else run.count - 1)
        elif is_result(block):  # a tool that the provider runs
            self._result(block, None)
        elif type_of(block) == "fallback":  # from one model to another
            self._state.custom("fallback", block)
        else:
            self._state.notes.count(UNKNOWN_BLOCKS, example=type_of(block))
            self._state.custom("block", block)

    def _remember_start(self, tool_name: str, value: Any, seq: int | None) -> None:
        """Remember a call that starts a subagent, to find the subagent's lines later."""
        if tool_name in _STARTERS and isinstance(value, dict) and seq is not None and text_of(value, "prompt"):
            name = text_of(value, "subagent_type") or text_of(value, "description")
            self._state.started[text_of(value, "prompt").strip()] = (seq, name)

    def _rest(self, block: dict[str, Any], *taken: str, type: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the other members of a block: (for the payload, for meta)."""
        used = taken if type else ("type", *taken)
        rest = {key: value for key, value in block.items() if key not in used and value is not None}
        volatile = {key: value for key, value in rest.items() if key in BLOCK}
        payload = {key: value for key, value in rest.items() if key not in BLOCK}
        extra = {**({"block": payload} if payload else {}), **(self._state.take_fields() or {})}
        return extra, {"block": volatile} if volatile else {}


def _error_end(fields: dict[str, Any]) -> tuple[End, str | None]:
    """Return (how the run ended, why) for an API error."""
    words = next((block["text"] for block in blocks_of(fields) if _is_text(block)), "")
    how: End = "limit" if fields.get("error") == "rate_limit" or _LIMIT.match(words) else "crash"
    return how, first_line(words) or "API error"


def _is_repeated(call: Call | None, name: str, value: Any, may_be_another: bool) -> bool:
    """Whether this call was recorded before: some programs write a call again during streaming, or with the next call.

    `may_be_another`: whether another call may have this id after the first one is answered.
    """
    same = call is not None and value is not None and call.request_hash == request_hash(name, "", value)
    return same and not (may_be_another and call is not None and call.input is None)


_END_OF: dict[str, tuple[End, str | None]] = {
    reason: (how, None if how == "answered" else reason) for reason, how in _ENDS.items()
}


def _is_text(block: Any) -> bool:
    return type_of(block) == "text" and isinstance(block, dict) and isinstance(block.get("text"), str)
