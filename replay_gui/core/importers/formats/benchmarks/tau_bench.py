"""tau-bench results: an object, or an array of them, with ``task_id, reward, info, traj, trial``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import MessageEvents, decoded, first_line
from replay_gui.core.importers.formats.records import ID, USAGE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.log.kinds import Kind
from replay_gui.core.translation.messages import tr, translatable

_SIGNS = {"task_id", "traj", "reward"}
_CHANGES = ("book_", "cancel_", "update_", "modify_", "exchange_", "return_", "send_certificate")
"""Prefixes of tools that change the environment, if they succeed."""
_HANDING_OVER = "transfer_to_human_agents"
_CUT_OFF = "the run was cut off, so its result was not checked"
_RIGHT = ("actions", "outputs")


class TauBench:
    """The importer. Every trial is a run; the right actions, how it ended and the reward are at its end."""

    name = "tau-bench"
    title = translatable("tau-bench trajectory")
    version = 6
    volatile: ClassVar[Mapping[str, str]] = {
        "id": ID,
        "tool_call_id": ID,
        "trial": "The number of the trial; it differs between equal runs.",
        "user_cost": USAGE,
    }

    def recognises(self, file: ForeignFile) -> bool:
        """Accept a JSON document that holds at least one trial."""
        return bool(_trials(file.document))

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for every trial, named by its task and number."""
        trials = _trials(file.document)
        if not trials:
            raise ImportRefused(tr("{path}: no tau-bench trial in it", path=file.source.path))
        for trial in trials:
            notes = ImportNotes(file.notes)
            task, number = trial.get("task_id"), trial.get("trial")
            yield ImportedRun(
                name=f"task {task} trial {number}",
                run_id=f"tau-bench/task-{task}/trial-{number}",
                agent="tau-bench",
                created=None,
                source={"task_id": task, "trial": number},
                events=_events(trial, notes),
                notes=notes,
            )


def _trials(document: Any) -> list[dict[str, Any]]:
    trials = document if isinstance(document, list) else [document]
    good = all(
        isinstance(trial, dict) and trial.keys() >= _SIGNS and isinstance(trial["traj"], list) for trial in trials
    )
    return trials if good else []


def _events(trial: dict[str, Any], notes: ImportNotes) -> Iterator[ImportedEvent]:
    run = RunBuilder(notes)
    messages = MessageEvents(run, notes, TauBench.name)
    info = trial["info"] if isinstance(trial.get("info"), dict) else {}
    task = info["task"] if isinstance(info.get("task"), dict) else {}
    asked = {key: value for key, value in task.items() if key not in _RIGHT}
    config = {"task_id": trial["task_id"], "task": asked or info.get("task")}
    run.agent_init("tau-bench", "", config, trial=trial.get("trial"))
    last = ""
    for number, message in enumerate(trial["traj"]):
        run.context = {"message": number}
        if isinstance(message, dict) and message.get("role") == "tool":
            last = _answer(messages, message)
        else:
            messages.message(message, lambda _rest: {})
        yield from run.drain()
    run.context = {}
    _ending(run, trial, info, task, handed_over=last == _HANDING_OVER)
    yield from run.drain()


def _answer(messages: MessageEvents, message: dict[str, Any]) -> str:
    """Add a tool's answer; return the tool's name."""
    run, content, call_id = messages.run, message.get("content"), message.get("tool_call_id")
    wrong = isinstance(content, str) and content.startswith("Error")
    error = first_line(content) if wrong else None
    call = run.call(call_id)
    known = ("role", "content", "tool_call_id", *(("name",) if call and call.tool_name == message.get("name") else ()))
    rest = {key: value for key, value in message.items() if key not in known and value is not None}
    extra = {"fields": rest} if rest else None
    name = message.get("name")
    seq, call = run.end_call(call_id, decoded(content), error=error, extra=extra, tool_name=name, tool_call_id=call_id)
    if error is None and call.tool_name.startswith(_CHANGES):
        run.add(Kind.STATE_TRANSITION, {"transition_type": call.tool_name}, parent=seq)
    return call.tool_name


def _ending(
    run: RunBuilder, trial: dict[str, Any], info: dict[str, Any], task: dict[str, Any], handed_over: bool
) -> None:
    rest = {key: value for key, value in info.items() if key not in ("task", "user_cost", "reward_info")}
    others = {key: value for key, value in trial.items() if key not in ("task_id", "trial", "info", "traj", "reward")}
    if rest or others or info.get("user_cost"):
        run.bookkeeping("tau-bench/result", {**others, **rest}, user_cost=info.get("user_cost"))
    right = {key: task[key] for key in _RIGHT if task.get(key)}
    if right:
        run.expected(right)
    graded = info.get("reward_info")
    if graded is None and "reward_info" in info:
        run.end("open", _CUT_OFF)
    elif handed_over:
        run.end("handed over", _HANDING_OVER)
    else:
        run.end("answered")
    reward = trial.get("reward")
    if isinstance(reward, int | float) and not isinstance(reward, bool):
        run.outcome(passed=reward >= 1, score=float(reward), by="tau-bench reward", parts=graded)
    elif reward is not None:
        run.outcome(passed=None, score=None, by="tau-bench reward", label=str(reward), parts=graded)
