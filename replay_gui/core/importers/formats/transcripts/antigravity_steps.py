"""Steps of Antigravity's SDK, as JSON Lines: texts, thoughts and calls, each with its source and its target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import ID, USAGE, RecordEvents, RecordFormat, as_map, maps_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.log.kinds import Kind
from replay_gui.core.text.placeholders import OUTPUT_NOT_RECORDED
from replay_gui.core.translation.messages import translatable

_SOURCES = ("SYSTEM", "USER", "MODEL")
_MEMBERS = {"step_index", "source", "target", "tool_calls"}
_TOKENS = {
    "input": "prompt_token_count",
    "cached": "cached_content_token_count",
    "output": "candidates_token_count",
    "reasoning": "thoughts_token_count",
}
_FAILED = ("ERROR", "CANCELED", "CANCELLED")


class AntigravitySteps(RecordFormat):
    """The importer. The steps of a file are one run; they have no times."""

    name = "antigravity-steps"
    title = translatable("Antigravity SDK steps")
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "step_index": "The number of the step; the order of the steps shows it.",
        "usage_metadata": USAGE,
        "content_delta": "A piece of the content; the whole content is compared.",
        "thinking_delta": "A piece of the reasoning; the whole reasoning is compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records that are all steps with a source, a target and calls."""
        steps = [record for record in records if record.keys() >= _MEMBERS and record["source"] in _SOURCES]
        return bool(records) and len(steps) == len(records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one run's steps."""
        return _SdkStepEvents(self.name, self.volatile, notes)


class _SdkStepEvents(RecordEvents):
    agent = "Antigravity"

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one step."""
        self.add_agent()
        kind, source, content, thought = (record.get(name) for name in ("type", "source", "content", "thinking"))
        tokens = counted_tokens(as_map(record.get("usage_metadata")), _TOKENS)
        self.run.once = {"tokens": tokens} if tokens else {}
        calls = maps_in(record.get("tool_calls"))
        wrong = record.get("error") or (str(record["status"]).lower() if record.get("status") in _FAILED else None)
        if calls:
            usual = {"source": "MODEL", "type": "TOOL_CALL", "target": "TARGET_ENVIRONMENT"}
            output = OUTPUT_NOT_RECORDED if record.get("status") == "DONE" else None
            self._calls(calls, wrong, output, self._rest_of(record, "tool_calls", **usual))
            return
        if kind == "COMPACTION":
            usual = {"source": "SYSTEM", "type": kind, "target": "TARGET_UNSPECIFIED"}
            self.run.add(Kind.SNAPSHOT, {"snapshot_type": "compaction", "data": self._rest_of(record, **usual)})
        elif kind == "FINISH":
            self.how = "answered", None
            used = "content" if content else "structured_output"
            self.add_answer(record.get(used), None, self._rest_of(record, used, source="MODEL", type=kind))
        elif source == "USER":
            self.how = None
            self.add_message("user", content, self._rest_of(record, "content", source="USER", type="TEXT_RESPONSE"))
        elif source == "MODEL" and (content or thought):
            usual = {"source": "MODEL", "type": "TEXT_RESPONSE" if content else "THINKING"}
            extra = self._rest_of(record, "content", "thinking", **usual)
            self.add_answer(content or None, thought or None, extra)
        elif content:
            extra = self._rest_of(record, "content", source="SYSTEM", type="SYSTEM_MESSAGE")
            self.add_message("system", content, extra)
        else:
            self.add_unknown(kind, record)
        if wrong:
            self.run.error("error", first_line(wrong), self.agent)

    def _rest_of(self, record: dict[str, Any], *used: str, target: str = "TARGET_USER", **usual: str) -> dict[str, Any]:
        """Return the members of a step that are neither `used` nor `usual` for a step of this kind."""
        status = record["status"] if record.get("status") in ("DONE", *_FAILED) else None
        empty = dict.fromkeys(("content", "thinking", "error"), "")
        return self.fields(record, "error", *used, status=status, target=target, **{**empty, **usual})

    def _calls(self, calls: list[dict[str, Any]], wrong: Any, output: str | None, extra: dict[str, Any]) -> None:
        """Add the calls of a step, whose results are not recorded.

        `wrong`: why they failed, None if they did not. `output`: what is said of the result; None if the step is open.
        """
        for call in calls:
            call_id, given = call.get("id") or f"call {self.run.count}", call.get("args")
            more = extra | self.fields(call, "name", "args", canonical_path=as_map(given).get("path"))
            self.run.request(call_id, str(call.get("name") or "tool"), given, extra=more, tool_call_id=call.get("id"))
            if wrong:
                self.add_result(call_id, wrong, first_line(wrong), {})
            elif output is not None:
                self.add_result(call_id, output, None, {})
            extra = {}
