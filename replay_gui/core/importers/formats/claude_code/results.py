"""Results of tools in a Claude Code session: the response, and what it says of permission, patches and errors."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.claude_code.tools import take_effect
from replay_gui.core.importers.run_builder import RunBuilder

_REFUSALS = (
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
    "Claude requested permissions to ",
    "Permission to use ",
)
# What differs between faithful runs
_VOLATILE = frozenset(
    {"agentId", "totalDurationMs", "durationMs", "durationSeconds", "totalTokens", "usage"}
    | {"backgroundTaskId", "shellId", "taskId", "task_id", "tool_use_id", "timestamp", "persistedOutputPath"}
)
_OF_PATCHES = ("structuredPatch", "userModified")


def add_result(run: RunBuilder, block: dict[str, Any], details: Any, root: str) -> int:
    """The events of one tool_result block; returns the response's seq.

    `details`: the line's structured result, None where there is none. `root`: the folder that files are named from.
    """
    call_id, output = block["tool_use_id"], block.get("content")
    text = _text_of(output)
    failed = block.get("is_error") is True
    known = run.call(call_id)
    patched = known is not None and known.patch is not None
    structured = details if isinstance(details, dict) else {}
    extra, volatile = _split(details, output, patched)
    response, call = run.response(
        call_id,
        output,
        error=(text or "failed") if failed else None,
        extra=extra,
        tool_use_id=call_id,
        details=volatile or None,
        block=_rest(block) or None,
    )
    refused = failed and text.startswith(_REFUSALS)
    if refused:
        run.denied(call.tool_name, call.tool_name, text, parent=response)
    elif failed:
        run.error("tool_error", text or "failed", call.tool_name, parent=response)
    if call.patch is not None and failed:
        run.rejected(call.patch, text, "approval" if refused else "apply")
    elif call.patch is not None:
        run.applied(call.patch, {key: structured[key] for key in _OF_PATCHES if key in structured})
    if not failed and known is not None:
        take_effect(run, known, output, structured, response, root)
    return response


def _split(details: Any, output: Any, patched: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what belongs to the payload, what belongs to meta) of a structured result."""
    if isinstance(details, str) and isinstance(output, str) and details.removeprefix("Error: ") == output:
        return {}, {}  # says the same again
    if not isinstance(details, dict):
        return ({} if details is None else {"details": details}), {}
    elsewhere = _OF_PATCHES if patched else ()
    kept = {key: value for key, value in details.items() if key not in _VOLATILE and key not in elsewhere}
    return {"details": kept} if kept else {}, {key: value for key, value in details.items() if key in _VOLATILE}


def _rest(block: dict[str, Any]) -> dict[str, Any]:
    known = ("type", "tool_use_id", "content", "is_error")
    return {key: value for key, value in block.items() if key not in known and value is not None}


def _text_of(output: Any) -> str:
    """The text of a result: itself, or that of its text blocks."""
    if isinstance(output, str):
        return output
    blocks = output if isinstance(output, list) else []
    return "\n".join(
        block["text"] for block in blocks if isinstance(block, dict) and isinstance(block.get("text"), str)
    )
