"""Members that differ between faithful Codex sessions, with the reason; they go to meta and are not compared."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, USAGE

VOLATILE = {
    "id": ID,
    "call_id": ID,
    "turn_id": ID,
    "thread_id": ID,
    "item_id": ID,
    "process_id": ID,
    "session_id": ID,
    "forked_from_id": ID,
    "parent_thread_id": ID,
    "new_thread_id": ID,
    "response_id": ID,
    "root_turn_id": ID,
    "client_id": ID,
    "chunk_id": ID,
    "sender_thread_id": ID,
    "receiver_thread_id": ID,
    "encrypted_content": ID,
    "timestamp": CLOCK,
    "current_date": CLOCK,
    "started_at": CLOCK,
    "completed_at": CLOCK,
    "started_at_ms": CLOCK,
    "completed_at_ms": CLOCK,
    "duration": CLOCK,
    "duration_ms": CLOCK,
    "duration_seconds": CLOCK,
    "time_to_first_token_ms": CLOCK,
    "rate_limits": USAGE,
    "info": USAGE,
    "usage": USAGE,
    "cwd": HOST,
    "git": HOST,
    "timezone": HOST,
    "cli_version": RECORDER,
}
"""Volatile members of a line's payload, at any depth."""

OUTPUT_HEADER = {"Chunk ID": ID, "Wall time": CLOCK, "session ID": ID}
"""Header lines before the output of a command."""


def split_volatile(fields: dict[str, Any], *used: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the members that are neither `used` nor empty into (content, volatile), without nested volatile ones."""
    rest = {key: value for key, value in fields.items() if key not in used and value not in (None, [], {})}
    members = {key: (value, compared_part(value)) for key, value in rest.items() if key not in VOLATILE}
    content = {key: left for key, (_, left) in members.items() if left not in ({}, [])}
    return content, {key: value for key, value in rest.items() if key in VOLATILE}


def compared_part(value: Any) -> Any:
    """Return `value` without the volatile members of all objects in it."""
    if isinstance(value, list):
        return [compared_part(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: compared_part(member) for key, member in value.items() if key not in _VOLATILE_WITHIN}


_VOLATILE_WITHIN = VOLATILE.keys() - {"id", "info", "usage", "git", "cwd", "duration"}
