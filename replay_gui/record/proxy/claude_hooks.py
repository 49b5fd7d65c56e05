"""The tools that Claude Code uses, from its hooks: it runs a command before and after each of them.

The hooks are given on the command line (``claude --settings JSON``), in addition to those of the user's files. In a
re-run the tools are used for real, since a hook cannot answer for one; a use that was not recorded is refused.

Source: https://code.claude.com/docs/en/hooks (``tool_use_id`` and ``PostToolUseFailure`` are of later versions).
"""

from __future__ import annotations

import contextlib
import secrets
import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay_gui.core.errors import ReplayError, RerunRefused
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.calls.loopback_server import BodyRefused, LoopbackHandler, LoopbackServer
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.matcher.first_difference import DiffersFromRecord
from replay_gui.record.proxy.proxied_command import run_proxied
from replay_gui.record.sessions.call_log import key_of_value
from replay_gui.record.sessions.call_session import CallSession, try_to_record
from replay_gui.record.sessions.open_call import OpenCall, inside
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_session import RerunSession

_EVENTS = ("PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionDenied")
_SENDER = Path(__file__).with_name("send_hook_message.py")
_SETTINGS = "--settings"
_HOOK_NAME = "Claude Code"
_MAX_BODY_BYTES = 64 << 20  # the largest size of a record
_OK, _NOT_FOUND = 200, 404
_SUBAGENTS = ("Task", "Agent")  # the names of the tool inside which a subagent runs
_META = ("tool_use_id", "agent_type", "duration_ms")


class ClaudeToolCalls:
    """The tool uses that hooks report. Thread-safe."""

    def __init__(self, session: CallSession) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._open: dict[Any, list[tuple[str, OpenCall]]] = {}  # by id: names of tools, and their calls

    def record_message(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Record a hook's message; return the answer to Claude Code, or None."""
        message = plain_form(message).value  # JSON allows numbers and keys that a log does not
        name = message.get("tool_name")
        if not isinstance(name, str):
            return None
        match message.get("hook_event_name"):
            case "PreToolUse":
                return self._begin(name, message)
            case "PostToolUse":
                self._finish(message, CallAnswer(output=message.get("tool_response"), meta=_meta(message)))
            case "PostToolUseFailure":
                kind = "Interrupted" if message.get("is_interrupt") is True else "ToolError"
                self._fail(message, str(message.get("error")), kind)
            case "PermissionDenied":
                self._fail(message, str(message.get("reason")), "PermissionDenied")
            case _:
                pass
        return None

    def _begin(self, name: str, message: dict[str, Any]) -> dict[str, Any] | None:
        request = CallRequest(CallKind.TOOL, name, message.get("tool_input"), meta=_meta(message))
        outer = self._subagent() if isinstance(message.get("agent_id"), str) else None
        try:
            with inside(outer):
                call = try_to_record(self._session, _HOOK_NAME, lambda: self._session.begin(request))
        except (DiffersFromRecord, ReplayError) as why:
            return _refusal(str(why))
        if call is not None:
            with self._lock:
                self._open.setdefault(_key(message), []).append((name, call))
        return None

    def _fail(self, message: dict[str, Any], error: str, kind: str) -> None:
        self._finish(message, CallAnswer(output=None, error=error, error_type=kind, meta=_meta(message)))

    def _finish(self, message: dict[str, Any], answer: CallAnswer) -> None:
        key = _key(message)
        with self._lock:
            waiting = self._open.get(key, [])
            call = waiting.pop(0)[1] if waiting else None
            if not waiting:
                self._open.pop(key, None)
        if call is not None:
            try_to_record(self._session, _HOOK_NAME, lambda: call.finish(answer))

    def _subagent(self) -> OpenCall | None:
        """Return the call inside which a subagent runs, if only one is possible."""
        with self._lock:
            calls = [call for waiting in self._open.values() for name, call in waiting if name in _SUBAGENTS]
        return calls[0] if len(calls) == 1 else None


def run_claude_code(
    command: Sequence[str], session: RecordingSession | RerunSession, on_poll: Callable[[], None] = lambda: None
) -> int:
    """Run Claude Code to its end, with its tools recorded by hooks and its models by the proxy; return its exit status.

    Raises RerunRefused if it cannot be started, or has settings on its command line already.
    """
    with running_hooks(session) as settings:
        return run_proxied(with_settings(command, settings), session, on_poll)


def with_settings(command: Sequence[str], settings: str) -> list[str]:
    """Return the command of Claude Code with these settings; its words may begin with those that start a script.

    Raises RerunRefused if it has settings already, which would be replaced.
    """
    if any(word == _SETTINGS or word.startswith(f"{_SETTINGS}=") for word in command):
        raise RerunRefused(f"{_SETTINGS} is needed for the hooks: put your own into .claude/settings.json instead")
    names = [Path(word).name.partition("@")[0] for word in command]
    at = next((at for at, name in enumerate(names) if name in ("claude", "claude-code", "cli.js")), 0)
    return [*command[: at + 1], _SETTINGS, settings, *command[at + 1 :]]


@contextlib.contextmanager
def running_hooks(session: CallSession) -> Iterator[str]:
    """Receive the hooks' messages during a `with` block; yield the settings with which Claude Code runs the hooks."""
    server = _HookServer(ClaudeToolCalls(session))
    with server.serving("claude hooks"):
        words = [sys.executable, "-I", "-S", str(_SENDER), str(server.server_port), server.secret_path]
        hook = {"type": "command", "command": shlex.join(words)}
        yield msgspec.json.encode({"hooks": {name: [{"matcher": "*", "hooks": [hook]}] for name in _EVENTS}}).decode()


class _HookServer(LoopbackServer):
    """`secret_path`: the URL path for hooks, which no other program on this computer knows."""

    def __init__(self, calls: ClaudeToolCalls) -> None:
        super().__init__(0, _HookHandler)
        self.calls = calls
        self.secret_path = f"/{secrets.token_urlsafe()}"


class _HookHandler(LoopbackHandler):
    server: _HookServer

    def do_POST(self) -> None:
        try:
            body = self.read_body(_MAX_BODY_BYTES)  # an unread body would be taken for a request
        except BodyRefused as why:
            self._send(why.status, b"")
            return
        if not secrets.compare_digest(self.path.encode(), self.server.secret_path.encode()):
            self._send(_NOT_FOUND, b"")
            return
        try:
            message = json_value(body)
        except NotJson:
            message = None
        answer = self.server.calls.record_message(message) if isinstance(message, dict) else None
        self._send(_OK, b"" if answer is None else msgspec.json.encode(answer))

    def _send(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _refusal(reason: str) -> dict[str, Any]:
    """Return the answer that keeps Claude Code from using a tool, and ends it."""
    denial = {"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason}
    return {"continue": False, "stopReason": reason, "hookSpecificOutput": denial}


def _meta(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in _META if isinstance(message.get(name), str | int)}


def _key(message: dict[str, Any]) -> Any:
    """Return the key that an answer shares with its request: the id, or else the request itself."""
    given = message.get("tool_use_id")
    return given if isinstance(given, str) else key_of_value([message["tool_name"], message.get("tool_input")])
