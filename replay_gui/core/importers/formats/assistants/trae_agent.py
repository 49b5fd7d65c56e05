"""Trae Agent trajectories: one JSON object with ``llm_interactions`` and ``agent_steps``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.formats.assistants.token_usage import as_usage
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_SENT_TOKENS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_TOO_LONG = "maximum steps"  # words in the final text of a run that reached its limit


class TraeAgent(RecordFormat):
    """The importer. A trajectory is one run."""

    name = "trae-agent"
    title = translatable("Trae Agent trajectory")
    member = "agent_steps"
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("timestamp", "start_time", "end_time", "execution_time"), CLOCK),
        **dict.fromkeys(("id", "call_id"), ID),
        "usage": USAGE,
        "llm_interactions": "The requests to the model; the steps, which have their parts, are compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept steps with a number, a state, and an answer of the model or a tool call."""
        return bool(records) and all(
            "step_number" in record and "state" in record and ("llm_response" in record or "tool_calls" in record)
            for record in records
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one trajectory's steps."""
        return _TraeEvents(self.name, self.volatile, notes)


class _TraeEvents(ChatMessageEvents):
    agent = "Trae Agent"
    _last_answer: Any = None  # the last answer
    _ended: int | None = None  # the end of the run, ns

    def read(self, records: Iterable[tuple[int, Any]]) -> Iterator[ImportedEvent]:
        """Yield the events of the steps, and at the end the facts about the run."""
        whole, self.whole = self.whole, {}
        self.run.context = {"time": any_time(whole.get("start_time"))}
        self.begin(self.rest(whole, "success", "final_result"))
        self._ended = any_time(whole.get("end_time"))
        self._last, self._success = whole.get("final_result"), whole.get("success")
        yield from super().read(records)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one step."""
        for message in _list(record.get("llm_messages")):
            if isinstance(message, dict) and not _only_results(message):
                super().add_record({name: value for name, value in message.items() if name != "tool_result"})
        answer = record.get("llm_response")
        answer = answer if isinstance(answer, dict) else {}
        own = _list(record.get("tool_calls"))
        calls = own or _list(answer.get("tool_calls"))
        used = ("llm_messages", "llm_response", "tool_calls", "tool_results", "reflection", "error")
        members = self.rest(record, *used, state="completed")
        rest = self.fields(answer, "content", "model", "usage", "tool_calls").get("fields")
        members |= {"llm_response": rest} if rest else {}
        members |= {"asked": asked} if (asked := _other_calls(answer, calls)) else {}
        usage = as_usage(
            answer.get("usage"),
            sent=_SENT_TOKENS,
            received="output_tokens",
            cached="cache_read_input_tokens",
            reasoning="reasoning_tokens",
        )
        about = {"role": "assistant", "model": answer.get("model"), "usage": usage}
        if answer.get("content") or calls:
            super().add_record({**members, **about, "content": answer.get("content") or None, "tool_calls": calls})
            self._last_answer = answer.get("content") or self._last_answer
        elif members:
            self.run.bookkeeping(f"{self.format}/step", members)
        for result in _list(record.get("tool_results")):
            if isinstance(result, dict):
                self._tool_result(result)
        if reflection := record.get("reflection"):
            self.add_answer(None, str(reflection))
        if wrong := record.get("error"):
            self.run.error("error", str(wrong), self.agent)

    def _tool_result(self, result: dict[str, Any]) -> None:
        wrong, output = result.get("error"), result.get("result")
        failed = result.get("success") is False or bool(wrong)
        extra = self.fields(result, "error", "result", "name", success=not failed)
        extra |= {"stderr": wrong} if wrong and output else {}
        error = (first_line(wrong) or first_line(output) or "failed") if failed else None
        call_id = result.get("call_id")
        self.add_result(call_id, output or wrong, error, extra, tool_name=result.get("name"), tool_call_id=call_id)

    def add_end(self) -> None:
        """Add the answer, and how the run ended."""
        self.run.context["time"] = self._ended
        if self._last and self._last != self._last_answer:
            self.add_answer(self._last)
        if self._success is True:
            self.how = "answered", None
        elif _TOO_LONG in str(self._last):
            self.how = "limit", first_line(self._last)
        elif self._success is False:
            self.how = "open", first_line(self._last) or None
        super().add_end()


def _only_results(message: dict[str, Any]) -> bool:
    """Whether a message only repeats the tool results of the step before."""
    return bool(message.get("tool_result")) and message.get("role") == "user" and message.get("content") in (None, "")


def _other_calls(answer: dict[str, Any], calls: list[Any]) -> list[Any]:
    """Return the calls in the model's answer that the step does not have."""
    ids = [call.get("call_id") for call in calls if isinstance(call, dict)]
    if answer.get("tool_calls") is not None and not isinstance(answer["tool_calls"], list):
        return [answer["tool_calls"]]
    asked = [call for call in _list(answer.get("tool_calls")) if isinstance(call, dict)]
    known_calls = [(call.get("name"), call.get("arguments")) for call in calls if isinstance(call, dict)]
    return [
        {"name": call.get("name"), "arguments": call.get("arguments")}
        for call in asked
        if call.get("call_id") not in ids or (call.get("name"), call.get("arguments")) not in known_calls
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
