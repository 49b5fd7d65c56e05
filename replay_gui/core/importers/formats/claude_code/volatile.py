"""Members that differ between faithful Claude Code sessions, with the reason; they go to meta and are not compared."""

from __future__ import annotations

from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, RECORDER, USAGE

LINE = {
    "uuid": ID,
    "parentUuid": ID,
    "logicalParentUuid": ID,
    "leafUuid": ID,
    "messageId": ID,
    "requestId": ID,
    "request_id": ID,
    "promptId": ID,
    "toolUseID": ID,
    "parentToolUseID": ID,
    "parent_tool_use_id": ID,
    "sourceToolUseID": ID,
    "sourceToolAssistantUUID": ID,
    "sessionId": ID,
    "session_id": ID,
    "agentId": ID,
    "slug": ID,
    "backupFileName": ID,
    "backupTime": CLOCK,
    "timestamp": CLOCK,
    "durationMs": CLOCK,
    "duration_ms": CLOCK,
    "duration_api_ms": CLOCK,
    "ttft_ms": CLOCK,
    "retryInMs": CLOCK,
    "costUSD": USAGE,
    "total_cost_usd": USAGE,
    "totalCostUSD": USAGE,
    **dict.fromkeys(
        ("totalAPIDuration", "totalAPIDurationWithoutRetries", "totalToolDuration", "totalDuration"), CLOCK
    ),
    "startTime": CLOCK,
    "usage": USAGE,
    "modelUsage": USAGE,
    "cwd": HOST,
    "gitBranch": HOST,
    "version": RECORDER,
    "claude_code_version": RECORDER,
}
"""Members of a line."""

FLAGS = dict.fromkeys(("isCompactSummary", "isApiErrorMessage"), "A mark of the text; its first words say the same.")
"""Members that are content, unless the text of the line says the same."""

MESSAGE = {"id": ID, "usage": USAGE, "container": ID}
"""Members of a message."""

BLOCK = {"id": ID, "tool_use_id": ID, "callId": ID, "signature": ID}
"""Members of a part of a message. `data` of redacted thinking is volatile too: it is encrypted again each time."""

RESULT = {
    "agentId": ID,
    "backgroundTaskId": ID,
    "shellId": ID,
    "taskId": ID,
    "task_id": ID,
    "tool_use_id": ID,
    "persistedOutputPath": HOST,
    "timestamp": CLOCK,
    "totalDurationMs": CLOCK,
    "durationMs": CLOCK,
    "durationSeconds": CLOCK,
    "totalTokens": USAGE,
    "usage": USAGE,
}
"""Members of a structured result (`toolUseResult`)."""

META_NAMES = {
    "sessionId": "session_id",
    "version": "agent_version",
    "claude_code_version": "agent_version",
    "sourceToolAssistantUUID": "source_assistant_uuid",
    "costUSD": "cost_usd",
    "total_cost_usd": "cost_usd",
    "toolUseID": "tool_use_id",
    "parentToolUseID": "parent_tool_use_id",
    "sourceToolUseID": "source_tool_use_id",
    "parentUuid": "parent_uuid",
    "logicalParentUuid": "logical_parent_uuid",
    "leafUuid": "leaf_uuid",
    "messageId": "message_id",
    "requestId": "request_id",
    "promptId": "prompt_id",
    "gitBranch": "git_branch",
    "retryInMs": "retry_in_ms",
}
"""Names in meta that differ from the source's names."""
