"""Aider's analytics log (``--analytics-log``): what it did, with the tokens of each answer, but without any words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat, as_map
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.run_builder import End, end_after_error
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_FAILED = "message_send_exception"  # Aider gives the message up
_MEMBERS = {"event", "properties", "user_id", "time"}
_TOKENS = {"input": "prompt_tokens", "output": "completion_tokens"}


class AiderAnalytics(RecordFormat):
    """The importer. The log of one start of Aider is one run."""

    name = "aider-analytics"
    title = translatable("Aider analytics log")
    volatile: ClassVar[Mapping[str, str]] = {
        "user_id": ID,
        "time": CLOCK,
        **dict.fromkeys((*_TOKENS.values(), "total_tokens", "cost", "total_cost"), USAGE),
        **dict.fromkeys(("python_version", "os_platform", "os_release", "machine"), HOST),
        "aider_version": "A copy of the agent's version; the one in AgentInit is compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that are all events with properties, a user and a time."""
        return bool(records) and all(
            record.keys() == _MEMBERS and isinstance(record["properties"], dict) for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one log."""
        return _AnalyticsEvents(self.name, self.volatile, notes)


class _AnalyticsEvents(RecordEvents):
    agent = "Aider"
    _last: End | None = None  # how the last message to the model ended
    _words: str | None = None  # why it failed

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("time"))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the event of one record."""
        kind, facts = str(record.get("event")), as_map(record.get("properties"))
        self.add_agent(str(facts.get("aider_version") or ""))
        rest = self.rest(facts)
        if kind == "message_send":
            self.set_model(facts.get("main_model"))
            tokens = counted_tokens(facts, _TOKENS)
            self._last, self._words = "answered", None
            self.run.custom(f"{self.format}/answer", rest or None, tokens=tokens or None, cost=facts.get("cost"))
        elif "exception" in kind or "error" in kind:
            words = first_line(facts.get("exception") or facts.get("message")) or kind
            if kind == _FAILED:
                self._last, self._words = end_after_error(words), words
            self.run.error(kind, words, self.agent, {"fields": rest} if rest else None)
        else:
            self.run.bookkeeping(f"{self.format}/{kind}", rest)
        if kind == "exit":
            reason = str(facts.get("reason") or "")
            is_done, is_stopped = reason.startswith("Completed"), "control-c" in reason.lower()
            if is_stopped:
                self.how = "stopped by user", reason
            elif is_done and self._last is not None:
                self.how = self._last, self._words
