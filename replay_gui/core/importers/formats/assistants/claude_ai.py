"""Claude's export (``conversations.json``): conversations with ``chat_messages``, as its web interface gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, ClassVar

from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_parts import OF_PARTS, split_at_results
from replay_gui.core.importers.formats.records import CLOCK, ID, RecordEvents, RecordFormat, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_OF_CALLS = ("id", "name", "text")  # members of parts that are volatile
_ROLES = {"human": "user", "assistant": "assistant"}


class ClaudeAi(RecordFormat):
    """The importer. Each conversation is a run."""

    name = "claude-ai"
    title = translatable("Claude export")
    version = 3
    member = "chat_messages"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("uuid", "parent_message_uuid", "current_leaf_message_uuid", "account", "id"), ID),
        **dict.fromkeys(("created_at", "updated_at", "start_timestamp", "stop_timestamp"), CLOCK),
        "index": "The number of the message; the order of the messages shows it.",
        "name": "A title that a model wrote; it varies between equal runs.",
        "summary": "A summary that a model wrote; it varies between equal runs.",
        "text": "A copy of the text of the parts, which are compared.",
        "flags": "How the page shows a part; it says nothing about the run.",
        **OF_PARTS,
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages that name their sender in the way of this export."""
        return bool(records) and all(
            str(record.get("sender")) in _ROLES and ("text" in record or "content" in record) for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one conversation's messages."""
        return _ClaudeAiEvents(self.name, self.volatile, notes)


class _ClaudeAiEvents(ChatMessageEvents):
    agent = "Claude"

    def run_id(self, _head: list[dict[str, Any]]) -> str | None:
        named = self.whole.get("name") or self.whole.get("uuid")
        return named if isinstance(named, str) else None

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("created_at"))

    def read(self, records: Iterable[tuple[int, Any]]) -> Iterator[ImportedEvent]:
        """Yield the events of the messages; a conversation may have none."""
        messages = iter(records)
        first = [*islice(messages, 1)]
        if first and isinstance(first[0][1], dict):
            self.run.context = {"time": self.time_of(first[0][1])}
        self.begin(self.rest(self.whole))
        self.whole = {}
        yield from super().read(chain(first, messages))

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        parts, sender = record.get("content"), str(record.get("sender"))
        members = self.rest(record, "sender", "content")
        about = {**members, "id": record.get("uuid"), "role": _ROLES.get(sender, sender)}
        if not (isinstance(parts, list) and parts):
            super().add_record({**about, "content": record.get("text")})
            return
        whole_time = self.run.context.get("time")  # when the whole message was written
        for piece in split_at_results({**about, "content": parts}):
            first = piece["content"][0]
            began = any_time(first.get("start_timestamp")) if isinstance(first, dict) else None
            self.run.context["time"] = began if began is not None else whole_time
            super().add_record({**piece, "content": [_part(part) for part in piece["content"]]})


def _part(part: Any) -> Any:
    """Return a part of a message, without times and members for the web interface only."""
    if not isinstance(part, dict):
        return part
    kept = {name: value for name, value in part.items() if name not in ClaudeAi.volatile or name in _OF_CALLS}
    if part.get("type") == "thinking" and not part.get("thinking"):  # only summaries of it are in the file
        steps = [str(step.get("summary") or "") for step in maps_in(kept.pop("summaries", None))]
        kept["thinking"] = "\n".join(filter(None, steps))
    return kept
