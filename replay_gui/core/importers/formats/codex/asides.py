"""Lines and events of Codex sessions that are not steps."""

from __future__ import annotations

BOOKKEEPING = frozenset(
    {
        "agent_reasoning_section_break",
        "context_compacted",
        "entered_review_mode",
        "exited_review_mode",
        "item_completed",
        "item_started",
        "mcp_startup_complete",
        "mcp_startup_update",
        "plan_update",
        "session_configured",
        "shutdown_complete",
        "task_complete",
        "task_started",
        "thread_goal_updated",
        "thread_name_updated",
        "thread_settings_applied",
        "turn_complete",
        "turn_diff",
        "turn_started",
        "undo_completed",
        "undo_started",
        "view_image_tool_call",
    }
)
"""Types of events that are not steps, or that repeat a part of the conversation."""
ASIDE = ("collab_", "dynamic_tool_call_", "guardian_", "hook_", "image_generation_", "realtime_", "sub_agent_")
"""Beginnings of the types of events that accompany calls."""
STATE_LINES = frozenset({"world_state", "retained_context", "inter_agent_communication_metadata"})
"""Types of lines with data from which Codex builds its next request, or starts its next turn."""
