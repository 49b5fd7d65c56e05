"""GitHub Copilot Chat in VS Code: an exported session (``requests``), and VS Code's own log of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.vscode_log import is_session_log, session_of_log
from replay_gui.core.importers.formats.chats.vscode_parts import (
    input_of_message,
    is_fence,
    printed_in,
    with_plain_links,
)
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.importers.formats.message_usage import counted_tokens
from replay_gui.core.importers.formats.records import (
    CLOCK,
    HOST,
    ID,
    RECORDER,
    USAGE,
    RecordEvents,
    RecordFormat,
    maps_in,
)
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.times import any_time
from replay_gui.core.translation.messages import translatable

_REFUSED = "refused by the user"
_CANCELLED = ("canceled", "cancelled")  # the error of an answer that the user stopped
_STATES = ("pending", "complete", "cancelled", "failed", "needs input")  # the state of an answer, by its number
_STATE_STOPPED = 2
_NOT_LET = (0, 5)  # the numbers of confirmations that mean denied and skipped
REPLACED = translatable("earlier states of calls, replaced by later lines")


class CopilotVsCode(RecordFormat):
    """The importer. A session is one run; each request of the user is a turn."""

    name = "copilot-vscode"
    title = translatable("GitHub Copilot Chat session")
    member = "requests"
    version = 9
    volatile: ClassVar[Mapping[str, str]] = {
        "requesterUsername": HOST,
        "responderUsername": "The display name of the chat; it says nothing about the run.",
        "requestId": ID,
        "responseId": ID,
        "sessionId": ID,
        "id": ID,
        "toolCallId": ID,
        "chatSessionId": ID,
        "creationDate": CLOCK,
        "lastMessageDate": CLOCK,
        "customTitle": "A title that a model wrote; it varies between equal runs.",
        "version": RECORDER,
        "inputState": "The state of the editor; it says nothing about the run.",
        "promptTokens": USAGE,
        "completionTokens": USAGE,
        "timestamp": CLOCK,
        "completedAt": CLOCK,
        "elapsedMs": CLOCK,
        "timings": CLOCK,
        "timeSpentWaiting": CLOCK,
        "usage": USAGE,
        "responderAvatarIconUri": "The picture of the chat; it says nothing about the run.",
        "agent": "The description of the extension; it says nothing about the run.",
        "variableData": "The state of the editor; it says nothing about the run.",
        "followups": "Suggestions for the user; no step of the run uses them.",
        "renderedUserMessage": "The prompt with added context; the prompt itself is compared.",
        "renderedGlobalContext": "The prompt with added context; the prompt itself is compared.",
        "codeBlocks": "A copy of parts of the answer, which is compared.",
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an exported chat (an object with `responderUsername` and requests with responses), or a log."""
        document = file.document
        is_export = isinstance(document, dict) and "responderUsername" in document and super().recognises(file)
        return is_export or is_session_log(file)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the session as one run."""
        if not is_session_log(file):
            yield from super().runs(file)
            return
        notes = ImportNotes(file.notes)
        session = session_of_log(file, notes)
        requests = session.pop("requests", None)
        run_id = str(session.get("sessionId") or file.stem)
        yield ImportedRun(
            name=str(session.get("customTitle") or run_id),
            run_id=run_id,
            agent=_CopilotVsCodeEvents.agent,
            created=any_time(session.get("creationDate")),
            source={},
            events=_CopilotVsCodeEvents(self.name, self.volatile, notes, session).read(
                enumerate(requests if isinstance(requests, list) else [], 1)
            ),
            notes=notes,
        )

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept records of which one has both `message` and `response`."""
        return any("message" in record and "response" in record for record in records)

    def events(self, notes: ImportNotes) -> RecordEvents:
        """Return the reader of one chat's requests."""
        return _CopilotVsCodeEvents(self.name, self.volatile, notes)


class _CopilotVsCodeEvents(RecordEvents):
    agent = "GitHub Copilot Chat"

    def __init__(
        self, format: str, volatile: Mapping[str, str], notes: ImportNotes, session: dict[str, Any] | None = None
    ) -> None:
        """`session`: the session's members other than its requests."""
        super().__init__(format, volatile, notes)
        self._session = session or {}

    def add_record(self, record: dict[str, Any]) -> None:
        if not self.run.count:
            self.run.agent_init(self.agent, "", self.rest(self._session))
        message, result, self.how = record.get("message"), record.get("result"), None
        text = message.get("text") if isinstance(message, dict) else message
        rest = self.fields(message, "text").get("fields") if isinstance(message, dict) else None
        self.set_model(record.get("modelId"))
        used = ("message", "response", "result", "modelId", "modelState", "isSystemInitiated")
        extra = self.fields(record, *used) | ({"message": rest} if rest else {})
        self.add_message("VS Code" if record.get("isSystemInitiated") is True else "user", text, extra)
        self.run.context.pop("time", None)  # the time of the answer is unknown
        details = result.get("metadata") if isinstance(result, dict) else None
        rounds = details.get("toolCallRounds") if isinstance(details, dict) else None
        response = record.get("response")
        if isinstance(rounds, list) and rounds:
            parts = [part for part in response if isinstance(part, dict)] if isinstance(response, list) else []
            shown = {str(part["toolCallId"]): part for part in parts if "toolCallId" in part}
            self._rounds(rounds, details.get("toolCallResults") if isinstance(details, dict) else None, shown)
            self.run.bookkeeping(f"{self.format}/shown", self.rest({"response": response}))
        else:
            self._parts(_merged(response, self.notes) if isinstance(response, list) else [response])
        self._completed(record)
        if isinstance(result, dict):
            self._result(result, record)

    def _completed(self, record: dict[str, Any]) -> None:
        """Note when and how an answer was completed, and its tokens."""
        state = record.get("modelState")
        members = state if isinstance(state, dict) else {"value": state}
        result = record.get("result")
        details = result.get("metadata") if isinstance(result, dict) else None
        counted = {**(details if isinstance(details, dict) else {}), **record}
        tokens = counted_tokens(counted, {"input": "promptTokens", "output": "completionTokens"})
        time = any_time(members.get("completedAt"))
        if state is not None or tokens:
            self.run.context |= {} if time is None else {"time": time}
            how = members.get("value")
            word = _STATES[how] if type(how) is int and 0 <= how < len(_STATES) else how
            facts = {"state": word, **self.rest(members, "value")}
            self.run.bookkeeping(f"{self.format}/completed", facts, tokens=tokens or None)

    def time_of(self, record: dict[str, Any]) -> int | None:
        return any_time(record.get("timestamp"))

    def _rounds(self, rounds: list[Any], results: Any, shown: dict[str, dict[str, Any]]) -> None:
        """Add the model's texts and calls, round by round; `results` and `shown` are keyed by the calls' ids."""
        results = results if isinstance(results, dict) else {}
        for model_round in rounds:
            if not isinstance(model_round, dict):
                self.add_unknown("round", {"round": model_round})
                continue
            if (time := any_time(model_round.get("timestamp"))) is not None:
                self.run.context["time"] = time
            thinking = model_round.get("thinking")
            thought = thinking.get("text") if isinstance(thinking, dict) else None
            raw_calls = model_round.get("toolCalls") or []
            calls = maps_in(raw_calls)
            used = ("toolCalls",) if isinstance(raw_calls, list) and len(calls) == len(raw_calls) else ()
            extra = self.fields(model_round, "response", "thinking", "toolInputRetry", *used)
            if model_round.get("response") or thought or not calls:
                reasoning = thought if isinstance(thought, str) else None
                self.run.context["parent"] = self.add_answer(model_round.get("response"), reasoning, extra)
            for call in calls:
                call_id, name = call.get("id"), str(call.get("name") or "tool")
                more = self.fields(call, "name", "arguments")
                self.run.request(call_id, name, decoded(call.get("arguments")), extra=more, tool_call_id=call_id)
            self.run.context.pop("parent", None)
            for call in calls:
                result = results.get(str(call.get("id")))
                if isinstance(result, dict):
                    content = result.get("content")
                    values = [part.get("value", part) for part in maps_in(content)]
                    part = shown.get(str(call.get("id")), {})
                    extra, code = self.fields(result, "content"), _exit_code(part)
                    wrong = f"exit {code}" if code else None
                    self._answer(call.get("id"), content_of(values), wrong, _is_refused(part), extra)

    def _parts(self, response: list[Any]) -> None:
        """Add the parts of an answer, as the window showed them."""
        texts: list[str] = []
        for part in response:
            kind = part.get("kind") if isinstance(part, dict) else None
            if isinstance(part, dict) and kind in (None, "markdownContent") and part.get("value", part.get("content")):
                value = part.get("value", part.get("content"))
                texts.append(str(value.get("value") if isinstance(value, dict) else value))
                continue
            if isinstance(part, dict) and kind == "inlineReference" and (name := _reference_name(part)):
                texts.append(f"`{name}`")
                continue
            self._add_text(texts)
            if isinstance(part, dict) and kind == "thinking" and not part.get("value"):  # an end mark
                self.run.bookkeeping(f"{self.format}/thought", self.rest(part, "kind", value=""))
            elif isinstance(part, dict) and kind == "thinking":
                self.add_answer(None, str(part.get("value")))
            elif isinstance(part, dict) and kind in ("toolInvocationSerialized", "toolInvocation"):
                self._invoked(part)
            elif isinstance(part, dict) and kind == "textEditGroup":
                self._edited(part)
            elif isinstance(part, dict):
                self.run.bookkeeping(f"{self.format}/{kind}", self.rest(part, "kind"))
            elif part is not None:
                self.add_unknown("part", {"part": part})
        self._add_text(texts)

    def _add_text(self, texts: list[str]) -> None:
        """Add an answer in pieces, and forget them."""
        text = "".join(texts)
        texts.clear()
        if text and is_fence(text):
            self.run.bookkeeping(f"{self.format}/fence", text)
        elif text:
            self.add_answer(text)

    def _edited(self, part: dict[str, Any]) -> None:
        """Add the edits of one file as a patch; they are applied once they are done."""
        uri = part.get("uri")
        path = uri.get("path") if isinstance(uri, dict) else uri
        patch = self.run.proposal(None, "edit", str(path or "file"), part.get("edits"))
        rest = self.rest(part, "kind", "edits", "done")
        if part.get("done") is True:
            self.run.applied(patch, {"fields": rest} if rest else None)
        else:
            self.run.bookkeeping(f"{self.format}/textEditGroup", self.rest(part, "kind", "edits"))

    def _invoked(self, part: dict[str, Any]) -> None:
        call_id, name = part.get("toolCallId"), str(part.get("toolId") or "tool")
        details = part.get("toolSpecificData")
        if isinstance(details, dict) and details.get("kind") == "terminal":
            self._in_terminal(part, details)
            return
        given, rest = (details, {}) if details is not None else input_of_message(part.get("invocationMessage"))
        self.run.request(call_id, name, given, extra={"fields": {"invocationMessage": rest}} if rest else {})
        used = ("kind", "toolId", "toolSpecificData", *(("invocationMessage",) if details is None else ()))
        if part.get("isComplete") is True:
            output = part.get("resultDetails", part.get("pastTenseMessage"))
            extra = self.fields(part, *used, "isComplete", "resultDetails")
            self._answer(call_id, with_plain_links(_markdown(output)), None, _is_refused(part), extra)

    def _answer(self, call_id: Any, output: Any, error: str | None, refused: bool, extra: dict[str, Any]) -> None:
        self.add_result(call_id, output, error or _REFUSED if refused else error, extra, refused=refused)

    def _in_terminal(self, part: dict[str, Any], details: dict[str, Any]) -> None:
        """Add a terminal command, its output and its exit code."""
        call_id, line = part.get("toolCallId"), details.get("commandLine")
        terminal_output = details.get("terminalCommandOutput")
        command = line.get("original", line.get("forDisplay")) if isinstance(line, dict) else line
        printed = printed_in(part.get("resultDetails"))
        used = ("kind", "toolId", "toolSpecificData", *(("pastTenseMessage",) if terminal_output is None else ()))
        extra = self.fields(part, *used, isComplete=True)
        more = self.fields(details, "commandLine", "terminalCommandOutput", "terminalCommandState", kind="terminal")
        extra |= {"terminal": more["fields"]} if more else {}
        self.run.request(call_id, str(part.get("toolId") or "tool"), {"command": command}, extra=extra)
        code = _exit_code(part)
        if part.get("isComplete") is True or terminal_output is not None or code is not None:
            output = (
                terminal_output.get("text", terminal_output) if isinstance(terminal_output, dict) else terminal_output
            )
            output = _markdown(part.get("pastTenseMessage")) if output is None else output  # not recorded
            told = {} if printed is None or output is None else {"fields": {"terminalCommandOutput": output}}
            output = output if printed is None else printed
            wrong = f"exit {code}" if code else None
            extra = told | ({} if code is None else {"exit_code": code})
            self._answer(call_id, output, wrong, _is_refused(part), extra)

    def _result(self, result: dict[str, Any], record: dict[str, Any]) -> None:
        wrong, details = result.get("errorDetails"), result.get("metadata")
        self.how = "answered", None
        if isinstance(details, dict) and details.get("maxToolCallsExceeded") is True:
            self.how = "limit", "maxToolCallsExceeded"
        wrong = wrong if isinstance(wrong, dict) else {}
        message, extra = str(wrong.get("message") or ""), self.fields(wrong, "message")
        state = record.get("modelState")
        is_stopped = isinstance(state, dict) and state.get("value") == _STATE_STOPPED
        if record.get("isCanceled") is True or is_stopped or message.lower() in _CANCELLED:
            self.run.interrupted(message or "the user stopped the answer", "user", extra)
            self.how = "stopped by user", None
        elif wrong:
            self.run.error("error", message or "failed", "model", extra)
            self.how = "crash", first_line(message) or None
        rest = self.fields(details, "toolCallRounds", "toolCallResults") if isinstance(details, dict) else {}
        facts = rest.get("fields", {}) | self.rest(result, "metadata", "errorDetails")
        if facts:
            self.run.bookkeeping(f"{self.format}/result", facts)


def _exit_code(part: dict[str, Any]) -> int | None:
    """Return the exit code of a shown call's command; None if unknown."""
    details = part.get("toolSpecificData")
    state = details.get("terminalCommandState") if isinstance(details, dict) else None
    code = state.get("exitCode") if isinstance(state, dict) else None
    return code if type(code) is int else None


def _is_refused(part: dict[str, Any]) -> bool:
    """Return whether the user refused a shown call: a flag, since version 1.104 with a reason."""
    confirmed = part.get("isConfirmed")
    return confirmed is False or (isinstance(confirmed, dict) and confirmed.get("type") in _NOT_LET)


def _markdown(value: Any) -> Any:
    """Return the text of a Markdown object; return any other value unchanged."""
    return value["value"] if isinstance(value, dict) and isinstance(value.get("value"), str) else value


def _merged(response: list[Any], notes: ImportNotes) -> list[Any]:
    """Return the parts; for a repeated call its last state, at its first place."""
    places: dict[str, int] = {}
    parts: list[Any] = []
    for part in response:
        call_id = part.get("toolCallId") if isinstance(part, dict) else None
        if isinstance(call_id, str) and call_id in places and parts[places[call_id]].get("kind") == part.get("kind"):
            earlier = parts[places[call_id]]
            notes.count(REPLACED)
            both = earlier.get("toolSpecificData"), part.get("toolSpecificData")
            details = {**both[0], **both[1]} if isinstance(both[0], dict) and isinstance(both[1], dict) else None
            parts[places[call_id]] = {**earlier, **part, **({"toolSpecificData": details} if details else {})}
            continue
        if isinstance(call_id, str):
            places[call_id] = len(parts)
        parts.append(part)
    return parts


def _reference_name(part: dict[str, Any]) -> str:
    """Return the text of a link in an answer: its name, or the last part of its path."""
    target = part.get("inlineReference")
    uri = target.get("uri", target) if isinstance(target, dict) else None
    path = uri.get("path") if isinstance(uri, dict) else None
    return str(part.get("name") or (path.rpartition("/")[2] if isinstance(path, str) else ""))
