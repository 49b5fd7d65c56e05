"""Cline and Roo Code: the messages between a task and its model (``api_conversation_history.json``).

The model's calls are XML in its text, or separate parts; results are texts of the user under a heading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, ClassVar

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.foreign_file import ForeignFile, read_side_json
from replay_gui.core.importers.formats.assistants.cline import ModelChanges, outcome_of
from replay_gui.core.importers.formats.assistants.cline_text import (
    ENVIRONMENT,
    ENVIRONMENT_END,
    USER_INPUT,
    answers_in,
    heading_of,
    parts_in,
    split_environment,
    user_input_in,
    words_in,
)
from replay_gui.core.importers.formats.assistants.token_usage import as_usage
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_content import text_of
from replay_gui.core.importers.formats.message_forms import is_message
from replay_gui.core.importers.formats.message_text import is_context
from replay_gui.core.importers.formats.message_usage import use_of
from replay_gui.core.importers.formats.records import CLOCK, ID, USAGE, RecordFormat, as_map
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.run_builder import End
from replay_gui.core.importers.side_files import belongs_to
from replay_gui.core.path_kinds import is_file
from replay_gui.core.translation.messages import tr, translatable

_ANSWER = "attempt_completion"
_REMINDERS = ("# task_progress", "# TODO", "# Todo")
_NOTES = ("[ERROR]", "[TASK RESUMPTION]")
_INTERRUPTED, _BY_USER = "[Response interrupted", "[Response interrupted by user"
_SENT_TOKENS = ("inputTokens", "cacheReadTokens", "cacheWriteTokens")
_MESSAGES, _STATE = ".messages.json", "session"
_ENDS: dict[str, End] = {"completed": "answered", "cancelled": "stopped by user", "failed": "crash", "error": "crash"}
_MAX_OPEN_CALLS = 100  # the newest open calls, in which the call of a result is searched
_OF_SESSION = (
    *("session_id", "pid", "started_at", "ended_at", "updated_at", "cwd", "workspace_root", "team_name", "metadata"),
    *("messages_path", "version", "prompt", "status", "exit_code", "model", "provider"),
)
"""Members of a session's state that differ between faithful runs, or that repeat the messages or the end."""
_OF_USER = ("task", "feedback", "user_message", "answer")


class ClineHistory(RecordFormat):
    """The importer. A task is one run."""

    name = "cline-history"
    title = translatable("Cline conversation")
    version = 4
    member = "messages"
    volatile: ClassVar[Mapping[str, str]] = {
        "ts": CLOCK,
        **dict.fromkeys(("id", "call_id", "tool_use_id"), ID),
        **dict.fromkeys(("metrics", "usage"), USAGE),
        "query": "In a result, a copy of its part of the call; the call is compared.",
    }

    def is_format(self, records: list[dict[str, Any]]) -> bool:
        """Accept messages if one of the user's has the heading of a result, or the editor's context."""
        spoken = [record for record in records if record.get("type") != "reasoning"]
        return all(record.get("role") in ("user", "assistant") and "content" in record for record in spoken) and any(
            text.lstrip().startswith((ENVIRONMENT, USER_INPUT))
            or text.rstrip().endswith(ENVIRONMENT_END)
            or ((heading := heading_of(text)) is not None and "_" in heading[0])
            for record in spoken
            if record["role"] == "user"
            for part in _parts(record["content"])
            if (text := _text(part)) is not None
        )

    def recognises(self, file: ForeignFile) -> bool:
        """Accept also the state of a session beside its messages, to name them."""
        return _messages_of(file) is not None or super().recognises(file)

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the file with the state of the session."""
        state = _state_of(file.path)
        return [] if state is None else [state]

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the task, with the state of its session, if that is in a file beside it."""
        if (messages := _messages_of(file)) is not None:
            raise FormatUnknown(
                tr(
                    "{path}: the state of the session whose messages are in {messages}",
                    path=file.path,
                    messages=messages,
                )
            )
        path = _state_of(file.path)
        state = read_side_json(path) if path is not None and isinstance(file.document, dict) else None
        if not isinstance(state, dict):
            yield from super().runs(file)
            return
        name = str(state.get("session_id") or file.stem)
        yield self._run(name, {**file.document, _STATE: state}, ImportNotes(file.notes))

    def events(self, notes: ImportNotes) -> ChatMessageEvents:
        """Return the reader of one task's messages."""
        return _HistoryEvents(self.name, self.volatile, notes)


def _state_of(path: Path) -> Path | None:
    """Return the file with the state of the session whose messages `path` has; None if there is none."""
    state = path.with_name(f"{path.name.removesuffix(_MESSAGES)}.json")
    return state if path.name.endswith(_MESSAGES) and is_file(state) and belongs_to(state, path) else None


def _messages_of(file: ForeignFile) -> str | None:
    """Return the name of the file with the messages of a session whose state `file` has; None for any other file."""
    named = file.document.get("messages_path") if isinstance(file.document, dict) else None
    return PurePath(named).name if isinstance(named, str) and named.endswith(_MESSAGES) else None


class _HistoryEvents(ChatMessageEvents, ModelChanges):
    agent = "Cline"
    taken = (_STATE,)

    def add_end(self) -> None:
        """Add the end of the session and its cost, as its own file has them."""
        state = as_map(self.whole.get(_STATE))
        cost = as_map(state.get("metadata")).get("totalCost")
        if rest := self.rest(state, *_OF_SESSION):
            self.run.bookkeeping(f"{self.format}/{_STATE}", rest, cost=cost or None)
        if how := _ENDS.get(str(state.get("status"))):
            code = state.get("exit_code")
            self.how = how, f"exit code {code}" if code else None
        super().add_end()

    def __init__(self, format: str, volatile: Mapping[str, str], notes: ImportNotes) -> None:
        super().__init__(format, volatile, notes)
        self._heading: tuple[str, str] | None = None  # the current result: its tool, its whole heading
        self._output: list[Any] = []  # its parts
        self._is_spread = False  # the output is in the parts after the heading
        self._words: list[Any] = []  # the user's parts of this message
        self._kept: list[tuple[str, str]] = []  # the program's additions to them
        self._answers = set[str]()  # native calls that give the answer to the task

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one message."""
        parts = _parts(record.get("content"))
        if not is_message(record) or record.get("role") not in ("user", "assistant"):
            super().add_record(record)
            return
        if not self._begun:
            self.begin({})
        self.add_model_change(record.get("modelInfo"))
        about = {name: value for name, value in record.items() if name not in ("modelInfo", "metrics")}
        if record["role"] == "assistant":
            self._add_model_message(about, parts, record.get("metrics"))
        else:
            self._add_user_message(about, parts)

    # ---- the model --------------------------------------------------------------------------------
    def _add_model_message(self, about: dict[str, Any], parts: list[Any], metrics: Any) -> None:
        other_parts, answers = list[Any](), list[dict[str, Any]]()
        for part in parts:
            for one in _parts_of(part):
                is_answer = isinstance(one, dict) and one.get("type") == "tool_use" and one.get("name") == _ANSWER
                if is_answer and isinstance(one.get("input"), dict):
                    answers.append(one)
                else:
                    other_parts.append(one)
        other_parts, cut_off = _cut_off(other_parts)
        use = _use_of(metrics)
        if other_parts or not answers:
            super().add_record({**about, "content": other_parts, "metadata": use})
            use, self.how = {}, None
        for one in answers:
            self.run.context.pop("parent", None)
            given = one["input"]
            self._answers.add(str(one.get("id")))
            extra = self.fields(given, "result") | {"action": _ANSWER}
            self.run.once = use_of(use.get("usage"), use.get("cost"))
            self.add_answer(given.get("result"), None, extra)
            use, self.how = {}, ("answered", None)
        if cut_off.startswith(_BY_USER):
            self.run.interrupted(cut_off, self.agent)
            self.how = "stopped by user", None
        elif cut_off:
            self.run.bookkeeping(f"{self.format}/interrupted", cut_off)

    # ---- the user and the program -----------------------------------------------------------------
    def _add_user_message(self, about: dict[str, Any], parts: list[Any]) -> None:
        self.run.context.pop("parent", None)
        for part in parts:
            text = _text(part)
            if text is None:
                self._other_part(part)
                continue
            text, environment = split_environment(text)
            if text.strip():
                self._read_text(text)
            if environment:  # of one turn; a message can hold several interrupted turns
                self._kept.append(("context", environment))
                about = self._finish_turn(about)
        about = self._finish_turn(about)
        if self.fields(about, "role", "content"):
            super().add_record({**about, "content": []})
        self._open.clear()  # results are in the message after their calls

    def _finish_turn(self, about: dict[str, Any]) -> dict[str, Any]:
        """Add the open rest of the user's message; return the part of `about` that no event has yet."""
        self._finish_result()
        if self._words:
            self.how = None
            super().add_record({**about, "content": self._words})
            self._words, about = [], {name: about[name] for name in ("role", "ts") if name in about}
        for name, text in self._kept:
            self.run.bookkeeping(f"{self.format}/{name}", text)
        self._kept = []
        return about

    def _read_text(self, text: str) -> None:
        start = text.strip()
        if (typed := user_input_in(start)) is not None:
            self._finish_result()
            words, notices = typed
            self._kept += [("notice", notice) for notice in notices]
            self._words += [{"type": "text", "text": words}] if words else []
        elif (heading := heading_of(text)) is not None and ("_" in heading[0] or self._open):
            self._finish_result()
            self._heading, self._output, rest = heading[:2], [], heading[2].strip()
            self._is_spread = not rest
            self._output = [rest] if rest else []
        elif start.startswith(_REMINDERS) or is_context(text):
            self._finish_result()
            self._kept.append(("context" if is_context(text) else "reminder", text))
        elif self._heading is not None and self._is_spread:
            self._output.append(start)
        elif start.startswith(_NOTES):
            self._finish_result()
            if start.startswith("[ERROR]"):
                self.run.error("no_tool_use", start.partition("\n")[0], self.agent, {"said": text})
            else:
                self._kept.append(("resumption", text))
            self._words += words_in(start, _OF_USER)
        else:
            self._words += words_in(start, _OF_USER) or [{"type": "text", "text": start}]

    def _other_part(self, part: Any) -> None:
        """Add a result in a separate part, or a picture, which belongs to the result before it or to the user."""
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "tool_result":
            self._finish_result()
            output, why, about = answers_in(part.get("content"))
            call_id = part.get("tool_use_id")
            call = self.run.call(call_id)
            same = {"name": call.tool_name if call else None}
            extra = self.fields(part, "type", "tool_use_id", "content", "is_error", **same) | about
            failed = why or part.get("is_error")
            self._result(call_id if isinstance(call_id, str) else None, None, output, extra, failed)
        elif self._heading is not None:
            self._output.append(part)
        else:
            self._words.append(part)

    def _finish_result(self) -> None:
        if self._heading is None:
            return
        (name, heading), parts = self._heading, self._output
        self._heading, self._output = None, []
        output = "\n".join(parts) if all(isinstance(part, str) for part in parts) else parts
        near = islice(self._open, _MAX_OPEN_CALLS)
        named = (one for one in near if (call := self.run.call(one)) is not None and call.tool_name == name)
        call_id = None if name == _ANSWER else next(named, self._open[0] if self._open else None)
        call = self.run.call(call_id)
        given = call.input.values() if call is not None and isinstance(call.input, dict) else ()
        known = call is not None and call.tool_name == name and any(f"'{value}'" in heading for value in given)
        self._result(call_id, name, output, {} if known or heading == f"[{name}]" else {"heading": heading}, None)

    def _result(
        self, call_id: str | None, name: str | None, output: Any, extra: dict[str, Any], is_error: object
    ) -> None:
        output_text = (
            output if isinstance(output, str) else next((one for one in map(_text, _parts(output)) if one), "")
        )
        why, refused = outcome_of(output_text)
        if call_id in self._open:
            self._open.remove(str(call_id))
        if name == _ANSWER or call_id in self._answers:
            data = {"output": output, **extra}
            if why is not None:
                self.run.error("tool_error", why, _ANSWER, data)
            else:
                self.run.bookkeeping(f"{self.format}/{_ANSWER}", data)
        else:
            failed = why or ("failed" if is_error is True else is_error if isinstance(is_error, str) else None)
            self.add_result(call_id, output, failed, extra, refused=refused, tool_name=name)
        self._words += words_in(output_text, _OF_USER[1:])


def _parts(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [] if content is None else [content]


def _text(part: Any) -> str | None:
    """Return the text of a part that is only text."""
    if isinstance(part, dict):
        return text_of(part) if part.keys() <= {"type", "text", "id", "call_id", "cache_control"} else None
    return part if isinstance(part, str) else None


def _parts_of(part: Any) -> list[Any]:
    """Return a part of the model as several parts; members next to the text go into the first one."""
    if not isinstance(part, dict):
        return [*parts_in(part)] if isinstance(part, str) else [part]
    text = text_of(part) if part.get("type") == "text" else None
    parts = [*parts_in(text)] if text is not None else []
    beside = {name: value for name, value in part.items() if name not in ("type", "text", "id", "call_id")}
    return [{**beside, **parts[0]}, *parts[1:]] if parts else [part]


def _cut_off(parts: list[Any]) -> tuple[list[Any], str]:
    """Return (the parts without the program's final remark that the answer was cut off, the remark)."""
    text = _text(parts[-1]) if parts else None
    at = text.rfind(_INTERRUPTED) if text is not None and text.endswith("]") else -1
    if text is None or at < 0:
        return parts, ""
    return [*parts[:-1], *([{**parts[-1], "text": text[:at].rstrip()}] if text[:at].strip() else [])], text[at:]


def _use_of(metrics: Any) -> dict[str, Any]:
    """Return tokens and cost of an answer; the source counts cached tokens apart from the prompt."""
    if isinstance(metrics, dict) and "tokens" not in metrics:
        usage = as_usage(metrics, sent=_SENT_TOKENS, received="outputTokens", cached="cacheReadTokens")
        return {"usage": usage, "cost": metrics.get("cost")} if usage else {}
    counts = metrics.get("tokens") if isinstance(metrics, dict) else None
    if not isinstance(counts, dict):
        return {}
    names = {"prompt": "input_tokens", "cached": "cache_read_input_tokens", "completion": "output_tokens"}
    return {
        "usage": {names[name]: count for name, count in counts.items() if name in names},
        "cost": metrics.get("cost"),
    }
