"""Agent Data Protocol: trajectories of many datasets in one format; ``class_`` names the type of each item."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.formats.records import CLOCK, ID, RecordEvents, RecordFormat, as_fields
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.translation.messages import translatable

_CLASSES = ("text_observation", "web_observation", "api_action", "code_action", "message_action")
_FINISH = re.compile(r"\s*<finish>(.*)</finish>\s*", re.DOTALL)
_RESOLVED = {"True": True, "False": False}
_GRADES = ("resolved", "test_result")


class AgentData(RecordFormat):
    """The importer. A trajectory is one run; a file of lines has one per line."""

    name = "agent-data-protocol"
    title = translatable("Agent Data Protocol trajectories")
    member = "content"
    volatile: ClassVar[Mapping[str, str]] = {"id": ID, "run_id": ID, "timestamp": CLOCK}

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept items whose class is one of this format."""
        return bool(records) and all(record.get("class_") in _CLASSES for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one trajectory."""
        return _AgentDataEvents(self.name, self.volatile, notes)


class _AgentDataEvents(RecordEvents):
    taken = ("details",)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._open = deque[str]()  # actions without an observation so far

    def run_id(self, _head: list[dict[str, Any]]) -> str | None:
        name = self.whole.get("id")
        return name if isinstance(name, str) and name else None

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self._begin()
        kind, thought = record.get("class_"), record.get("description") or None
        if kind in ("api_action", "code_action") and thought:
            self.run.context["parent"] = self.add_answer(None, thought)
        match kind:
            case "api_action":
                given = record.get("kwargs")
                extra = self.fields(record, "class_", "function", "kwargs", "description")
                self._request_call(str(record.get("function")), given if given is not None else {}, extra)
            case "code_action":
                extra = self.fields(record, "class_", "language", "content", "description")
                self._request_call(str(record.get("language") or "code"), record.get("content"), extra)
            case "message_action":
                content = record.get("content")
                ended = _FINISH.fullmatch(content) if isinstance(content, str) else None
                content = ended[1].strip() or content if ended else content
                self.add_answer(content, thought, self.fields(record, "class_", "content", "description"))
                self.how = ("answered", None) if ended else None
            case "text_observation" | "web_observation":
                self._add_observation(record)
            case _:
                self.add_unknown(kind, record, "class_")

    def _begin(self) -> None:
        details = self.whole.get("details")
        details = self.rest(details) if isinstance(details, dict) else {}
        self.run.agent_init(
            self.agent, "", {key: decoded(value) for key, value in details.items() if key not in _GRADES}
        )

    def _request_call(self, name: str, given: Any, extra: dict[str, Any]) -> None:
        self._open.append(f"action {self.run.count}")
        self.run.request(self._open[-1], name, given, extra=extra)
        self.how = None

    def _add_observation(self, record: dict[str, Any]) -> None:
        by_user = record.get("source") == "user"
        if record.get("class_") == "web_observation":
            output: Any = self.rest(record, "class_")
            extra = {}
        else:
            output = record.get("content")
            extra = self.fields(record, "class_", "content", source="user" if by_user else "environment")
        if by_user or not self._open:
            self.add_message("user" if by_user else str(record.get("source") or "environment"), output, extra)
        else:
            self.add_result(self._open.popleft(), output, None, extra)

    def add_end(self) -> None:
        """Add the outcome, if the dataset has it."""
        if not self.run.count:
            self._begin()
        details = self.whole.get("details")
        details = details if isinstance(details, dict) else {}
        if (resolved := _RESOLVED.get(str(details.get("resolved")))) is not None:
            parts = as_fields({"test_result": decoded(details.get("test_result"))}).get("fields")
            self.run.outcome(passed=resolved, score=None, by="resolved", parts=parts)
