"""GitHub Copilot Chat in VS Code: a chat session as it is exported, ``requests`` with ``message`` and ``response``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.messages import decoded
from replay_gui.core.importers.formats.message_forms import content_of
from replay_gui.core.importers.formats.records import CLOCK, HOST, ID, USAGE, RecordEvents, RecordFormat
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.times import any_time


class CopilotVsCode(RecordFormat):
    """The importer. A session is one run; every request of the user is a turn."""

    name = "copilot-vscode"
    title = "GitHub Copilot Chat session"
    member = "requests"
    volatile: ClassVar[Mapping[str, str]] = {
        "requesterUsername": HOST,
        "responderUsername": "the name of the chat",
        "requestId": ID,
        "responseId": ID,
        "sessionId": ID,
        "id": ID,
        "toolCallId": ID,
        "timestamp": CLOCK,
        "timings": CLOCK,
        "timeSpentWaiting": CLOCK,
        "usage": USAGE,
        "responderAvatarIconUri": "a picture",
        "agent": "the extension's own description",
        "variableData": "the editor's state",
        "followups": "suggestions for the user",
        "renderedUserMessage": "the prompt with context put in",
        "renderedGlobalContext": "the prompt with context put in",
        "codeBlocks": "parts of the answer, a second time",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an exported chat: an object with `responderUsername` and requests with their responses."""
        document = file.document
        return isinstance(document, dict) and "responderUsername" in document and super().recognises(file)

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of which one has both `message` and `response`."""
        return any("message" in record and "response" in record for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one chat's requests."""
        return _CopilotVsCodeEvents(self.name, self.volatile, notes)


class _CopilotVsCodeEvents(RecordEvents):
    agent = "GitHub Copilot Chat"

    def record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self.run.agent_init(self.agent, "", {})
        message, result = record.get("message"), record.get("result")
        text = message.get("text") if isinstance(message, dict) else message
        rest = self.fields(message, "text").get("fields") if isinstance(message, dict) else None
        self.uses_model(record.get("modelId"))
        extra = self.fields(record, "message", "response", "result", "modelId") | ({"message": rest} if rest else {})
        self.said("user", text, extra)
        self.run.context.pop("time", None)  # of the answer no time is known
        details = result.get("metadata") if isinstance(result, dict) else None
        rounds = details.get("toolCallRounds") if isinstance(details, dict) else None
        response = record.get("response")
        if isinstance(rounds, list) and rounds:
            self._rounds(rounds, details.get("toolCallResults") if isinstance(details, dict) else None)
            self.run.bookkeeping(f"{self.format}/shown", self.fields({"response": response}).get("fields", {}))
        else:
            self._parts(response if isinstance(response, list) else [response])
        if isinstance(result, dict):
            self._result(result, record)

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("timestamp"))

    def _rounds(self, rounds: list[Any], results: Any) -> None:
        """What the model said and asked for, turn by turn; answers stand beside them, by the calls' ids."""
        results = results if isinstance(results, dict) else {}
        for one in rounds:
            if not isinstance(one, dict):
                self.unknown("round", {"round": one})
                continue
            thinking = one.get("thinking")
            thought = thinking.get("text") if isinstance(thinking, dict) else None
            told = one.get("toolCalls") or ()
            calls = [call for call in told if isinstance(call, dict)]
            used = ("toolCalls",) if len(calls) == len(told) else ()
            extra = self.fields(one, "response", "thinking", "toolInputRetry", *used)
            if one.get("response") or thought or not calls:
                reasoning = thought if isinstance(thought, str) else None
                self.run.context["parent"] = self.answered(one.get("response"), reasoning, extra)
            for call in calls:
                call_id, name = call.get("id"), str(call.get("name") or "tool")
                more = self.fields(call, "name", "arguments")
                self.run.request(call_id, name, decoded(call.get("arguments")), extra=more, tool_call_id=call_id)
            self.run.context.pop("parent", None)
            for call in calls:
                found = results.get(str(call.get("id")))
                if isinstance(found, dict):
                    content = found.get("content")
                    values = [part.get("value", part) for part in content if isinstance(part, dict)] if content else []
                    self.result(call.get("id"), content_of(values), None, self.fields(found, "content"))

    def _parts(self, response: list[Any]) -> None:
        """The parts of an answer as the window showed them."""
        texts: list[str] = []
        for part in response:
            kind = part.get("kind") if isinstance(part, dict) else None
            if isinstance(part, dict) and kind in (None, "markdownContent") and part.get("value", part.get("content")):
                value = part.get("value", part.get("content"))
                texts.append(str(value.get("value") if isinstance(value, dict) else value))
                continue
            if texts:
                self.answered("".join(texts))
                texts = []
            if isinstance(part, dict) and kind == "thinking":
                self.answered(None, str(part.get("value")))
            elif isinstance(part, dict) and kind in ("toolInvocationSerialized", "toolInvocation"):
                self._invoked(part)
            elif isinstance(part, dict):
                self.run.bookkeeping(f"{self.format}/{kind}", self.fields(part, "kind").get("fields", {}))
            elif part is not None:
                self.unknown("part", {"part": part})
        if texts:
            self.answered("".join(texts))

    def _invoked(self, part: dict[str, Any]) -> None:
        call_id, name = part.get("toolCallId"), str(part.get("toolId") or "tool")
        details = part.get("toolSpecificData")
        self.run.request(call_id, name, details if details is not None else part.get("invocationMessage"))
        used = ("kind", "toolId", "toolSpecificData", *(("invocationMessage",) if details is None else ()))
        refused = part.get("isConfirmed") is False
        if part.get("isComplete") is True:
            output = part.get("resultDetails", part.get("pastTenseMessage"))
            extra = self.fields(part, *used, "isComplete", "resultDetails")
            self.result(call_id, output, "refused by the user" if refused else None, extra)

    def _result(self, result: dict[str, Any], record: dict[str, Any]) -> None:
        wrong = result.get("errorDetails")
        if isinstance(wrong, dict):
            self.run.error("error", str(wrong.get("message")), "model", self.fields(wrong, "message"))
        if record.get("isCanceled") is True:
            self.run.interrupted("the user stopped the answer", self.agent)
        details = result.get("metadata")
        rest = self.fields(details, "toolCallRounds", "toolCallResults") if isinstance(details, dict) else {}
        facts = rest.get("fields", {}) | self.fields(result, "metadata", "errorDetails").get("fields", {})
        if facts:
            self.run.bookkeeping(f"{self.format}/result", facts)
