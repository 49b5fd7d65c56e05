"""Steps of a ReAct loop, as many small agents write them: one record with thought, action and observation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.chats.chat_messages import ChatMessageEvents
from replay_gui.core.importers.formats.message_content import arguments_of
from replay_gui.core.importers.formats.message_events import first_line, is_failure_text
from replay_gui.core.importers.formats.records import CLOCK, ID, NO_RUNS, USAGE, first_records, numbered_records
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.translation.messages import tr, translatable

_MEMBERS = ("steps", "trajectory", "trace", "history", "iterations", "react_steps", "log", "rounds")
_ACTIONS = ("action", "tool", "tool_name", "tool_call")
_THOUGHTS = ("thought", "thoughts", "reasoning", "rationale")
_OBSERVED = ("observation", "obs", "action_output", "tool_output", "result")
_INPUTS = (
    "action_input",
    "action_args",
    "input",
    "args",
    "arguments",
    "parameters",
    "params",
    "tool_input",
    "kwargs",
)
_NAMES = ("name", "tool", "tool_name", "action", "type", "function")
_TASKS = ("question", "task", "goal", "query", "instruction", "user_input", "prompt", "input", "task_description")
_ANSWERS = ("final_answer", "answer", "final_result", "final_output", "output", "response")
_LAST = (*_ANSWERS[:2], "finish")  # of a step
_PATCHES = ("final_patch", "model_patch", "git_patch", "patch")
_MAX_SAMPLED_STEPS = 20
_NUMBERS = ("step", "step_number", "turn", "iteration")
_FINAL = ("finish", "final_answer", "final answer", "finalanswer", "answer", "submit", "complete", "done")
_BRACKETS = re.compile(r"([A-Za-z][\w .-]{0,60})[\[(](.*)[\])]\s*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z][\w.-]{0,60}")


class ReActSteps:
    """The importer. A list of steps is one run; of several objects with such a list, each is a run."""

    name = "react-steps"
    title = translatable("ReAct steps")
    version = 3
    volatile: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("timestamp", "time", "created_at", "created", "ts", "start_time", "end_time"), CLOCK),
        **dict.fromkeys(("duration", "duration_ms", "duration_sec", "latency", "latency_ms", "elapsed"), CLOCK),
        **dict.fromkeys(("id", "run_id", "session_id", "trace_id"), ID),
        **dict.fromkeys(("usage", "tokens", "cost"), USAGE),
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept steps in an array, one per line, or in objects."""
        return _are_steps(first_records(file)) or any(_member(one) for one in self._wholes(file))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield the steps as one run, or one run for each object with steps."""
        notes, name = ImportNotes(file.notes), file.stem
        if _are_steps(first_records(file)):
            yield _ReActEvents(self.name, self.volatile, notes).imported_run(name, numbered_records(file, notes))
            return
        if not self.recognises(file):
            raise ImportRefused(tr("{path}: no {title} in it", path=file.source.path, title=tr(self.title)))
        records = [(1, file.document)] if isinstance(file.document, dict) else numbered_records(file, notes)
        for number, whole in records:
            if not (member := _member(whole)):
                notes.count(NO_RUNS)
                continue
            events = _ReActEvents(self.name, self.volatile, ImportNotes(notes))
            events.whole = {key: value for key, value in whole.items() if key != member}
            named = name if isinstance(file.document, dict) else f"{name} {number}"
            yield events.imported_run(named, enumerate(whole[member], 1))

    def _wholes(self, file: ForeignFile) -> list[Any]:
        return [file.document] if isinstance(file.document, dict) else first_records(file)[:5]


def _are_steps(records: list[dict[str, Any]]) -> bool:
    thinks = [
        record for record in records if _first(record, _THOUGHTS) is not None and not record.keys().isdisjoint(_ACTIONS)
    ]
    return len(thinks) * 2 > len(records) and any(_first(record, _OBSERVED) is not None for record in thinks)


def _member(whole: Any) -> str:
    """Return the name of the member that holds steps; "" if there is none."""
    for name in _MEMBERS if isinstance(whole, dict) else ():
        steps = whole.get(name)
        sample = (
            [step for step in steps[:_MAX_SAMPLED_STEPS] if isinstance(step, dict)] if isinstance(steps, list) else []
        )
        if _are_steps(sample) or (sample and all(map(_is_numbered_call, sample))):
            return name
    return ""


def _is_numbered_call(step: dict[str, Any]) -> bool:
    """Whether a step without a thought has its number or its success, the action, and what came of it."""
    told = type(step.get("success")) is bool or any(type(step.get(name)) is int for name in _NUMBERS)
    is_named = isinstance(step.get("action"), str) and _NAME.fullmatch(step["action"]) is not None
    return told and is_named and any(name in step for name in _OBSERVED[:2])


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the name of the first of these members that is not empty."""
    return next((name for name in names if record.get(name) not in (None, "", [], {})), None)


class _ReActEvents(ChatMessageEvents):
    _last_answer: Any = None  # the last answer of the model
    _last: Any = None  # the final answer of the run
    _patch: Any = None

    def read(self, records: Any) -> Iterator[ImportedEvent]:
        """Yield the task, the events of the steps, and the result."""
        setting = self.rest(self.whole)
        self.whole = {}
        asked, answered, patch = (_first(setting, names) for names in (_TASKS, _ANSWERS, _PATCHES))
        self._last = setting.pop(answered) if answered else None
        self._patch = setting.pop(patch) if patch else None
        prompt = setting.pop(asked) if asked else None
        self.begin(self.grades.take_grades(setting))
        if prompt is not None:
            self.add_message("user", prompt)
        yield from super().read(records)

    def add_record(self, record: dict[str, Any]) -> None:
        """Add the events of one step."""
        thought, action, given, observed, last = (
            _first(record, names) for names in (_THOUGHTS, _ACTIONS, _INPUTS, _OBSERVED, _LAST)
        )
        used = [name for name in (thought, action, given, observed, last) if name]
        rest = self.rest(record, *used, "success", "ok", "error")
        if thought:
            text = record[thought]
            self.run.context["parent"] = self.add_answer(None, text if isinstance(text, str) else str(text))
        name, asked, more = _call(record[action] if action else None, record[given] if given else None)
        wrong = record.get("error")
        has_succeeded = record.get("success") is True or record.get("ok") is True
        failed = bool(wrong) or record.get("success") is False or record.get("ok") is False
        observation = record[observed] if observed else None
        failed = failed or (not has_succeeded and isinstance(observation, str) and is_failure_text(observation))
        if failed and has_succeeded:
            rest["success"] = True  # the step has both
        extra = {"fields": members} if (members := rest | more) else {}
        if name.lower() in _FINAL:
            self.add_answer(asked or observation, None, {**extra, "action": name})
            self._last_answer = asked or observation
            self.how = "answered", None
        elif name:
            call_id = f"call {self.run.count}"
            self.run.request(call_id, name, asked, extra=extra)
            self.run.context.pop("parent", None)
            if observation is not None or failed:
                why = first_line(wrong) or first_line(observation) or "failed"
                self.add_result(call_id, observation if observation is not None else wrong, why if failed else None, {})
        elif observation is not None or (rest and not last):
            self.add_message("environment", observation, extra)
            extra = {}
        if last:
            self.add_answer(record[last], None, {} if name else extra)
            self._last_answer = record[last]
            self.how = "answered", None

    def add_end(self) -> None:
        """Add the answer, the patch, and the outcome of the run."""
        if self._last is not None:
            if self._last != self._last_answer:
                self.add_answer(self._last)
            self.how = self.how or ("answered", None)
        if self._patch is not None:
            self.run.proposal(None, "diff", "submission", self._patch)
        super().add_end()


def _call(action: Any, given: Any) -> tuple[str, Any, dict[str, Any]]:
    """Return (the action's name, "" if there is none; its arguments; its other members)."""
    if isinstance(action, dict):
        named = next((name for name in _NAMES if isinstance(action.get(name), str) and action[name]), None)
        inner = _first(action, _INPUTS)
        rest = {key: value for key, value in action.items() if key not in (named, inner)}
        asked = action[inner] if inner else rest if given is None else given
        return (
            action[named] if named else "action",
            arguments_of(asked),
            {"action": rest} if rest and (inner or given is not None) else {},
        )
    if not isinstance(action, str) or not action.strip() or action.strip().lower() == "none":
        return "", None, {"action": action} if action else {}
    text = action.strip()
    if given is not None or _NAME.fullmatch(text):
        return text, arguments_of(given) if given is not None else {}, {}
    match = _BRACKETS.fullmatch(text)
    if match and match[1].strip().count(" ") <= 1:
        return match[1].strip(), match[2], {}
    return "action", action, {}
