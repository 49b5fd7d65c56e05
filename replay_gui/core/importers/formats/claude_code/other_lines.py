"""Make events of lines without a message in a Claude Code session: notices, attachments, the run's result."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.claude_code.survey import text_of
from replay_gui.core.importers.formats.claude_code.user_text import command_in, command_output_in
from replay_gui.core.importers.run_builder import End, RunBuilder

BOOKKEEPING_TYPES = frozenset(
    {
        "agent-color",
        "agent-name",
        "agent-setting",
        "ai-title",
        "atis-latch",
        "attribution-snapshot",
        "bridge-session",
        "content-replacement",
        "custom-title",
        "file-history-delta",
        "fork-context-ref",
        "last-prompt",
        "marble-origami-commit",
        "marble-origami-snapshot",
        "mode",
        "permission-mode",
        "pr-link",
        "progress",
        "queue-operation",
        "rate_limit_event",
        "speculation-accept",
        "stream_event",
        "summary",
        "tag",
        "task-summary",
        "tool_progress",
        "worktree-state",
    }
)
"""Types of lines that are not steps."""

_NOTICES = frozenset({"informational", "away_summary", "model_refusal_fallback", "compact_error"})
_STEPS = frozenset(
    {
        "file",
        "directory",
        "edited_text_file",
        "nested_memory",
        "mcp_resource",
        "pdf_reference",
        "hook_blocking_error",
        "hook_stopped_continuation",
    }
)
"""Attachments that affect the run: files read for the user, and hooks that stopped a step."""
_ENDS: dict[str, End] = {
    "success": "answered",
    "error_max_turns": "limit",
    "error_max_budget_usd": "limit",
    "error_during_execution": "crash",
}


def add_system_line(run: RunBuilder, subtype: str, rest: dict[str, Any]) -> int:
    """Add a line of the program itself; return the event's seq. `rest`: its members, without clocks and ids."""
    content = rest.get("content")
    if subtype == "api_error":
        return run.error("api_error", _api_error(rest), "model", {"fields": rest})
    if subtype == "local_command" and isinstance(content, str):
        return add_command(run, content, {key: rest[key] for key in rest if key != "content"}) or run.bookkeeping(
            "claude-code/system", rest
        )
    is_stopped = rest.get("preventedContinuation") is True  # by a hook
    if subtype in _NOTICES or is_stopped or (subtype == "" and content):
        return run.custom("claude-code/system", rest)
    if subtype == "permission_denied":
        tool = text_of(rest, "tool_name") or "unknown"
        return run.denied(tool, tool, text_of(rest, "message") or "permission denied", {"fields": rest})
    return run.bookkeeping("claude-code/system", rest)


def add_command(run: RunBuilder, text: str, rest: dict[str, Any]) -> int | None:
    """Add a user's command, or its output; return the event's seq, or None if the text is neither."""
    extra = {"fields": rest} if rest else None
    command = command_in(text)
    if command is not None:
        details = {} if extra is None else extra
        return run.command(command, extra={**details, "text": text})
    output = command_output_in(text)
    return None if output is None else run.observation("command-output", "command", output, extra)


def add_attachment(run: RunBuilder, attachment: dict[str, Any], rest: dict[str, Any]) -> int:
    """Add an attachment of Claude Code, other than a queued prompt; return the event's seq."""
    data = {"attachment": attachment, **rest}
    if str(attachment.get("type")) in _STEPS:
        return run.custom("claude-code/attachment", data)
    return run.bookkeeping("claude-code/attachment", data)


def add_result_line(run: RunBuilder, rest: dict[str, Any], denied_before: set[str], **meta: Any) -> tuple[int, End]:
    """Add the last line of ``claude --output-format stream-json``; return (its seq, how the run ended).

    `denied_before`: ids of calls whose denial has been added before.
    """
    denials = rest.get("permission_denials")
    for denial in denials if isinstance(denials, list) else []:
        if isinstance(denial, dict) and text_of(denial, "tool_use_id") not in denied_before:
            tool = text_of(denial, "tool_name") or "unknown"
            run.denied(tool, tool, "permission denied", {"input": denial.get("tool_input")}, line=meta.get("line"))
    if isinstance(denials, list):
        rest = {
            **rest,
            "permission_denials": [
                {key: denial[key] for key in denial if key != "tool_use_id"} if isinstance(denial, dict) else denial
                for denial in denials
            ],
        }
    seq = run.bookkeeping("claude-code/result", rest, **meta)
    failed = rest.get("is_error") is True
    return seq, _ENDS.get(text_of(rest, "subtype"), "crash") if not failed or "subtype" in rest else "crash"


def _api_error(rest: dict[str, Any]) -> str:
    """Return an API error in words: "API error 529 overloaded, retry 1 of 10"."""
    error = rest.get("error")
    words = ["API error"]
    if isinstance(error, dict):
        status, message = error.get("status"), _message_in(error)
        words += [str(status)] if isinstance(status, int | str) else []
        words += [message] if message else []
    elif isinstance(error, str):
        words.append(error)
    retry, most = rest.get("retryAttempt"), rest.get("maxRetries")
    again = f", retry {retry} of {most}" if isinstance(retry, int) and isinstance(most, int) else ""
    return " ".join(words) + again


def _message_in(error: Any) -> str:
    """Return the innermost message of an error that wraps another."""
    message = ""
    for _ in range(4):
        if not isinstance(error, dict):
            break
        message = text_of(error, "message") or text_of(error, "code") or message
        error = error.get("error") or error.get("cause")
    return message
