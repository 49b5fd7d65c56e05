"""The Claude Agent SDK: the messages to and from the program ``claude``, which calls models and tools itself.

The seam is the transport that a ``Query`` gets, of any class. It is recorded, never answered: in a re-run the
program, which would use the network and change files, is not started.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from types import ModuleType
from typing import Any

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.core.importers.formats.claude_code.token_usage import tokens_of
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.core.log.kinds import BOOKKEEPING_PREFIX, Kind
from replay_gui.core.recorder.recorder import RecordedCall
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.calls.mcp_results import result_text
from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import CallSession, current_session, try_to_record

_HOOK_NAME = "claude agent"
_KEPT_ANSWER_IDS = 100  # kept ids
_RESULT = f"{BOOKKEEPING_PREFIX}result"
_RESULT_META = ("total_cost_usd", "duration_ms", "num_turns")


def install(module: ModuleType) -> None:
    """Patch ``claude_agent_sdk._internal.query``, or the module of its transport."""
    if hasattr(module, "Query"):
        patch(module.Query, "__init__", _hook)
    if hasattr(module, "SubprocessCLITransport"):
        patch(module.SubprocessCLITransport, "connect", _connect_hook)


def _hook(original: Callable[..., None]) -> Callable[..., None]:
    def begin(self: Any, transport: Any, *args: Any, **more: Any) -> None:
        session = current_session()
        if session is not None:
            _refuse_in_rerun(session)
            _tee(transport, _Conversation(session))
        original(self, transport, *args, **more)

    return begin


def _connect_hook(original: Callable[..., Any]) -> Callable[..., Any]:
    async def connect(self: Any) -> None:
        session = current_session()
        if session is not None:
            _refuse_in_rerun(session)
        await original(self)

    return connect


def _refuse_in_rerun(session: CallSession) -> None:
    if session.is_rerun:
        error = AnswerNotRecorded(
            "the Claude Agent SDK starts a program that calls models and tools itself; it can be recorded, but not run "
            "again from the log"
        )
        session.report_failure(_HOOK_NAME, error)
        raise error


def _tee(transport: Any, conversation: _Conversation) -> None:
    """Make a transport pass all written and read data on to the conversation."""
    write, read_messages = transport.write, transport.read_messages

    async def recording_write(data: str) -> None:
        conversation.sent(data)
        await write(data)

    async def recording_read_messages() -> AsyncIterator[Any]:
        async for message in read_messages():
            conversation.received(message)
            yield message

    transport.write, transport.read_messages = recording_write, recording_read_messages
    prompt = getattr(transport, "_prompt", None)
    if isinstance(prompt, str) and prompt and not getattr(transport, "_is_streaming", False):
        conversation.prompted(prompt)  # the first versions pass it to the program as an argument


class _Conversation:
    """Records the messages over one transport."""

    def __init__(self, session: CallSession) -> None:
        self._session = session
        self._calls: dict[str, RecordedCall] = {}
        self._counted = deque[str](maxlen=_KEPT_ANSWER_IDS)
        self._reasoning: str | None = None
        self._last_input_seq: int | None = None

    def prompted(self, content: Any) -> None:
        """Record the prompt of the user."""
        try_to_record(self._session, _HOOK_NAME, lambda: self._observe(content))

    def sent(self, data: str) -> None:
        """Record the messages of the user in lines that are written."""
        if '"user"' not in data:
            return
        for line in data.splitlines():
            try:
                message = json_value(line)
            except NotJson:
                continue
            match message:
                case {"type": "user", "message": {"content": content}}:
                    self.prompted(content)
                case _:
                    pass

    def received(self, message: Any) -> None:
        """Record a message that is read."""
        try_to_record(self._session, _HOOK_NAME, lambda: self._receive(message))

    def _observe(self, content: Any) -> None:
        self._last_input_seq = self._session.log.recorder.append(
            Kind.OBSERVATION, {"obs_type": "message", "source": "user", "data": content}
        )

    def _receive(self, message: Any) -> None:
        match message:
            case {"type": "assistant", "message": {"content": list(blocks), **about}}:
                self._decide(blocks, about, self._parent(message))
            case {"type": "user", "message": {"content": list(blocks)}}:
                for block in blocks:
                    if isinstance(block, dict) and block.get("type") == "tool_result":
                        self._answer(block)
            case {"type": "result", **result}:
                meta = {name: result[name] for name in _RESULT_META if name in result}
                self._session.log.recorder.append(_RESULT, {"subtype": str(result.get("subtype"))}, **meta)
            case _:
                pass

    def _parent(self, message: dict[str, Any]) -> int | None:
        """Return the cause of a message: the call of a subagent, or the last input of the model."""
        call = self._calls.get(str(message.get("parent_tool_use_id")))
        return self._last_input_seq if call is None else call.seq

    def _decide(self, blocks: list[Any], about: Mapping[Any, Any], parent: int | None) -> None:
        recorder = self._session.log.recorder
        known = [block for block in blocks if isinstance(block, dict)]
        texts = [block["text"] for block in known if isinstance(block.get("text"), str)]
        thoughts = [block["thinking"] for block in known if isinstance(block.get("thinking"), str)]
        uses = [block for block in known if block.get("type") == "tool_use"]
        if thoughts:
            self._reasoning = "\n".join(filter(None, [self._reasoning, *thoughts]))
        if not texts and not uses:
            return  # reasoning comes first, as a separate message
        text = "\n".join(texts)
        tokens = {} if about.get("id") in self._counted else tokens_of(about.get("usage"))
        if isinstance(about.get("id"), str):
            self._counted.append(about["id"])  # each part of an answer repeats the usage of the whole
        meta: dict[str, Any] = {"parent": parent} | ({"tokens": tokens} if tokens else {})
        if isinstance(about.get("model"), str):
            meta["model"] = about["model"]
        calls: list[dict[str, Any]] = [{"name": str(use.get("name")), "input": use.get("input")} for use in uses]
        data: Any = {"calls": calls, **({"content": text} if text else {})} if calls else text
        seq = recorder.decision("tool_calls" if calls else "message", data, self._reasoning, **meta)
        self._reasoning = None
        for use, call in zip(uses, calls, strict=True):
            self._calls[str(use.get("id"))] = recorder.tool_request(call["name"], call["input"], parent=seq)

    def _answer(self, block: dict[str, Any]) -> None:
        call = self._calls.get(str(block.get("tool_use_id")))
        if call is not None:
            output, failed = block.get("content"), block.get("is_error") is True
            text = output if isinstance(output, str) else result_text({"content": output})
            error = text if failed else None
            self._last_input_seq = self._session.log.recorder.tool_response(
                call, output, success=not failed, error=error
            )
