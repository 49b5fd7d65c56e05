"""The stream of ``codex exec --json``: items that start and complete. It has no times."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.codex.outputs import read_output
from replay_gui.core.importers.formats.codex.volatile import split_volatile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End, RunBuilder
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import translatable

UNKNOWN_ITEMS = translatable("items of an unknown type, kept as custom events")

_TOKENS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cached": "cached_input_tokens",
    "reasoning": "reasoning_output_tokens",
}
_CALLS = frozenset({"command_execution", "mcp_tool_call", "web_search", "collab_tool_call"})
_INPUT_MEMBERS = ("command", "query", "arguments", "server", "tool")
_ANSWERED = ("type", "item_type", "exit_code", "aggregated_output", "result")
_REFUSED = frozenset({"declined", "denied", "rejected"})


class CodexStream:
    """Add the events of the stream to `run`, one after another.

    Attributes:
        end: how the run ended, according to the events so far.
    """

    def __init__(self, run: RunBuilder, notes: ImportNotes) -> None:
        self.run = run
        self.end: tuple[End, str | None] | None = None
        self._notes = notes
        self._plan: dict[str, Any] | None = None  # the last one

    def line(self, kind: str, line: dict[str, Any]) -> None:
        """Add one event of that type."""
        item = line.get("item")
        match kind:
            case "thread.started":
                pass  # the run's first event has it
            case "turn.started":
                self.end = None
                self.run.bookkeeping("codex/turn", "started")
            case "turn.completed":
                self.end = ("answered", None)
                usage = line.get("usage")
                self.run.bookkeeping("codex/turn", "completed", tokens=token_counts(usage), usage=usage)
            case "turn.failed" | "error":
                why = first_line(_why(line)) or kind
                self.end = ("crash", why)
                self.run.error(kind, why, "codex")
            case "item.started" | "item.updated" | "item.completed" if isinstance(item, dict):
                self._item(item, kind)
            case _:
                self._notes.count(UNKNOWN_ITEMS, example=kind)
                self.run.custom("codex/other", line)

    def _item(self, item: dict[str, Any], event: str) -> None:
        completed = event == "item.completed"
        kind, item_id = str(item.get("type") or item.get("item_type")), item.get("id")
        rest, _ = split_volatile(item, "id", "type", "item_type")
        match kind:
            case "reasoning" if completed and item.get("text"):
                extra = {key: rest[key] for key in rest if key != "text"}
                self.run.decision("thinking", None, str(item["text"]), _extra(extra), item_id=item_id)
            case "reasoning" if completed:
                self.run.withheld_reasoning(_extra(rest), item_id=item_id)
            case "agent_message" | "assistant_message" if completed:
                extra = {key: rest[key] for key in rest if key != "text"}
                self.run.decision("message", item.get("text"), None, _extra(extra), item_id=item_id)
            case _ if kind in _CALLS:
                self._call(kind, item, completed)
            case "file_change" if completed:
                patch = self.run.proposal(None, "file_change", _paths(item.get("changes")), item.get("changes"))
                good = item.get("status") in (None, "completed")
                self.run.applied(patch) if good else self.run.rejected(patch, str(item.get("status")), "apply")
            case "todo_list" if rest != self._plan:  # the end of a turn repeats the last plan
                self._plan = rest
                data = {"transition_type": "plan", "data": rest}
                self.run.add(Kind.STATE_TRANSITION, data, item_id=item_id)
            case "error":
                extra = {key: rest[key] for key in rest if key != "message"}
                self.run.error("error", str(item.get("message")), "codex", _extra(extra), item_id=item_id)
            case "reasoning" | "agent_message" | "assistant_message" | "file_change" | "todo_list":
                # an item that has only started, or says nothing new
                self.run.bookkeeping("codex/item", {"type": kind, **rest}, item_id=item_id)
            case _:
                self._notes.count(UNKNOWN_ITEMS, example=kind)
                self.run.custom("codex/item", {"type": kind, **rest}, item_id=item_id)

    def _call(self, kind: str, item: dict[str, Any], completed: bool) -> None:
        item_id = item.get("id")
        if self.run.call(item_id) is None:
            tool, given = _tool_of(kind, item)
            rest, _ = split_volatile(item, "type", "item_type", *_INPUT_MEMBERS)
            rest = (
                {} if completed else {key: rest[key] for key in rest if (key, rest[key]) != ("status", "in_progress")}
            )
            self.run.request(item_id, tool, given, extra=_extra(rest), item_id=item_id)
        elif not completed:
            rest, _ = split_volatile(item, "id")
            self.run.bookkeeping("codex/item", rest, item_id=item_id)
        if not completed:
            return
        status, code = str(item.get("status")), item.get("exit_code")
        failed = status in ("failed", *_REFUSED) or item.get("error") is not None
        output = read_output(_output_of(item), {"exit_code": code, "success": False if failed else None})
        asked = self.run.call(item_id)
        same = asked is not None and _tool_of(kind, item) == (asked.tool_name, asked.input)
        rest, _ = split_volatile(item, *_ANSWERED, *(_INPUT_MEMBERS if same else ()))
        rest = {key: value for key, value in rest.items() if (key, value) != ("status", "completed")}
        extra = {**output.extra, **_extra(rest)}
        refused = output.refused or status in _REFUSED
        why = output.error or (status if refused else None)
        details = {"extra": extra, "item_id": item_id}
        self.run.end_call(
            item_id, output.output, error=output.error, refused=refused, error_type=None, message=why, **details
        )


def token_counts(usage: Any) -> dict[str, int] | None:
    """Return the tokens by sort; the input includes the cached part, and the output the reasoning."""
    if not isinstance(usage, dict):
        return None
    return counted_tokens(usage, _TOKENS)


def _extra(rest: dict[str, Any]) -> dict[str, Any]:
    return {"fields": rest} if rest else {}


def _tool_of(kind: str, item: dict[str, Any]) -> tuple[str, Any]:
    """Return (tool, input)."""
    if kind == "command_execution":
        return kind, {"command": item.get("command")}
    if kind == "mcp_tool_call":
        return f"mcp__{item.get('server')}__{item.get('tool')}", item.get("arguments")
    if kind == "web_search":
        return kind, {"query": item.get("query")}
    used = ("type", "item_type", "status", "agents_states")
    return str(item.get("tool") or kind), split_volatile(item, *used)[0]


def _output_of(item: dict[str, Any]) -> Any:
    """Return the result of the call."""
    error, result = item.get("error"), item.get("result")
    if error is not None:
        message = error.get("message", error) if isinstance(error, dict) else error
        return message if result is None else {"error": message, "result": result}
    return item.get("aggregated_output", item.get("result"))


def _paths(changes: Any) -> str:
    entries = changes if isinstance(changes, list) else []
    return ", ".join(str(change.get("path")) for change in entries if isinstance(change, dict))


def _why(line: dict[str, Any]) -> Any:
    error = line.get("error")
    return error.get("message") if isinstance(error, dict) else line.get("message")
