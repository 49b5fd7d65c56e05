"""The stream of ``gemini --output-format stream-json``: init, messages in pieces, tool calls, a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time, milliseconds
from replay_gui.core.translation.messages import translatable

_OF_MODELS = {"input": "prompt", "output": "candidates", "cached": "cached", "reasoning": "thoughts"}
_TYPES = ("message", "tool_use", "tool_result", "result", "error")


class GeminiStream(RecordFormat):
    """The importer. A stream is one run; the pieces of an answer are joined."""

    name = "gemini-stream"
    title = translatable("Gemini CLI stream")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        "timestamp": CLOCK,
        "ts": CLOCK,
        "session_id": ID,
        "tool_id": ID,
        "stats": USAGE,
        "delta": "Whether a message comes in pieces; the whole message is compared.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept such records, or the one object that ``--output-format json`` prints."""
        return super().recognises(file) or _is_printed(file.document)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the stream as one run."""
        if not _is_printed(file.document):
            yield from super().runs(file)
            return
        events = self.events(ImportNotes(file.notes))
        yield events.imported_run(events.run_id([file.document]) or file.stem, [(1, file.document)])

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of known types with an `init`; the user's message may come before it."""
        init = [record for record in records if record.get("type") == "init"]
        is_stream = len(init) == 1 and "session_id" in init[0] and "model" in init[0]
        before = records[: records.index(init[0])] if is_stream else []
        return (
            is_stream
            and all(record.get("type") == "message" for record in before)
            and all(record.get("type") in _TYPES for record in records if record is not init[0])
        )

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one stream's records."""
        return _GeminiStreamEvents(self.name, self.volatile, notes)


def _is_printed(document: Any) -> bool:
    stats = document.get("stats") if isinstance(document, dict) else None
    return isinstance(stats, dict) and "models" in stats and bool({"response", "error"} & document.keys())


class _GeminiStreamEvents(RecordEvents):
    agent = "gemini-cli"

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._begun = False
        self._pieces: list[str] = []  # the pieces of the current answer
        self._since: dict[str, Any] = {}  # the context of its first piece

    def run_id(self, head: list[dict[str, Any]]) -> str | None:
        return next((str(record["session_id"]) for record in head if "session_id" in record), None)

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("timestamp", record.get("ts")))

    def add_record(self, record: dict[str, Any]) -> None:
        kind = record.get("type")
        is_piece = kind == "message" and record.get("role") == "assistant" and isinstance(record.get("content"), str)
        if is_piece:
            self._since = self._since or dict(self.run.context)
            self._pieces.append(record["content"])
            if record.get("delta") is True:
                return
        self._finish_answer()
        is_first, self._begun = not self._begun, True
        if is_first and kind != "init":
            self.run.agent_init(self.agent, "", {})
        match kind:
            case _ if is_piece:
                return
            case None if _is_printed(record):
                self._printed(record)
            case "init" if not is_first:
                self.set_model(record.get("model"))
                self.run.bookkeeping(f"{self.format}/init", self.rest(record, "type", "model"))
            case "init":
                self.run.agent_init(self.agent, "", self.rest(record, "type"))
            case "message":
                self.add_message(
                    str(record.get("role")), record.get("content"), self.fields(record, "type", "role", "content")
                )
            case "tool_use":
                name, extra = str(record.get("tool_name")), self.fields(record, "type", "tool_name", "parameters")
                call_id = record.get("tool_id")
                self.run.request(call_id, name, record.get("parameters"), extra=extra, tool_call_id=call_id)
            case "tool_result":
                wrong = record.get("error")
                message = wrong.get("message") if isinstance(wrong, dict) else wrong
                failed = record.get("status") == "error"
                output = record.get("output") if record.get("output") is not None else message
                error = (first_line(message) or first_line(output) or "failed") if failed else None
                status = "error" if failed else "success"
                extra = self.fields(record, "type", "output", status=status)
                self.add_result(record.get("tool_id"), output, error, extra)
            case "error" if record.get("severity") == "warning":  # a warning: the run continues
                self.run.unmapped = self.rest(record, "type", "severity", "message")
                self.run.custom(f"{self.format}/warning", record.get("message"))
            case "error":
                text = str(record.get("message"))
                self.run.error(str(record.get("severity") or "error"), text, self.agent, self.fields(record, "message"))
            case "result":
                self._result(record)
            case _:
                self.add_unknown(kind, record, "type")

    def _finish_answer(self) -> None:
        if self._pieces:
            now, self.run.context = self.run.context, self._since
            self.add_answer("".join(self._pieces))
            self.run.context, self._pieces, self._since = now, [], {}

    def _result(self, record: dict[str, Any]) -> None:
        stats, wrong = record.get("stats"), record.get("error")
        names = {"input": "input_tokens", "output": "output_tokens", "cached": "cached"}
        tokens = counted_tokens(stats, names)
        facts = self.rest(record, "type")
        lasted = milliseconds(stats.get("duration_ms")) if isinstance(stats, dict) else None
        self.run.bookkeeping(f"{self.format}/result", facts, tokens=tokens or None, stats=stats)
        if record.get("status") == "error":
            message = wrong.get("message") if isinstance(wrong, dict) else wrong
            self.run.error("error", str(message or "failed"), self.agent)
            self.run.end("crash", str(message or "failed"), duration=lasted)
        else:
            self.run.end("answered", duration=lasted)

    def _printed(self, record: dict[str, Any]) -> None:
        """Add the answer and the tokens of each model; the input includes the cached part."""
        if record.get("response"):
            self.add_answer(record["response"])
        models = record["stats"]["models"]
        for name, used in models.items() if isinstance(models, dict) else ():
            counts = counted_tokens(used.get("tokens") if isinstance(used, dict) else None, _OF_MODELS)
            counts |= {"output": counts.get("output", 0) + counts.get("reasoning", 0)} if counts else {}
            self.run.bookkeeping(f"{self.format}/model", name, tokens=counts or None, model=name, stats=used)
        self._result({**self.rest(record, "response"), "status": "error" if record.get("error") else "success"})

    def add_end(self) -> None:
        self._finish_answer()
