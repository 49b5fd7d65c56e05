"""The stream of ``codex exec --json``: items that start and complete. It has no times."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.chats.messages import first_line
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import RunBuilder

UNKNOWN_ITEMS = "items of an unknown type, kept as custom events"

_TOKENS = {"input": "input_tokens", "output": "output_tokens"}


class CodexStream:
    """Puts one event of the stream after the other into `run`."""

    def __init__(self, run: RunBuilder, notes: ImportNotes) -> None:
        self.run = run
        self._notes = notes

    def line(self, kind: str, line: dict[str, Any]) -> None:
        """One event of that type."""
        item = line.get("item")
        match kind:
            case "thread.started":
                pass  # the run has begun with it
            case "turn.started":
                self.run.custom("codex/turn", "started")
            case "turn.completed":
                self.run.custom("codex/turn", "completed", tokens=counts(line.get("usage")), usage=line.get("usage"))
            case "turn.failed" | "error":
                self.run.error(kind, first_line(_why(line)) or kind, "codex")
            case "item.started" | "item.updated" | "item.completed" if isinstance(item, dict):
                self._item(item, kind == "item.completed")
            case _:
                self._notes.count(UNKNOWN_ITEMS, example=kind)
                self.run.custom("codex/other", line)

    def _item(self, item: dict[str, Any], completed: bool) -> None:
        kind, item_id = str(item.get("type") or item.get("item_type")), item.get("id")
        rest = {key: value for key, value in item.items() if key not in ("id", "type", "item_type")}
        match kind:
            case "reasoning" if completed:
                self.run.decision("thinking", None, str(item.get("text")), item_id=item_id)
            case "agent_message" | "assistant_message" if completed:
                self.run.decision("message", item.get("text"), item_id=item_id)
            case "command_execution":
                self._command(item, completed)
            case "file_change" if completed:
                patch = self.run.proposal(None, "file_change", _paths(item.get("changes")), item.get("changes"))
                good = item.get("status") in (None, "completed")
                self.run.applied(patch) if good else self.run.rejected(patch, str(item.get("status")), "apply")
            case "error":
                self.run.error("error", str(item.get("message")), "codex")
            case _:
                if kind not in ("reasoning", "agent_message", "assistant_message", "file_change", "todo_list"):
                    self._notes.count(UNKNOWN_ITEMS, example=kind)
                self.run.custom("codex/item", {"type": kind, **rest}, item_id=item_id)

    def _command(self, item: dict[str, Any], completed: bool) -> None:
        item_id = item.get("id")
        if self.run.call(item_id) is None:
            self.run.request(item_id, "command_execution", {"command": item.get("command")}, item_id=item_id)
        if completed:
            code = item.get("exit_code")
            output = {"exit_code": code, "output": item.get("aggregated_output")}
            self.run.response(item_id, output, error=None if code == 0 else f"exit code {code}", item_id=item_id)


def counts(usage: Any) -> dict[str, int] | None:
    if not isinstance(usage, dict):
        return None
    return {name: usage[key] for name, key in _TOKENS.items() if type(usage.get(key)) is int}


def _paths(changes: Any) -> str:
    return (
        ", ".join(str(one.get("path")) for one in changes if isinstance(one, dict)) if isinstance(changes, list) else ""
    )


def _why(line: dict[str, Any]) -> Any:
    error = line.get("error")
    return error.get("message") if isinstance(error, dict) else line.get("message")
